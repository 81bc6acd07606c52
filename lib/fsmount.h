/* SPDX-License-Identifier: ISC */
/*
 * fsmount.h - mounts that are made before anyone can see them
 *
 * Each is built detached, with its attributes, and then attached by
 * descriptor: there is no moment without "nosuid" or "ro", and no path is
 * resolved a second time.  fsopen(2), fsmount(2), open_tree(2),
 * mount_setattr(2), move_mount(2).
 *
 * All return -1 with errno set and leave nothing attached.
 */
#ifndef FSMOUNT_H
#define FSMOUNT_H

#include <stdbool.h>

/* RUNGS_ATTR_* of compat.h say what a mount forbids. */

/*
 * A new file system, detached.  options is "key=value" or "key", in an
 * array that NULL ends.
 */
int fsmount_new(const char *type, const char *const options[],
    unsigned attributes);

/* A copy of the mount that holds fd, from fd on; with those below it. */
int fsmount_clone(int fd, bool recursive);

/*
 * Forbid more on a mount that is still detached; below it too.  Like the
 * next one, it makes the mount private: a copy of one that the host shares
 * would take what is mounted on it back to the host.
 */
int fsmount_restrict(int mount, unsigned attributes, bool recursive);

/*
 * Show every owner of a detached mount, and of those below it, as the user
 * namespace maps it: mount_setattr(2), MOUNT_ATTR_IDMAP.
 */
int fsmount_map_ids(int mount, int user_namespace);

/*
 * What kind of file system fd is on, for messages; statfs(2).  The common
 * ones that cannot map owners have a name, others a number.
 */
const char *fsmount_type(int fd, char text[32]);

/* Attach a detached mount on the directory or file that target is. */
int fsmount_attach(int mount, int target);

/*
 * Attach it on top of our own "/".  No path that begins there leads to it,
 * nor away from what it covers; where it is alone, it is "/..".
 */
int fsmount_attach_on_top(int mount);

#endif
