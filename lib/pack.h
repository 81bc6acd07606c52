/* SPDX-License-Identifier: ISC */
/*
 * pack.h - write a root as an archive, the same bytes for the same tree
 *
 * Only a cold helper links this: libarchive writes.  Entries come in the
 * order of their names, with numbers for owners and no names, and with no
 * time but the last change of each.  The tree is an enemy's: everything is
 * opened relative to the directory that it is in, and no link is followed.
 */
#ifndef PACK_H
#define PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fail;

enum { PACK_DIGEST = 64 + 1 };

struct pack_counts {
	unsigned long entries;
	unsigned long sockets;    /* left out: nobody is behind them any more */
	unsigned long attributes; /* entries whose own the format has not */
	unsigned long owners;     /* the same */
};

struct pack_job {
	int owners;     /* the tree that a list of owners may be beside */
	int root;       /* the tree, an open directory */
	int64_t newest; /* no change is said to be later; seconds since 1970 */
	bool without_top; /* no entry for the root itself */
	bool is_layer;    /* refuse names that mean something in an image */
	bool is_upper;    /* what overlayfs has deleted becomes whiteouts */
	struct pack_counts *counts; /* added to */
};

/*
 * Write the tree to the descriptor out, as "tar" or "cpio", with ".gz",
 * ".zst" or ".xz" behind it or not.  -1: some of it may have been written.
 */
int pack_root(const struct pack_job *job, const char *format, int out,
    struct fail *f);

/* Take some bytes.  -1: no more are to come, and f says why. */
typedef int pack_sink(void *context, const void *bytes, size_t size,
    struct fail *f);

/* The same, as an uncompressed tar that goes to sink piece by piece. */
int pack_stream(const struct pack_job *job, pack_sink *sink, void *context,
    struct fail *f);

/*
 * The SHA-256 of the tree as hex digits: of its uncompressed tar without
 * any time.
 */
int pack_digest(const struct pack_job *job, char hex[PACK_DIGEST],
    struct fail *f);

#endif
