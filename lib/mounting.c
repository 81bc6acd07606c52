/* SPDX-License-Identifier: ISC */
/* mounting.c - see mount.h: how the words are taken */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bind.h"
#include "compat.h"
#include "cover.h"
#include "device.h"
#include "fail.h"
#include "fsmount.h"
#include "inroot.h"
#include "layers.h"
#include "mount.h"
#include "mountpoint.h"
#include "outside.h"
#include "pour.h"
#include "scope.h"

enum {
	SAFE = RUNGS_ATTR_NOSUID | RUNGS_ATTR_NODEV,
	SAFER = SAFE | RUNGS_ATTR_NOEXEC,
};

int
mounts_make_private(struct fail *f)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return fail(f, errno, "make all mounts private");
	fsmount_private();
	return 0;
}

/* Attach a new file system at one of the usual places. */
static int
attach_real(int root, const char *path, int fs, struct fail *f)
{
	autoclose int point = mountpoint_open_real(root, path, f);

	if (point < 0)
		return -1;
	if (fsmount_attach(fs, point) < 0)
		return fail(f, errno, "%s: attach the mount", path);
	return 0;
}

/* A new one, which may come from outside. */
static int
new_real(struct mounts *all, struct mount *m, const char *type,
    unsigned attributes)
{
	if (all->outside < 0)
		return fsmount_new(type, NULL, attributes);
	return outside_receive(all, m) < 0 ? -1 : m->lent;
}

/*
 * proc shows the processes of a pid namespace, sysfs the devices of a
 * network namespace, and only who made that may have a new one; for the
 * host's, the host's is bound.
 */
static int
take_proc(int root, struct mounts *all, struct mount *m, struct fail *f)
{
	bool of_host = all->host_proc;
	autoclose int fs =
	    of_host ? bind_host("/proc", f)
		    : new_real(all, m, "proc", MOUNT_PROC_ATTRIBUTES);

	if (fs >= 0)
		return attach_real(root, "/proc", fs, f);
	if (of_host)
		return -1;
	fail(f, errno, "/proc: mount a proc file system");
	if (errno == EPERM)
		fail_hint(f, "a new /proc needs a pid namespace of its own, "
			     "and around us one that is whole (a container's "
			     "may be masked)");
	return -1;
}

static int
take_sys(int root, struct mounts *all, struct mount *m, struct fail *f)
{
	bool of_host = all->host_sys;
	autoclose int fs = -1;

	if (all->network >= 0 && outside_enter_network(all, f) < 0)
		return -1;
	if (of_host)
		fs = m->is_lent ? m->lent : bind_host("/sys", f);
	else
		fs = new_real(all, m, "sysfs", MOUNT_SYS_ATTRIBUTES);
	if (fs >= 0)
		return attach_real(root, "/sys", fs, f);
	if (of_host)
		return -1;
	fail(f, errno, "/sys: mount a sysfs");
	if (errno == EPERM)
		fail_hint(f, "a new /sys needs a network namespace of its "
			     "own: add enterns net");
	return -1;
}

/* A /dev from outside, or one of ours with nodes from there or from here. */
static int
take_dev(int root, const struct mounts *all, const struct mount *m,
    struct covers *covers, struct fail *f)
{
	bool whole = m->lent >= 0, outside = whole || all->has_devices;
	autoclose int dev = whole ? m->lent : device_new();
	int own[DEVICES], result;

	if (dev < 0)
		return fail(f, errno, "/dev: mount a tmpfs");
	/* Before it hides the host's. */
	if (!outside && device_open(own, f) < 0)
		return -1;
	result = attach_real(root, "/dev", dev, f);
	if (result == 0 && !whole)
		result = device_attach(dev, outside ? all->devices : own, f);
	if (result == 0)
		result = device_fill(dev, all->new_ipc, f);
	if (!outside)
		device_close(own);
	else if (result == 0
		 && covers_use_null(covers, device_null_of(dev)) < 0)
		return fail(f, errno, "/dev/null: open it");
	return result;
}

static int
take_mqueue(int root, struct fail *f)
{
	autoclose int fs = fsmount_new("mqueue", NULL, SAFER);

	if (fs < 0) {
		fail(f, errno, "/dev/mqueue: mount it");
		return errno != EPERM
		           ? -1
		           : fail_hint(f, "it needs an ipc namespace of its "
					  "own: add enterns ipc");
	}
	return attach_real(root, "/dev/mqueue", fs, f);
}

static int
take_tmpfs(int root, const struct mount *m, struct fail *f)
{
	char size[32], mode[16];
	const char *options[3] = { NULL };
	autoclose int fs = -1, point = -1;
	int count = 0;

	snprintf(size, sizeof size, "size=%s", m->size);
	snprintf(mode, sizeof mode, "mode=%s", m->mode);
	if (m->size[0] != '\0')
		options[count++] = size;
	if (m->mode[0] != '\0')
		options[count++] = mode;
	if ((fs = fsmount_new("tmpfs", options, m->attributes)) < 0)
		return fail(f, errno, "%s: mount a tmpfs", m->path);
	if ((point = mountpoint_open(root, m->path, true, f)) < 0)
		return -1;
	if (fsmount_attach(fs, point) < 0)
		return fail(f, errno, "%s: attach the tmpfs", m->path);
	return 0;
}

