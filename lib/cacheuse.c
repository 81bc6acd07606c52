/* SPDX-License-Identifier: ISC */
/* cacheuse.c - see cacheuse.h */
#include "cacheuse.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "scope.h"

/* Whether path, which was opened as fd, is still its name. */
static bool
still_named(const char *path, int fd)
{
	struct stat there, here;

	return fstat(fd, &here) == 0 && lstat(path, &there) == 0
	       && here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}

/* 1: locked; 0: nothing to be locked; -1: it cannot be. */
static int
lock(const char *path, int *fd)
{
	*fd = open(path,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (*fd < 0)
		return 0;
	while (flock(*fd, LOCK_SH) < 0)
		if (errno != EINTR)
			return -1;
	return 1;
}

int
cacheuse_hold(const char *dir, int *hold, struct fail *f)
{
	char path[PATH_MAX];
	int got;

	*hold = -1;
	if (snprintf(path, sizeof path, "%s/../../../CACHEDIR.TAG", dir)
		>= PATH_MAX
	    || access(path, F_OK) < 0)
		return 0;
	snprintf(path, sizeof path, "%s/../origin", dir);
	/* Who removed it meanwhile moved it away with the lock held. */
	while ((got = lock(path, hold)) > 0 && !still_named(path, *hold))
		close(*hold);
	if (got >= 0) {
		if (got > 0)
			cacheuse_note(AT_FDCWD, path);
		return 0;
	}
	fail(f, errno, "%s: lock", path);
	close(*hold);
	*hold = -1;
	return -1;
}

void
cacheuse_note(int at, const char *origin)
{
	static const struct timespec times[] = { { .tv_nsec = UTIME_NOW },
		{ .tv_nsec = UTIME_OMIT } };

	(void)!utimensat(at, origin, times, AT_SYMLINK_NOFOLLOW);
}

void
cacheuse_source(const char *dir, char option[CACHE_KEY + 8])
{
	static const char before[] = "/roots/", behind[] = "/rootfs";
	size_t length = strlen(dir), key = 0;

	option[0] = '\0';
	if (length < strlen(behind)
	    || strcmp(dir + length - strlen(behind), behind) != 0)
		return;
	length -= strlen(behind);
	while (key < length && dir[length - key - 1] != '/')
		key++;
	if (key == 0 || key >= CACHE_KEY || length < key + strlen(before)
	    || memcmp(dir + length - key - strlen(before), before,
		   strlen(before))
		   != 0)
		return;
	sprintf(option, "source=%.*s", (int)key, dir + length - key);
}

/* Add all that is in the file.  A process may be gone by now. */
static int
add_file(struct cacheuse *u, int fd)
{
	ssize_t got = 1;
	char *more;

	while (got > 0) {
		if (u->room - u->size < 4096) {
			more = realloc(u->text, u->room + (1 << 16));
			if (more == NULL)
				return -1;
			u->text = more;
			u->room += 1 << 16;
		}
		got = read(fd, u->text + u->size, u->room - u->size - 1);
		u->size += got > 0 ? (size_t)got : 0;
	}
	u->text[u->size] = '\0';
	return 0;
}

int
cacheuse_read(struct cacheuse *u, struct fail *f)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	char path[NAME_MAX + 16];
	int result = 0;

	*u = (struct cacheuse){ 0 };
	if (proc == NULL)
		return fail(f, errno, "/proc: see who uses which root");
	while (result == 0 && (entry = readdir(proc)) != NULL) {
		autoclose int fd = -1;

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(path, sizeof path, "%s/mountinfo", entry->d_name);
		fd = openat(dirfd(proc), path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0 && add_file(u, fd) < 0)
			result = fail(f, errno, "memory for tables of mounts");
	}
	closedir(proc);
	/* We are there ourselves, or this is no /proc. */
	if (result == 0 && u->size == 0)
		result = fail(f, ENODEV, "/proc: see who uses which root");
	return result;
}

void
cacheuse_free(struct cacheuse *u)
{
	free(u->text);
	*u = (struct cacheuse){ 0 };
}

bool
cacheuse_is_mounted(const struct cacheuse *u, const char *key)
{
	return strstr(u->text, key) != NULL;
}
