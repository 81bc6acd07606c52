/* SPDX-License-Identifier: ISC */
/*
 * oldmount.h - what fsmount.h does, where the kernel has no calls for it
 *
 * mount(2) knows names alone, and changes what is attached.  So a mount is
 * made on a stage, a tmpfs in a mount namespace that nobody else is in, and
 * is moved to its place when it has all of its attributes.  The names are
 * those of descriptors in the host's /proc: the kernel takes such a link for
 * what the descriptor is, and follows no name of the host's or the root's.
 *
 * The stage lies over /proc/driver, where nobody looks for a source, and is
 * unbindable: a copy of all that the host has mounted is without it.
 *
 * mount(2), mount_namespaces(7), proc_pid_fd(5).  All return -1 with errno
 * set; what was made until then stays on the stage.
 */
#ifndef OLDMOUNT_H
#define OLDMOUNT_H

#include <stdbool.h>

/*
 * The mount namespace that we are in is ours alone, and private.  Until this
 * was said, the others fail with ENOSYS: it would be the host's table.
 */
void oldmount_private(void);

/* As those of fsmount.h; what comes back is on the stage. */
int oldmount_new(const char *type, const char *const options[],
    unsigned attributes);
int oldmount_clone(int fd, bool recursive);

/*
 * Forbid more on a mount; one that is detached is put on the stage for that,
 * by move_mount(2), and with others below it it has to be there.  What was
 * forbidden stays so: the kernel may have locked it.  What cannot be had is
 * an error.
 */
int oldmount_restrict(int mount, unsigned attributes, bool recursive);

/* Move a mount from the stage to target, or on top of "/" (-1). */
int oldmount_attach(int mount, int target);

/* Let go of the stage.  It can be used again: there will be another. */
int oldmount_end(void);

#endif
