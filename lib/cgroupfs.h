/* SPDX-License-Identifier: ISC */
/* cgroupfs.h - a control group of our own: made, written to, removed */
#ifndef CGROUPFS_H
#define CGROUPFS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fail;

enum { CGROUP_NAME = 32 }; /* bytes of "rungs-PID-N" */

struct cgroup_dir {
	int parent; /* where ours is made, or -1 */
	int dir;    /* ours, open and locked, or -1 */
	bool v2;
	char name[CGROUP_NAME];
	char path[PATH_MAX]; /* of the parent */
	size_t mounted;      /* how much of path is where it is mounted */
};

/*
 * Make a group of our own in d->parent, open it and hold a flock(2) on it:
 * that is what tells a living group from a left-over.  -1: none was made.
 */
int cgroupfs_make(struct cgroup_dir *d, struct fail *f);

/*
 * Remove the groups of ours in d->parent that nobody holds and nothing
 * lives in: those of runs that were killed.  Looks at a bounded number.
 */
void cgroupfs_sweep(const struct cgroup_dir *d);

/* Remove our group and close all.  What still has processes stays. */
void cgroupfs_remove(struct cgroup_dir *d);

/*
 * Read a file of the group dir, up to size, or write text to it in one go.
 * -1 with errno set.
 */
int cgroupfs_read(int dir, const char *file, char *text, size_t size);
int cgroupfs_write(int dir, const char *file, const char *text);

/*
 * Read a number from a file of our group: the one behind the key, or the
 * only one if that is NULL.  -1: there is none.
 */
int64_t cgroupfs_number(const struct cgroup_dir *d, const char *file,
    const char *key);

/* Say what to do where we may not make or change groups. */
int cgroupfs_hint(struct fail *f, bool v2);

#endif
