/* SPDX-License-Identifier: ISC */
/*
 * cacheuse.h - who uses a root of the cache, and since when
 *
 * Whoever runs a jail holds a shared flock(2) on roots/KEY/origin, from
 * before it looks at the tree until the jail has ended; whoever removes the
 * root holds an exclusive one.  A process may outlive who ran its jail, or
 * take its place: it is known by its mounts.  A bind mount has the path of
 * the tree in it, and an overlay of ours has KEY for its source.
 *
 * When a root was used last is the access time of its origin: that is what
 * access times are for, and nothing else is changed.
 */
#ifndef CACHEUSE_H
#define CACHEUSE_H

#include <stdbool.h>
#include <stddef.h>

#include "cache.h"

struct fail;

/*
 * Hold the root that dir is the tree of; *hold is a descriptor to close, or
 * -1: it is none of a cache, or it is not there.  Waits for who removes it.
 */
int cacheuse_hold(const char *dir, int *hold, struct fail *f);

/* Note that it is being used, by its origin.  A date is worth no failure. */
void cacheuse_note(int at, const char *origin);

/* "source=KEY", for the overlay over a tree; "" where dir is none. */
void cacheuse_source(const char *dir, char option[CACHE_KEY + 8]);

/* The mounts of all processes that we can see, as text. */
struct cacheuse {
	char *text;
	size_t size, room;
};
int cacheuse_read(struct cacheuse *u, struct fail *f);
void cacheuse_free(struct cacheuse *u);

/* Whether some process sees the root of that key. */
bool cacheuse_is_mounted(const struct cacheuse *u, const char *key);

#endif
