/* SPDX-License-Identifier: ISC */
/* oldmount.c - see oldmount.h */
#include "oldmount.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "compat.h"
#include "fsmount.h"
#include "inroot.h"
#include "mountinfo.h"
#include "scope.h"

enum {
	PLACE = O_PATH | O_DIRECTORY | O_CLOEXEC,
	POINT = O_PATH | O_NOFOLLOW | O_CLOEXEC,
	PROC_MAGIC = 0x9fa0, /* <linux/magic.h> */
};

#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW 256 /* Linux 5.10 */
#endif

/* A directory of procfs that is there in every kernel, and in no one's way. */
static const char stage_point[] = "driver";

static bool is_ours;   /* the mount namespace */
static int proc = -1;  /* the host's */
static int stage = -1; /* the tmpfs */
static unsigned slots; /* how many mount points there are in it */

void
oldmount_private(void)
{
	is_ours = true;
}

/* What the links in it lead to is only sure in a procfs. */
static int
open_proc(void)
{
	struct statfs fs;

	if (!is_ours) {
		errno = ENOSYS;
		return -1;
	}
	if (proc >= 0)
		return 0;
	if ((proc = open("/proc", PLACE)) < 0)
		return -1;
	if (fstatfs(proc, &fs) == 0 && fs.f_type == PROC_MAGIC)
		return 0;
	close(proc);
	proc = -1;
	errno = ENODEV;
	return -1;
}

/*
 * mount(2) with a source and a target that are names in /proc, or are
 * absolute.  It is the working directory meanwhile: in the jail's own root
 * there may be another.
 */
static int
call(const char *source, const char *target, const char *type,
    unsigned long flags, const char *data)
{
	autoclose int here = open(".", PLACE);
	int result;

	if (open_proc() < 0 || here < 0 || fchdir(proc) < 0)
		return -1;
	result = mount(source, target, type, flags, data);
	/* An error of the first is what is told. */
	if (fchdir(here) < 0 && result == 0)
		return -1;
	return result;
}

static void
name_of(int fd, char name[32])
{
	snprintf(name, 32, "self/fd/%d", fd);
}

static int
set_stage(void)
{
	if (stage >= 0)
		return 0;
	if (call("none", stage_point, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		"mode=0700")
		< 0
	    || call(NULL, stage_point, NULL, MS_UNBINDABLE, NULL) < 0)
		return -1;
	slots = 0;
	stage = openat(proc, stage_point, PLACE | O_NOFOLLOW);
	return stage < 0 ? -1 : 0;
}

/* A mount point for a directory, or anything else; name is its own. */
static int
make_slot(bool directory, char name[16])
{
	autoclose int made = -1;

	if (set_stage() < 0)
		return -1;
	snprintf(name, 16, "%u", slots++);
	if (directory ? mkdirat(stage, name, 0700) < 0
		      : (made = openat(stage, name,
			     O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600))
			    < 0)
		return -1;
	return openat(stage, name, POINT);
}

/* The number of the mount that holds fd. */
static int
number_of(int fd)
{
	struct rungs_statx st;

	if (sys_statx(fd, "", AT_EMPTY_PATH, RUNGS_STATX_MOUNT, &st) < 0)
		return -1;
	return (int)st.mount;
}

/* Open what was mounted in a slot. */
static int
open_slot(const char *name)
{
	int fd = openat(stage, name, POINT);

	if (fd < 0 || number_of(fd) != number_of(stage))
		return fd;
	close(fd);
	errno = ENODEV;
	return -1;
}

static unsigned long
mount_flags(unsigned attributes)
{
	unsigned long flags = 0;

	if ((attributes & RUNGS_ATTR_RDONLY) != 0)
		flags |= MS_RDONLY;
	if ((attributes & RUNGS_ATTR_NOSUID) != 0)
		flags |= MS_NOSUID;
	if ((attributes & RUNGS_ATTR_NODEV) != 0)
		flags |= MS_NODEV;
	if ((attributes & RUNGS_ATTR_NOEXEC) != 0)
		flags |= MS_NOEXEC;
	if ((attributes & RUNGS_ATTR_NOSYMFOLLOW) != 0)
		flags |= MS_NOSYMFOLLOW;
	return flags;
}

/* A flag that a kernel does not know, it ignores. */
static int
check(int mount, unsigned attributes)
{
	unsigned got;

	if (fsmount_attributes(mount, &got) < 0)
		return -1;
	if ((attributes & ~got) == 0)
		return 0;
	errno = EOPNOTSUPP;
	return -1;
}

/*
 * Whatever is not said again would be given back.  How access times are kept
 * stays as it is where nothing is said of that.
 */
static int
restrict_one(int mount, unsigned attributes)
{
	char name[32];
	unsigned before;

	if (fsmount_attributes(mount, &before) < 0)
		return -1;
	name_of(mount, name);
	if (call(NULL, name, NULL,
		MS_REMOUNT | MS_BIND | mount_flags(before | attributes), NULL)
	    < 0)
		return -1;
	return check(mount, before | attributes);
}

/* One of the options is an argument of its own here. */
static int
join(const char *const options[], const char **source, char *data, size_t room)
{
	static const char name[] = "source=";
	size_t used = 0;

	*source = "none";
	data[0] = '\0';
	for (; options != NULL && *options != NULL; options++) {
		if (strncmp(*options, name, strlen(name)) == 0) {
			*source = *options + strlen(name);
			continue;
		}
		used += (size_t)snprintf(data + used, room - used, "%s%s",
		    used > 0 ? "," : "", *options);
		if (used >= room) {
			errno = E2BIG;
			return -1;
		}
	}
	return 0;
}

