/* SPDX-License-Identifier: ISC */
/*
 * origin.h - the note beside a root that says what it was made from
 *
 * A file "origin" in the directory that also holds "rootfs".  It is a
 * description like any other: a mkroot line with from= and digest=.
 */
#ifndef ORIGIN_H
#define ORIGIN_H

#include "description.h"
#include "root.h"

struct origin {
	struct description text; /* what the words of root point into */
	struct root root;
};

/* Write the note into the open directory dir. */
int origin_write(int dir, const struct root *root, struct fail *f);

/*
 * Read the note in dir.  -1: there is none, or it is not one that the
 * caller's own mkroot wrote; *o is empty then.
 */
int origin_read(int dir, struct origin *o, struct fail *f);

void origin_free(struct origin *o);

#endif
