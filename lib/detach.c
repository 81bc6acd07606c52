/* SPDX-License-Identifier: ISC */
/* detach.c - see detach.h */
#include "detach.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "channel.h"
#include "fail.h"
#include "scope.h"

/*
 * What the caller put there, a file or a pipe, stays.  A terminal does not:
 * it is the caller's to go on with, and goes away with its window.
 */
static int
leave_terminals(struct fail *f)
{
	autoclose int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return fail(f, errno, "/dev/null: open it");
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (isatty(fd) && dup2(null, fd) < 0)
			return fail(f, errno, "put /dev/null on stream %d", fd);
	return 0;
}

static int
wait_for_word(int channel, struct fail *f)
{
	struct fail why;
	int fd;

	switch (channel_receive(channel, &why, sizeof why, &fd)) {
	case 1:
		return 0;
	case sizeof why:
		*f = why;
		return -1;
	default:
		return fail(f, 0, "it ended before the command ran");
	}
}

int
detach(int *caller, struct fail *f)
{
	int ends[2], result;
	pid_t pid;

	if (channel_open(ends, f) < 0)
		return -1;
	if ((pid = fork()) < 0) {
		fail(f, errno, "fork into the background");
		close(ends[0]);
		close(ends[1]);
		return -1;
	}
	if (pid > 0) {
		close(ends[1]);
		result = wait_for_word(ends[0], f);
		close(ends[0]);
		return result;
	}
	close(ends[0]);
	*caller = ends[1];
	if (setsid() < 0)
		fail(f, errno, "begin a session");
	else if (leave_terminals(f) == 0)
		return 1;
	(void)detach_tell(*caller, f);
	_exit(f->status);
}

int
detach_tell(int caller, const struct fail *why)
{
	if (why != NULL)
		return channel_send(caller, why, sizeof *why, -1);
	return channel_send(caller, "", 1, -1);
}
