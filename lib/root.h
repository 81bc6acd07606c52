/* SPDX-License-Identifier: ISC */
/*
 * root.h - files to live in: the mkroot line of a description
 *
 *	from=NAME          the template that made it; for the reader
 *	digest=sha256:HEX  what was checked before it was unpacked
 *	dir=PATH           the tree, an absolute path on the host
 *	scratch            changes go to memory and end with the jail
 *	ro                 changes are refused
 *
 * The words must live as long as the struct that they were added to.
 */
#ifndef ROOT_H
#define ROOT_H

#include <stdio.h>

struct fail;

enum root_mode {
	ROOT_PLAIN,   /* the tree itself, changes stay */
	ROOT_SCRATCH, /* an overlay with its upper layer in a tmpfs */
	ROOT_READONLY,
};

struct root {
	const char *from, *digest, *dir; /* NULL: not said */
	enum root_mode mode;
};

/* Take one word.  1: taken; -1: bad. */
int root_add(void *layer, const char *word, struct fail *f);

/* Write the words, each after a blank, escaped. */
void root_print(const void *layer, FILE *out);

#endif
