/* SPDX-License-Identifier: ISC */
/* cache.c - see cache.h */
#include "cache.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "hash.h"
#include "inroot.h"
#include "scope.h"
#include "work.h"

static int
cache_path(char path[PATH_MAX], struct fail *f)
{
	const char *base = getenv("XDG_CACHE_HOME"), *below = "rungs";

	/* The XDG base directory specification: a relative one is ignored. */
	if (base == NULL || *base != '/') {
		base = geteuid() == 0 ? "/var/cache" : getenv("HOME");
		below = geteuid() == 0 ? "rungs" : ".cache/rungs";
	}
	if (base == NULL || *base != '/') {
		fail(f, 0, "cache: neither XDG_CACHE_HOME nor HOME is set");
		return fail_hint(f, "set one of them to an absolute path");
	}
	if (snprintf(path, PATH_MAX, "%s/%s", base, below) >= PATH_MAX)
		return fail(f, ENAMETOOLONG, "%s", base);
	return 0;
}

/* mkdir -p, 0700 from the first that is missing, as XDG asks for. */
static int
make_all(const char *path)
{
	char part[PATH_MAX];

	strcpy(part, path);
	for (char *slash = part + 1; (slash = strchr(slash, '/')) != NULL;
	     slash++) {
		*slash = '\0';
		if (mkdir(part, 0700) < 0 && errno != EEXIST)
			return -1;
		*slash = '/';
	}
	return mkdir(path, 0700) < 0 && errno != EEXIST ? -1 : 0;
}

static int
check_private(const struct cache *c, struct fail *f)
{
	struct stat st;

	if (fstat(c->fd, &st) < 0)
		return fail(f, errno, "%s: cache", c->path);
	if (st.st_uid != geteuid()) {
		fail(f, 0, "%s: cache: belongs to another user (%ju)", c->path,
		    (uintmax_t)st.st_uid);
		return fail_hint(f, "remove it, or set XDG_CACHE_HOME");
	}
	if ((st.st_mode & 077) != 0) {
		fail(f, 0, "%s: cache: its mode %04o lets others in", c->path,
		    (unsigned)st.st_mode & 07777);
		return fail_hint(f,
		    "chmod 700, if nobody can have changed what is in it");
	}
	return 0;
}

int
cache_open(struct cache *c, struct fail *f)
{
	int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

	c->fd = -1;
	if (cache_path(c->path, f) < 0)
		return -1;
	c->fd = open(c->path, flags);
	if (c->fd < 0 && errno == ENOENT && make_all(c->path) == 0)
		c->fd = open(c->path, flags);
	if (c->fd < 0) {
		fail(f, errno == ELOOP ? ENOTDIR : errno, "%s: cache: open",
		    c->path);
		return fail_hint(f, "XDG_CACHE_HOME says where else it can be");
	}
	if (check_private(c, f) == 0)
		return 0;
	cache_close(c);
	return -1;
}

void
cache_close(struct cache *c)
{
	scope_drop(&c->fd);
}

static bool
is_below(const char *path, const char *above)
{
	size_t length = strlen(above);

	return strncmp(path, above, length) == 0 && path[length] == '/';
}

bool
cache_contains(const char *dir)
{
	char path[PATH_MAX], real[PATH_MAX], asked[PATH_MAX];
	struct fail why;

	if (cache_path(path, &why) < 0)
		return false;
	return is_below(dir, path)
	       || (realpath(path, real) != NULL && realpath(dir, asked) != NULL
		   && is_below(asked, real));
}

int
cache_find(const struct cache *c, const char *key, char path[PATH_MAX])
{
	char tree[CACHE_KEY + 32];
	struct stat st;

	snprintf(tree, sizeof tree, "roots/%s/rootfs", key);
	if (snprintf(path, PATH_MAX, "%s/%s", c->path, tree) >= PATH_MAX)
		return 0;
	return fstatat(c->fd, tree, &st, AT_SYMLINK_NOFOLLOW) == 0
	       && S_ISDIR(st.st_mode);
}

