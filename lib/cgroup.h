/* SPDX-License-Identifier: ISC */
/*
 * cgroup.h - how much a group of processes may use: the words of limit.h,
 * and the group of our own that they hold for, in each hierarchy
 */
#ifndef CGROUP_H
#define CGROUP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "cgroupfs.h"
#include "limit.h"
#include "lodge.h"

struct fail;
struct numberset;

enum {
	CGROUP_WORDS = 64,
	CGROUP_DIRS = 8, /* a hierarchy for each controller, and version 2's */
};

struct cgroup {
	struct cgroup_dir dir[CGROUP_DIRS];   /* one for each hierarchy */
	struct limit_word word[CGROUP_WORDS]; /* in the order of limits[] */
	struct lodge lodge; /* version 2: where we have gone */
	int words;
	bool counts_cpu;  /* to be set: processor time is to be counted */
	bool is_watched;  /* to be set: a group of version 2 is needed */
	bool is_reported; /* to be set: what can be counted is to be, too */
	int dirs;
	int tasks[CGROUP_DIRS]; /* version 1: open for the child to join */
	int into; /* version 2: for clone3(2), CLONE_INTO_CGROUP, or -1 */
	pid_t companion; /* for cgroupfind.h, or 0 */
};

/* Take one word.  1: taken; 0: not a limit of these; -1: bad. */
int cgroup_add(void *layer, const char *word, struct fail *f);

/* Write the words, each after a blank. */
void cgroup_print(const void *layer, FILE *out);

bool cgroup_asked(const struct cgroup *c);

/*
 * Make the groups and set their limits.  -1: nothing is left of them.  The
 * failure says which limit could not be had, and why.  That there can be no
 * group for "cpus" is none: there is another way, cgroup_processors().
 */
int cgroup_make(struct cgroup *c, struct fail *f);

/*
 * Version 1: move the calling process, which must have one thread, into
 * the groups.  "tasks" and not "cgroup.procs": that one waits for an RCU
 * grace period, 5 to 15 ms.
 */
int cgroup_join(const struct cgroup *c, struct fail *f);

/*
 * The processors that the processes are to run on, for affinity.h.  False:
 * that was not asked for.
 */
bool cgroup_processors(const struct cgroup *c, struct numberset *set);

/* Our group of version 2, or NULL. */
const struct cgroup_dir *cgroup_v2(const struct cgroup *c);

/*
 * Send a signal to all of its processes; with SIGKILL, until there is none.
 * False: there is no group.
 */
bool cgroup_signal(const struct cgroup *c, int sig);

/*
 * Stop all of its processes, or let them go on.  False: there is no group of
 * version 2.
 */
bool cgroup_freeze(const struct cgroup *c, bool freeze);

/*
 * Remove the groups, if there are any; one that still has processes stays.
 */
void cgroup_remove(struct cgroup *c);

#endif
