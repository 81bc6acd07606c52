/* SPDX-License-Identifier: ISC */
/*
 * rlimit.h - how much a process may use: setlimit's words for setrlimit(2)
 *
 *	NAME=SOFT[:HARD]
 *
 * A value is a number, with K M G T where it counts and s m h d where it is
 * a time, or "unlimited", or "=": what the hard limit is then.  Alone, a
 * value is both limits; alone, "=" raises the soft limit to the hard one.
 */
#ifndef RLIMIT_H
#define RLIMIT_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/types.h>

struct fail;

struct rlimit_word {
	struct rlimit value;
	bool asked;
	bool soft_is_hard; /* "=" */
	bool keep_hard;    /* "=" */
};

struct rlimits {
	struct rlimit_word word[RLIM_NLIMITS];
	bool none;
};

/* Take one word.  1: taken; 0: not a limit of these; -1: bad. */
int rlimits_add(void *layer, const char *word, struct fail *f);

/* Write the words, each after a blank, soft and hard. */
void rlimits_print(const void *layer, FILE *out);

bool rlimits_asked(const struct rlimits *limits);

/*
 * Set every limit that was asked for on a process, 0 for the calling one.
 * -1: those in front of the one that failed are set.  prlimit(2).
 */
int rlimits_apply(const struct rlimits *limits, pid_t pid, struct fail *f);

#endif
