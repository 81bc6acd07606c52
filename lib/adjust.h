/* SPDX-License-Identifier: ISC */
/*
 * adjust.h - change the limits of what runs already: setlimit's word for it
 *
 *	of=PID    a process, or all of a jail by its first one
 *	of=NAME   the jail that runs under a name
 *
 * Limits of a process are changed by prlimit(2), on that process: what it
 * has started keeps what it has.  Those of a group are changed in the group
 * that setlimit or jailexec made for it; one that others made may hold more
 * than the process, and is not touched.
 */
#ifndef ADJUST_H
#define ADJUST_H

#include <stdio.h>

struct fail;
struct jail;

struct adjust {
	const char *of; /* NULL: nothing is to be changed */
};

/* Take one word.  1: taken; 0: not this one; -1: bad. */
int adjust_add(void *layer, const char *word, struct fail *f);

/* Write the word, after a blank. */
void adjust_print(const void *layer, FILE *out);

/*
 * Give the limits of jail to what jail->adjust says.  -1: those in front of
 * the one that failed are given.
 */
int adjust_apply(const struct jail *jail, struct fail *f);

#endif
