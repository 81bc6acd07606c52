/* SPDX-License-Identifier: ISC */
/*
 * treewalk.h - everything below a directory that an enemy may have filled
 *
 * No link is followed and no mount is entered.  A directory is opened anew
 * by its path, through inroot.h, so that it can be as deep as a path is long;
 * what is exchanged meanwhile can lead to another place below, not above.
 */
#ifndef TREEWALK_H
#define TREEWALK_H

#include <stdbool.h>

struct fail;
struct stat;

/*
 * Called for each name, and for a directory before what is in it.  path is
 * below the top and ends with name, which is in the open directory dir.
 * -1: go no further.
 */
typedef int tree_visit(void *context, int dir, const char *path,
    const char *name, const struct stat *st, struct fail *f);

/*
 * Walk through the open directory top, always in the same order.  lenient:
 * pass by what cannot be read.  -1: something could not, or visit said so.
 */
int tree_walk(int top, tree_visit *visit, void *context, bool lenient,
    struct fail *f);

#endif
