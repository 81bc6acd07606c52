/* SPDX-License-Identifier: ISC */
/*
 * work.h - a directory to build in, which nobody takes for finished
 *
 * What is built is renamed into its place when it is whole.  A maker holds
 * a flock(2) on its directory as long as it lives, and the kernel lets go
 * of it however the maker dies; so a work directory that nobody has locked
 * is rubbish, and the next maker removes it.
 *
 * A new directory can be taken for rubbish before it is locked, and a
 * finished one after it was renamed.  Both are ruled out by looking, with
 * the lock held, whether the name still leads to what was locked.
 */
#ifndef WORK_H
#define WORK_H

#include <limits.h>

struct fail;

struct work {
	int parent; /* the directory it is in; closed by work_end */
	int fd;     /* itself, locked */
	char name[NAME_MAX + 1];
};

/*
 * Remove the rubbish in parent whose names are prefix and eight digits,
 * then make a directory of such a name with mode 0700.  parent is w's now,
 * also when -1 is returned: then it is closed, and nothing is left.
 */
int work_begin(int parent, const char *prefix, struct work *w, struct fail *f);

/*
 * Write what was built to disk and rename it to name in the directory at.
 * 0: done, and work_end has nothing to remove; 1: something is there
 * already, nothing was changed; -1: could not.
 */
int work_publish(struct work *w, int at, const char *name, struct fail *f);

/* Remove what was not published, and let go. */
void work_end(struct work *w);

/* A failure for lack of room names the place that has none.  Returns -1. */
int work_hint(const char *place, struct fail *f);

/*
 * Remove name in parent and all that is in it, whatever the modes; no link
 * is followed and depth does not matter.  -1: something is left; see errno.
 */
int tree_remove(int parent, const char *name);

#endif
