/* SPDX-License-Identifier: ISC */
/* cachelist.c - see cachelist.h */
#include "cachelist.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cacheuse.h"
#include "fail.h"
#include "inodes.h"
#include "inroot.h"
#include "listing.h"
#include "origin.h"
#include "scope.h"
#include "treewalk.h"
#include "work.h"

struct lister {
	const struct cache *c;
	int roots;
	struct inodes seen;
	struct cached root;
	struct origin origin;       /* what it was made from */
	const struct work *rubbish; /* what goes is moved to there, or NULL */
	uint64_t older;
};

/* The file's blocks; those of one with several names are counted once. */
static int
add_blocks(void *context, int dir, const char *path, const char *name,
    const struct stat *st, struct fail *f)
{
	struct lister *l = context;
	const char *first;
	int known = 0;

	(void)dir;
	(void)name;
	if (!S_ISDIR(st->st_mode) && st->st_nlink > 1)
		known = inodes_note(&l->seen, st, path, &first);
	if (known < 0)
		return fail(f, errno, "memory for a list of files");
	if (!known)
		l->root.bytes += (uint64_t)st->st_blocks * 512;
	return 0;
}

static int
look_at(struct lister *l, int dir, int origin, struct fail *f)
{
	struct fail why;
	struct stat st;

	if (origin_read(dir, &l->origin, &why) == 0)
		l->root.what = &l->origin.root;
	if (origin >= 0 && fstat(origin, &st) == 0)
		l->root.used = st.st_atim;
	if (fstat(dir, &st) == 0)
		l->root.bytes = (uint64_t)st.st_blocks * 512;
	return tree_walk(dir, add_blocks, l, true, f);
}

/* With the origin locked, nobody begins to use it. */
static int
look_for_users(struct lister *l, int origin, struct fail *f)
{
	struct cacheuse u;

	if (origin >= 0 && flock(origin, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return fail(f, errno, "lock its origin");
		l->root.state = CACHED_USED;
		return 0;
	}
	if (cacheuse_read(&u, f) < 0)
		return -1;
	if (cacheuse_is_mounted(&u, l->root.key))
		l->root.state = CACHED_USED;
	cacheuse_free(&u);
	return 0;
}

static uint64_t
age(const struct timespec *then)
{
	struct timespec now;
	int64_t seconds;

	clock_gettime(CLOCK_REALTIME, &now);
	seconds = (int64_t)now.tv_sec - then->tv_sec;
	if (seconds < 0 || seconds > INT32_MAX)
		return seconds < 0 ? 0 : UINT64_MAX;
	return (uint64_t)seconds * 1000000000;
}

static int
remove_root(struct lister *l, struct fail *f)
{
	if (age(&l->root.used) < l->older) {
		l->root.state = CACHED_RECENT;
		return 0;
	}
	if (renameat(l->roots, l->root.key, l->rubbish->fd, l->root.key) < 0)
		return fail(f, errno, "move it away");
	l->root.state = CACHED_REMOVED;
	if (tree_remove(l->rubbish->fd, l->root.key) < 0)
		return fail(f, errno, "remove it");
	return 0;
}

static int
handle(struct lister *l, const char *key, struct fail *f)
{
	autoclose int dir = openat(l->roots, key,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	autoclose int origin = -1;

	/* What is no directory is not ours, and who removes one was quicker. */
	if (dir < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP
		           ? 1
		           : fail(f, errno, "open");
	origin = openat(dir, "origin",
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	l->root = (struct cached){ .state = CACHED_IDLE };
	snprintf(l->root.key, sizeof l->root.key, "%s", key);
	if (look_at(l, dir, origin, f) < 0 || look_for_users(l, origin, f) < 0)
		return -1;
	if (l->rubbish == NULL || l->root.state != CACHED_IDLE)
		return 0;
	return remove_root(l, f);
}

static int
each(struct lister *l, cached_visit *visit, struct fail *f)
{
	struct listing keys;
	int result = 0;

	if ((l->roots = cache_open_part(l->c, "roots", f)) < 0)
		return -1;
	if (listing_read(&keys, l->roots) < 0)
		result = fail(f, errno, "%s/roots: read", l->c->path);
	for (size_t n = 0; n < keys.count && result >= 0; n++) {
		if (strlen(keys.list[n]) >= CACHE_KEY)
			continue;
		if ((result = handle(l, keys.list[n], f)) == 0)
			visit(&l->root);
		else if (result < 0)
			fail_prefix(f, "%s/roots/%s: ", l->c->path,
			    keys.list[n]);
		origin_free(&l->origin);
	}
	listing_free(&keys);
	inodes_free(&l->seen);
	scope_close(&l->roots);
	return result < 0 ? -1 : 0;
}

int
cachelist_show(const struct cache *c, cached_visit *visit, struct fail *f)
{
	struct lister l = { .c = c };

	return each(&l, visit, f);
}

/* Remove the names in a part that keep() does not want to be kept. */
static int
clean(const struct cache *c, const char *part,
    bool (*keep)(const struct cache *c, int dir, const char *name),
    struct fail *f)
{
	autoclose int dir = cache_open_part(c, part, f);
	struct listing names;

	if (dir < 0)
		return -1;
	if (listing_read(&names, dir) < 0)
		return fail(f, errno, "%s/%s: read", c->path, part);
	for (size_t n = 0; n < names.count; n++)
		if (!keep(c, dir, names.list[n]))
			unlinkat(dir, names.list[n], 0);
	listing_free(&names);
	return 0;
}

/* Notes about roots that are there; what was just written is never long. */
static bool
keep_note(const struct cache *c, int dir, const char *name)
{
	char note[PATH_MAX + 2 * CACHE_KEY + 128], path[PATH_MAX];

	if (inroot_read(dir, name, note, sizeof note) < 0)
		return false;
	note[strcspn(note, "\n")] = '\0';
	return strlen(note) < CACHE_KEY && cache_find(c, note, path);
}

/* Locks that somebody holds, who makes a root. */
static bool
keep_lock(const struct cache *c, int dir, const char *name)
{
	autoclose int fd =
	    openat(dir, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	(void)c;
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
		return true;
	/* Before it is unlocked: who waited for it looks whether it is there.
	 */
	unlinkat(dir, name, 0);
	return true;
}

int
cachelist_prune(const struct cache *c, uint64_t older, cached_visit *visit,
    struct fail *f)
{
	struct lister l = { .c = c, .older = older };
	struct work rubbish;
	int result;

	/* This removes what others left behind, too. */
	if (cache_begin(c, &rubbish, f) < 0)
		return -1;
	l.rubbish = &rubbish;
	result = each(&l, visit, f);
	work_end(&rubbish);
	if (result < 0 || clean(c, "by-file", keep_note, f) < 0
	    || clean(c, "locks", keep_lock, f) < 0)
		return -1;
	return 0;
}