static int
take_bind(int root, const struct mount *m, struct fail *f)
{
	autoclose int copy = m->lent, point = -1;
	struct stat st;
	int missing = 0;

	if (!m->is_lent)
		copy = bind_open(m, -1, &missing, f);
	if (copy < 0)
		return m->is_lent || missing ? 0 : -1;
	if (fstat(copy, &st) < 0)
		return fail(f, errno, "%s: look at its source", m->path);
	point = mountpoint_open(root, m->path, S_ISDIR(st.st_mode), f);
	if (point < 0)
		return -1;
	if (fsmount_attach(copy, point) < 0)
		return fail(f, errno, "%s: attach the bind", m->path);
	return 0;
}

static int
take_overlay(int root, const struct mount *m, struct fail *f)
{
	autoclose int overlay = layers_mount(m, f), point = -1;

	if (overlay < 0)
		return m->layers->missing ? 0 : -1;
	if ((point = mountpoint_open(root, m->path, true, f)) < 0)
		return -1;
	if (fsmount_attach(overlay, point) < 0)
		return fail(f, errno, "%s: attach the overlay", m->path);
	return 0;
}

/* Copy what a descriptor has to say to a new file in a tmpfs of its own. */
static int
copy_content(int from, int fs, const struct mount *m)
{
	mode_t mode =
	    m->mode[0] != '\0' ? (mode_t)strtoul(m->mode, NULL, 8) : 0644;
	autoclose int to = openat(fs, "content",
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (to < 0 || pour(from, to) < 0)
		return -1;
	return fchmod(to, mode);
}

static int
take_file(int root, const struct mount *m, struct fail *f)
{
	/* Read-only comes when the content is in it. */
	autoclose int fs = fsmount_new("tmpfs", NULL,
	    m->attributes & ~(unsigned)RUNGS_ATTR_RDONLY);
	autoclose int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	autoclose int point = -1, file = -1, copy = -1;

	if (fs < 0 || copy_content(m->fd, fs, m) < 0)
		return fail(f, errno, "%s: copy descriptor %d to it", m->path,
		    m->fd);
	if ((point = mountpoint_open(root, m->path, false, f)) < 0)
		return -1;
	/*
	 * A copy of a part needs a whole that is attached: it is, for a
	 * moment, on top of our own "/", where nobody else looks.
	 */
	file = openat(fs, "content", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (here < 0 || file < 0 || fsmount_attach_on_top(fs) < 0
	    || (copy = fsmount_clone(file, false)) < 0
	    || fsmount_restrict(copy, m->attributes, false) < 0
	    || fsmount_attach(copy, point) < 0 || fchdir(fs) < 0
	    || umount2(".", MNT_DETACH) < 0 || fchdir(here) < 0)
		return fail(f, errno, "%s: attach the file", m->path);
	return 0;
}

static int
take_dir(int root, const struct mount *m, struct fail *f)
{
	autoclose int fd = inroot_mkdirs(root, m->path), again = -1;

	if (fd < 0)
		return fail(f, errno, "%s: make the directory", m->path);
	if (m->mode[0] == '\0')
		return 0;
	again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (again < 0 || fchmod(again, (mode_t)strtoul(m->mode, NULL, 8)) < 0)
		return fail(f, errno, "%s: set its mode", m->path);
	return 0;
}

static int
take_link(int root, const struct mount *m, struct fail *f)
{
	const char *name;
	autoclose int parent = mountpoint_parent(root, m->path, &name);

	if (parent < 0 || symlinkat(m->source, parent, name) < 0)
		return fail(f, errno, "%s: make the link", m->path);
	return 0;
}

static int
take(struct mounts *all, struct mount *m, int root, struct covers *covers,
    struct fail *f)
{
	switch (m->kind) {
	case MOUNT_PROC:
		return take_proc(root, all, m, f);
	case MOUNT_SYS:
		return take_sys(root, all, m, f);
	case MOUNT_DEV:
		return take_dev(root, all, m, covers, f);
	case MOUNT_MQUEUE:
		return take_mqueue(root, f);
	case MOUNT_TMPFS:
		return take_tmpfs(root, m, f);
	case MOUNT_BIND:
	case MOUNT_BIND_FD:
		return take_bind(root, m, f);
	case MOUNT_OVERLAY:
		return take_overlay(root, m, f);
	case MOUNT_FILE:
		return take_file(root, m, f);
	case MOUNT_MASK:
	case MOUNT_RO:
		return covers_take(covers, root, m, f);
	case MOUNT_DIR:
		return take_dir(root, m, f);
	case MOUNT_LINK:
		return take_link(root, m, f);
	default:
		return fail(f, 0, "mount kind %d: not known", m->kind);
	}
}

bool
mounts_have_root(const struct mounts *mounts)
{
	for (int n = 0; n < mounts->count; n++)
		if (mounts->list[n].is_root)
			return true;
	return false;
}

int
mounts_root(struct mounts *mounts, struct fail *f)
{
	for (int n = 0; n < mounts->count; n++)
		if (mounts->list[n].is_root)
			return layers_mount(&mounts->list[n], f);
	return fail(f, 0, "no root among the mounts");
}

int
mounts_apply(struct mounts *mounts, int root, struct fail *f)
{
	struct covers covers;
	int result = 0;

	covers_begin(&covers, mounts->nothing);
	for (int n = 0; n < mounts->count && result == 0; n++) {
		struct mount *m = &mounts->list[n];

		if (m->is_root)
			continue;
		result = take(mounts, m, root, &covers, f);
		if (result == 0)
			result = covers_hold(&covers, root, m, f);
	}
	covers_end(&covers);
	if (result == 0 && fsmount_end() < 0)
		return fail(f, errno, "clear up after the mounts");
	return result;
}
