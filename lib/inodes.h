/* SPDX-License-Identifier: ISC */
/* inodes.h - files that have more than one name: which have been seen */
#ifndef INODES_H
#define INODES_H

#include <stddef.h>

struct stat;

struct inodes {
	struct inode *table; /* NULL at first */
	size_t count, room;
};

/*
 * Look for the file of st, and add it with that path if it is new.  1: it was
 * there, and *first is the path that it came with; 0: it is new; -1: there is
 * no memory.
 */
int inodes_note(struct inodes *i, const struct stat *st, const char *path,
    const char **first);
void inodes_free(struct inodes *i);

#endif
