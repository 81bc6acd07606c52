/* SPDX-License-Identifier: ISC */
/*
 * cgroupfind.h - where the control groups of this machine are
 *
 * A controller is in a hierarchy of version 1 or in the one of version 2,
 * never in both; a "hybrid" machine has some of each.  cgroups(7),
 * Documentation/admin-guide/cgroup-v1/ and cgroup-v2.rst in the kernel.
 */
#ifndef CGROUPFIND_H
#define CGROUPFIND_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

struct cgroup_dir;
struct fail;

/* Who asks. */
struct cgroup_caller {
	/* Version 2: the group that we left for a lodge in it, or NULL. */
	const struct cgroup_dir *home;
	/* A process of this tool's that came along, or 0: the one waiting
	   while we go on in the background. */
	pid_t companion;
};

/*
 * Open the group that a controller lets us make a group in: the caller's
 * own, or on version 2 the nearest above it that may have children with
 * limits and whose limits all hold for the caller's, so that no limit above
 * is escaped.  v1 is what version 1 calls the controller ("blkio"), NULL if
 * only version 2 will do; v2 is its name there ("io"), "" if any group will
 * do.  Sets all of d but what cgroupfs_make() does.  -1: nothing is open.
 */
int cgroupfind_open(struct cgroup_dir *d, const char *v1, const char *v2,
    const struct cgroup_caller *caller, struct fail *f);

/*
 * Version 2: let groups in d's parent have the controller; we must not be in
 * there ourselves any more.
 */
int cgroupfind_enable(const struct cgroup_dir *d, const char *name,
    struct fail *f);

/*
 * The path in the hierarchy that has the controller, from the text of a
 * /proc/PID/cgroup; the one of version 2 when none of version 1 has it, or v1
 * is NULL.  -1: there is none.
 */
int cgroupfind_path(const char *text, const char *v1, bool *v2,
    char path[PATH_MAX]);

/* Where that is mounted, and what of it; -1: nowhere.  proc_pid_mountinfo(5).
 */
int cgroupfind_mount(const char *v1, bool v2, char mount[PATH_MAX],
    char root[PATH_MAX]);

/*
 * The part of a group's path that is below root, what is mounted of the
 * hierarchy.  NULL: the group is not below it; for one outside of our own
 * cgroup namespace the kernel writes "..", which no path may be made of.
 */
const char *cgroupfind_below(const char *group, const char *root);

/* Whether the list has the word; both lists and words are the kernel's. */
bool cgroupfind_has_word(const char *list, const char *word,
    const char *separators);

#endif
