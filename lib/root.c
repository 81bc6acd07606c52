/* SPDX-License-Identifier: ISC */
/* root.c - see root.h */
#include "root.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cacheuse.h"
#include "compat.h"
#include "description.h"
#include "fail.h"
#include "fsmount.h"
#include "overlay.h"
#include "owners.h"
#include "scope.h"

static bool
is_digest(const char *text)
{
	static const char kind[] = "sha256:";

	if (strncmp(text, kind, strlen(kind)) != 0)
		return false;
	text += strlen(kind);
	return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

/* The fingerprint of an OpenPGP key, of version 4 or 5. */
static bool
is_fingerprint(const char *text)
{
	size_t length = strlen(text);

	return (length == 40 || length == 64)
	       && strspn(text, "0123456789ABCDEF") == length;
}

/* The words that say what was added, from where, and what was checked. */
static int
add_provenance(struct root *root, const char *word, struct fail *f)
{
	if (*word == '+')
		return package_add(&root->packages, word + 1, f) < 0 ? -1 : 1;
	if (strncmp(word, "mirror=", 7) == 0 && word[7] != '\0') {
		root->mirror = word + 7;
	} else if (strncmp(word, "digest=", 7) == 0) {
		if (!is_digest(word + 7))
			return fail(f, 0,
			    "%s: expected digest=sha256: and 64 hex digits",
			    word);
		root->digest = word + 7;
	} else if (strncmp(word, "signed-by=", 10) == 0) {
		if (!is_fingerprint(word + 10))
			return fail(f, 0,
			    "%s: expected signed-by= and a fingerprint in "
			    "upper case",
			    word);
		root->signed_by = word + 10;
	} else {
		return 0;
	}
	return 1;
}

int
root_add(void *layer, const char *word, struct fail *f)
{
	struct root *root = layer;

	if (strncmp(word, "from=", 5) == 0 && word[5] != '\0') {
		root->from = word + 5;
	} else if (strncmp(word, "dir=", 4) == 0) {
		if (word[4] != '/')
			return fail(f, 0, "%s: not an absolute path", word);
		root->dir = word + 4;
	} else if (strcmp(word, "scratch") == 0) {
		root->mode = ROOT_SCRATCH;
	} else if (strcmp(word, "ro") == 0) {
		root->mode = ROOT_READONLY;
	} else if (strcmp(word, "none") == 0) {
		*root = (struct root)ROOT_NONE;
	} else {
		int taken = add_provenance(root, word, f);

		return taken != 0 ? taken : launch_add(&root->launch, word, f);
	}
	return 1;
}

static void
print_word(const char *name, const char *value, FILE *out)
{
	if (value == NULL)
		return;
	fprintf(out, " %s=", name);
	description_escape(value, out);
}

void
root_print(const void *layer, FILE *out)
{
	const struct root *root = layer;

	print_word("from", root->from, out);
	for (size_t n = 0; n < root->packages.count; n++) {
		fputs(" +", out);
		description_escape(root->packages.names[n], out);
	}
	print_word("mirror", root->mirror, out);
	print_word("digest", root->digest, out);
	print_word("signed-by", root->signed_by, out);
	print_word("dir", root->dir, out);
	if (root->mode == ROOT_SCRATCH)
		fputs(" scratch", out);
	else if (root->mode == ROOT_READONLY)
		fputs(" ro", out);
	launch_print(&root->launch, out);
}

bool
root_needs_mounts(const struct root *root)
{
	return root->dir != NULL && root->mode != ROOT_PLAIN;
}

/*
 * Open the tree.  A tree of mkroot's cache is shared by every jail that
 * will ever be made of it, so it is never given out to be written.  The
 * cache has it in roots/KEY/rootfs and carries a CACHEDIR.TAG.
 */
static int
open_dir_of(const struct root *root, struct fail *f)
{
	int fd = open(root->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0) {
		fail(f, errno, "%s: open the root", root->dir);
		if (errno == ENOENT)
			fail_hint(f, "it is gone: run mkroot again");
		return -1;
	}
	if (root->mode == ROOT_PLAIN
	    && faccessat(fd, "../../../CACHEDIR.TAG", F_OK, 0) == 0) {
		close(fd);
		fail(f, 0, "%s: refuse to write to a shared root of the cache",
		    root->dir);
		return fail_hint(f, "say scratch or ro, or make a root of "
				    "its own with mkroot dir=PATH");
	}
	return fd;
}

/*
 * The tree itself.  Device nodes in it are dead: the ones that a jail may
 * have are in the /dev that we make.
 */
static int
mount_tree(const struct root *root, int copy, struct fail *f)
{
	unsigned attributes =
	    RUNGS_ATTR_NODEV
	    | (root->mode == ROOT_READONLY ? RUNGS_ATTR_RDONLY : 0);

	if (fsmount_restrict(copy, attributes, true) == 0
	    && fsmount_attach_on_top(copy) == 0)
		return copy;
	fail(f, errno, "%s: mount the root", root->dir);
	close(copy);
	return -1;
}

static int
mount_scratch(struct root *root, int lower, struct fail *f)
{
	char source[CACHE_KEY + 8];
	const struct overlay layers = {
		.source = source,
		.lower = { lower },
		.lowers = 1,
		.upper = OVERLAY_MEMORY,
		.attributes = RUNGS_ATTR_NODEV,
	};
	int overlay;

	cacheuse_source(root->dir, source);
	overlay = overlay_mount(&layers, &root->layers, root->leaves_host);
	if (overlay >= 0 && fsmount_attach_on_top(overlay) == 0)
		return overlay;
	fail(f, errno, "scratch: mount an overlay over %s", root->dir);
	if (errno == ENODEV)
		fail_hint(f, "this kernel has no overlayfs, or modprobe "
			     "overlay gives it; mkroot dir=PATH or ro does "
			     "without it");
	if (errno == EPERM)
		fail_hint(f, "overlayfs in a user namespace needs Linux 5.11; "
			     "mkroot dir=PATH or ro does without it");
	if (errno == EINVAL)
		fail_hint(f, "a tree with mounts below it cannot be the lower "
			     "layer; ro takes it as it is");
	if (overlay >= 0)
		close(overlay);
	return -1;
}

int
root_hold(struct root *root, struct fail *f)
{
	return cacheuse_hold(root->dir, &root->hold, f);
}

int
root_mount(struct root *root, int lent, struct fail *f)
{
	autoclose int tree = -1;
	int copy = lent, result;

	root->layers = root->owners = -1;

	if (lent < 0) {
		if ((tree = open_dir_of(root, f)) < 0
		    || (root->gives && owners_open(tree, &root->owners, f) < 0))
			return -1;
		if ((copy = fsmount_clone(tree, true)) < 0)
			return fail(f, errno, "%s: copy the mount of the root",
			    root->dir);
	}
	/* Owners are given in an overlay, also where nothing else changes. */
	if (root->mode != ROOT_SCRATCH && root->owners < 0)
		return mount_tree(root, copy, f);
	result = mount_scratch(root, copy, f);
	close(copy);
	return result;
}

int
root_put(struct root *root, int mount, struct fail *f)
{
	autoclose int tree = -1;

	root->layers = root->owners = -1;
	if (root->gives
	    && ((tree = open_dir_of(root, f)) < 0
		|| owners_open(tree, &root->owners, f) < 0)) {
		close(mount);
		return -1;
	}
	if (fsmount_attach_on_top(mount) == 0)
		return mount;
	fail(f, errno, "%s: mount the root", root->dir);
	close(mount);
	return -1;
}

int
root_give(struct root *root, int fd, struct fail *f)
{
	autoclose int list = root->owners;

	root->owners = -1;
	if (list < 0)
		return 0;
	if (owners_give(list, fd, f) < 0)
		return -1;
	if (root->mode == ROOT_READONLY
	    && fsmount_restrict(fd, RUNGS_ATTR_RDONLY, false) < 0)
		return fail(f, errno, "ro: make the root read-only");
	return 0;
}

bool
root_can_be_lent(const struct root *root)
{
	return root->dir != NULL && strcmp(root->dir, "/") != 0;
}

int
root_lend(const struct root *root, int user_namespace, struct fail *f)
{
	autoclose int tree = open_dir_of(root, f);
	int copy;

	if (tree < 0)
		return -1;
	copy = fsmount_clone(tree, true);
	if (copy >= 0
	    && (user_namespace < 0
		|| fsmount_map_ids(copy, user_namespace) == 0))
		return copy;
	if (user_namespace < 0)
		return fail(f, errno, "%s: copy the mount of the root",
		    root->dir);
	fail(f, errno, "%s: map the owners of its files to the jail's ids",
	    root->dir);
	fsmount_hint(tree,
	    "put the root on another, or keep the host's ids with "
	    "enterns user=host",
	    f);
	if (copy >= 0)
		close(copy);
	return -1;
}

/*
 * The overlay has its own hold on its layers, and their tmpfs, which it is
 * on top of, must go.  On top of the host's root, it is what umount2(2) would
 * let go of; below that, it goes along.  To unmount it by itself would make
 * us wait for every processor once more.
 */
static int
move_layers(struct root *root)
{
	/* Any directory of the host's that is sure to be there. */
	autoclose int aside = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	autoclose int layers = root->layers;

	root->layers = -1;
	return layers < 0 ? 0 : fsmount_attach(layers, aside);
}

int
root_pivot(struct root *root, int fd, struct fail *f)
{
	if (move_layers(root) < 0)
		return fail(f, errno, "move the layers of scratch aside");
	/* With "." for both, the old root lands on top of the new one. */
	if (fchdir(fd) < 0 || syscall(SYS_pivot_root, ".", ".") < 0)
		return fail(f, errno, "pivot_root");
	return 0;
}

int
root_enter(int fd, struct fail *f)
{
	autoclose int top = fd;

	if (fchdir(top) < 0 || chroot(".") < 0)
		return fail(f, errno, "enter the new root");
	return 0;
}

int
root_leave_host(struct fail *f)
{
	struct stat top, above;

	if (umount2(".", MNT_DETACH) < 0)
		return fail(f, errno, "let go of the host's mounts");
	if (chdir("/") < 0 || stat("/", &top) < 0 || stat("/..", &above) < 0)
		return fail(f, errno, "enter the new root");
	/* A mount that was left on top would be a way out of every jail. */
	if (top.st_dev != above.st_dev || top.st_ino != above.st_ino)
		return fail(f, 0, "something of the host is still above /");
	return 0;
}

int
root_chroot(const struct root *root, struct fail *f)
{
	autoclose int tree = open_dir_of(root, f);

	if (tree < 0)
		return -1;
	if (fchdir(tree) < 0 || chroot(".") < 0) {
		fail(f, errno, "%s: chroot", root->dir);
		if (errno == EPERM)
			fail_hint(f,
			    "only root may: enterns user makes you root in a "
			    "user namespace");
		return -1;
	}
	return 0;
}
