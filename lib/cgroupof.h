/* SPDX-License-Identifier: ISC */
/* cgroupof.h - the control groups of another process: cgroups(7) */
#ifndef CGROUPOF_H
#define CGROUPOF_H

struct cgroup_dir;
struct fail;

/*
 * Open, for a controller by its names in both versions, the group of another
 * process, theirs being the text of its /proc/PID/cgroup: d->dir is the
 * outermost group of ours that it is in. -1: it is in none, or in none that may
 * have the limit; nothing is open.
 */
int cgroupof_ours(struct cgroup_dir *d, const char *theirs, const char *v1,
    const char *v2, struct fail *f);

/*
 * theirs is the text of another process's /proc/PID/cgroup: open, for
 * writing, the file by which each of its groups is joined that is not ours
 * already.  Returns how many, or -1 with none open.
 */
int cgroupof_members(const char *theirs, int fds[], int room, struct fail *f);

#endif
