/* SPDX-License-Identifier: ISC */
/*
 * supervise.h - jailexec's side of a jail that runs
 *
 * It forwards signals and terminal traffic, waits, and ends what takes too
 * long.
 */
#ifndef SUPERVISE_H
#define SUPERVISE_H

#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "init.h"

struct cgroup;
struct fail;
struct pressures;
struct telling;
struct terminal;
struct timeouts;

struct supervised {
	pid_t first;      /* the process to wait for */
	pid_t command;    /* that, or who is behind it, if we know it */
	int news;         /* of the command, if first is init.h's; or -1 */
	bool takes_along; /* it is the first of a pid namespace */
	bool own_session; /* the command has left the caller's terminal */
	const struct init_signals *signals;
	struct terminal *terminal;
	const struct timeouts *timeouts;
	const struct pressures *pressures;
	const struct cgroup *cgroup;
	struct telling *telling;
};

struct ending {
	int status;          /* of the command, as wait(2) says it */
	const char *limit;   /* of ours, that ended it: watch.h; or NULL */
	bool timed_out;      /* and that was one of time */
	struct rusage usage; /* of it, and of all that it has reaped */
};

/*
 * Wait for the first process.  -1: nothing could be waited for; the process
 * is still there.
 */
int supervise(const struct supervised *s, struct ending *e, struct fail *f);

#endif
