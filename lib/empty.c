/* SPDX-License-Identifier: ISC */
/* empty.c - see empty.h */
#include "empty.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "compat.h"
#include "fail.h"
#include "makedir.h"
#include "nsfd.h"
#include "pin.h"
#include "scope.h"

static const char dir_path[] = "/run/rungs";
static const char pin_path[] = "/run/rungs/empty";

enum { NSFS = 0x6e736673, TMPFS = 0x01021994 };

/* ioctl_nsfs(2), Linux 6.12; older headers lack it. */
struct mount_info {
	uint32_t size, mounts;
	uint64_t id;
};
#define GET_MOUNT_INFO _IOR(0xb7, 10, struct mount_info)

/* A name in it is nobody's but ours. */
static int
open_directory(void)
{
	int dir = open(dir_path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (dir < 0)
		return -1;
	if (fstat(dir, &st) == 0 && st.st_uid == geteuid()
	    && (st.st_mode & (S_IWGRP | S_IWOTH)) == 0)
		return dir;
	close(dir);
	errno = EPERM;
	return -1;
}

static bool
is_of_our_user_namespace(int fd)
{
	autoclose int owner = ioctl(fd, NS_GET_USERNS), own = -1;
	struct stat theirs, ours;

	if (owner < 0 || fstat(owner, &theirs) < 0)
		return false;
	/* Who is in it is told, or in one above, and the first has none. */
	if (theirs.st_ino == RUNGS_FIRST_USER_NAMESPACE)
		return true;
	own = nsfd_user(0);
	return own >= 0 && fstat(own, &ours) == 0
	       && theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino;
}

/* The kernel's own, at the very bottom of every namespace, does not count. */
static bool
has_one_mount(int fd)
{
	struct mount_info info = { .size = sizeof info };

	return ioctl(fd, GET_MOUNT_INFO, &info) < 0 || info.mounts == 1;
}

/* Open what is pinned.  -1, ENOENT: nothing is. */
static int
open_pinned(void)
{
	autoclose int dir = open_directory();
	struct statfs fs;
	int fd;

	if (dir < 0)
		return -1;
	fd = openat(dir, "empty",
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (fstatfs(fd, &fs) < 0 || fs.f_type != NSFS)
		errno = ENOENT;
	else if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNS
		 || !is_of_our_user_namespace(fd) || !has_one_mount(fd))
		errno = EPERM;
	else
		return fd;
	scope_close(&fd);
	return -1;
}

bool
empty_expected(void)
{
	autoclose int fd = open_pinned();

	if (fd >= 0 || errno != ENOENT)
		return fd >= 0;
	if (access(dir_path, W_OK) == 0)
		return true;
	return errno == ENOENT && access("/run", W_OK) == 0;
}

int
empty_open(void)
{
	int fd = open_pinned();

	if (fd >= 0 || errno != ENOENT)
		return fd;
	if (makedir(AT_FDCWD, dir_path, 0755) < 0 && errno != EEXIST)
		return -1;
	if (pin_empty(pin_path) < 0)
		return -1;
	return open_pinned();
}

/* It has room for two inodes, and two directories take that. */
static int
check_here(void)
{
	struct statfs fs;

	if (statfs("/", &fs) == 0 && fs.f_type == TMPFS
	    && (fs.f_flags & ST_RDONLY) != 0 && fs.f_files == EMPTY_INODES
	    && fs.f_ffree == 0)
		return 0;
	errno = EBUSY;
	return -1;
}

static void
forget(struct empty_way *back)
{
	scope_close(&back->namespace);
	scope_close(&back->root);
	scope_close(&back->directory);
	*back = (struct empty_way){ -1, -1, -1 };
}

int
empty_enter(int empty, struct empty_way *back)
{
	const int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
	struct fail why;

	back->namespace = nsfd_mount(0);
	back->root = open("/", flags);
	back->directory = open(".", flags);
	if (back->namespace >= 0 && back->root >= 0 && back->directory >= 0
	    && setns(empty, CLONE_NEWNS) == 0) {
		if (check_here() == 0)
			return 0;
		(void)empty_leave(back, &why);
		errno = EBUSY;
		return -1;
	}
	forget(back);
	return -1;
}

/* setns(2) leads to the top of the namespace: the caller's root may be below.
 */
int
empty_leave(struct empty_way *back, struct fail *f)
{
	int result = 0;

	if (setns(back->namespace, CLONE_NEWNS) < 0 || fchdir(back->root) < 0
	    || chroot(".") < 0 || fchdir(back->directory) < 0)
		result = fail(f, errno, "go back to our own mount namespace");
	forget(back);
	return result;
}

int
empty_directory(void)
{
	return open("/" EMPTY_ASIDE,
	    O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}