int
oldmount_new(const char *type, const char *const options[], unsigned attributes)
{
	const unsigned readonly = attributes & RUNGS_ATTR_RDONLY;
	char slot[16], target[48], data[1024];
	autoclose int point = make_slot(true, slot);
	const char *source;
	int fd;

	if (point < 0 || join(options, &source, data, sizeof data) < 0)
		return -1;
	/*
	 * By an absolute name: the options of an overlay are relative ones.
	 * Read-only, it would be the whole file system, and not the mount.
	 */
	snprintf(target, sizeof target, "/proc/self/fd/%d", point);
	if (mount(source, target, type, mount_flags(attributes & ~readonly),
		data)
	    < 0)
		return -1;
	if ((fd = open_slot(slot)) < 0)
		return -1;
	if ((readonly ? restrict_one(fd, attributes) : check(fd, attributes))
	    == 0)
		return fd;
	scope_close(&fd);
	return -1;
}

int
oldmount_clone(int fd, bool recursive)
{
	char slot[16], source[32], target[32];
	autoclose int point = -1;
	struct stat st, copied;
	int copy;

	if (fstat(fd, &st) < 0
	    || (point = make_slot(S_ISDIR(st.st_mode), slot)) < 0)
		return -1;
	name_of(fd, source);
	name_of(point, target);
	if (call(source, target, NULL, MS_BIND | (recursive ? MS_REC : 0), NULL)
	    < 0)
		return -1;
	/* Something may be mounted on the top itself, and be copied, too. */
	if ((copy = open_slot(slot)) < 0 || fstat(copy, &copied) < 0
	    || st.st_dev != copied.st_dev || st.st_ino != copied.st_ino) {
		errno = ESTALE;
		scope_close(&copy);
		return -1;
	}
	return copy;
}

/* Put a mount that is detached on the stage. */
static int
hold(int mount)
{
	autoclose int point = -1;
	char slot[16];
	struct stat st;

	if (fstat(mount, &st) < 0
	    || (point = make_slot(S_ISDIR(st.st_mode), slot)) < 0)
		return -1;
	return sys_move_mount(mount, "", point, "",
	    RUNGS_MOVE_FROM_EMPTY | RUNGS_MOVE_TO_EMPTY);
}

/*
 * Open a mount that is on the stage.  Directories can be renamed meanwhile
 * by who else has the file system, so what is found has to be what was meant.
 */
static int
open_mount(const struct mountinfos *table, const struct mountinfo *m)
{
	const struct mountinfo *top = mountinfo_find(table, number_of(stage));
	size_t length = top == NULL ? 0 : strlen(top->point);
	int fd;

	if (top == NULL || strncmp(m->point, top->point, length) != 0
	    || m->point[length] != '/') {
		errno = ESTALE;
		return -1;
	}
	fd = inroot_open_nolinks(stage, m->point + length + 1, O_PATH, 0);
	if (fd < 0 || number_of(fd) == m->id)
		return fd;
	close(fd);
	errno = ESTALE;
	return -1;
}

/*
 * All that are mounted on the mount of that number, and on them.  Where no
 * path leads, nobody gets to without unmounting what is in the way; and who
 * may do that could undo what is forbidden, too.
 */
static int
restrict_below(const struct mountinfos *table, int number, unsigned attributes)
{
	for (size_t n = 0; n < table->count; n++) {
		const struct mountinfo *m = &table->list[n];
		autoclose int fd = -1;

		if (m->parent != number || mountinfo_is_hidden(table, m))
			continue;
		if (!mountinfo_is_covered(table, m)
		    && ((fd = open_mount(table, m)) < 0
			|| restrict_one(fd, attributes) < 0))
			return -1;
		if (restrict_below(table, m->id, attributes) < 0)
			return -1;
	}
	return 0;
}

int
oldmount_restrict(int mount, unsigned attributes, bool recursive)
{
	struct mountinfos table;
	autoclose int in = -1;
	int result;

	/* EINVAL: it is in no namespace yet. */
	if (restrict_one(mount, attributes) < 0
	    && (errno != EINVAL || hold(mount) < 0
		|| restrict_one(mount, attributes) < 0))
		return -1;
	if (!recursive)
		return 0;
	in = openat(proc, "self/mountinfo", O_RDONLY | O_CLOEXEC);
	if (in < 0 || mountinfo_read(&table, in) < 0)
		return -1;
	result = restrict_below(&table, number_of(mount), attributes);
	mountinfo_free(&table);
	return result;
}

int
oldmount_attach(int mount, int target)
{
	char from[32], to[32] = "/";

	name_of(mount, from);
	if (target >= 0)
		name_of(target, to);
	return call(from, to, NULL, MS_MOVE, NULL);
}

int
oldmount_end(void)
{
	autoclose int here = stage < 0 ? -1 : open(".", PLACE);
	int result = 0;

	if (stage >= 0
	    && (here < 0 || fchdir(stage) < 0 || umount2(".", MNT_DETACH) < 0
		|| fchdir(here) < 0))
		result = -1;
	scope_close(&stage);
	scope_close(&proc);
	stage = proc = -1;
	return result;
}
