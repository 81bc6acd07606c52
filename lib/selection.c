/* SPDX-License-Identifier: ISC */
/* selection.c - see selection.h */
#include "selection.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "hash.h"
#include "newroot.h"
#include "scope.h"

enum { MAX_LINKS = 40 }; /* as many as the kernel follows */

/* Where path is in the list, or would be. */
static size_t
find(const struct selection *s, const char *path, bool *found)
{
	size_t low = 0, high = s->count;
	int order;

	*found = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		order = strcmp(s->list[middle].path, path);
		if (order == 0)
			*found = true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* 1: it is new; 0: it is there. */
static int
insert(struct selection *s, const char *path, const char *target,
    const struct stat *st, struct fail *f)
{
	struct selected item = { .was = *st }, *more;
	size_t room = s->room > 0 ? 2 * s->room : 64;
	bool found;
	size_t at = find(s, path, &found);

	if (found)
		return 0;
	if (s->count == SELECTION_MAX)
		return fail(f, 0, "%s: more than %d files", path,
		    SELECTION_MAX);
	if (s->count == s->room) {
		more = reallocarray(s->list, room, sizeof item);
		if (more == NULL)
			return fail(f, errno, "memory for a list of files");
		s->list = more;
		s->room = room;
	}
	item.path = strdup(path);
	item.target = target != NULL ? strdup(target) : NULL;
	if (item.path == NULL || (target != NULL && item.target == NULL)) {
		free(item.path);
		return fail(f, errno, "memory for a list of files");
	}
	memmove(&s->list[at + 1], &s->list[at], (s->count - at) * sizeof item);
	s->list[at] = item;
	s->count++;
	return 1;
}

int
selection_keep(struct selection *s, const char *path, struct fail *f)
{
	char target[PATH_MAX];
	struct stat st;
	ssize_t length;

	if (lstat(path, &st) < 0)
		return fail(f, errno, "%s", path);
	if (!S_ISLNK(st.st_mode))
		return insert(s, path, NULL, &st, f);
	length = readlink(path, target, sizeof target);
	if (length < 0 || length == (ssize_t)sizeof target)
		return fail(f, length < 0 ? errno : ENAMETOOLONG, "%s: read",
		    path);
	target[length] = '\0';
	return insert(s, path, target, &st, f);
}

/* What is still to be walked, and how far that went. */
struct walk {
	char rest[PATH_MAX], done[PATH_MAX]; /* done: "" is the root */
	int links;
};

/* Go on where the link that is at done leads. */
static int
follow(struct selection *s, struct walk *w, struct fail *f)
{
	char rest[PATH_MAX];
	const char *target;
	bool found;

	if (++w->links > MAX_LINKS)
		return fail(f, ELOOP, "%s", w->done);
	if (selection_keep(s, w->done, f) < 0)
		return -1;
	target = s->list[find(s, w->done, &found)].target;
	strcpy(rest, w->rest);
	if (snprintf(w->rest, PATH_MAX, "%s/%s", target, rest) >= PATH_MAX)
		return fail(f, ENAMETOOLONG, "%s", w->done);
	*strrchr(w->done, '/') = '\0';
	if (*target == '/')
		w->done[0] = '\0';
	return 0;
}

/* Take the next name off rest.  false: there is none. */
static bool
next_name(struct walk *w, char name[PATH_MAX])
{
	char *begin = w->rest + strspn(w->rest, "/");
	size_t length = strcspn(begin, "/");

	memcpy(name, begin, length);
	name[length] = '\0';
	memmove(w->rest, begin + length, strlen(begin + length) + 1);
	return length > 0;
}

/* One step down, into what is no link.  As insert(). */
static int
step(struct selection *s, struct walk *w, const char *name, struct stat *st,
    struct fail *f)
{
	size_t length = strlen(w->done);

	if ((size_t)snprintf(w->done + length, PATH_MAX - length, "/%s", name)
	    >= PATH_MAX - length)
		return fail(f, ENAMETOOLONG, "%s", w->done);
	if (lstat(w->done, st) < 0)
		return fail(f, errno, "%s", w->done);
	if (S_ISLNK(st->st_mode))
		return follow(s, w, f);
	if (!S_ISDIR(st->st_mode) && !S_ISREG(st->st_mode))
		return fail(f, 0, "%s: neither a file nor a directory",
		    w->done);
	if (!S_ISDIR(st->st_mode) && w->rest[strspn(w->rest, "/")] != '\0')
		return fail(f, ENOTDIR, "%s", w->done);
	return insert(s, w->done, NULL, st, f);
}

int
selection_take(struct selection *s, const char *path, char real[PATH_MAX],
    struct stat *st, struct fail *f)
{
	struct walk w = { .links = 0 };
	char name[PATH_MAX];
	int got = 0;

	if (*path != '/')
		return fail(f, 0, "%s: not an absolute path", path);
	if (strlen(path) >= PATH_MAX)
		return fail(f, ENAMETOOLONG, "%s", path);
	strcpy(w.rest, path);
	while (next_name(&w, name)) {
		if (strcmp(name, ".") == 0)
			continue;
		if (strcmp(name, "..") == 0) {
			if (w.done[0] != '\0')
				*strrchr(w.done, '/') = '\0';
			got = 0;
			continue;
		}
		if ((got = step(s, &w, name, st, f)) < 0)
			return -1;
	}
	strcpy(real, w.done);
	if (*real == '\0')
		return fail(f, 0, "%s: that is all of this machine", path);
	/* Behind ".." or a link the last step was none into it. */
	if (lstat(real, st) < 0)
		return fail(f, errno, "%s", real);
	return got;
}

uint64_t
selection_key(const struct selection *s, uint64_t hash)
{
	for (size_t n = 0; n < s->count; n++) {
		const struct selected *item = &s->list[n];

		/* A directory changes with files that nobody asked for. */
		if (S_ISDIR(item->was.st_mode))
			hash = hash_bytes(hash, item->path,
			    strlen(item->path) + 1);
		else
			hash = hash_file(hash, item->path, &item->was);
	}
	return hash;
}

static int
copy_file(const struct selected *item, int root, struct fail *f)
{
	autoclose int from =
	    open(item->path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	struct stat now;

	if (from < 0 || fstat(from, &now) < 0)
		return fail(f, errno, "%s: open", item->path);
	if (now.st_ino != item->was.st_ino || now.st_dev != item->was.st_dev
	    || now.st_size != item->was.st_size
	    || now.st_mtim.tv_sec != item->was.st_mtim.tv_sec
	    || now.st_mtim.tv_nsec != item->was.st_mtim.tv_nsec)
		return fail(f, 0, "%s: it was changed meanwhile", item->path);
	if (newroot_copy(root, item->path + 1, now.st_mode & 0777, from) < 0)
		return fail(f, errno, "%s: copy", item->path);
	return 0;
}

int
selection_copy(const struct selection *s, int root, struct fail *f)
{
	for (size_t n = 0; n < s->count; n++) {
		const struct selected *item = &s->list[n];
		const char *path = item->path + 1;
		int got;

		if (S_ISREG(item->was.st_mode)) {
			if (copy_file(item, root, f) < 0)
				return -1;
			continue;
		}
		got = item->target != NULL
		          ? newroot_link(root, path, item->target)
		          : newroot_dir(root, path,
			      (item->was.st_mode & 01777) | 0700);
		if (got < 0)
			return fail(f, errno, "%s: make", item->path);
	}
	return 0;
}

void
selection_free(struct selection *s)
{
	for (size_t n = 0; n < s->count; n++) {
		free(s->list[n].path);
		free(s->list[n].target);
	}
	free(s->list);
	*s = (struct selection){ 0 };
}
