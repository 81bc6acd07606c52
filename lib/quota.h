/* SPDX-License-Identifier: ISC */
/*
 * quota.h - how much an archive may grow to
 *
 * A few bytes can stand for all that a disk holds, so whoever unpacks counts:
 * entries, the bytes that their contents are read as, holes included, and
 * what else comes out of the compressed stream.  One quota may go through
 * several archives, such as the layers of an image.
 */
#ifndef QUOTA_H
#define QUOTA_H

#include <stddef.h>
#include <stdint.h>

struct fail;

/* Bytes of content, unless somebody says how many: 16G. */
#define QUOTA_SIZE (UINT64_C(16) << 30)

enum {
	QUOTA_ENTRIES = 1 << 20,    /* whatever they are of */
	QUOTA_ATTRIBUTES = 1 << 16, /* bytes of the attributes of one entry */
	QUOTA_AROUND = 1 << 13,     /* bytes of an entry that are no content */
	QUOTA_SLACK = 1 << 20,      /* and of all of them together */
};

struct quota {
	uint64_t size;           /* what the bytes may be together */
	uint64_t bytes, entries; /* what there were so far */
};

/*
 * Each adds to what there was, and returns -1 when that is too much.
 * quota_entry: one entry more, with a content of that many bytes, as its
 * header says; quota_bytes: a content is that much more than was said.
 */
int quota_entry(struct quota *q, int64_t bytes, struct fail *f);
int quota_bytes(struct quota *q, uint64_t bytes, struct fail *f);

/*
 * After each entry: this much of the stream has been decompressed.  What
 * belongs to no content may not be much.
 */
int quota_stream(const struct quota *q, int64_t decompressed, struct fail *f);

#endif
