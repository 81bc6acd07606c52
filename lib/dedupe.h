/* SPDX-License-Identifier: ISC */
/*
 * dedupe.h - what two roots of the cache have in common, once on the disk
 *
 * Debian with one package more is Debian but for a few files.  Where the file
 * system can share blocks (btrfs, xfs), a new root shares them with the roots
 * that are there: the kernel compares the contents, so nothing depends on
 * what we think of them, and a file that is written to gets blocks of its
 * own.  Hard links would not be safe: owners and modes belong to the file, and
 * a jail with one of them would have the other.  ioctl_fideduperange(2).
 */
#ifndef DEDUPE_H
#define DEDUPE_H

struct cache;

/*
 * Share what is in rootfs, the open tree of a new root, with the files that
 * have the same path and size in other roots.  A failure costs room on the
 * disk, so there is none.
 */
void dedupe_root(const struct cache *c, int rootfs);

#endif
