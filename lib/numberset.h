/* SPDX-License-Identifier: ISC */
/*
 * numberset.h - sets of processors or memory nodes, as the kernel writes
 * them: "0-3,5"
 */
#ifndef NUMBERSET_H
#define NUMBERSET_H

#include <stdbool.h>
#include <stdio.h>

enum {
	NUMBERSET_MOST = 8191, /* NR_CPUS is at most one more */
	NUMBERSET_TEXT = 4095, /* bytes; what a file of cgroupfs takes */
	NUMBERSET_BITS = 8 * sizeof(unsigned long),
};

/* As sched_setaffinity(2) has it. */
struct numberset {
	unsigned long word[(NUMBERSET_MOST + 1) / NUMBERSET_BITS];
};

/*
 * Read a list of numbers and ranges, at least one.  -1: the text is no such
 * list, or has a range that goes down.
 */
int numberset_parse(struct numberset *set, const char *text);

/* Write it in its one form: ascending, in ranges. */
void numberset_print(const struct numberset *set, FILE *out);

bool numberset_equal(const struct numberset *a, const struct numberset *b);

#endif
