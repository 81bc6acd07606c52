/* SPDX-License-Identifier: ISC */
/*
 * lockfile.h - the digests of what was used, for others to get the same
 *
 * A line has the name of a source, as a description has it, and its digest:
 *
 *	alpine:3.20.3 sha256:HEX    of the archive that was unpacked
 *	busybox tree:HEX            of the tree, where there was no archive,
 *	alpine:3.20.3+curl tree:HEX or packages were added
 *
 * An archive of a user may have any name: its digest says what it is.
 */
#ifndef LOCKFILE_H
#define LOCKFILE_H

struct fail;
struct root;

/* What a root is called in there; free(3).  NULL: no memory. */
char *lockfile_name(const struct root *root, struct fail *f);

/*
 * Add the line, if it is not there.  -1: that source has another digest in
 * there, which stays, or the file cannot be written.
 */
int lockfile_add(const char *file, const char *name, const char *digest,
    struct fail *f);

/* -1: the file has no such line. */
int lockfile_check(const char *file, const char *name, const char *digest,
    struct fail *f);

/* The digest "tree:HEX" of the tree at dir, by packroot-write; free(3). */
char *lockfile_tree(const char *dir, struct fail *f);

#endif
