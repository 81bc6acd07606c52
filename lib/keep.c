/* SPDX-License-Identifier: ISC */
/* keep.c - see keep.h */
#include "keep.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "listing.h"
#include "makedir.h"
#include "mount.h"
#include "origin.h"
#include "root.h"
#include "scope.h"

int
keep_settle(const struct keep *k, const struct root *root,
    struct mounts *mounts, struct fail *f)
{
	char upper[PATH_MAX];

	if (k->dir == NULL)
		return 0;
	if (root->dir == NULL || root->mode != ROOT_SCRATCH) {
		fail(f, 0, "--keep: there is no scratch layer to keep");
		return fail_hint(f, "mkroot TEMPLATE scratch makes a root that "
				    "has one; a dir= of its own keeps its "
				    "changes");
	}
	if (snprintf(upper, sizeof upper, "%s/" KEEP_UPPER, k->dir) >= PATH_MAX)
		return fail(f, ENAMETOOLONG, "--keep=%s", k->dir);
	return mounts_add_root(mounts, root->dir, upper, f);
}

static int
check_empty(const struct keep *k, struct fail *f)
{
	struct listing names;
	size_t count;

	if (listing_read(&names, k->fd) < 0)
		return fail(f, errno, "--keep=%s: read it", k->dir);
	count = names.count;
	listing_free(&names);
	if (count == 0)
		return 0;
	fail(f, 0, "--keep=%s: refuse to keep anything there", k->dir);
	return fail_hint(f, "it has to be a new directory, or an empty one");
}

/* Its top is the jail's "/", so it looks like that of the tree. */
static int
make_upper(const struct keep *k, const struct root *root, struct fail *f)
{
	struct stat st;

	if (stat(root->dir, &st) < 0)
		return fail(f, errno, "%s: open the root", root->dir);
	if (mkdirat(k->fd, KEEP_UPPER, 0700) < 0)
		return fail(f, errno, "--keep=%s: make the upper layer",
		    k->dir);
	if ((geteuid() != 0
		|| fchownat(k->fd, KEEP_UPPER, st.st_uid, st.st_gid,
		       AT_SYMLINK_NOFOLLOW)
		       == 0)
	    && fchmodat(k->fd, KEEP_UPPER, st.st_mode & 07777, 0) == 0)
		return 0;
	fail(f, errno, "--keep=%s: make the upper layer", k->dir);
	(void)unlinkat(k->fd, KEEP_UPPER, AT_REMOVEDIR);
	return -1;
}

int
keep_begin(struct keep *k, const struct root *root, struct fail *f)
{
	k->made = makedir(AT_FDCWD, k->dir, 0700) == 0;
	if (!k->made && errno != EEXIST)
		return fail(f, errno, "--keep=%s: make it", k->dir);
	k->fd = open(k->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (k->fd < 0)
		fail(f, errno, "--keep=%s: open it", k->dir);
	else if (check_empty(k, f) == 0 && make_upper(k, root, f) == 0)
		return 0;
	scope_drop(&k->fd);
	if (k->made)
		(void)rmdir(k->dir);
	return -1;
}

int
keep_end(struct keep *k, const struct root *root, bool ran, struct fail *f)
{
	autoclose int dir = k->fd;

	k->fd = -1;
	if (dir < 0)
		return 0;
	if (ran)
		return origin_write(dir, root, f);
	(void)unlinkat(dir, KEEP_UPPER, AT_REMOVEDIR);
	if (k->made)
		(void)rmdir(k->dir);
	return 0;
}
