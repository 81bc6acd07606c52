/* SPDX-License-Identifier: ISC */
/*
 * usage.h - what a control group has used, as the kernel counts it
 *
 * Version 2 has most of it in one place; version 1 has some of it where the
 * controller is, and pressure nowhere.  cgroup-v2.rst, cgroup-v1/.
 */
#ifndef USAGE_H
#define USAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "pressure.h"

struct cgroup;

/* -1 where nobody counts it. */
struct usage {
	int64_t cpu, user, system; /* processor time, microseconds */
	int64_t memory, pids;      /* the most at once: bytes, processes */
	int64_t read, written;     /* of block devices, bytes */
	/* How long some process waited for it, microseconds. */
	int64_t stalled[PRESSURE_RESOURCES];
	bool oom_killed; /* the kernel killed one for want of memory */
};

/* Ask all of our groups, which must still be there. */
void usage_read(const struct cgroup *c, struct usage *usage);

/* Only how much processor time they have used, in microseconds, or -1. */
int64_t usage_cpu(const struct cgroup *c);

#endif
