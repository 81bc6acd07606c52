/* SPDX-License-Identifier: ISC */
/*
 * supervise.h - jailexec's side of a jail that runs
 *
 * It forwards signals and terminal traffic, waits, and reports.
 */
#ifndef SUPERVISE_H
#define SUPERVISE_H

#include <stdbool.h>
#include <sys/types.h>

#include "init.h"

struct fail;
struct terminal;

struct supervised {
	pid_t first;      /* the process to wait for */
	bool is_init;     /* it is a pid 1 of ours, init.h */
	bool own_session; /* the command has left the caller's terminal */
	const struct init_signals *signals;
	struct terminal *terminal;
};

/*
 * Wait for the first process, and return its exit status, 128+N if it died
 * of signal N.  -1: nothing could be waited for; the process is still there.
 */
int supervise(const struct supervised *s, struct fail *f);

#endif
