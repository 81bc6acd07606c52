/* SPDX-License-Identifier: ISC */
/*
 * cache.h - roots that are made once and then shared
 *
 *	roots/KEY/rootfs    a tree, never written to again
 *	roots/KEY/origin    what it is, as a description; see origin.h
 *	roots/KEY/owners    whose its files are, if not all 0:0's; owners.h
 *	roots/KEY/archive   what it was unpacked from, if that was fetched
 *	by-file/HEX         which KEY the archive of a user is
 *	tmp/                work in progress; see work.h
 *	locks/KEY           held while KEY is being made
 *	CACHEDIR.TAG        what it is, for backups and for root.h
 *
 * The directory is for its owner alone: setuid programs are in its trees.
 * roots/KEY appears by one rename(2), so what is there is whole.
 */
#ifndef CACHE_H
#define CACHE_H

#include <limits.h>
#include <stdbool.h>

struct fail;
struct stat;
struct work;

enum { CACHE_KEY = 80 }; /* room for a key, its NUL included */

struct cache {
	int fd;
	char path[PATH_MAX];
};

/*
 * Open the caller's cache, $XDG_CACHE_HOME/rungs, /var/cache/rungs (root)
 * or $HOME/.cache/rungs, and make it if it is missing.  -1: it is not a
 * directory, not the caller's own, or others can get in.
 */
int cache_open(struct cache *c, struct fail *f);
void cache_close(struct cache *c);

/* Whether dir is a path in the caller's cache, as it is or would be. */
bool cache_contains(const char *dir);

/* 1: the root of that key is there, and path is its tree; 0: it is not. */
int cache_find(const struct cache *c, const char *key, char path[PATH_MAX]);

/* Open roots, tmp, locks or by-file, and make it if need be. */
int cache_open_part(const struct cache *c, const char *name, struct fail *f);

/* Wait until nobody else makes this key; a descriptor to close, or -1. */
int cache_lock(const struct cache *c, const char *key, struct fail *f);

/* Begin to make a root: work_begin in tmp/. */
int cache_begin(const struct cache *c, struct work *w, struct fail *f);

/* Move what was made to roots/KEY, or find that it is there already. */
int cache_publish(const struct cache *c, struct work *w, const char *key,
    struct fail *f);

/* Open a file of the root's directory ("archive", "origin") for reading. */
int cache_open_file(const struct cache *c, const char *key, const char *name);

/*
 * Which key the archive is that st describes and path leads to; 1, or 0 if
 * that is not known.  It is forgotten as soon as the file changes.
 */
int cache_recall(const struct cache *c, const char *path, const struct stat *st,
    char key[CACHE_KEY]);

/* Note it.  A failure costs time the next time, so there is none. */
void cache_remember(const struct cache *c, const char *path,
    const struct stat *st, const char *key);

#endif
