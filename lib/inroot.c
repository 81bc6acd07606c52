/* SPDX-License-Identifier: ISC */
/* inroot.c - see inroot.h */
#include "inroot.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "compat.h"
#include "scope.h"

enum { LINKS_MAX = 40 }; /* as the kernel's MAXSYMLINKS */

/*
 * The walk for kernels and filters without openat2.  "done" is the way so
 * far, free of links and of "..", so that ".." can be a cut of the text
 * and never a step of the kernel's, which an exchange of directories could
 * lead above the root.
 */
struct walk {
	char todo[PATH_MAX]; /* what is still to be resolved */
	char done[PATH_MAX]; /* "a/b", "" for the root itself */
	unsigned links;
	bool refuse_links;
};

/* Open done, one component after the other, following nothing. */
static int
open_done(int root, const char *done, int flags, mode_t mode)
{
	char path[PATH_MAX], *rest = NULL, *name, *next;
	int at = dup(root), fd;

	strcpy(path, done);
	name = strtok_r(path, "/", &rest);
	if (name == NULL && at >= 0) {
		fd = openat(at, ".", flags, mode);
		close(at);
		return fd;
	}
	for (; at >= 0 && name != NULL; name = next) {
		next = strtok_r(NULL, "/", &rest);
		fd = openat(at, name,
		    next != NULL ? O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
				 : flags | O_NOFOLLOW,
		    mode);
		scope_close(&at);
		at = fd;
	}
	return at;
}

/*
 * Where in procfs links lead to what a process has, and not where their text
 * says: everywhere but in its top directory, which has the number 1.
 */
static bool
has_magic_links(int dir)
{
	struct statfs fs;
	struct stat st;

	return fstatfs(dir, &fs) < 0 || fstat(dir, &st) < 0
	       || (fs.f_type == 0x9fa0 && st.st_ino != 1);
}

