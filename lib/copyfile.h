/* SPDX-License-Identifier: ISC */
/*
 * copyfile.h - one file to another, both open
 *
 * ioctl_ficlone(2), copy_file_range(2), lseek(2) SEEK_DATA, xattr(7).  All
 * return -1 with errno set.
 */
#ifndef COPYFILE_H
#define COPYFILE_H

#include <sys/types.h>

struct copytree_lost;
struct stat;

/* All that is in it, with the holes that the file system knows of. */
int copyfile_content(int from, int to, const struct stat *st);

/*
 * Owner, mode, attributes and times, of a file or a directory, in the order
 * in which none undoes another.  What cannot be had is counted as lost, if
 * that is because of who we are or where it is.
 */
int copyfile_rest(int from, int to, const struct stat *st,
    struct copytree_lost *lost);

/* The owner alone, by name; no link is followed. */
int copyfile_owner(int parent, const char *name, const struct stat *st,
    struct copytree_lost *lost);

#endif
