/* SPDX-License-Identifier: ISC */
/*
 * priority.h - whose turn it is, and who goes first when there is too little:
 * setlimit's words for setpriority(2), sched_setscheduler(2), ioprio_set(2)
 * and /proc/PID/oom_score_adj
 *
 *	nice=-20..19
 *	ionice=idle|best-effort[:0-7]|realtime[:0-7]
 *	sched=other|batch|idle|fifo:1-99|rr:1-99
 *	oom-score=-1000..1000
 */
#ifndef PRIORITY_H
#define PRIORITY_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

struct fail;

struct priority {
	bool has_nice, has_io, has_sched, has_oom;
	int nice;
	int io_class, io_level; /* indices into priority.c's tables */
	int policy, level;      /* level 0: this policy has none */
	int oom;
};

/* Take one word.  1: taken; 0: not one of these; -1: bad. */
int priority_add(void *layer, const char *word, struct fail *f);

/* Write the words, each after a blank. */
void priority_print(const void *layer, FILE *out);

bool priority_asked(const struct priority *p);

/*
 * Have *p ask for no better turn than the process pid has, whatever its words
 * say, and whatever we have ourselves.  -1: that cannot be read.
 */
int priority_follow(struct priority *p, pid_t pid, struct fail *f);

/*
 * Give all that was asked for to a process of one thread that has not been
 * let go yet, or with a pid of 0 to ourselves.  By its parent, who may have
 * privileges that the child left behind with the user namespace, and who sees
 * the /proc that nobody in the jail has laid a hand on.  -1: it is unfit to
 * run anything.
 */
int priority_apply(const struct priority *p, pid_t pid, struct fail *f);

#endif
