/* SPDX-License-Identifier: ISC */
/* copytree.c - see copytree.h */
#include "copytree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "copyfile.h"
#include "fail.h"
#include "inodes.h"
#include "inroot.h"
#include "scope.h"
#include "treewalk.h"

struct copying {
	int from, to;
	int parent;           /* where what is copied goes to, or -1: */
	char above[PATH_MAX]; /* the path of that */
	struct inodes linked; /* those that have been copied, with their path */
	char **dirs;          /* they get their times when all is in them */
	size_t count, room;
	struct copytree_lost *lost;
};

static int
remember_dir(struct copying *c, const char *path, struct fail *f)
{
	size_t room = c->room > 0 ? 2 * c->room : 64;
	char **more;

	if (c->count == c->room) {
		more = reallocarray(c->dirs, room, sizeof *more);
		if (more == NULL)
			return fail(f, errno, "memory for directories");
		c->dirs = more;
		c->room = room;
	}
	if ((c->dirs[c->count] = strdup(path)) == NULL)
		return fail(f, errno, "memory for directories");
	c->count++;
	return 0;
}

/* 1: it is another name of what is there by now, and linked to that. */
static int
link_again(struct copying *c, int parent, const char *path, const char *name,
    const struct stat *st)
{
	const char *first, *other;
	autoclose int above = -1;
	int known;

	if (st->st_nlink < 2)
		return 0;
	if ((known = inodes_note(&c->linked, st, path, &first)) < 1)
		return known;
	if ((above = inroot_parent(c->to, first, &other)) < 0)
		return -1;
	return linkat(above, other, parent, name, 0) < 0 ? -1 : 1;
}

static int
copy_link(int dir, int parent, const char *name, const struct stat *st,
    struct copytree_lost *lost)
{
	const struct timespec times[] = { st->st_atim, st->st_mtim };
	char target[PATH_MAX];
	ssize_t length = readlinkat(dir, name, target, sizeof target);

	if (length == (ssize_t)sizeof target)
		errno = ENAMETOOLONG;
	if (length < 0 || length == (ssize_t)sizeof target)
		return -1;
	target[length] = '\0';
	if (symlinkat(target, parent, name) < 0
	    || copyfile_owner(parent, name, st, lost) < 0)
		return -1;
	return utimensat(parent, name, times, AT_SYMLINK_NOFOLLOW);
}

static int
copy_regular(int dir, int parent, const char *name, struct copytree_lost *lost)
{
	autoclose int from = openat(dir, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	autoclose int to = -1;
	struct stat st;

	if (from < 0 || fstat(from, &st) < 0)
		return -1;
	if (!S_ISREG(st.st_mode)) {
		errno = ESTALE;
		return -1;
	}
	to = openat(parent, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (to < 0 || copyfile_content(from, to, &st) < 0)
		return -1;
	return copyfile_rest(from, to, &st, lost);
}

static int
copy_fifo(int parent, const char *name, const struct stat *st,
    struct copytree_lost *lost)
{
	const struct timespec times[] = { st->st_atim, st->st_mtim };

	if (mkfifoat(parent, name, 0600) < 0
	    || copyfile_owner(parent, name, st, lost) < 0
	    || fchmodat(parent, name, st->st_mode & 07777, 0) < 0)
		return -1;
	return utimensat(parent, name, times, AT_SYMLINK_NOFOLLOW);
}

/*
 * The directory that path goes to.  What is in one directory comes in one go,
 * so it is opened once.
 */
static int
parent_of(struct copying *c, const char *path)
{
	const char *slash = strrchr(path, '/'), *name;
	size_t length = slash != NULL ? (size_t)(slash - path) : 0;

	if (c->parent >= 0 && strncmp(c->above, path, length) == 0
	    && c->above[length] == '\0')
		return c->parent;
	scope_close(&c->parent);
	c->parent = inroot_parent(c->to, path, &name);
	memcpy(c->above, path, length);
	c->above[length] = '\0';
	return c->parent;
}

static int
copy_one(struct copying *c, int dir, const char *path, const char *name,
    const struct stat *st)
{
	int parent = parent_of(c, path), linked;

	if (parent < 0)
		return -1;
	if (S_ISDIR(st->st_mode))
		return mkdirat(parent, name, 0700);
	if (S_ISBLK(st->st_mode) || S_ISCHR(st->st_mode)
	    || S_ISSOCK(st->st_mode)) {
		c->lost->nodes++;
		return 0;
	}
	if ((linked = link_again(c, parent, path, name, st)) != 0)
		return linked < 0 ? -1 : 0;
	if (S_ISREG(st->st_mode))
		return copy_regular(dir, parent, name, c->lost);
	if (S_ISLNK(st->st_mode))
		return copy_link(dir, parent, name, st, c->lost);
	return copy_fifo(parent, name, st, c->lost);
}

static int
visit(void *context, int dir, const char *path, const char *name,
    const struct stat *st, struct fail *f)
{
	struct copying *c = context;
	int error;

	if (copy_one(c, dir, path, name, st) < 0) {
		error = errno;
		fail(f, error, "copy %s", path);
		errno = error;
		return -1;
	}
	return S_ISDIR(st->st_mode) ? remember_dir(c, path, f) : 0;
}

static int
finish_dir(struct copying *c, const char *path, struct fail *f)
{
	const int flags = O_RDONLY | O_DIRECTORY;
	autoclose int from = inroot_open_nolinks(c->from, path, flags, 0);
	autoclose int to = inroot_open_nolinks(c->to, path, flags, 0);
	struct stat st;

	if (from < 0 || to < 0 || fstat(from, &st) < 0
	    || copyfile_rest(from, to, &st, c->lost) < 0)
		return fail(f, errno, "copy %s", path);
	return 0;
}

int
copytree(int from, int to, struct copytree_lost *lost, struct fail *f)
{
	struct copying c = { .from = from,
		.to = to,
		.parent = -1,
		.lost = lost };
	int error, result = tree_walk(from, visit, &c, false, f);

	error = errno;
	/* A mode may close a directory to us: those inside come first. */
	while (c.count > 0) {
		char *path = c.dirs[--c.count];

		if (result == 0)
			result = finish_dir(&c, path, f);
		free(path);
	}
	if (result == 0)
		result = finish_dir(&c, ".", f);
	scope_close(&c.parent);
	free(c.dirs);
	inodes_free(&c.linked);
	errno = error;
	return result;
}

bool
copytree_note(const struct copytree_lost *lost, const char *name,
    struct fail *note)
{
	fail(note, 0,
	    "%s: left out: %lu device nodes or sockets; attributes or ACLs of "
	    "%lu files; the owners of %lu",
	    name, lost->nodes, lost->attributes, lost->owners);
	return lost->nodes + lost->owners + lost->attributes > 0;
}
