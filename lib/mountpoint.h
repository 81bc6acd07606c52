/* SPDX-License-Identifier: ISC */
/* mountpoint.h - where in a root that an enemy wrote a mount goes */
#ifndef MOUNTPOINT_H
#define MOUNTPOINT_H

#include <stdbool.h>

struct fail;

/*
 * Open path in root with O_PATH, and make it when it is missing: a
 * directory, or an empty file.  Links are followed inside of the root.
 * -1: it cannot be made, or it is the other of the two.
 */
int mountpoint_open(int root, const char *path, bool directory, struct fail *f);

/*
 * The same for /proc, /sys and /dev: a last component that is a link is
 * refused.  For "dev -> /somewhere" the mount would be somewhere else, and
 * programs would take what the root has there for devices.
 */
int mountpoint_open_real(int root, const char *path, struct fail *f);

/*
 * Whether both are the same directory or file of the same mount, 1 or 0; -1:
 * errno is set.  statx(2).
 */
int mountpoint_is(int a, int b);

/*
 * Refuse target if it is the root itself: nobody who is in the root
 * already would see what is mounted on top of that.
 */
int mountpoint_check(int root, int target, const char *path, struct fail *f);

/*
 * Refuse target, which path in root is and messages call name, if links led
 * to it and it is of one process in procfs: /proc/net is self/net, proc(5),
 * and self is whoever looks: here that is one process, and the others would
 * see what is not covered.  Who names a process by its number means that.
 */
int mountpoint_check_shared(int root, int target, const char *path,
    const char *name, struct fail *f);

/*
 * Open the directory that the last component of path, which is absolute,
 * is in, and make it when it is missing; *name is that component.  -1:
 * errno is set.
 */
int mountpoint_parent(int root, const char *path, const char **name);

#endif
