/* SPDX-License-Identifier: ISC */
/* work.c - see work.h */
#include "work.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "scope.h"

enum { DIGITS = 8 };

static const int open_flags =
    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;

/* Remove one name that is a file, a link, or an empty directory. */
static bool
remove_one(int dir, const char *name)
{
	return unlinkat(dir, name, 0) == 0
	       || unlinkat(dir, name, AT_REMOVEDIR) == 0;
}

/*
 * A directory must be writable itself to get a new "..", and a mode such
 * as 000 keeps out even its owner.  If this does not help, what comes next
 * fails and says so.  What is no directory may be a link to any file of the
 * host's, which chmod(2) would follow; and fchmod(2) takes no O_PATH.
 */
static void
make_accessible(int dir, const char *name)
{
	const int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	autoclose int fd = openat(dir, name, flags);
	char path[32];

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (fd < 0 || chmod(path, 0700) < 0)
		return;
}

/* Give the directory name in dir a new name of its own in top. */
static void
move_up(int dir, const char *name, int top, unsigned *next)
{
	char up[32];

	make_accessible(dir, name);
	do
		snprintf(up, sizeof up, ".rm-%u", (*next)++);
	while (renameat(dir, name, top, up) < 0
	       && (errno == ENOTEMPTY || errno == EEXIST));
}

/* The next entry that is not "." or "..". */
static struct dirent *
next_entry(DIR *dir)
{
	struct dirent *entry;

	do
		entry = readdir(dir);
	while (entry != NULL
	       && (strcmp(entry->d_name, ".") == 0
		   || strcmp(entry->d_name, "..") == 0));
	return entry;
}

static DIR *
open_dir(int parent, const char *name)
{
	DIR *dir;
	int fd;

	if ((fd = openat(parent, name, open_flags)) < 0) {
		make_accessible(parent, name);
		fd = openat(parent, name, open_flags);
	}
	if (fd < 0)
		return NULL;
	if ((dir = fdopendir(fd)) == NULL)
		close(fd);
	return dir;
}

/*
 * Empty the directory name in top.  Directories in it are moved up to top
 * instead of descended into: an archive may nest deeper than there are
 * descriptors, or than a stack is high.
 */
static void
empty_into(int top, const char *name, unsigned *next)
{
	DIR *dir = open_dir(top, name);
	struct dirent *entry;

	if (dir == NULL)
		return;
	fchmod(dirfd(dir), 0700);
	while ((entry = next_entry(dir)) != NULL)
		if (!remove_one(dirfd(dir), entry->d_name))
			move_up(dirfd(dir), entry->d_name, top, next);
	closedir(dir);
}

int
tree_remove(int parent, const char *name)
{
	bool progress = true;
	struct dirent *entry;
	unsigned next = 0;
	DIR *top;

	if (remove_one(parent, name))
		return 0;
	if ((top = open_dir(parent, name)) == NULL)
		return errno == ENOENT ? 0 : -1;
	fchmod(dirfd(top), 0700);
	while (progress) {
		progress = false;
		rewinddir(top);
		while ((entry = next_entry(top)) != NULL) {
			empty_into(dirfd(top), entry->d_name, &next);
			progress |= remove_one(dirfd(top), entry->d_name);
		}
	}
	closedir(top);
	return unlinkat(parent, name, AT_REMOVEDIR);
}

/* Whether name in parent still leads to the open directory fd. */
static bool
still_named(int parent, const char *name, int fd)
{
	struct stat there, here;

	return fstat(fd, &here) == 0
	       && fstatat(parent, name, &there, AT_SYMLINK_NOFOLLOW) == 0
	       && here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}

/* Remove name if it is ours and its maker is dead. */
static void
remove_rubbish(int parent, const char *name)
{
	autoclose int fd = openat(parent, name, open_flags);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_uid != geteuid())
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && still_named(parent, name, fd))
		tree_remove(parent, name);
}

static void
remove_all_rubbish(int parent, const char *prefix)
{
	size_t length = strlen(prefix);
	struct dirent *entry;
	DIR *dir = open_dir(parent, ".");

	if (dir == NULL)
		return;
	while ((entry = next_entry(dir)) != NULL) {
		const char *digits = entry->d_name + length;

		if (strncmp(entry->d_name, prefix, length) == 0
		    && strlen(digits) == DIGITS
		    && strspn(digits, "0123456789abcdef") == DIGITS)
			remove_rubbish(parent, entry->d_name);
	}
	closedir(dir);
}

/* work_begin without its care for descriptors. */
static int
make_locked(int parent, const char *prefix, struct work *w, struct fail *f)
{
	unsigned random;

	for (int tries = 0; tries < 100; tries++) {
		if (getrandom(&random, sizeof random, 0) < 0)
			return fail(f, errno, "random bytes for a name");
		if ((size_t)snprintf(w->name, sizeof w->name, "%s%08x", prefix,
			random)
		    >= sizeof w->name)
			return fail(f, ENAMETOOLONG, "%s", prefix);
		if (mkdirat(parent, w->name, 0700) < 0) {
			if (errno == EEXIST)
				continue;
			return fail(f, errno, "make a directory to work in");
		}
		w->fd = openat(parent, w->name, open_flags);
		if (w->fd >= 0 && flock(w->fd, LOCK_EX | LOCK_NB) == 0
		    && still_named(parent, w->name, w->fd)
		    && fchmod(w->fd, 0700) == 0)
			return 0;
		/* Another maker was quicker, and removes it as rubbish. */
		scope_drop(&w->fd);
	}
	return fail(f, errno, "lock a directory to work in");
}

int
work_begin(int parent, const char *prefix, struct work *w, struct fail *f)
{
	*w = (struct work){ .parent = parent, .fd = -1 };
	remove_all_rubbish(parent, prefix);
	if (make_locked(parent, prefix, w, f) == 0)
		return 0;
	work_end(w);
	return -1;
}

int
work_publish(struct work *w, int at, const char *name, struct fail *f)
{
	/* Without this a crash could leave the name and not the contents. */
	if (syncfs(w->fd) < 0)
		return fail(f, errno, "write to disk");
	if (renameat(w->parent, w->name, at, name) < 0) {
		if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR)
			return 1;
		return fail(f, errno, "rename to %s", name);
	}
	w->name[0] = '\0';
	return 0;
}

void
work_end(struct work *w)
{
	if (w->fd >= 0 && w->name[0] != '\0')
		tree_remove(w->parent, w->name);
	scope_close(&w->fd);
	scope_close(&w->parent);
	w->fd = w->parent = -1;
}

int
work_hint(const char *place, struct fail *f)
{
	if (strstr(f->text, strerror(ENOSPC)) != NULL
	    || strstr(f->text, strerror(EDQUOT)) != NULL)
		fail_hint(f, "make room for %s; nothing was left there", place);
	return -1;
}
