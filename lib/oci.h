/* SPDX-License-Identifier: ISC */
/*
 * oci.h - what the Open Container Initiative calls the parts of an image
 *
 * For all that read or write one; only cold helpers link this, and jansson.
 *
 * https://github.com/opencontainers/image-spec, version 1.1: descriptor.md,
 * media-types.md, image-layout.md.
 */
#ifndef OCI_H
#define OCI_H

#include <jansson.h>
#include <stdint.h>

#define OCI_INDEX "application/vnd.oci.image.index.v1+json"
#define OCI_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define OCI_CONFIG "application/vnd.oci.image.config.v1+json"
#define OCI_LAYER "application/vnd.oci.image.layer.v1.tar"
#define OCI_LAYER_GZIP OCI_LAYER "+gzip"
#define OCI_LAYER_ZSTD OCI_LAYER "+zstd"

/* In an index, the annotation that gives one of its manifests a name. */
#define OCI_REF_NAME "org.opencontainers.image.ref.name"

/* Files of a layout, and the one that says that it is one. */
#define OCI_LAYOUT_FILE "oci-layout"
#define OCI_LAYOUT_TEXT "{\"imageLayoutVersion\":\"1.0.0\"}"
#define OCI_INDEX_FILE "index.json"
#define OCI_BLOBS "blobs/sha256"

/*
 * What points to a blob of that many bytes, whose SHA-256 is in hex.  NULL:
 * no memory.
 */
json_t *oci_descriptor(const char *media_type, const char *hex, uint64_t size);

/* The text of a member, "" if it has none. */
const char *oci_string(const json_t *object, const char *name);

/*
 * What this machine is in an image, and what every processor of that kind can
 * do; NULL: it has no name that we know.
 */
const char *oci_architecture(void);
const char *oci_variant(void);

#endif
