/* SPDX-License-Identifier: ISC */
/* cgroupfs.c - see cgroupfs.h */
#include "cgroupfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cgrouplimit.h"
#include "fail.h"
#include "kernfile.h"
#include "scope.h"

const char cgroupfs_prefix[] = "rungs-";

bool
cgroupfs_is_login(const struct cgroup_dir *d)
{
	char slice[64], limit[NAME_MAX + 1];
	const char *rest;

	snprintf(slice, sizeof slice, "/user-%u.slice", (unsigned)getuid());
	if (!d->v2 || (rest = strstr(d->path, slice)) == NULL)
		return false;
	rest += strlen(slice);
	if (*rest == '\0')
		return true;
	/* Who only counts stays in the session, whose limits are to hold. */
	return strncmp(rest, "/session-", 9) == 0
	       && strchr(rest + 1, '/') == NULL
	       && !cgrouplimit_own(d->parent, limit);
}

int
cgroupfs_hint(struct fail *f, const struct cgroup_dir *d)
{
	if (!d->v2)
		return fail_hint(f,
		    "cgroup v1 limits need root, or a group that root made and "
		    "gave to this user with chown(1)");
	f->undelegated = cgroupfs_is_login(d);
	if (d->crowded)
		return fail_hint(f,
		    "our own group below that has others in it, and this one "
		    "is not delegated to this user: move them to a group of "
		    "their own, or try systemd-run --user --scope -p "
		    "Delegate=yes in front");
	return fail_hint(f,
	    "it is not delegated to this user: try systemd-run --user --scope "
	    "-p Delegate=yes in front, or be root");
}

bool
cgroupfs_is_ours(const struct cgroup_dir *d)
{
	const char *slash = strrchr(d->path, '/');

	return slash != NULL
	       && strncmp(slash + 1, cgroupfs_prefix, strlen(cgroupfs_prefix))
	              == 0;
}

bool
cgroupfs_is_there(const struct cgroup_dir *d)
{
	struct stat held, named;

	return fstat(d->dir, &held) == 0
	       && fstatat(d->parent, d->name, &named, AT_SYMLINK_NOFOLLOW) == 0
	       && held.st_ino == named.st_ino;
}

/*
 * Hold the group that was just made.  A sweep may have taken it for a
 * left-over before we had the lock: then it is no longer in its place.
 */
static bool
hold(struct cgroup_dir *d)
{
	d->dir = openat(d->parent, d->name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (d->dir < 0)
		return false;
	if (flock(d->dir, LOCK_EX) == 0 && cgroupfs_is_there(d))
		return true;
	close(d->dir);
	d->dir = -1;
	return false;
}

/*
 * Version 1: a cpuset is empty at first, and then nobody can join it.  It
 * may be in one hierarchy with others.
 */
static int
fill_cpuset(struct cgroup_dir *d, struct fail *f)
{
	static const char *const files[] = { "cpuset.cpus", "cpuset.mems" };
	char text[4096];

	for (size_t n = 0; !d->v2 && n < COUNT(files); n++) {
		if (kernfile_read(d->parent, files[n], text, sizeof text)
		    == 0) {
			if (kernfile_write(d->dir, files[n], text) == 0)
				continue;
		} else if (errno == ENOENT) {
			continue;
		}
		fail(f, errno, "fill %s in %s/%s", files[n], d->path, d->name);
		cgroupfs_remove(d);
		return -1;
	}
	return 0;
}

int
cgroupfs_make(struct cgroup_dir *d, struct fail *f)
{
	for (int n = 0; n < 1000; n++) {
		snprintf(d->name, sizeof d->name, "%s%d-%d", cgroupfs_prefix,
		    (int)getpid(), n);
		if (mkdirat(d->parent, d->name, 0755) < 0) {
			if (errno == EEXIST)
				continue;
			fail(f, errno, "make a group in %s", d->path);
			if (errno == EACCES || errno == EPERM || errno == EROFS)
				cgroupfs_hint(f, d);
			return -1;
		}
		if (hold(d))
			return fill_cpuset(d, f);
	}
	return fail(f, 0, "no name is free in %s", d->path);
}

/* Returns how many of ours are left; no more than looks are looked at. */
static int
sweep(int dir, int depth, int *looks)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int left = 0;

	while (list != NULL && *looks > 0 && (entry = readdir(list)) != NULL) {
		autoclose int group = -1;

		if (strncmp(entry->d_name, cgroupfs_prefix,
			strlen(cgroupfs_prefix))
		    != 0)
			continue;
		(*looks)--;
		left++;
		group = openat(dir, entry->d_name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (group < 0 || flock(group, LOCK_EX | LOCK_NB) < 0)
			continue;
		/* One that was killed may have been in another of ours. */
		if (depth > 0)
			(void)sweep(group, depth - 1, looks);
		left -= unlinkat(dir, entry->d_name, AT_REMOVEDIR) == 0;
	}
	if (list != NULL)
		closedir(list);
	else if (fd >= 0)
		close(fd);
	return left;
}

int
cgroupfs_sweep(int dir)
{
	int looks = 64;

	return sweep(dir, 4, &looks);
}

/*
 * A process that has been waited for may still be on its way out, and in
 * the group until it is; one that lives on keeps its limits.  Who was killed
 * in there may have left a group of theirs.
 */
static void
remove_group(const struct cgroup_dir *d)
{
	const struct timespec moment = { .tv_nsec = 1000000 };

	for (int tries = 0; tries < 20; tries++) {
		if (unlinkat(d->parent, d->name, AT_REMOVEDIR) == 0
		    || errno != EBUSY)
			return;
		(void)cgroupfs_sweep(d->dir);
		nanosleep(&moment, NULL);
	}
}

void
cgroupfs_remove(struct cgroup_dir *d)
{
	if (d->dir >= 0) {
		remove_group(d);
		close(d->dir);
	}
	if (d->parent >= 0)
		close(d->parent);
	d->parent = d->dir = -1;
}

int64_t
cgroupfs_number(const struct cgroup_dir *d, const char *file, const char *key)
{
	char text[4096], *line = text;
	size_t length = key != NULL ? strlen(key) : 0;
	long long number;

	if (kernfile_read(d->dir, file, text, sizeof text) < 0)
		return -1;
	while (line != NULL) {
		line += *line == '\n';
		if (strncmp(line, key != NULL ? key : "", length) == 0
		    && (key == NULL || line[length] == ' ')
		    && sscanf(line + length, "%lld", &number) == 1)
			return number;
		line = strchr(line, '\n');
	}
	return -1;
}
