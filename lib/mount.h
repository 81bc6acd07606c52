/* SPDX-License-Identifier: ISC */
/*
 * mount.h - what is where in a jail
 *
 * For now only the default set: proc dev sys tmpfs=/tmp tmpfs=/run, with
 * the masked and read-only paths of the OCI default.
 */
#ifndef MOUNT_H
#define MOUNT_H

#include <stdbool.h>

struct fail;

struct mounts {
	bool defaults;
	bool new_ipc;  /* we have an ipc namespace: /dev/mqueue can be had */
	bool host_sys; /* a user namespace, but the caller's net namespace: */
		       /* the kernel gives no new sysfs, the host's is bound */
};

/*
 * Cut our mount namespace, which must be new, off from the host's: without
 * this every mount made in it may appear there, too.  mount_namespaces(7).
 */
int mounts_make_private(struct fail *f);

/*
 * Make the mounts inside root, which must be in a mount namespace of our
 * own.  Missing mount points are made.  A mount point that is a symbolic
 * link is refused: the root wants the mount elsewhere than it says.
 */
int mounts_apply(const struct mounts *mounts, int root, struct fail *f);

#endif
