/* SPDX-License-Identifier: ISC */
/* report.h - tell those who wait for it what becomes of a jail */
#ifndef REPORT_H
#define REPORT_H

#include <stdint.h>

struct ending;
struct fail;
struct jail;
struct status_started;

/*
 * The command runs: write down its name, write a status line, let go of a
 * caller who waits.  -1: the jail is to be ended, for nobody knows of it.
 */
int report_start(struct jail *jail, const struct status_started *started,
    struct fail *f);

/* A clock that nobody can set, in nanoseconds. */
uint64_t report_now(void);

/*
 * If the command died of a filter, say for which call, as far as the kernel
 * tells: in a status line, and where the steps are told.
 */
void report_refusal(const struct jail *jail, int ended);

/*
 * Write the status line for the end of a jail that began at that time.
 * ended is what wait(2) said of the command.  The control groups are read
 * for it, and then they, upper layers of overlays and the name are given up.
 */
void report_end(struct jail *jail, const struct ending *e, int ended,
    uint64_t began);

#endif
