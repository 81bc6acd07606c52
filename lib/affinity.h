/* SPDX-License-Identifier: ISC */
/* affinity.h - which processors a process runs on: sched_setaffinity(2) */
#ifndef AFFINITY_H
#define AFFINITY_H

struct fail;
struct numberset;

/*
 * Have the calling process, and what it will start, run on these and on no
 * others.  -1: one of them is not there, or not for us.
 */
int affinity_set(const struct numberset *set, struct fail *f);

#endif
