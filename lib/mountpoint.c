/* SPDX-License-Identifier: ISC */
/* mountpoint.c - see mountpoint.h */
#include "mountpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "compat.h"
#include "fail.h"
#include "inroot.h"
#include "scope.h"

int
mountpoint_parent(int root, const char *path, const char **name)
{
	char above[PATH_MAX];

	*name = strrchr(path, '/') + 1;
	if (strlen(path) >= sizeof above) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(above, path);
	above[*name - path] = '\0';
	return inroot_mkdirs(root, above);
}

/* Make the parents, and an empty file unless something is there. */
static int
make_file(int root, const char *path)
{
	const char *name;
	autoclose int parent = mountpoint_parent(root, path, &name), made = -1;

	if (parent < 0)
		return -1;
	made = openat(parent, name,
	    O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	return made < 0 ? -1 : 0;
}

static int
make_directory(int root, const char *path)
{
	autoclose int made = inroot_mkdirs(root, path);

	return made < 0 ? -1 : 0;
}

int
mountpoint_is(int a, int b)
{
	const unsigned identity = RUNGS_STATX_INO | RUNGS_STATX_MOUNT;
	struct rungs_statx one, other;

	if (sys_statx(a, "", AT_EMPTY_PATH, identity, &one) < 0
	    || sys_statx(b, "", AT_EMPTY_PATH, identity, &other) < 0)
		return -1;
	/* The same directory can be elsewhere, as another mount. */
	return one.ino == other.ino && one.dev_major == other.dev_major
	       && one.dev_minor == other.dev_minor && one.mount == other.mount;
}

int
mountpoint_check(int root, int target, const char *path, struct fail *f)
{
	switch (mountpoint_is(root, target)) {
	case 0:
		return 0;
	case 1:
		return fail(f, 0,
		    "%s: refuse to mount on it: it is the root itself", path);
	default:
		return fail(f, errno, "%s: look at the mount point", path);
	}
}

/* Open the directory that path's file is in, when its links are followed. */
static int
open_above(int root, const char *path)
{
	enum { LINKS_MAX = 40 }; /* as the kernel's MAXSYMLINKS */
	char now[PATH_MAX], target[PATH_MAX], next[PATH_MAX];
	const char *name;

	snprintf(now, sizeof now, "%s", path);
	for (int links = 0; links <= LINKS_MAX; links++) {
		int at = mountpoint_parent(root, now, &name), length;
		ssize_t got;

		if (at < 0)
			return -1;
		got = readlinkat(at, name, target, sizeof target - 1);
		if (got < 0 && errno == EINVAL)
			return at;
		close(at);
		if (got < 0)
			return -1;
		target[got] = '\0';
		length = target[0] == '/' ? 0 : (int)(name - now);
		if (snprintf(next, sizeof next, "%.*s%s", length, now, target)
		    >= (int)sizeof next)
			break;
		strcpy(now, next);
	}
	errno = ELOOP;
	return -1;
}

static bool
is_proc(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0
	       && (unsigned long)fs.f_type == PROC_SUPER_MAGIC;
}

/*
 * Whether a directory of procfs is one of a process or of a thread, or in
 * one, by a file that they alone have.  The top has the number 1.
 */
static int
is_of_process(int dir)
{
	struct stat st;
	autoclose int at = openat(dir, ".", O_PATH | O_CLOEXEC);

	while (at >= 0 && is_proc(at)) {
		int up;

		if (fstatat(at, "mountinfo", &st, AT_SYMLINK_NOFOLLOW) == 0)
			return 1;
		if (errno != ENOENT || fstat(at, &st) < 0)
			return -1;
		if (st.st_ino == 1)
			return 0;
		up = openat(at, "..", O_PATH | O_CLOEXEC);
		/* Nothing is above the top of a mount that is nowhere. */
		if (up >= 0 && mountpoint_is(at, up) != 0) {
			close(up);
			return 0;
		}
		close(at);
		at = up;
	}
	return at < 0 ? -1 : 0;
}

int
mountpoint_check_shared(int root, int target, const char *path,
    const char *name, struct fail *f)
{
	autoclose int direct = -1, above = -1;
	struct stat st;
	int found = -1;

	if (!is_proc(target))
		return 0;
	direct = inroot_open_nolinks(root, path, O_PATH, 0);
	if (direct >= 0)
		return 0;
	if (errno == ELOOP && fstat(target, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			found = is_of_process(target);
		else if ((above = open_above(root, path)) >= 0)
			found = is_of_process(above);
	}
	if (found == 0)
		return 0;
	if (found < 0)
		return fail(f, errno, "%s: look at the mount point", name);
	fail(f, 0,
	    "%s: refuse to mount on it: it leads to the files of one process "
	    "alone",
	    name);
	return fail_hint(f, "every other process would show its own");
}

static int
open_point(int root, const char *path, bool directory, int flags,
    struct fail *f)
{
	struct stat st;
	int fd = inroot_open(root, path, O_PATH | flags, 0);

	if (fd < 0 && errno == ENOENT) {
		if ((directory ? make_directory(root, path)
			       : make_file(root, path))
		    < 0) {
			fail(f, errno, "%s: make the mount point", path);
			if (errno == EROFS)
				fail_hint(f,
				    "the root has no %s and cannot get it: "
				    "mkroot with scratch helps",
				    path);
			else if (errno == EACCES)
				fail_hint(f, "it has to be made by who owns "
					     "the directory above");
			return -1;
		}
		fd = inroot_open(root, path, O_PATH | flags, 0);
	}
	if (fd < 0 || fstat(fd, &st) < 0)
		fail(f, errno, "%s: open the mount point", path);
	else if (S_ISLNK(st.st_mode))
		fail(f, 0, "%s: refuse to mount on it: it is a symbolic link",
		    path);
	else if (!S_ISDIR(st.st_mode) == directory) {
		fail(f, 0, "%s: refuse to mount on it: it is %s", path,
		    directory ? "no directory" : "a directory");
		fail_hint(f, "a directory goes on a directory, a file on a "
			     "file");
	} else if (mountpoint_check(root, fd, path, f) == 0
		   && mountpoint_check_shared(root, fd, path, path, f) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

int
mountpoint_open(int root, const char *path, bool directory, struct fail *f)
{
	return open_point(root, path, directory, 0, f);
}

int
mountpoint_open_real(int root, const char *path, struct fail *f)
{
	return open_point(root, path, true, O_NOFOLLOW, f);
}
