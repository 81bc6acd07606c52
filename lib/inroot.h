/* SPDX-License-Identifier: ISC */
/*
 * inroot.h - open a path inside a root that an enemy wrote
 *
 * Every component of such a path may be a symbolic link to anywhere, and
 * may be exchanged while we look.  These functions are the only way that
 * lib/ touches a path inside a root: a link is followed as if the root
 * were "/" (chroot(2) without its escapes), "/proc"-style magic links are
 * refused, and what comes back is a descriptor, never to be named again.
 *
 * openat2(2), RESOLVE_IN_ROOT; where it is missing (ENOSYS, or EPERM from
 * a system call filter) a walk by one openat(2) per component.
 *
 * All take root, an open directory, and return -1 with errno set.
 */
#ifndef INROOT_H
#define INROOT_H

#include <stddef.h>
#include <sys/types.h>

/*
 * open(2) below root; flags get O_CLOEXEC.  Links inside are followed,
 * the last component's too unless flags has O_NOFOLLOW (ELOOP then; with
 * O_PATH the link itself is opened, as open(2) does).
 */
int inroot_open(int root, const char *path, int flags, mode_t mode);

/* The same, and a symbolic link anywhere in path is an error (ELOOP). */
int inroot_open_nolinks(int root, const char *path, int flags, mode_t mode);

/*
 * Open the directory at path with O_PATH, and make it with its missing
 * parents (mode 0755) when it is not there.  EEXIST or ENOTDIR if
 * something else is in the way.
 */
int inroot_mkdirs(int root, const char *path);

/*
 * Open the directory that path's last component is in, without following
 * any link, and set *name to that component (inside path).  EINVAL where
 * there is none ("", ".", "/", "a/..").
 */
int inroot_parent(int root, const char *path, const char **name);

/*
 * Read a regular file of at most size - 1 bytes and end it with a NUL.
 * EFBIG when it is larger, EINVAL when it is not a regular file: a fifo
 * would hang us, a device might do anything.  Returns the length.
 */
ssize_t inroot_read(int root, const char *path, char *buffer, size_t size);

#endif
