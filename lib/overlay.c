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

	if (mkdirat(base, name, 0700) < 0)
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
	if (make_upper(base, o) < 0 || fchdir(base) < 0)
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

int
overlay_mount(const struct overlay *o, int *left)
{
	static const char *const private[] = { "mode=0700", NULL };
	autoclose int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int overlay = -1;
	int base =
	    fsmount_new("tmpfs", private, RUNGS_ATTR_NODEV | RUNGS_ATTR_NOSUID);

	if (here >= 0 && base >= 0 && fsmount_attach_on_top(base) == 0
	    && prepare(base, o) == 0)
		overlay = mount_prepared(o);
	if (overlay >= 0
	    && ((left == NULL
		    && (fchdir(base) < 0 || umount2(".", MNT_DETACH) < 0))
		|| fchdir(here) < 0)) {
		scope_close(&overlay);
		overlay = -1;
	}
	if (left != NULL)
		*left = base;
	else
		scope_close(&base);
	return overlay;
}