/* Put the target of a link in front of what is still to be resolved. */
static int
walk_into_link(int root, struct walk *w, const char *name)
{
	char target[PATH_MAX], rest[PATH_MAX];
	autoclose int at = -1;
	ssize_t length;

	if (w->refuse_links || w->links++ == LINKS_MAX) {
		errno = ELOOP;
		return -1;
	}
	at = open_done(root, w->done, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
	if (at < 0)
		return -1;
	if (has_magic_links(at)) {
		errno = ELOOP;
		return -1;
	}
	if ((length = readlinkat(at, name, target, sizeof target - 1)) < 0)
		return -1;
	target[length] = '\0';
	if (target[0] == '/')
		w->done[0] = '\0';
	strcpy(rest, w->todo);
	if (length + 1 + strlen(rest) >= sizeof w->todo) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(w->todo, target, length);
	w->todo[length] = '/';
	strcpy(w->todo + length + 1, rest);
	return 0;
}

static void
cut_last(char *path)
{
	char *slash = strrchr(path, '/');

	*(slash != NULL ? slash : path) = '\0';
}

static int
append(char *path, const char *name)
{
	size_t used = strlen(path);

	if (used + 1 + strlen(name) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (used > 0)
		path[used++] = '/';
	strcpy(path + used, name);
	return 0;
}

/* Whether name in the directory done is a symbolic link; -1: no done. */
static int
is_link(int root, const char *done, const char *name)
{
	autoclose int at =
	    open_done(root, done, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
	struct stat st;

	if (at < 0)
		return -1;
	if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0; /* missing: the last open says so, or makes it */
	return S_ISLNK(st.st_mode);
}

/*
 * Move the first component of w->todo to name.  1: done, 0: none is left,
 * -1: it is longer than any name can be.
 */
static int
take_component(struct walk *w, char name[NAME_MAX + 1])
{
	size_t skip = strspn(w->todo, "/");
	size_t length = strcspn(w->todo + skip, "/");

	if (length > NAME_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(name, w->todo + skip, length);
	name[length] = '\0';
	memmove(w->todo, w->todo + skip + length,
	    strlen(w->todo + skip + length) + 1);
	return length > 0;
}

static int
open_by_walk(int root, const char *path, int flags, mode_t mode,
    bool refuse_links)
{
	struct walk w = { .refuse_links = refuse_links };
	char name[NAME_MAX + 1];
	int link, more;

	if (strlen(path) >= sizeof w.todo) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(w.todo, path);
	while ((more = take_component(&w, name)) > 0) {
		bool last = w.todo[strspn(w.todo, "/")] == '\0';

		if (strcmp(name, ".") == 0)
			continue;
		if (strcmp(name, "..") == 0) {
			cut_last(w.done);
			continue;
		}
		if ((link = is_link(root, w.done, name)) < 0)
			return -1;
		if (link && !(last && (flags & O_NOFOLLOW) && !refuse_links)) {
			if (walk_into_link(root, &w, name) < 0)
				return -1;
		} else if (append(w.done, name) < 0) {
			return -1;
		}
	}
	return more < 0 ? -1 : open_done(root, w.done, flags, mode);
}

static int
open_below(int root, const char *path, int flags, mode_t mode, bool nolinks)
{
	struct open_how how = {
		.flags = (unsigned)(flags | O_CLOEXEC),
		.mode = flags & (O_CREAT | O_TMPFILE) ? mode : 0,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS
		           | (nolinks ? RESOLVE_NO_SYMLINKS : 0),
	};
	int fd;

	/*
	 * EAGAIN: something was renamed meanwhile, so that the kernel cannot
	 * be sure that ".." stayed below the root.
	 */
	for (int tries = 0; tries < 128; tries++) {
		fd = sys_openat2(root, path, &how);
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	if (fd >= 0 || (errno != ENOSYS && errno != EPERM))
		return fd;
	return open_by_walk(root, path, flags | O_CLOEXEC, mode, nolinks);
}

int
inroot_open(int root, const char *path, int flags, mode_t mode)
{
	return open_below(root, path, flags, mode, false);
}

int
inroot_open_nolinks(int root, const char *path, int flags, mode_t mode)
{
	/* With O_NOFOLLOW, O_PATH would open a link itself. */
	return open_below(root, path, flags & ~O_NOFOLLOW, mode, true);
}

int
inroot_mkdirs(int root, const char *path)
{
	char so_far[PATH_MAX], rest_of[PATH_MAX], *rest = NULL, *name;
	int at;

	if (strlen(path) >= sizeof so_far) {
		errno = ENAMETOOLONG;
		return -1;
	}
	at = inroot_open(root, path, O_PATH | O_DIRECTORY, 0);
	if (at >= 0 || errno != ENOENT)
		return at;

	so_far[0] = '\0';
	strcpy(rest_of, path);
	at = inroot_open(root, ".", O_PATH | O_DIRECTORY, 0);
	for (name = strtok_r(rest_of, "/", &rest); name != NULL && at >= 0;
	     name = strtok_r(NULL, "/", &rest)) {
		/* "..", and links too, are openat2's business, not ours. */
		if (strcmp(name, "..") != 0 && mkdirat(at, name, 0755) < 0
		    && errno != EEXIST) {
			scope_close(&at);
			return -1;
		}
		scope_close(&at);
		if (append(so_far, name) < 0)
			return -1;
		at = inroot_open(root, so_far, O_PATH | O_DIRECTORY, 0);
	}
	return at;
}

int
inroot_parent(int root, const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	char parent[PATH_MAX];
	size_t length = slash != NULL ? (size_t)(slash - path) : 0;

	*name = slash != NULL ? slash + 1 : path;
	if (**name == '\0' || strcmp(*name, ".") == 0
	    || strcmp(*name, "..") == 0) {
		errno = EINVAL;
		return -1;
	}
	if (length >= sizeof parent) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(parent, path, length);
	strcpy(parent + length, length > 0 ? "" : ".");
	return inroot_open_nolinks(root, parent, O_PATH | O_DIRECTORY, 0);
}

ssize_t
inroot_read(int root, const char *path, char *buffer, size_t size)
{
	/* O_NONBLOCK: opening a fifo must not wait for its other end. */
	autoclose int fd =
	    inroot_open(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	size_t used = 0;
	struct stat st;
	ssize_t got;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -1;
	if (!S_ISREG(st.st_mode)) {
		errno = EINVAL;
		return -1;
	}
	while (
	    used < size && (got = read(fd, buffer + used, size - used)) != 0) {
		if (got < 0 && errno != EINTR)
			return -1;
		used += got > 0 ? (size_t)got : 0;
	}
	if (used == size) {
		errno = EFBIG;
		return -1;
	}
	buffer[used] = '\0';
	return (ssize_t)used;
}
