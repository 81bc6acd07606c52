/* SPDX-License-Identifier: ISC */
/*
 * unpack.h - unpack an archive that an enemy wrote, through libarchive
 *
 * Only a cold helper links this.  libarchive's own guards (SECURE_SYMLINKS,
 * SECURE_NODOTDOT, SECURE_NOABSOLUTEPATHS) are on; in front of them each
 * entry is looked at here, and one that would reach outside is an error
 * that names it, never something that is skipped or put right.
 */
#ifndef UNPACK_H
#define UNPACK_H

#include <stdio.h>

struct archive;
struct fail;
struct hashed;
struct layerread;
struct quota;

enum unpack_kind {
	UNPACK_ROOT,  /* a tree, on its own */
	UNPACK_LAYER, /* of an image, over what is there; see whiteout.h */
	UNPACK_FILES, /* for us: whose they are does not matter */
};

struct unpack_counts {
	unsigned long devices;    /* nodes and sockets, which are never made */
	unsigned long attributes; /* entries whose xattrs or ACLs were lost */
	unsigned long owners;     /* entries that were noted instead of given */
};

struct unpack {
	enum unpack_kind kind;
	int fd;                      /* a file with an archive, or */
	struct hashed *stream;       /* a stream, hashed as far as it is read */
	struct layerread *layer;     /* or a layer */
	int root;                    /* the working directory, open */
	struct quota *quota;         /* is charged */
	struct unpack_counts counts; /* are added to */
	FILE *owners; /* the list, once there is one; to be closed */
};

/*
 * Unpack an archive into the working directory.  Where we may not give files
 * away, their owners are noted beside it; see owners.h.  Attributes are taken
 * over if they are a user's own or file capabilities: those of overlayfs and
 * of security modules would say something to this machine.  A layer may
 * replace anything by anything.  -1: some of it may be there; the failure
 * names the entry.
 */
int unpack_archive(struct unpack *job, struct fail *f);

/* Let libarchive read what a layer is: a tar. */
void unpack_allow_tar(struct archive *in);

/* What libarchive says of a failure of its own; -1. */
int unpack_failed(struct archive *a, const char *what, struct fail *f);

#endif
