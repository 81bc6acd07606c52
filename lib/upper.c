/* SPDX-License-Identifier: ISC */
/* upper.c - see upper.h */
#include "upper.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compat.h"
#include "fail.h"
#include "makedir.h"
#include "scope.h"
#include "work.h"

enum {
	PLACE = O_PATH | O_DIRECTORY | O_CLOEXEC,
	WORK = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
};

/* Split its real path.  1: it is missing. */
static int
split(struct upper *u, struct fail *f)
{
	char path[PATH_MAX], *slash;
	int error;

	if (realpath(u->path, path) == NULL) {
		error = errno;
		fail(f, error, "%s: open the upper layer", u->path);
		return error == ENOENT ? 1 : -1;
	}
	slash = strrchr(path, '/');
	if (slash[1] == '\0' || strlen(slash + 1) >= sizeof u->name) {
		fail(f, 0, "%s: it cannot be an upper layer", u->path);
		return fail_hint(f, "a directory has to be above it");
	}
	strcpy(u->name, slash + 1);
	slash[path == slash] = '\0';
	strcpy(u->above, path);
	return 0;
}

/* It has to be in the mount, and the file system, of what is above it. */
static int
look(struct upper *u, struct fail *f)
{
	const unsigned mask = RUNGS_STATX_INO | RUNGS_STATX_MOUNT;
	autoclose int fd = openat(u->dir, u->name, PLACE | O_NOFOLLOW);
	struct rungs_statx above, own;
	struct stat st, top;

	if (fd < 0 || fstat(fd, &st) < 0 || fstat(u->dir, &top) < 0
	    || sys_statx(u->dir, "", AT_EMPTY_PATH, mask, &above) < 0
	    || sys_statx(fd, "", AT_EMPTY_PATH, mask, &own) < 0)
		return fail(f, errno, "%s: open the upper layer", u->path);
	if (st.st_dev != top.st_dev || own.mount != above.mount) {
		fail(f, 0, "%s: it cannot be an upper layer", u->path);
		return fail_hint(f, "it is the top of a file system, and a "
				    "work directory has to be beside it: take "
				    "a directory in it");
	}
	u->device = st.st_dev;
	u->inode = st.st_ino;
	snprintf(u->work, sizeof u->work, ".rungs-work-%jx",
	    (uintmax_t)st.st_ino);
	return 0;
}

/* Open the work directory.  It must be ours, or the upper layer's owner's. */
static int
open_work(struct upper *u, const struct stat *upper, struct fail *f)
{
	struct stat st;

	if (makedir(u->dir, u->work, 0700) < 0 && errno != EEXIST) {
		fail(f, errno, "%s: make a work directory beside it", u->path);
		return fail_hint(f,
		    "overlayfs needs one in the same file "
		    "system: %s has to be writable",
		    u->above);
	}
	u->lock = openat(u->dir, u->work, WORK);
	if (u->lock < 0 || fstat(u->lock, &st) < 0)
		return fail(f, errno, "%s/%s: open the work directory",
		    u->above, u->work);
	u->work_inode = st.st_ino;
	if ((st.st_uid == geteuid() || st.st_uid == upper->st_uid)
	    && (st.st_mode & (S_IRWXG | S_IRWXO)) == 0)
		return 0;
	fail(f, 0, "%s/%s: refuse to work in it", u->above, u->work);
	return fail_hint(f,
	    "somebody else made it, or can write to it: "
	    "remove it when nobody uses %s",
	    u->path);
}

/* Whether the name still leads to what was opened, or was just removed. */
static bool
in_place(const struct upper *u)
{
	struct stat st;

	return fstatat(u->dir, u->work, &st, AT_SYMLINK_NOFOLLOW) == 0
	       && st.st_ino == u->work_inode;
}

/* 0: locked; 1: to be tried again; -1: it cannot be. */
static int
take(struct upper *u, const struct stat *upper, struct fail *f)
{
	if (open_work(u, upper, f) < 0)
		return -1;
	if (flock(u->lock, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return fail(f, errno, "%s/%s: lock it", u->above,
			    u->work);
		fail(f, 0, "%s: it is the upper layer of another overlay",
		    u->path);
		return fail_hint(f, "two at once would spoil it");
	}
	if (in_place(u))
		return 0;
	close(u->lock);
	u->lock = -1;
	return 1;
}

/* What we could not lock is not ours to remove. */
static int
give_up(struct upper *u)
{
	scope_close(&u->lock);
	scope_close(&u->dir);
	u->lock = u->dir = -1;
	return -1;
}

int
upper_find(struct upper *u, struct fail *f)
{
	int result = split(u, f);

	if (result != 0)
		return result;
	if ((u->dir = open(u->above, PLACE)) < 0)
		return fail(f, errno, "%s: open it", u->above);
	return look(u, f) < 0 ? give_up(u) : 0;
}

int
upper_hold(struct upper *u, bool to_owner, struct fail *f)
{
	int result = 1;
	struct stat st;

	if (fstatat(u->dir, u->name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		fail(f, errno, "%s: open the upper layer", u->path);
		return give_up(u);
	}
	for (int tries = 0; tries < 100 && result > 0; tries++)
		result = take(u, &st, f);
	if (result > 0)
		fail(f, 0, "%s/%s: it is exchanged all the time", u->above,
		    u->work);
	if (result != 0)
		return give_up(u);
	if (to_owner && fchown(u->lock, st.st_uid, st.st_gid) < 0)
		return fail(f, errno, "%s/%s: give it to the owner of %s",
		    u->above, u->work, u->name);
	return 0;
}

void
upper_release(struct upper *u)
{
	if (u->lock < 0)
		return;
	/* Whoever got a copy of the descriptor still has the lock. */
	close(u->lock);
	u->lock = openat(u->dir, u->work, WORK);
	if (u->lock >= 0 && flock(u->lock, LOCK_EX | LOCK_NB) == 0
	    && in_place(u))
		(void)tree_remove(u->dir, u->work);
	give_up(u);
}

int
upper_pass_on(const struct upper *u, struct fail *f)
{
	if (u->lock < 0 || fcntl(u->lock, F_SETFD, 0) == 0)
		return 0;
	return fail(f, errno, "%s: hold on to it", u->path);
}

int
upper_open_above(const struct upper *u, struct fail *f)
{
	int fd = open(u->above, PLACE);
	struct stat held, named;

	if (fd >= 0 && fstat(u->dir, &held) == 0 && fstat(fd, &named) == 0) {
		if (held.st_dev == named.st_dev && held.st_ino == named.st_ino)
			return fd;
		errno = ESTALE;
	}
	fail(f, errno, "%s: open it", u->above);
	scope_close(&fd);
	return -1;
}

int
upper_open(const struct upper *u, int above, struct fail *f)
{
	int fd = openat(above, u->name, PLACE | O_NOFOLLOW);
	struct stat st, work = { .st_ino = u->work_inode };

	if (fd >= 0 && fstat(fd, &st) == 0
	    && (u->lock < 0
		|| fstatat(above, u->work, &work, AT_SYMLINK_NOFOLLOW) == 0)) {
		if (st.st_dev == u->device && st.st_ino == u->inode
		    && work.st_ino == u->work_inode)
			return fd;
		errno = ESTALE;
	}
	fail(f, errno, "%s: open the upper layer", u->path);
	scope_close(&fd);
	return -1;
}
