/* SPDX-License-Identifier: ISC */
/* layers.c - see layers.h */
#include "layers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cacheuse.h"
#include "compat.h"
#include "fail.h"
#include "fsmount.h"
#include "mount.h"
#include "scope.h"

static const int path_flags = O_PATH | O_DIRECTORY | O_CLOEXEC;

struct layers *
layers_new(void)
{
	struct layers *l = calloc(1, sizeof *l);

	if (l == NULL)
		return NULL;
	l->upper.dir = l->upper.lock = -1;
	for (int n = 0; n < LAYERS_LENT; n++)
		l->lent[n] = -1;
	return l;
}

void
layers_free(struct layers *l)
{
	if (l == NULL)
		return;
	for (int n = 0; n < l->lowers; n++)
		free(l->lower[n]);
	free(l->upper.path);
	free(l);
}

int
layers_count(const struct layers *l)
{
	return l->lowers + (l->upper.path != NULL);
}

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Whether fd is the directory top, or below it in the same file system. */
static bool
is_within(int fd, const struct stat *top)
{
	int at = openat(fd, ".", path_flags), above;
	struct stat st, next;
	bool found = false;

	while (at >= 0 && fstat(at, &st) == 0) {
		if ((found = is_same(&st, top)))
			break;
		above = openat(at, "..", path_flags);
		close(at);
		at = above;
		if (at < 0 || fstat(at, &next) < 0 || next.st_dev != st.st_dev
		    || next.st_ino == st.st_ino)
			break;
	}
	scope_close(&at);
	return found;
}

static const char *
name_of(const struct layers *l, int n)
{
	return n < l->lowers ? l->lower[n] : l->upper.path;
}

/* overlayfs says ELOOP, and not which. */
static int
check_apart(const struct layers *l, const int fd[], int count, struct fail *f)
{
	struct stat st;

	for (int a = 0; a < count; a++) {
		if (fd[a] < 0)
			continue;
		if (fstat(fd[a], &st) < 0)
			return fail(f, errno, "%s: look at it", name_of(l, a));
		for (int b = 0; b < count; b++)
			if (a != b && is_within(fd[b], &st)) {
				fail(f, 0, "%s: it is in another layer, %s",
				    name_of(l, b), name_of(l, a));
				return fail_hint(f,
				    "the layers of an overlay have to be "
				    "apart from each other");
			}
	}
	return 0;
}

static void
close_all(int fd[], int count)
{
	for (int n = 0; n < count; n++) {
		scope_drop(&fd[n]);
	}
}

/*
 * Before anything is made beside the upper layer.  A lower one that is not
 * there may be in what an earlier word mounts.
 */
static int
check_early(const struct layers *l, struct fail *f)
{
	int fd[LAYERS_LENT], result = -1;

	for (int n = 0; n < l->lowers; n++)
		fd[n] = open(l->lower[n], path_flags);
	fd[l->lowers] = upper_open(&l->upper, l->upper.dir, f);
	if (fd[l->lowers] >= 0)
		result = check_apart(l, fd, layers_count(l), f);
	close_all(fd, layers_count(l));
	return result;
}

int
layers_hold(struct mount *m, struct fail *f)
{
	struct layers *l = m->layers;
	/* Its owner is who works in it, where no id is mapped to another. */
	bool to_owner = m->keep_owners && geteuid() == 0;
	int result;

	if (l->upper.path == NULL)
		return 0;
	if ((result = upper_find(&l->upper, f)) != 0) {
		l->missing = result > 0 && m->try;
		return l->missing ? 0 : -1;
	}
	if (check_early(l, f) < 0)
		return -1;
	return upper_hold(&l->upper, to_owner, f);
}

/* Open them all by name; the upper layer last.  1: one is missing. */
static int
open_paths(const struct mount *m, int fd[LAYERS_LENT], struct fail *f)
{
	const struct layers *l = m->layers;

	for (int n = 0; n < l->lowers; n++) {
		if ((fd[n] = open(l->lower[n], path_flags)) >= 0)
			continue;
		if (errno == ENOENT && m->try)
			return 1;
		return fail(f, errno, "%s: open a layer of an overlay",
		    l->lower[n]);
	}
	if (l->upper.path == NULL)
		return 0;
	fd[l->lowers] = upper_open(&l->upper, l->upper.dir, f);
	return fd[l->lowers] < 0 ? -1 : 0;
}

/*
 * What is mounted below is left out, or taken along where the host's has to
 * stay: then that is not in the overlay, either.
 */
static int
clone_layer(int fd, const char *name, const struct mount *m, int user_namespace,
    struct fail *f)
{
	int copy = fsmount_clone(fd, false);

