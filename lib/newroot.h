/* SPDX-License-Identifier: ISC */
/*
 * newroot.h - make files in a root that is being built
 *
 * Paths are below the open directory root and go through inroot.h; missing
 * directories above them are made with mode 0755 less the umask.  What is
 * there already is an error (EEXIST), but for directories.  All return -1
 * with errno set.
 */
#ifndef NEWROOT_H
#define NEWROOT_H

#include <stddef.h>
#include <sys/types.h>

/* Make the directory with that mode, or give it to the one that is there. */
int newroot_dir(int root, const char *path, mode_t mode);

/* Make an empty file; its descriptor, open for writing. */
int newroot_file(int root, const char *path, mode_t mode);

int newroot_link(int root, const char *path, const char *target);

/* Make a file of all that can be read from the descriptor. */
int newroot_copy(int root, const char *path, mode_t mode, int from);

/* Append text and a newline to a file, which is made if it is missing. */
int newroot_line(int root, const char *path, const char *text);

#endif
