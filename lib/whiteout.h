/* SPDX-License-Identifier: ISC */
/*
 * whiteout.h - what a layer of an image takes away from those below it
 *
 *	DIR/.wh.NAME       NAME in DIR
 *	DIR/.wh..wh..opq   all that is in DIR
 *
 * They are only about lower layers, wherever they stand in their own: so all
 * of them are applied before anything of the layer is unpacked.
 *
 * https://github.com/opencontainers/image-spec, layer.md, "Whiteouts".  As
 * unpack.h, this is for cold helpers.
 */
#ifndef WHITEOUT_H
#define WHITEOUT_H

#include <stdbool.h>

struct fail;
struct layerread;
struct quota;

/* Whether a path in a layer is one, or belongs to aufs's own files. */
bool whiteout_is(const char *path);

/*
 * Apply those of a layer, which is to be closed, to the tree root, without
 * following any link.  quota is charged for all that is in it.  -1: some may
 * have been.
 */
int whiteout_apply(struct layerread *layer, int root, struct quota *quota,
    struct fail *f);

#endif
