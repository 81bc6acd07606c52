/* SPDX-License-Identifier: ISC */
/*
 * imageread.h - find the layers of an image that anybody may have made
 *
 * An image layout of oci.h, or what "docker save" writes, unpacked.  All that
 * it says is checked before it is used: a blob has the size and the SHA-256 of
 * its descriptor, and no link leads out of the directory.
 *
 * Only a cold helper links this, and jansson.
 *
 * https://github.com/opencontainers/image-spec: image-layout.md,
 * image-index.md, manifest.md, config.md.
 */
#ifndef IMAGEREAD_H
#define IMAGEREAD_H

#include <jansson.h>
#include <stdbool.h>

#include "layerread.h"

struct fail;

enum {
	IMAGEREAD_LAYERS = 1024,  /* more are refused */
	IMAGEREAD_JSON = 1 << 22, /* bytes of a manifest, as registries do */
};

struct imageread {
	int dir;        /* the layout */
	json_t *layers; /* descriptors, or paths of docker's */
	json_t *config; /* the whole configuration */
	bool is_docker;
	char digest[64 + 1]; /* of the manifest, or of docker's configuration */
};

/*
 * Find the image that ref names in the open directory dir, NULL: the only one
 * there is for this machine.  -1: *r needs no more.
 */
int imageread_open(struct imageread *r, int dir, const char *ref,
    bool is_docker, struct fail *f);
void imageread_close(struct imageread *r);

int imageread_count(const struct imageread *r);

/*
 * Open a layer, from 0: a descriptor at its beginning, which the caller
 * closes, or -1; and say how its tar has to be compressed.
 */
int imageread_layer(const struct imageread *r, int n, enum layer_press *press,
    struct fail *f);

/*
 * Whether it was the right one: by the SHA-256 of all that was read from it,
 * and of its tar, or NULL if that could not be read to its end.
 */
int imageread_check(const struct imageread *r, int n, const char *file,
    const char *tar, struct fail *f);

/*
 * Write what the configuration says of the program as a description with a
 * line of mkroot's, to the new file name, from the directory root, which is
 * the unpacked image.
 */
int imageread_launch(const struct imageread *r, int root, const char *name,
    struct fail *f);

#endif
