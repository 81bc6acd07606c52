/* SPDX-License-Identifier: ISC */
/*
 * keep.h - a directory for what a jail has changed of a scratch root
 *
 *	upper/     the upper layer: what is new or changed, in its place;
 *	           deleted files and replaced directories as overlayfs marks
 *	           them, with extended attributes of users
 *	origin     once the jail has ended: which root it is of, as a mkroot
 *	           line
 *
 * The jail writes there instead of to memory, so there is nothing to copy
 * when it ends, and what is too large for memory has room.
 *
 * Documentation/filesystems/overlayfs.rst.
 */
#ifndef KEEP_H
#define KEEP_H

#include <stdbool.h>

struct fail;
struct mounts;
struct root;

#define KEEP_UPPER "upper"

struct keep {
	const char *dir; /* NULL: nothing is kept */
	int fd;          /* it, open, or -1 */
	bool made;       /* it was not there before */
};

/*
 * Have the overlay that is to be the root among the mounts.  -1: root is none
 * that could be kept.
 */
int keep_settle(const struct keep *k, const struct root *root,
    struct mounts *mounts, struct fail *f);

/* Make the directory, or take one that is empty, and the upper layer in it. */
int keep_begin(struct keep *k, const struct root *root, struct fail *f);

/*
 * Write what it is of, or, when nothing has run, remove what was made.  -1:
 * it cannot be told from a layer that was never finished.
 */
int keep_end(struct keep *k, const struct root *root, bool ran, struct fail *f);

#endif
