/* SPDX-License-Identifier: ISC */
/*
 * overlay.h - directories on top of each other, as one file system
 *
 * The layers come as mounts, by descriptor, and the kernel gets them by
 * descriptor, or else they are put where they can be named from the working
 * directory in names of our own: no path is resolved again, and no character
 * of one can be taken for a separator or an option.
 *
 * Documentation/filesystems/overlayfs.rst.
 */
#ifndef OVERLAY_H
#define OVERLAY_H

#include <stdbool.h>

/* The kernel takes 255 bytes of names of lower layers at once. */
enum { OVERLAY_LOWERS = 32 };

enum overlay_upper {
	OVERLAY_NONE,      /* nothing can be written */
	OVERLAY_MEMORY,    /* a tmpfs; its top looks like the first lower's */
	OVERLAY_DIRECTORY, /* one of the host's */
};

struct overlay {
	const char *source;        /* "source=NAME", for who looks; or "" */
	int lower[OVERLAY_LOWERS]; /* detached mounts, the topmost first */
	int lowers;
	enum overlay_upper upper;

	/*
	 * OVERLAY_DIRECTORY: a detached mount of the directory above the
	 * upper layer and the work directory, which have to be in one mount;
	 * the upper layer in it; and the name of the other.
	 */
	int above, top;
	const char *work;
	unsigned attributes; /* RUNGS_ATTR_* */
};

/*
 * Mount it, detached, in a mount namespace of our own.  Extended attributes
 * are those of users, for every caller, so that an upper layer of one is
 * good for any other.  The lower mounts and above are spent, also on
 * failure.  -1 with errno set: the namespace is unusable.
 *
 * The overlay has its own hold on the layers, and the tmpfs that they were
 * put into must go.  That is to wait for every processor, so with left, *left
 * is it, or -1, for who has the time: to be closed, or to be attached where
 * something else goes.  With on_top, it may be on top of "/", and the caller
 * goes somewhere else; without, it is attached nowhere.
 */
int overlay_mount(const struct overlay *overlay, int *left, bool on_top);

#endif
