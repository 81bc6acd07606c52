/* SPDX-License-Identifier: ISC */
/*
 * selection.h - files of this machine that are to be in a new root, too
 *
 * A file is taken with all that leads to it: the directories above it, and
 * each symbolic link on the way as the link that it is, with what it leads
 * to.  path_resolution(7).
 */
#ifndef SELECTION_H
#define SELECTION_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

struct fail;

enum { SELECTION_MAX = 1 << 17 }; /* more files than this are an error */

struct selected {
	char *path;      /* absolute, without a link in it */
	char *target;    /* of a link, else NULL */
	struct stat was; /* when it was taken */
};

struct selection {
	struct selected *list; /* sorted by path: what is above comes first */
	size_t count, room;
};

/*
 * Take path, which must be absolute, and leave where it leads in real.  1:
 * that is new here, and *st is what it is; 0: it was taken before; -1: it
 * is not there, or neither a file nor a directory.
 */
int selection_take(struct selection *s, const char *path, char real[PATH_MAX],
    struct stat *st, struct fail *f);

/* Take what is at path, and if that is a link, no more than the link. */
int selection_keep(struct selection *s, const char *path, struct fail *f);

/* A number for these files, as lstat(2) knew them. */
uint64_t selection_key(const struct selection *s, uint64_t hash);

/*
 * Copy all of them to the open directory root: permissions without set-ID
 * bits, owned by the caller.  -1: some of them are there; one that changed
 * since it was taken is an error, too.
 */
int selection_copy(const struct selection *s, int root, struct fail *f);

void selection_free(struct selection *s);

#endif