	if (copy < 0 && errno == EINVAL)
		copy = fsmount_clone(fd, true);
	if (copy < 0) {
		fail(f, errno, "%s: copy the mount of a layer", name);
		return errno == ENOSYS ? fsmount_hint(fd, NULL, f) : -1;
	}
	if (user_namespace < 0 || m->keep_owners
	    || fsmount_map_ids(copy, user_namespace) == 0)
		return copy;
	fail(f, errno, "%s: map its owners to the jail's ids", name);
	fsmount_hint(fd, "noidmap takes its owners as they are", f);
	close(copy);
	return -1;
}

/* Open the layers as mounts.  1: one is missing, and may be. */
static int
open_layers(const struct mount *m, int user_namespace, int mount[LAYERS_LENT],
    struct fail *f)
{
	const struct layers *l = m->layers;
	int count = layers_count(l);
	int fd[LAYERS_LENT], result;

	for (int n = 0; n < LAYERS_LENT; n++)
		fd[n] = mount[n] = -1;
	result = open_paths(m, fd, f);
	if (result == 0)
		result = check_apart(l, fd, count, f);
	/* It is mounted with the work directory, as a part of what has both. */
	if (result == 0 && l->upper.path != NULL) {
		close(fd[l->lowers]);
		fd[l->lowers] = upper_open_above(&l->upper, f);
		result = fd[l->lowers] < 0 ? -1 : 0;
	}
	for (int n = 0; n < count && result == 0; n++) {
		mount[n] =
		    clone_layer(fd[n], name_of(l, n), m, user_namespace, f);
		result = mount[n] < 0 ? -1 : 0;
	}
	close_all(fd, LAYERS_LENT);
	if (result != 0)
		close_all(mount, LAYERS_LENT);
	return result;
}

int
layers_lend(struct mount *m, int user_namespace, struct fail *f)
{
	struct layers *l = m->layers;
	int result = 0;

	if (!l->missing)
		result = open_layers(m, user_namespace, l->lent, f);
	l->missing |= result > 0;
	return result < 0 ? -1 : 0;
}

/* What the mount of a layer forbids, an overlay does not give back. */
static unsigned
forbidden(int mount)
{
	unsigned attributes;

	if (fsmount_attributes(mount, &attributes) < 0)
		return RUNGS_ATTR_NOSUID | RUNGS_ATTR_NODEV | RUNGS_ATTR_NOEXEC;
	return attributes & ~(unsigned)RUNGS_ATTR_RDONLY;
}

static int
explain(const struct mount *m, struct fail *f)
{
	int error = errno;

	fail(f, error, "%s: mount an overlay", m->path);
	if (error == EPERM || error == ENODEV)
		return fail_hint(f, "overlayfs in a user namespace needs Linux "
				    "5.11, and in a jail of root's 5.19");
	if (error == ELOOP)
		return fail_hint(f, "one of the layers is in another");
	if (error == EINVAL)
		return fail_hint(f,
		    "the file system of a layer is not fit for it (an overlay, "
		    "NFS or FAT cannot be written to), the host has something "
		    "mounted below one, or Linux is older than 5.11");
	return -1;
}

int
layers_mount(const struct mount *m, struct fail *f)
{
	struct layers *l = m->layers;
	int own[LAYERS_LENT], *mount = m->is_lent ? l->lent : own;
	int count = layers_count(l);
	int result = l->missing, overlay = -1;
	autoclose int top = -1;
	char source[CACHE_KEY + 8] = "";
	struct overlay o = {
		.source = source,
		.lowers = l->lowers,
		.upper =
		    l->upper.path != NULL ? OVERLAY_DIRECTORY : OVERLAY_NONE,
		.work = l->upper.work,
		.attributes = m->attributes,
	};

	if (m->is_root)
		cacheuse_source(l->lower[0], source);
	if (result == 0 && !m->is_lent)
		result = open_layers(m, -1, own, f);
	l->missing = result > 0;
	if (result != 0)
		return -1;
	for (int n = 0; n < count; n++)
		o.attributes |= forbidden(mount[n]);
	memcpy(o.lower, mount, sizeof o.lower);
	if (l->upper.path != NULL) {
		o.above = mount[l->lowers];
		o.top = top = upper_open(&l->upper, o.above, f);
	}
	if (l->upper.path == NULL || top >= 0) {
		overlay = overlay_mount(&o, NULL, false);
		if (overlay < 0)
			explain(m, f);
	}
	close_all(mount, LAYERS_LENT);
	return overlay;
}
