/* SPDX-License-Identifier: ISC */
/*
 * launch.h - what an image says of the program in it
 *
 *	env=NAME=VALUE ...   its environment
 *	cmd=WORD ...         the command, when the caller names none
 *	cwd=PATH             where it begins, in the root
 *	user=USER[:GROUP]    who it is, when the caller says nothing
 *
 * The words are part of a mkroot line, root.h, and must live as long as the
 * struct that they were added to.
 */
#ifndef LAUNCH_H
#define LAUNCH_H

#include <stdbool.h>
#include <stdio.h>

struct fail;

enum { LAUNCH_WORDS = 128 }; /* of each kind; more are refused */

struct launch {
	const char *env[LAUNCH_WORDS];
	const char
	    *cmd[LAUNCH_WORDS + 1]; /* ends with NULL, as for execve(2) */
	int env_count, cmd_count;
	const char *cwd, *user; /* or NULL */
};

/* Take one word.  1: taken; 0: no such word; -1: bad. */
int launch_add(struct launch *l, const char *word, struct fail *f);

/* Write the words, each after a blank, escaped. */
void launch_print(const struct launch *l, FILE *out);

#endif
