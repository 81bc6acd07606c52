/* SPDX-License-Identifier: ISC */
/* cachemake.c - see cachemake.h */
#include "cachemake.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cache.h"
#include "cacheuse.h"
#include "dedupe.h"
#include "fail.h"
#include "scope.h"
#include "source.h"
#include "work.h"

/* Whether the source is in the cache; dir is its tree, then. */
static int
find(const struct source *s, const struct cache *c, char dir[PATH_MAX])
{
	char origin[CACHE_KEY + 32];

	if (s->key[0] == '\0' || !cache_find(c, s->key, dir))
		return 0;
	snprintf(origin, sizeof origin, "roots/%s/origin", s->key);
	cacheuse_note(c->fd, origin);
	return 1;
}

int
cachemake_recall(struct source *s, const struct cache *c, char dir[PATH_MAX])
{
	char key[CACHE_KEY];

	if (s->file >= 0 && s->archive == NULL && !s->is_stream
	    && cache_recall(c, s->from, &s->status, key))
		source_set_digest(s, key + strlen("sha256-"));
	return find(s, c, dir);
}

/* Make the root in the cache, with its lock held. */
static int
fill(struct source *s, const struct cache *c, const char *digest,
    char dir[PATH_MAX], struct fail *f)
{
	autoclose int rootfs = -1;
	struct work w;
	int got;

	if (cache_begin(c, &w, f) < 0)
		return work_hint(c->path, f);
	got = source_fill(s, &w, digest, f);
	if (got == 0)
		rootfs = openat(w.fd, "rootfs",
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (rootfs >= 0)
		dedupe_root(c, rootfs);
	if (got == 0 && (got = cache_publish(c, &w, s->key, f)) == 0
	    && !find(s, c, dir))
		got = fail(f, 0, "%s: vanished from the cache", s->from);
	if (got < 0)
		work_hint(c->path, f);
	work_end(&w);
	if (got == 0 && s->file >= 0 && s->archive == NULL && !s->is_stream)
		cache_remember(c, s->from, &s->status, s->key);
	return got;
}

int
cachemake(struct source *s, const struct cache *c, const char *digest,
    char dir[PATH_MAX], struct fail *f)
{
	char name[CACHE_KEY];
	autoclose int lock = -1;

	if (cachemake_recall(s, c, dir))
		return 0;
	if (s->key[0] != '\0')
		strcpy(name, s->key);
	else
		snprintf(name, sizeof name, "file-%jx-%jx",
		    (uintmax_t)s->status.st_dev, (uintmax_t)s->status.st_ino);
	if ((lock = cache_lock(c, name, f)) < 0)
		return work_hint(c->path, f);
	/* Whoever had the lock before us may have made it. */
	if (cachemake_recall(s, c, dir))
		return 0;
	return fill(s, c, digest, dir, f);
}
