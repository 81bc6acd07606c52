/* SPDX-License-Identifier: ISC */
/*
 * helper.h - let a helper of libexec/rungs do what takes a library
 *
 * What it has to tell comes on its standard output, one line each: "sha256
 * HEX", "signed-by HEX", "note TEXT", "fail TEXT", "hint TEXT".
 */
#ifndef HELPER_H
#define HELPER_H

struct fail;
struct source;

/*
 * Heed what the helper called name said, and how it ended.  -1: it failed,
 * and *f is why.
 */
int helper_result(struct source *s, const char *name, char *output, int status,
    struct fail *f);

/*
 * Unpack the open archive into the open directory root, after its SHA-256
 * was checked, if digest is not NULL; s->digest is what it is.  -1: some of
 * it may be there.
 */
int helper_unpack(struct source *s, int archive, int root, const char *digest,
    struct fail *f);

/* The same for the layers of an image; s->image is what it was opened as. */
int helper_unpack_image(struct source *s, int root, const char *digest,
    struct fail *f);

#endif
