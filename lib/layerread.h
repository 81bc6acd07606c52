/* SPDX-License-Identifier: ISC */
/*
 * layerread.h - read a layer of an image, and hash it twice meanwhile
 *
 * A descriptor has the SHA-256 of the file, and the configuration, as
 * "diff_id", that of the tar which the file is or is compressed from.  So the
 * compression is undone here, and what reads the tar sees none.
 *
 * https://github.com/opencontainers/image-spec: layer.md, config.md.  As
 * unpack.h, this is for cold helpers.
 */
#ifndef LAYERREAD_H
#define LAYERREAD_H

#include <sha2.h>
#include <stdint.h>

#include "hashed.h"

struct archive;
struct fail;
struct quota;

enum layer_press { LAYER_ANY, LAYER_PLAIN, LAYER_GZIP, LAYER_ZSTD };

struct layerread {
	enum layer_press press; /* what it has to be compressed with */
	struct hashed file;     /* its fd is where the layer is read */
	struct archive *raw; /* undoes that, or NULL: there is nothing in it */
	SHA2_CTX tar;
	uint64_t size; /* of the tar, as far as it was read */
};

/* Open the tar of a layer that is read from l->file.fd; as libarchive's. */
int layerread_open(struct layerread *l, struct archive *in);

/*
 * Read what is left behind the tar, which quota has to allow, and say what the
 * sums of the file and of the tar are.  Whatever comes of it, *l is closed;
 * the descriptor is the caller's.  -1: the tar could not be read to its end,
 * and if file is "", nor could the file.
 */
int layerread_end(struct layerread *l, const struct quota *quota,
    char file[HASHED_HEX], char tar[HASHED_HEX], struct fail *f);

#endif
