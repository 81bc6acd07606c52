/* SPDX-License-Identifier: ISC */
/*
 * timeout.h - how long a command may take: setlimit's words for time, and
 * jailexec's option
 *
 *	wall=10m[:GRACE]      from its start
 *	cpu-time=30s[:GRACE]  processor time, of all of its processes together
 *
 * When the time is over the command is asked to end, with SIGTERM; when the
 * grace is over, too, the whole jail is killed.  timerfd_create(2).
 */
#ifndef TIMEOUT_H
#define TIMEOUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct fail;

enum timeout_kind { TIMEOUT_OPTION, TIMEOUT_WALL, TIMEOUT_CPU, TIMEOUTS };

struct timeout {
	uint64_t after; /* nanoseconds; 0: there is no limit */
	uint64_t grace;
};

struct timeouts {
	struct timeout of[TIMEOUTS];
};

/* What each is called, where it is said which limit was the end. */
extern const char *const timeout_names[TIMEOUTS];

/* Read "DURATION" or "DURATION:GRACE", the value of --timeout. */
int timeout_parse(struct timeout *t, const char *text, struct fail *f);

/* Take one word.  1: taken; 0: not a limit of these; -1: bad. */
int timeouts_add(void *layer, const char *word, struct fail *f);

/* Write the words, each after a blank. */
void timeouts_print(const void *layer, FILE *out);

/* Whether there is any, by word or by option. */
bool timeouts_asked(const struct timeouts *t);

/*
 * A timer that has not been started: a descriptor, O_CLOEXEC and O_NONBLOCK.
 * -1: f says why.
 */
int timeout_timer(struct fail *f);

/*
 * Start it: it can be read once the time is over, and each time that the
 * interval is over after that; 0: never again.
 */
int timeout_start(int timer, uint64_t nanoseconds, uint64_t interval,
    struct fail *f);

/* Nanoseconds until it is over next, or 0: never, or it is none (-1). */
uint64_t timeout_left(int timer);

#endif