int
cache_open_part(const struct cache *c, const char *name, struct fail *f)
{
	int fd;

	if (mkdirat(c->fd, name, 0700) < 0 && errno != EEXIST)
		return fail(f, errno, "%s/%s: make", c->path, name);
	fd = openat(c->fd, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd >= 0 ? fd : fail(f, errno, "%s/%s: open", c->path, name);
}

/* A descriptor for the file of that lock; -1 with errno set. */
static int
take_lock(int locks, const char *key)
{
	int fd = openat(locks, key,
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);

	while (fd >= 0 && flock(fd, LOCK_EX) < 0)
		if (errno != EINTR) {
			scope_close(&fd);
			return -1;
		}
	return fd;
}

int
cache_lock(const struct cache *c, const char *key, struct fail *f)
{
	autoclose int locks = cache_open_part(c, "locks", f);
	struct stat st;
	int fd;

	if (locks < 0)
		return -1;
	/* Who prunes the cache removes those that nobody holds. */
	while ((fd = take_lock(locks, key)) >= 0 && fstat(fd, &st) == 0
	       && st.st_nlink == 0)
		close(fd);
	if (fd < 0)
		return fail(f, errno, "%s/locks/%s: lock", c->path, key);
	return fd;
}

/*
 * Backups leave out a directory with this file in it, and jailexec refuses
 * to write to a tree three levels below one.  So it is there before any
 * tree is.  The Cache Directory Tagging Specification.
 */
static int
put_tag(const struct cache *c, struct fail *f)
{
	static const char text[] =
	    "Signature: 8a477f597d28d172789f06886806bc55\n"
	    "# Roots that mkroot(1) can make again.\n";
	autoclose int fd = openat(c->fd, "CACHEDIR.TAG",
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0 && errno == EEXIST)
		return 0;
	if (fd < 0 || write(fd, text, sizeof text - 1) < 0)
		return fail(f, errno, "%s/CACHEDIR.TAG: make", c->path);
	return 0;
}

int
cache_begin(const struct cache *c, struct work *w, struct fail *f)
{
	int tmp = put_tag(c, f) < 0 ? -1 : cache_open_part(c, "tmp", f);

	*w = (struct work){ .parent = -1, .fd = -1 };
	if (tmp < 0)
		return -1;
	if (work_begin(tmp, "", w, f) == 0)
		return 0;
	return fail_prefix(f, "%s/tmp: ", c->path);
}

int
cache_publish(const struct cache *c, struct work *w, const char *key,
    struct fail *f)
{
	autoclose int roots = cache_open_part(c, "roots", f);
	char path[PATH_MAX];
	int got;

	if (roots < 0)
		return -1;
	got = work_publish(w, roots, key, f);
	if (got == 1 && !cache_find(c, key, path)) {
		/* Something took the tree away: then the rest goes, too. */
		tree_remove(roots, key);
		got = work_publish(w, roots, key, f);
	}
	if (got < 0)
		return fail_prefix(f, "%s/roots: ", c->path);
	return 0;
}

int
cache_open_file(const struct cache *c, const char *key, const char *name)
{
	char path[CACHE_KEY + 32];

	snprintf(path, sizeof path, "roots/%s/%s", key, name);
	return openat(c->fd, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

/*
 * What a file is known by.  The name in by-file/ is a hash of it, and the
 * whole of it is in the file, so that a collision is seen.
 */
static int
file_identity(const char *path, const struct stat *st, char **text,
    char name[32])
{
	int length = asprintf(text, "%ju %ju %jd %jd.%09ld %jd.%09ld %s",
	    (uintmax_t)st->st_dev, (uintmax_t)st->st_ino, (intmax_t)st->st_size,
	    (intmax_t)st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
	    (intmax_t)st->st_ctim.tv_sec, st->st_ctim.tv_nsec, path);

	if (length < 0) {
		*text = NULL;
		return -1;
	}
	snprintf(name, 32, "%016" PRIx64,
	    hash_bytes(HASH_START, *text, (size_t)length));
	return 0;
}

int
cache_recall(const struct cache *c, const char *path, const struct stat *st,
    char key[CACHE_KEY])
{
	char name[32], file[64], note[PATH_MAX + 2 * CACHE_KEY + 128], *rest;
	autofree char *identity = NULL;
	size_t length;

	if (file_identity(path, st, &identity, name) < 0)
		return 0;
	snprintf(file, sizeof file, "by-file/%s", name);
	if (inroot_read(c->fd, file, note, sizeof note) < 0)
		return 0;
	/* The key is the first line, the identity all the rest. */
	if ((rest = strchr(note, '\n')) == NULL)
		return 0;
	*rest++ = '\0';
	length = strlen(note);
	if (length >= CACHE_KEY || strncmp(note, "sha256-", 7) != 0
	    || strchr(note, '/') != NULL || strcmp(rest, identity) != 0)
		return 0;
	strcpy(key, note);
	return 1;
}

void
cache_remember(const struct cache *c, const char *path, const struct stat *st,
    const char *key)
{
	char name[32], text[64];
	autofree char *identity = NULL;
	autoclose int notes = -1, fd = -1;
	struct fail why;

	if (file_identity(path, st, &identity, name) < 0
	    || (notes = cache_open_part(c, "by-file", &why)) < 0)
		return;
	/* Under a name of our own first: a reader sees all of it or none. */
	snprintf(text, sizeof text, "%s.%jd", name, (intmax_t)getpid());
	fd = openat(notes, text,
	    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	if (dprintf(fd, "%s\n%s", key, identity) < 0
	    || renameat(notes, text, notes, name) < 0)
		unlinkat(notes, text, 0);
}
