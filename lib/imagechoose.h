/* SPDX-License-Identifier: ISC */
/*
 * imagechoose.h - which image is meant, where there are several
 *
 * A name is the whole one, or the end of it behind a slash: "web:1" means
 * docker.io/library/web:1, too, unless something is just called that.  One
 * image under several names is one.
 *
 * Only a cold helper links this, and jansson.
 *
 * https://github.com/opencontainers/image-spec: image-index.md, annotations.md.
 */
#ifndef IMAGECHOOSE_H
#define IMAGECHOOSE_H

#include <jansson.h>

struct fail;

/*
 * The descriptor in an index that ref names, NULL: the only one, among those
 * that this machine can run.  It belongs to index; NULL: there is none.
 */
const json_t *imagechoose(const json_t *index, const char *ref, struct fail *f);

/* The same in the list of a docker-archive, which is for one machine. */
const json_t *imagechoose_docker(const json_t *list, const char *ref,
    struct fail *f);

#endif
