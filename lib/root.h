/* SPDX-License-Identifier: ISC */
/*
 * root.h - files to live in: the mkroot line of a description
 *
 *	from=NAME          the template that made it; for the reader
 *	+NAME ...          the packages that were added
 *	mirror=URL         where they came from, if the template says otherwise
 *	digest=sha256:HEX  what was checked before it was unpacked
 *	signed-by=HEX      the key that vouches for it, by its fingerprint
 *	dir=PATH           the tree, an absolute path on the host
 *	scratch            changes go to memory and end with the jail
 *	ro                 changes are refused
 *	env= cmd= cwd= user=   what an image says of its program: launch.h
 *
 * The words must live as long as the struct that they were added to.
 */
#ifndef ROOT_H
#define ROOT_H

#include <stdbool.h>
#include <stdio.h>

#include "launch.h"
#include "package.h"

struct fail;

enum root_mode {
	ROOT_PLAIN,   /* the tree itself, changes stay */
	ROOT_SCRATCH, /* an overlay with its upper layer in a tmpfs */
	ROOT_READONLY,
};

struct root {
	const char *from, *digest, *dir, *mirror, *signed_by; /* or NULL */
	struct packages packages;
	struct launch launch;
	enum root_mode mode;
	bool gives;       /* the jail has ids to give its files to */
	bool leaves_host; /* root_pivot() is to come */
	int hold;         /* the root of a cache, held by cacheuse.h; or -1 */

	/* Once mounted, or -1. */
	int layers; /* what scratch is made of; see root_mount() */
	int owners; /* the list of who gets what */
};

/* Nothing said, nothing mounted. */
#define ROOT_NONE                                                              \
	{                                                                      \
		.hold = -1, .layers = -1, .owners = -1                         \
	}

/* Take one word.  1: taken; 0: no such word; -1: bad. */
int root_add(void *layer, const char *word, struct fail *f);

/* Write the words, each after a blank, escaped. */
void root_print(const void *layer, FILE *out);

/*
 * Hold the tree for as long as we live, if it is one of a cache, so that
 * nobody removes it.
 */
int root_hold(struct root *root, struct fail *f);

/*
 * Put the tree at the top of our mount namespace, which must be new and
 * private, and return it as a descriptor; root_enter() makes it "/".  lent
 * is the tree from root_lend(), or -1.  -1: the namespace is unusable.
 *
 * What scratch is made of stays open, attached nowhere, for the caller to
 * close: that is to wait for every processor, and the jail goes on meanwhile.
 * Where the host is left by root_pivot(), it goes along.
 *
 * scratch: mount_namespaces(7), and Documentation/filesystems/overlayfs.rst.
 */
int root_mount(struct root *root, int lent, struct fail *f);

/* The same with a mount that is there already, detached; it is spent. */
int root_put(struct root *root, int mount, struct fail *f);

/*
 * After root_mount(), with root->gives: give the files of a root of mkroot's
 * cache to whom they belong, as owners.h says.  Nothing of the tree itself
 * is changed.
 */
int root_give(struct root *root, int fd, struct fail *f);

/*
 * Open the tree in a mount whose owners are those of the user namespace, a
 * descriptor: 0 on disk is 0 in there, and nothing is chowned.  Needs
 * CAP_SYS_ADMIN outside; what is returned is what root_mount() takes as
 * lent.  user_namespace -1: they are the host's.  -1: the file system cannot
 * do it, or it is not ours to do.
 */
int root_lend(const struct root *root, int user_namespace, struct fail *f);

/*
 * The host's own "/" is never lent: it is no tree of a jail's, and root in
 * a jail is to be nobody to it.
 */
bool root_can_be_lent(const struct root *root);

/*
 * Change to the root that root_mount() returned, by pivot_root(2).  Until
 * root_leave_host() the host's root is on top of it, and the way to it is
 * "/..": no path may be resolved in between.
 */
int root_pivot(struct root *root, int fd, struct fail *f);

/*
 * After root_pivot(), in the same working directory: let go of all of the
 * host's mounts.  The working directory is the new "/".
 */
int root_leave_host(struct fail *f);

/*
 * In a namespace that has nothing of the host, from empty.h: change to the
 * root that root_mount() returned, and close it.  It is on top of all that
 * is there, so this is no chroot(2) that one could climb out of.
 */
int root_enter(int fd, struct fail *f);

/*
 * chroot(2) alone, as in 1979: who has CAP_SYS_CHROOT gets out again.
 */
int root_chroot(const struct root *root, struct fail *f);

/* The words need a mount namespace, whatever else was said. */
bool root_needs_mounts(const struct root *root);

#endif
