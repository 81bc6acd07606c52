/* SPDX-License-Identifier: ISC */
/*
 * kept.h - the root that a jail with --keep has ended with
 *
 * keep.h leaves an upper layer and the name of the root below it.  The
 * kernel puts them together, as it did for the jail: what whiteouts and
 * opaque directories mean is nothing that we read.
 */
#ifndef KEPT_H
#define KEPT_H

struct fail;

/*
 * Mount the kept layer in the working directory on its root, to be read, and
 * return that; *lower becomes the root below, an open directory.  We are in
 * a mount namespace of our own then, an ordinary user also in a user
 * namespace, with the same ids.  -1: the process is unfit for anything.
 */
int kept_open(int *lower, struct fail *f);

/*
 * The two apart, for who writes them as layers of an image: the root below,
 * and as *upper what was kept, both as they are on disk.
 */
int kept_open_apart(int *upper, struct fail *f);

#endif
