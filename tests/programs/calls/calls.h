/* SPDX-License-Identifier: ISC */
/* calls.h - one list of calls, with the numbers of three kinds */
#ifndef CALLS_H
#define CALLS_H

/* What list.h has in it. */
#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/socket.h>

#define CALL(group, name, error, first, second)                                \
	{ group, #name, error, { __NR_##name, first, second, -1, -1, -1 } },

struct call {
	const char *group, *name;
	int error;
	long with[6]; /* the number, and arguments */
};

extern const struct call native[], i386[], x32[]; /* up to one without name */

#endif
