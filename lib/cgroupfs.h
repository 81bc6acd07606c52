/* SPDX-License-Identifier: ISC */
/*
 * cgroupfs.h - where the control groups of this machine are
 *
 * A controller is in a hierarchy of version 1 or in the one of version 2,
 * never in both; a "hybrid" machine has some of each.  cgroups(7),
 * Documentation/admin-guide/cgroup-v1/ and cgroup-v2.rst in the kernel.
 */
#ifndef CGROUPFS_H
#define CGROUPFS_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

struct fail;

enum { CGROUP_NAME = 32 }; /* bytes of "rungs-PID-N" */

struct cgroup_dir {
	int parent; /* where ours is made, or -1 */
	int dir;    /* ours, open and locked, or -1 */
	bool v2;
	char name[CGROUP_NAME];
	char path[PATH_MAX]; /* of the parent, for messages */
};

/*
 * Open the group that a controller ("memory", "pids", "cpu") lets us make a
 * group in: the caller's own, or on version 2 the nearest above it that may
 * have children with limits and whose limits all hold for the caller's, so
 * that no limit above is escaped.  names is every controller needed, blanks
 * between.  Sets parent, v2 and path.  -1: nothing is open.
 */
int cgroupfs_find(struct cgroup_dir *d, const char *controller,
    const char *names, struct fail *f);

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

/* Write text to a file of our group.  -1 with errno set. */
int cgroupfs_write(const struct cgroup_dir *d, const char *file,
    const char *text);

/*
 * Read a number from a file of our group: the one behind the key, or the
 * only one if that is NULL.  -1: there is none.
 */
int64_t cgroupfs_number(const struct cgroup_dir *d, const char *file,
    const char *key);

/*
 * theirs is the text of another process's /proc/PID/cgroup: open, for
 * writing, the file by which each of its groups is joined that is not ours
 * already.  Returns how many, or -1 with none open.
 */
int cgroupfs_open_members(const char *theirs, int fds[], int room,
    struct fail *f);

#endif
