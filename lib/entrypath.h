/* SPDX-License-Identifier: ISC */
/*
 * entrypath.h - the path of an entry in an archive, which an enemy wrote
 *
 * It is checked as text first, entrypath_check(), and only then looked for in
 * the tree that is being unpacked, through inroot.h and no link.
 */
#ifndef ENTRYPATH_H
#define ENTRYPATH_H

struct fail;
struct stat;

/* Without its leading "./"; "" is the root itself. */
const char *entrypath_skip_dots(const char *path);

/* -1: the path is absolute, climbs, or is too long, whatever is there. */
int entrypath_check(const char *path, struct fail *f);

/*
 * Check that all directories above a checked path are directories or missing,
 * and look at what is there under its name.  1: something is; 0: nothing.
 */
int entrypath_look_up(int root, const char *path, struct stat *st,
    struct fail *f);

/* Remove what is there, a directory with all that is in it. */
int entrypath_remove(int root, const char *path, struct fail *f);

#endif
