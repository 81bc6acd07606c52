/* SPDX-License-Identifier: ISC */
/*
 * upper.h - the directory that keeps what is written to an overlay
 *
 * overlayfs needs another one to work in, in the same mount.  It is beside
 * the upper layer, and all overlays of ours with that layer have the same:
 *
 *	.rungs-work-INODE       mode 0700; INODE is the upper layer's, in hex
 *
 * Who uses the upper layer holds a flock(2) on it, and removes it when they
 * are the last.  Who was killed leaves it behind, unlocked, and the next one
 * to use that upper layer takes it over: there is never more than one.
 */
#ifndef UPPER_H
#define UPPER_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

struct fail;

struct upper {
	char *path; /* as it was said, absolute; ours; or NULL: none */

	/* From upper_find() on. */
	char above[PATH_MAX]; /* the directory that it is in, */
	char name[NAME_MAX + 1], work[32];
	dev_t device;
	ino_t inode, work_inode;
	int dir, lock; /* what above is; the work directory, locked; or -1 */
};

/* Find the directory above it.  1: it is missing; -1: it can be none. */
int upper_find(struct upper *upper, struct fail *f);

/*
 * Hold what was found for as long as this process lives, and make the work
 * directory; to_owner: for the owner of the upper layer.  -1: somebody else
 * has it, or no other directory can be there.
 */
int upper_hold(struct upper *upper, bool to_owner, struct fail *f);

/* Let go of it, and remove the work directory unless others hold it, too. */
void upper_release(struct upper *upper);

/* Leave the hold to the program that this process becomes, as well. */
int upper_pass_on(const struct upper *upper, struct fail *f);

/* Open above again, as the mount namespace that we are in now has it. */
int upper_open_above(const struct upper *upper, struct fail *f);

/*
 * Open in above, some mount of it, the upper layer that was found, and make
 * sure that the work directory beside it is the one that is held, if it is.
 */
int upper_open(const struct upper *upper, int above, struct fail *f);

#endif
