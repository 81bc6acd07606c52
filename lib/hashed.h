/* SPDX-License-Identifier: ISC */
/*
 * hashed.h - the SHA-256 of an archive: before it is unpacked, or meanwhile
 *
 * What cannot be read twice is hashed as it is unpacked, and what came of it
 * is good for nothing until the sum has been looked at.  As unpack.h, this is
 * for cold helpers.
 */
#ifndef HASHED_H
#define HASHED_H

#include <sha2.h>

struct archive;
struct fail;

enum { HASHED_HEX = 64 + 1 };

struct hashed {
	int fd;
	SHA2_CTX sum;
	unsigned char buffer[1 << 16];
};

/*
 * The sum of the whole file, as hex digits.  The offset is left at the
 * beginning.  -1: fd cannot be read or is not a regular file.
 */
int hashed_file(int fd, char hex[HASHED_HEX], struct fail *f);

/* Open an archive that is read from h->fd and hashed; as libarchive's. */
int hashed_open(struct hashed *h, struct archive *in);

/* Read what is left behind the archive, and say what the sum of all is. */
int hashed_end(struct hashed *h, char hex[HASHED_HEX], struct fail *f);

#endif
