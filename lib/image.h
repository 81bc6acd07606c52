/* SPDX-License-Identifier: ISC */
/*
 * image.h - write a root as an image of one layer, or of two
 *
 *	oci, oci.zst       an image layout of oci.h; the layer is compressed by
 *	                   gzip or zstd
 *	oci-archive        oci, never as a directory: what others call that
 *	docker-archive     what "docker load" reads
 *
 * Only a cold helper links this: libarchive, jansson.
 */
#ifndef IMAGE_H
#define IMAGE_H

#include <stdbool.h>

struct fail;
struct imageconfig;
struct pack_job;

bool image_is(const char *format);

/*
 * Write the image, of job's root and, if there is an upper one, of that over
 * it, to out: as an archive, or with a name as the directory of
 * that name in the directory that out is, which must not have it yet.  The
 * layer is in a file without a name meanwhile, in the same place or in
 * TMPDIR, else /var/tmp.  -1: no such directory is there, and what is in an
 * archive is of no use.
 */
int image_write(const struct pack_job *job, const struct pack_job *upper,
    const char *format, const struct imageconfig *config, int out,
    const char *name, struct fail *f);

#endif
