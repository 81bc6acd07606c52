/* SPDX-License-Identifier: ISC */
/*
 * lodge.h - where we stay while others in our own group have limits
 *
 * In version 2 of control groups, a group with processes cannot have one with
 * limits in it: cgroup-v2.rst, "No Internal Process Constraint".  Who is
 * alone in a group can go to another one in it, and lend its controllers to
 * a third.  A group that is divided like that takes no processes any more,
 * so that it must not stay divided, whoever is killed: a process that does
 * nothing else sees to it.
 */
#ifndef LODGE_H
#define LODGE_H

#include <sys/types.h>

#include "cgroupfs.h"

struct fail;

struct lodge {
	struct cgroup_dir group; /* group.dir is -1: we are not in one */
	pid_t keeper;            /* who sees to it, or -1 */
	int alive;               /* closed by our end, however that comes */
};

/*
 * Move the processes in d->parent, which are ourselves, to a group in it.
 * -1: we have not moved.
 */
int lodge_enter(struct lodge *l, const struct cgroup_dir *d, struct fail *f);

/*
 * Move back, and take all controllers from the groups in the parent.  If one
 * of ours is still in use there, that comes later, when it is not.
 */
void lodge_leave(struct lodge *l);

#endif
