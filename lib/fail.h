/* SPDX-License-Identifier: ISC */
/* fail.h - how lib/ reports an error: it never prints and never exits */
#ifndef FAIL_H
#define FAIL_H

#include <stdbool.h>

enum {
	EXIT_TIMEOUT = 124,    /* a time limit of ours ended the command */
	EXIT_TOOL = 125,       /* the tool itself failed; nothing was run */
	EXIT_CANNOT_RUN = 126, /* the command is there, execve(2) refused */
	EXIT_NOT_FOUND = 127,  /* no such command */
	EXIT_SIGNAL = 128,     /* + N: the command died of signal N */
};

struct fail {
	int status;       /* what the tool exits with */
	bool undelegated; /* systemd could give what is missing: again.h */
	char text[512];   /* one line, no newline, fit to follow "tool: " */
	char hint[384];   /* the remedy, one line, or "" */
};

/*
 * Note why something failed and return -1, so that a caller can write
 *	return fail(f, errno, "setrlimit %s", name);
 * A non-zero err adds its strerror(3) text.  The status becomes EXIT_TOOL
 * and an older remedy is forgotten.  Control bytes in the text are shown
 * as '?': a name that an enemy chose must not reach a terminal raw.
 */
int fail(struct fail *f, int err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Add the remedy to a failure and return -1. */
int fail_hint(struct fail *f, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Put "text" in front of what a failure says ("line 3: ") and return -1. */
int fail_prefix(struct fail *f, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
