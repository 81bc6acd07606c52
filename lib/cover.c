/* SPDX-License-Identifier: ISC */
/* cover.c - see cover.h */
#include "cover.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "compat.h"
#include "device.h"
#include "fail.h"
#include "fsmount.h"
#include "inroot.h"
#include "mount.h"
#include "mountpoint.h"
#include "scope.h"

enum {
	SAFE = RUNGS_ATTR_RDONLY | RUNGS_ATTR_NOSUID | RUNGS_ATTR_NOEXEC,
	SAFER = SAFE | RUNGS_ATTR_NODEV,
};

static const struct {
	const char *path;
	enum mount_kind kind;
	unsigned long magic;
} real[COVER_HELD] = {
	{ "/proc", MOUNT_PROC, PROC_SUPER_MAGIC },
	{ "/sys", MOUNT_SYS, SYSFS_MAGIC },
};

void
covers_begin(struct covers *c, int empty)
{
	*c = (struct covers){ .null = -1,
		.empty = empty,
		.attached = empty >= 0 };
	for (size_t n = 0; n < COVER_HELD; n++)
		c->held[n].mount = -1;
}

void
covers_end(struct covers *c)
{
	for (size_t n = 0; n < COVER_HELD; n++)
		scope_close(&c->held[n].mount);
	scope_close(&c->null);
	scope_close(&c->empty);
}

int
covers_use_null(struct covers *c, int null)
{
	scope_close(&c->null);
	c->null = null;
	return null < 0 ? -1 : 0;
}

static int
lay_copy(int of, unsigned attributes, int target)
{
	autoclose int copy = fsmount_clone(of, false);

	if (copy < 0 || fsmount_restrict(copy, attributes, false) < 0)
		return -1;
	return fsmount_attach(copy, target);
}

static int
mask_directory(int target, struct covers *c)
{
	if (c->attached)
		return lay_copy(c->empty, SAFER, target);
	c->attached = true;
	c->empty = fsmount_new("tmpfs", NULL, SAFER);
	return c->empty < 0 ? -1 : fsmount_attach(c->empty, target);
}

static int
mask(int target, struct covers *c)
{
	struct stat st;

	if (fstat(target, &st) < 0)
		return -1;
	if (S_ISDIR(st.st_mode))
		return mask_directory(target, c);
	if (c->null < 0)
		c->null = device_open_null();
	return c->null < 0 ? -1 : lay_copy(c->null, SAFE, target);
}

static int
make_readonly(int target)
{
	autoclose int copy = fsmount_clone(target, true);

	if (copy < 0 || fsmount_restrict(copy, RUNGS_ATTR_RDONLY, true) < 0)
		return -1;
	return fsmount_attach(copy, target);
}

/* Whether a /proc, if that is what it is, shows our pid namespace. */
static bool
knows_us(int mount, enum mount_kind kind)
{
	char want[16], got[16] = "";

	if (kind != MOUNT_PROC)
		return true;
	snprintf(want, sizeof want, "%d", (int)getpid());
	return readlinkat(mount, "self", got, sizeof got - 1) > 0
	       && strcmp(got, want) == 0;
}

static int
hold(int root, size_t n, struct held *held, struct fail *f)
{
	struct statfs fs;

	held->sure = true;
	held->mount =
	    inroot_open_nolinks(root, real[n].path, O_PATH | O_DIRECTORY, 0);
	if (held->mount >= 0 && fstatfs(held->mount, &fs) == 0
	    && (unsigned long)fs.f_type == real[n].magic
	    && knows_us(held->mount, real[n].kind))
		return 0;
	return fail(f, 0, "%s: it was exchanged while it was mounted",
	    real[n].path);
}

int
covers_hold(struct covers *c, int root, const struct mount *m, struct fail *f)
{
	bool covers = m->kind == MOUNT_MASK || m->kind == MOUNT_RO;

	for (size_t n = 0; n < COVER_HELD; n++) {
		struct held *held = &c->held[n];

		held->sure = held->sure && covers;
		if (m->kind != real[n].kind
		    && (m->path == NULL || strcmp(m->path, real[n].path) != 0))
			continue;
		scope_drop(&held->mount);
		if (m->kind == real[n].kind && hold(root, n, held, f) < 0)
			return -1;
	}
	return 0;
}

/*
 * Where to look for what is to be covered, and under which name: in what is
 * held, if that is above it.
 */
static int
find_base(int root, const char **path, struct covers *c, struct fail *f)
{
	for (size_t n = 0; n < COVER_HELD; n++) {
		size_t length = strlen(real[n].path);
		struct held *held = &c->held[n];
		autoclose int now = -1;

		/* With "..", a name may lead out again. */
		if (held->mount < 0 || strncmp(*path, real[n].path, length) != 0
		    || (*path)[length] != '/' || strstr(*path, "/..") != NULL)
			continue;
		if (!held->sure)
			now = inroot_open(root, real[n].path, O_PATH, 0);
		if (!held->sure && mountpoint_is(now, held->mount) != 1)
			return fail(f, 0, "%s: it is not where it was mounted",
			    real[n].path);
		held->sure = true;
		*path += length;
		return held->mount;
	}
	return root;
}

int
covers_take(struct covers *c, int root, const struct mount *m, struct fail *f)
{
	bool masked = m->kind == MOUNT_MASK;
	const char *path = m->path;
	int base = find_base(root, &path, c, f);
	autoclose int target = -1;

	if (base < 0)
		return -1;
	target = inroot_open(base, path, O_PATH, 0);
	if (target < 0 && errno == ENOENT && m->try)
		return 0;
	/* What is in what is held is not the root. */
	if (target >= 0 && base == root
	    && mountpoint_check(root, target, m->path, f) < 0)
		return -1;
	/* Ours lead nowhere else, and are many at each start. */
	if (target >= 0 && !m->is_standard
	    && mountpoint_check_shared(base, target, path, m->path, f) < 0)
		return -1;
	if (target < 0
	    || (masked ? mask(target, c) : make_readonly(target)) < 0)
		return fail(f, errno, "%s: %s it", m->path,
		    masked ? "mask" : "write-protect");
	return 0;
}
