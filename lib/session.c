/* SPDX-License-Identifier: ISC */
/* session.c - see session.h */
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "compat.h"
#include "fail.h"

static int
fail_without(struct fail *f, const char *what)
{
	fail(f, errno, "terminal: %s", what);
	return fail_hint(f,
	    "addmount dev makes one in the jail; -T shares the caller's");
}

int
session_open_terminal(int *slave, struct fail *f)
{
	int master =
	    open("/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
	int unlock = 0;

	if (master < 0)
		return fail_without(f, "open /dev/pts/ptmx");
	/*
	 * By descriptor: no name of the other end is ever resolved.  Nothing
	 * but a master knows both calls, whoever put it there.
	 */
	if (ioctl(master, TIOCSPTLCK, &unlock) < 0
	    || (*slave = ioctl(master, TIOCGPTPEER,
		    O_RDWR | O_NOCTTY | O_CLOEXEC))
		   < 0) {
		fail_without(f, "open the other end of /dev/pts/ptmx");
		close(master);
		return -1;
	}
	return master;
}

int
session_begin(int slave, struct fail *f)
{
	if (setsid() < 0)
		return fail(f, errno, "begin a session");
	if (slave >= 0 && ioctl(slave, TIOCSCTTY, 0) < 0)
		return fail(f, errno, "terminal: make it the session's");
	return 0;
}

int
session_be_job(int slave, bool in_front, struct fail *f)
{
	if (setpgid(0, 0) < 0)
		return fail(f, errno, "begin a process group");
	if (slave >= 0 && in_front && tcsetpgrp(slave, getpid()) < 0)
		return fail(f, errno, "terminal: be in front");
	return 0;
}

int
session_give_streams(int slave, const bool streams[3], struct fail *f)
{
	for (int fd = 0; fd < 3; fd++)
		if (slave >= 0 && streams[fd] && dup2(slave, fd) < 0)
			return fail(f, errno, "terminal: make it stream %d",
			    fd);
	return 0;
}

void
session_put_in_front(int terminal, pid_t group)
{
	(void)tcsetpgrp(terminal, group);
}
