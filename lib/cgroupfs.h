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

/* How the names of our groups begin. */
extern const char cgroupfs_prefix[];

struct cgroup_dir {
	char path[PATH_MAX]; /* of the parent */
	int parent;          /* where ours is made, or -1 */
	int dir;             /* ours, open and locked, or -1 */
	bool v2;
	bool occupied; /* version 2: we have to leave the parent first */
	bool crowded;  /* version 2: the caller's own group has others in it */
	bool in_use;   /* it has been limited before */
	char name[CGROUP_NAME];
	size_t mounted; /* how much of path is where it is mounted */
};

/*
 * Make a group of our own in d->parent, open it and hold a flock(2) on it:
 * that is what tells a living group from a left-over.  -1: none was made.
 */
int cgroupfs_make(struct cgroup_dir *d, struct fail *f);

/*
 * Remove the groups of ours in the group dir that nobody holds and nothing
 * lives in: those of runs that were killed.  Looks at a bounded number, and
 * returns how many of these are left.
 */
int cgroupfs_sweep(int dir);

/* Remove our group and close all.  What still has processes stays. */
void cgroupfs_remove(struct cgroup_dir *d);

/*
 * Read a number from a file of our group: the one behind the key, or the
 * only one if that is NULL.  -1: there is none.
 */
int64_t cgroupfs_number(const struct cgroup_dir *d, const char *file,
    const char *key);

/*
 * Say what to do where we may not make or change groups, and whether systemd
 * would let us.  Returns -1.
 */
int cgroupfs_hint(struct fail *f, const struct cgroup_dir *d);

/* Whether the parent is a group of ours, by its name. */
bool cgroupfs_is_ours(const struct cgroup_dir *d);

/* Whether our group is still in its place, and has not been removed. */
bool cgroupfs_is_there(const struct cgroup_dir *d);

/*
 * Whether the parent is systemd's slice of all that this user runs, or a
 * session in it that has no limit of its own.
 */
bool cgroupfs_is_login(const struct cgroup_dir *d);

#endif
