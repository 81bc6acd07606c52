/* SPDX-License-Identifier: ISC */
/*
 * timeout.h - how long a command may take; timerfd_create(2)
 *
 * When the time is over the command is asked to end, with SIGTERM; when the
 * grace is over, too, the whole jail is killed.
 */
#ifndef TIMEOUT_H
#define TIMEOUT_H

#include <stdint.h>

struct fail;

struct timeout {
	uint64_t after; /* nanoseconds; 0: there is no limit */
	uint64_t grace;
};

/* Read "DURATION" or "DURATION:GRACE". */
int timeout_parse(struct timeout *t, const char *text, struct fail *f);

/*
 * Start a limit that there is: a descriptor, O_CLOEXEC and O_NONBLOCK, that
 * can be read when the time is over, and again when the grace is.
 */
int timeout_start(const struct timeout *t, struct fail *f);

#endif
