/* SPDX-License-Identifier: ISC */
/*
 * fsmount.h - mounts that are made before anyone can see them
 *
 * Each is built detached, with its attributes, and then attached by
 * descriptor: there is no moment without "nosuid" or "ro", and no path is
 * resolved a second time.  fsopen(2), fsmount(2), open_tree(2),
 * mount_setattr(2), move_mount(2).
 *
 * Linux has mount_setattr(2) since 5.12, and a filter of system calls may
 * know none of them.  Then the same is done in another way, oldmount.h, but
 * only in a mount namespace of our own.
 *
 * All return -1 with errno set and leave nothing attached.  ENOSYS: the call
 * is missing, and there is no other way.
 */
#ifndef FSMOUNT_H
#define FSMOUNT_H

#include <stdbool.h>

struct fail;

/* RUNGS_ATTR_* of compat.h say what a mount forbids. */

/*
 * We are in a mount namespace of our own, and all of it is private: what is
 * attached in it is seen by nobody else.
 */
void fsmount_private(void);

/* No more will be made for now; what was not attached is given up. */
int fsmount_end(void);

/* Whether all calls are there, for who may mount: there is only one way. */
bool fsmount_is_whole(void);

/*
 * Whether mounts are made with the calls of 2019, in whole or in part: else
 * mount(2) does all of it.  Asked in a way that changes nothing, once.
 */
bool fsmount_has_calls(void);

/*
 * A new file system, detached.  options is "key=value" or "key", in an
 * array that NULL ends.
 */
int fsmount_new(const char *type, const char *const options[],
    unsigned attributes);

/* What the mount that holds fd forbids; the file system's "ro", too. */
int fsmount_attributes(int fd, unsigned *attributes);

/*
 * The same, not yet mounted: a descriptor for fsmount(2), also for that of
 * another process.
 */
int fsmount_begin(const char *type, const char *const options[]);

/* A copy of the mount that holds fd, from fd on; with those below it. */
int fsmount_clone(int fd, bool recursive);

/* The same of a path, whose last component is no link that is followed. */
int fsmount_clone_file(const char *path);

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
 * Say, with the errno of a failure that f has already, why there is no mount
 * of fd for a jail with other ids, and the remedy.  Returns -1.
 */
int fsmount_hint(int fd, const char *remedy, struct fail *f);

/* Attach a detached mount on the directory or file that target is. */
int fsmount_attach(int mount, int target);

/*
 * The same on what has that name in a directory, and is no link.  For one
 * that nobody else has seen yet.
 */
int fsmount_attach_at(int mount, int dir, const char *name);

/*
 * Attach it on top of our own "/".  No path that begins there leads to it,
 * nor away from what it covers; where it is alone, it is "/..".
 */
int fsmount_attach_on_top(int mount);

#endif
