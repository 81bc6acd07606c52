/* SPDX-License-Identifier: ISC */
/* kept.c - see kept.h */
#include "kept.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aside.h"
#include "cacheuse.h"
#include "compat.h"
#include "fail.h"
#include "fsmount.h"
#include "keep.h"
#include "origin.h"
#include "overlay.h"
#include "scope.h"
#include "treewalk.h"

/* Which root it is of; a jail that is not over has not said so. */
static int
read_origin(struct origin *o, struct fail *f)
{
	autoclose int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (faccessat(here, "origin", F_OK, AT_SYMLINK_NOFOLLOW) < 0) {
		fail(f, errno, "look at what was kept");
		return fail_hint(f, "jailexec --keep=DIR makes DIR whole when "
				    "the jail has ended");
	}
	if (origin_read(here, o, f) < 0)
		return -1;
	if (o->root.dir != NULL)
		return 0;
	origin_free(o);
	return fail(f, 0, "origin: does not say what is below");
}

static int
open_layer(const char *path, int *copy, struct fail *f)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return fail(f, errno, "%s: open the layer", path);
	if ((*copy = fsmount_clone(fd, false)) >= 0)
		return fd;
	fail(f, errno, "%s: copy the mount of the layer", path);
	close(fd);
	return -1;
}

/*
 * In a namespace with one id, files of others look as if they were nobody's:
 * those that a jail gave to its other ids.
 */
static int
check_owner(void *context, int dir, const char *path, const char *name,
    const struct stat *st, struct fail *f)
{
	(void)context;
	(void)dir;
	(void)name;
	if (st->st_uid == geteuid())
		return 0;
	fail(f, 0, "%s: it belongs to another id of the jail", path);
	return fail_hint(f, "the same ids have it right: enterns user=auto -- "
			    "packroot FORMAT kept=PATH");
}

static int
check_owners(struct fail *f)
{
	autoclose int upper =
	    open(KEEP_UPPER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (geteuid() == 0)
		return 0;
	if (upper < 0)
		return fail(f, errno, KEEP_UPPER ": open the layer");
	return tree_walk(upper, check_owner, NULL, false, f);
}

int
kept_open(int *lower, struct fail *f)
{
	struct overlay o = { .lowers = 2,
		.upper = OVERLAY_NONE,
		.attributes = RUNGS_ATTR_RDONLY | RUNGS_ATTR_NODEV };
	autoclose int upper = -1, overlay = -1;
	struct origin origin;
	int top = -1, hold;

	*lower = -1;
	if (read_origin(&origin, f) < 0)
		return -1;
	/*
	 * The root is held until we end.  What was opened before we stepped
	 * aside is of mounts that are not ours to copy.
	 */
	if (check_owners(f) == 0
	    && cacheuse_hold(origin.root.dir, &hold, f) == 0
	    && aside_step(f) == 0
	    && (upper = open_layer(KEEP_UPPER, &o.lower[0], f)) >= 0
	    && (*lower = open_layer(origin.root.dir, &o.lower[1], f)) >= 0) {
		overlay = overlay_mount(&o, NULL, false);
		if (overlay >= 0)
			top = openat(overlay, ".",
			    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (top < 0)
			fail(f, errno, "mount what was kept on its root");
	}
	origin_free(&origin);
	return top;
}

int
kept_open_apart(int *upper, struct fail *f)
{
	struct origin origin;
	int lower = -1, hold;

	*upper = -1;
	if (read_origin(&origin, f) < 0)
		return -1;
	if (check_owners(f) == 0
	    && cacheuse_hold(origin.root.dir, &hold, f) == 0) {
		*upper = open(KEEP_UPPER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		lower =
		    open(origin.root.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (*upper < 0 || lower < 0) {
			fail(f, errno, "%s: open the layer",
			    lower < 0 ? origin.root.dir : KEEP_UPPER);
			scope_drop(&lower);
		}
	}
	origin_free(&origin);
	return lower;
}
