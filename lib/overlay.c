/* SPDX-License-Identifier: ISC */
/* overlay.c - see overlay.h */
#include "overlay.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compat.h"
#include "fsmount.h"
#include "scope.h"

/* Of one byte each, so that all of them fit into one option. */
static const char names[OVERLAY_LOWERS + 1] =
    "0123456789abcdefghijklmnopqrstuv";

static int
put(int mount, int base, const char *name)
{
	autoclose int point = -1;

	if (mkdirat(base, name, 0700) < 0 && errno != EEXIST)
		return -1;
	point = openat(base, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return point < 0 ? -1 : fsmount_attach(mount, point);
}

/* The upper layer's top is the jail's "/": it looks like the tree's top. */
static int
make_upper(int base, const struct overlay *o)
{
	struct stat st = { .st_mode = 0700 };

	if (mkdirat(base, "above", 0700) < 0
	    || mkdirat(base, "above/upper", 0700) < 0)
		return -1;
	if (o->upper == OVERLAY_NONE)
		return 0;
	if (mkdirat(base, "above/work", 0700) < 0
	    || fstat(o->lower[0], &st) < 0)
		return -1;
	/* An owner that has no id in here cannot be given. */
	if (fchownat(base, "above/upper", st.st_uid, st.st_gid, 0) < 0
	    && errno != EINVAL && errno != EPERM)
		return -1;
	return fchmodat(base, "above/upper", st.st_mode & 07777, 0);
}

/*
 * A layer as the kernel takes it: the top of a tree that is attached nowhere
 * and belongs to our user namespace.  What comes from outside does not, but a
 * copy of it does, from where we put it in a tree of our own.
 */
static int
adopt(int mount, int base, const char *name)
{
	/* Nobody else sees that tree: a name in it is what we have made. */
	if (mkdirat(base, name, 0700) < 0
	    || sys_move_mount(mount, "", base, name, RUNGS_MOVE_FROM_EMPTY) < 0)
		return -1;
	return sys_open_tree(base, name, RUNGS_OPEN_TREE_CLONE | O_CLOEXEC);
}

/*
 * The layers have to be open until the overlay is made.  1: this kernel takes
 * none of them so, and the mounts are as they were.
 */
static int
give_lower(int fs, int base, const struct overlay *o, int layer[])
{
	char name[2] = "";

	for (int n = 0; n < o->lowers; n++) {
		name[0] = names[n];
		layer[n] = adopt(o->lower[n], base, name);
		if (layer[n] < 0)
			return n == 0 ? 1 : -1;
		if (sys_fsconfig_fd(fs, "lowerdir+", layer[n]) < 0)
			return -1;
	}
	return 0;
}

static int
give_upper(int fs, int base, const struct overlay *o)
{
	const int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
	autoclose int upper = -1, work = -1;

	if (o->upper == OVERLAY_NONE)
		return 0;
	upper = openat(base, "above/upper", flags);
	work = openat(base, "above/work", flags);
	return sys_fsconfig_fd(fs, "upperdir", upper) < 0
	               || sys_fsconfig_fd(fs, "workdir", work) < 0
	           ? -1
	           : 0;
}

static int
give_source(int fs, const struct overlay *o)
{
	if (o->source == NULL || o->source[0] == '\0')
		return 0;
	return sys_fsconfig(fs, RUNGS_CONFIG_STRING, "source",
	    strchr(o->source, '=') + 1);
}

/* Beside the tmpfs, to be let go of together. */
static void
put_aside(int base, int layer[], int count)
{
	int error = errno;

	for (int n = 0; n < count; n++) {
		if (layer[n] >= 0)
			(void)sys_move_mount(layer[n], "", base, "",
			    RUNGS_MOVE_FROM_EMPTY | RUNGS_MOVE_TO_EMPTY);
		scope_close(&layer[n]);
	}
	errno = error;
}

/*
 * Linux 6.15 takes layers by descriptor that are attached nowhere, so that no
 * name leads to them, and they may be let go of later.  It is the first, too,
 * to put a mount into one that is not attached: where it does not, nothing
 * has been done, and the result is 1.
 */
static int
mount_by_descriptor(int base, const struct overlay *o, int *overlay)
{
	autoclose int fs = sys_fsopen("overlay", RUNGS_FSOPEN_CLOEXEC);
	int layer[OVERLAY_LOWERS], result;

	if (fs < 0)
		return 1;
	for (int n = 0; n < o->lowers; n++)
		layer[n] = -1;
	result = give_lower(fs, base, o, layer);
	if (result == 0
	    && (give_upper(fs, base, o) < 0 || give_source(fs, o) < 0
		|| sys_fsconfig(fs, RUNGS_CONFIG_FLAG, "userxattr", NULL) < 0
		|| sys_fsconfig(fs, RUNGS_CONFIG_CREATE, NULL, NULL) < 0
		|| (*overlay = sys_fsmount(fs, RUNGS_FSMOUNT_CLOEXEC,
			o->attributes))
		       < 0))
		result = -1;
	put_aside(base, layer, o->lowers);
	return result;
}

/*
 * Put the layers into the tmpfs that base is, and go into the upper one.
 * From there the lower ones are two steps up, and the work directory is
 * beside it.  An upper layer of the host's is entered by descriptor: its
 * name is never told to the kernel.
 */
static int
prepare(int base, const struct overlay *o)
{
	char name[2] = "";

	for (int n = 0; n < o->lowers; n++) {
		name[0] = names[n];
		if (put(o->lower[n], base, name) < 0)
			return -1;
	}
	if (o->upper == OVERLAY_DIRECTORY)
		return put(o->above, base, "above") < 0 ? -1 : fchdir(o->top);
	if (fchdir(base) < 0)
		return -1;
	return chdir("above/upper");
}

static int
mount_prepared(const struct overlay *o)
{
	char lower[sizeof "lowerdir=" + OVERLAY_LOWERS * sizeof "../../0"];
	char work[sizeof "workdir=../" + NAME_MAX];
	const char *options[6] = { lower };
	char *end = stpcpy(lower, "lowerdir=");
	int count = 1, overlay;

	for (int n = 0; n < o->lowers; n++)
		end += sprintf(end, "%s../../%c", n > 0 ? ":" : "", names[n]);
	snprintf(work, sizeof work, "workdir=../%s",
	    o->upper == OVERLAY_DIRECTORY ? o->work : "work");
	if (o->upper != OVERLAY_NONE) {
		options[count++] = "upperdir=.";
		options[count++] = work;
	}
	if (o->source != NULL && o->source[0] != '\0')
		options[count++] = o->source;
	options[count] = "userxattr";
	overlay = fsmount_new("overlay", options, o->attributes);
	if (overlay >= 0 || errno != EINVAL || o->upper != OVERLAY_MEMORY)
		return overlay;
	/* That is of Linux 5.11, and nobody else will have this layer. */
	options[count] = NULL;
	return fsmount_new("overlay", options, o->attributes);
}

/*
 * As it was before: the layers are on top of "/" for a moment.  Root of a jail
 * may be nobody to the directory that we are in, and has no use for it then.
 */
static int
mount_attached(int base, const struct overlay *o, bool leave)
{
	autoclose int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int overlay = -1;

	if (here < 0 && errno != EACCES)
		return -1;
	if (fsmount_attach_on_top(base) == 0 && prepare(base, o) == 0)
		overlay = mount_prepared(o);
	if (overlay >= 0
	    && ((leave && (fchdir(base) < 0 || umount2(".", MNT_DETACH) < 0))
		|| (here >= 0 ? fchdir(here) : chdir("/")) < 0)) {
		scope_close(&overlay);
		return -1;
	}
	return overlay;
}

int
overlay_mount(const struct overlay *o, int *left, bool on_top)
{
	static const char *const private[] = { "mode=0700", NULL };
	autoclose int base =
	    fsmount_new("tmpfs", private, RUNGS_ATTR_NODEV | RUNGS_ATTR_NOSUID);
	bool own = o->upper == OVERLAY_DIRECTORY;
	int overlay = -1, result = 1;

	if (left != NULL)
		*left = -1;
	if (base < 0 || (!own && make_upper(base, o) < 0))
		return -1;
	if (left != NULL && !own)
		result = mount_by_descriptor(base, o, &overlay);
	if (result > 0)
		overlay = mount_attached(base, o, !on_top);
	if (left != NULL) {
		*left = base;
		base = -1;
	}
	return overlay;
}
