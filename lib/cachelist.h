/* SPDX-License-Identifier: ISC */
/*
 * cachelist.h - what is in the cache, and what of it can go
 *
 * A root that goes is first moved to tmp/, into a directory that we have
 * locked: whoever is killed meanwhile leaves rubbish, which the next removes,
 * and never half a root.
 */
#ifndef CACHELIST_H
#define CACHELIST_H

#include <stdint.h>
#include <time.h>

#include "cache.h"
#include "source.h"

struct fail;

enum cached_state {
	CACHED_IDLE,
	CACHED_USED,    /* by a jail */
	CACHED_RECENT,  /* given out a moment ago: its jail is to begin */
	CACHED_REMOVED, /* now */
};

struct cached {
	char key[CACHE_KEY];
	const struct root *what; /* NULL: its origin is gone */
	uint64_t bytes; /* on disk; a file in two roots is the first's, and
	                   blocks that files share (dedupe.h) are each one's */
	struct timespec used; /* when it was given out last, or 0 */
	enum cached_state state;
};

/* What it points to is there during the call. */
typedef void cached_visit(const struct cached *root);

/* Show each root, sorted by key. */
int cachelist_show(const struct cache *c, cached_visit *visit, struct fail *f);

/*
 * Remove each root that no jail uses and that was given out more than that
 * many nanoseconds ago, and show all of them.
 */
int cachelist_prune(const struct cache *c, uint64_t older, cached_visit *visit,
    struct fail *f);

#endif
