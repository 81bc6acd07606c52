/* SPDX-License-Identifier: ISC */
/*
 * ownerlist.h - whose a file is for who packs it
 *
 * For root that is what the disk says.  A tree that an ordinary user's
 * mkroot made is all the user's, who is root in a jail, and what the archive
 * said is in a list beside it: owners.h.
 */
#ifndef OWNERLIST_H
#define OWNERLIST_H

#include <stddef.h>
#include <stdint.h>

struct fail;
struct stat;

struct ownerlist {
	struct owned *list;
	size_t count, room;
};

/* Read the list of a tree, if it has one. */
int ownerlist_open(struct ownerlist *o, int tree, struct fail *f);
void ownerlist_close(struct ownerlist *o);

/* Put into *st whose path is. */
void ownerlist_apply(const struct ownerlist *o, const char *path,
    struct stat *st);

#endif
