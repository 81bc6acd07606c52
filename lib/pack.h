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

#include <stdint.h>

struct fail;

enum { PACK_DIGEST = 64 + 1 };

struct pack_counts {
	unsigned long entries;
	unsigned long sockets; /* left out: nobody is behind them any more */
};

/*
 * Write the tree below the open directory root to the descriptor out, as
 * "tar" or "cpio", with ".gz", ".zst" or ".xz" behind it or not.  No
 * change is said to be later than newest, in seconds since 1970.  -1: some
 * of it may have been written.
 */
int pack_root(int root, const char *format, int64_t newest, int out,
    struct pack_counts *counts, struct fail *f);

/*
 * The SHA-256 of the tree as hex digits: of its uncompressed tar without
 * any time.
 */
int pack_digest(int root, char hex[PACK_DIGEST], struct pack_counts *counts,
    struct fail *f);

#endif
