/* SPDX-License-Identifier: ISC */
/* cachemake.h - from a source to a root in the cache */
#ifndef CACHEMAKE_H
#define CACHEMAKE_H

#include <limits.h>

struct cache;
struct fail;
struct source;

/*
 * 1: the root of s is in the cache, and dir is its tree; it counts as used
 * now.  0: it is not.  The key of a user's archive may have been noted.
 */
int cachemake_recall(struct source *s, const struct cache *c,
    char dir[PATH_MAX]);

/*
 * See that it is there: whoever else makes it is waited for.  digest is what
 * tar: must have, or NULL.  1: its archive cannot be had, as source_fill; -1:
 * it went wrong, and nothing of it is there.
 */
int cachemake(struct source *s, const struct cache *c, const char *digest,
    char dir[PATH_MAX], struct fail *f);

#endif
