/* SPDX-License-Identifier: ISC */
/*
 * watch.h - the limits that are ours to keep: of time, and of pressure
 *
 * The kernel tells when one is reached, by a descriptor; what is to be done
 * to the jail then is said here, and done by supervise.c.
 */
#ifndef WATCH_H
#define WATCH_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "pressure.h"
#include "timeout.h"

struct cgroup;
struct fail;

enum { WATCH_FDS = TIMEOUTS + PRESSURE_WORDS };

struct watch {
	const struct timeouts *timeouts;
	const struct pressures *pressures;
	const struct cgroup *cgroup;
	int timer[TIMEOUTS]; /* or -1 */
	uint64_t resumed;    /* when it last was told to go on, or 0 */
	int asked; /* of timer[]: the one that asked it to end, or -1 */
};

/* What to do to the jail. */
struct verdict {
	enum { VERDICT_END, VERDICT_KILL, VERDICT_STOP, VERDICT_TELL } what;
	int signal;       /* VERDICT_TELL: this */
	const char *over; /* the limit */
	bool of_time;     /* that it is */
};

/*
 * Begin: the clocks run from now on.  The structs must outlive this.  -1:
 * nothing is open.
 */
int watch_open(struct watch *w, struct fail *f);

/* What to wait for, with poll(2). */
void watch_wait(const struct watch *w, struct pollfd wanted[WATCH_FDS]);

/*
 * After poll(2): the next thing to be done.  False: nothing is.  What was
 * told is taken out of wanted.
 */
bool watch_next(struct watch *w, struct pollfd wanted[WATCH_FDS],
    struct verdict *v);

/*
 * It was told to go on: nothing stops it again before a whole window is over,
 * for the kernel may have what was before in mind.
 */
void watch_resume(struct watch *w);

/*
 * Nanoseconds until a clock comes to its end whatever the command does, or 0:
 * there is none.
 */
uint64_t watch_left(const struct watch *w);

/* Whether there are limits that hold only while we watch. */
bool watch_needs_us(const struct watch *w);

void watch_close(const struct watch *w);

#endif
