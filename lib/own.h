/* SPDX-License-Identifier: ISC */
/*
 * own.h - a root of one's own, which keeps its changes: dir=PATH
 *
 *	PATH          mode 0700: a jail's root may leave setuid files in it
 *	PATH/rootfs   the tree
 *	PATH/origin   what it was made from; see origin.h
 *
 * It is built in PATH.rungs-XXXXXXXX beside and renamed when it is whole.
 */
#ifndef OWN_H
#define OWN_H

#include <limits.h>

struct fail;
struct origin;
struct work;

/*
 * The absolute path that dir stands for.  What mkroot prints, PATH/rootfs,
 * stands for PATH.  -1: the directory above it is not there.
 */
int own_resolve(const char *dir, char path[PATH_MAX], struct fail *f);

/*
 * 1: path is a root that the caller's mkroot made, and *o is what of;
 * 0: nothing is there; -1: something else is.  origin_free is due after 1.
 */
int own_find(const char *path, struct origin *o, struct fail *f);

/* Begin to make it: work_begin beside path. */
int own_begin(const char *path, struct work *w, struct fail *f);

/* Rename it to path.  1: something is there by now. */
int own_publish(const char *path, struct work *w, struct fail *f);

#endif
