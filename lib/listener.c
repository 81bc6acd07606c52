/* SPDX-License-Identifier: ISC */
/* listener.c - see listener.h */
#include "listener.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "channel.h"
#include "compat.h"
#include "scope.h"

int
listener_load(const struct seccomp_program *program, size_t count, int channel,
    char word)
{
	static struct sock_filter code[BPF_MAXINSNS]; /* large */
	struct sock_fprog filter = { .filter = code };
	uint64_t mark[JUDGE_MARK];
	int listener;

	if (getrandom(mark, sizeof mark, 0) != (ssize_t)sizeof mark)
		return 0;
	filter.len = (unsigned short)judge_ask(program, count, mark, code);
	if (filter.len == 0)
		return 0;
	/* With the second flag, Linux 5.19, no signal undoes what is asked. */
	listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
	    SECCOMP_FILTER_FLAG_NEW_LISTENER | RUNGS_SECCOMP_WAIT_KILLABLE,
	    &filter);
	if (listener < 0 && errno == EINVAL)
		listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		    SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter);
	if (listener < 0)
		return 0;
	return channel_send_marked(channel, &word, 1, listener, mark) < 0 ? -1
	                                                                  : 1;
}

bool
listener_answer(int fd, const struct seccomp_program *program, size_t count,
    struct listener_refusal *r)
{
	struct seccomp_notif asked = { .id = 0 };
	struct seccomp_notif_resp answer = { .error = -EPERM };
	uint32_t action = 0;

	/* It may have been killed meanwhile. */
	if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &asked) < 0)
		return false;
	*r = (struct listener_refusal){ .arch = asked.data.arch,
		.number = (uint32_t)asked.data.nr,
		.pid = (pid_t)asked.pid,
		.program = count };
	while ((action & SECCOMP_RET_ACTION_FULL) != SECCOMP_RET_ERRNO
	       && r->program > 0)
		action =
		    judge_call(&program[--r->program], &asked.data, &r->way);
	if ((action & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO
	    && (action & SECCOMP_RET_DATA) != 0)
		answer.error = -(int)(action & SECCOMP_RET_DATA);
	answer.id = asked.id;
	(void)ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &answer);
	r->error = -answer.error;
	for (size_t n = 0; n < COUNT(r->args); n++)
		r->args[n] = (uint32_t)asked.data.args[n];
	return true;
}
