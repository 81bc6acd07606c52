/* SPDX-License-Identifier: ISC */
/*
 * owners.h - whose the files of a root are, where the disk cannot say it
 *
 * Who may give files to nobody unpacks a tree that is all the caller's.
 * What the archive said is then kept beside the tree, and a jail that has
 * those ids gives its files to them: in the scratch layer, as the tree is
 * shared with jails that have one id only.
 *
 * The list has records of two words, each of which ends with a NUL:
 *
 *	UID:GID PATH    whose PATH is, which is below the tree ("." is itself)
 *	=OTHER PATH     the same as OTHER's, which it is a hard link to
 *
 * Of two about one path the later one holds.  All other files are 0:0's.
 * An enemy's archive decides on the paths and the ids, so both are read as
 * such: strictly, through inroot.h, and no link is followed.
 */
#ifndef OWNERS_H
#define OWNERS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct fail;

/* Where it is, from the tree. */
#define OWNERS_LIST "../owners"

enum { OWNERS_SIZE = 1 << 24 }; /* bytes in a list, or it is refused */

/*
 * Add a record to the list beside tree, a directory; *list is NULL before
 * the first one, and the caller's to close.  There must be no list yet.
 */
int owners_note(FILE **list, int tree, const char *path, uint32_t uid,
    uint32_t gid, struct fail *f);
int owners_note_link(FILE *list, const char *path, const char *other,
    struct fail *f);

/*
 * When layers have been unpacked one over the other: leave in the list, which
 * is closed and is there, only whose files still are, and of which links have
 * become names of their own.  -1: there may be no list.
 */
int owners_settle(int tree, struct fail *f);

/*
 * Open the list of a tree in mkroot's cache; -1 in *list: it has none, or is
 * elsewhere.  -1: there is something that is no list of the caller's.
 */
int owners_open(int tree, int *list, struct fail *f);

/* Read the UID:GID of a record.  -1 with errno set: it is none. */
int owners_parse(const char *owner, uint32_t *uid, uint32_t *gid);

/*
 * Call visit for each record, in order, until it returns -1.  Both words are
 * only there during the call.
 */
typedef int owners_visit(void *context, const char *owner, const char *path,
    struct fail *f);
int owners_each(int list, owners_visit *visit, void *context, struct fail *f);

/*
 * Give the files below top, which is the tree seen through an overlay, to
 * whom the list says.  Modes stay as they are.  -1: some may have been given;
 * an id that is not in our user namespace is one reason.
 */
int owners_give(int list, int top, struct fail *f);

#endif
