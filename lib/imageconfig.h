/* SPDX-License-Identifier: ISC */
/*
 * imageconfig.h - what an image says of the program in it
 *
 *	cmd=WORD, entrypoint=WORD    each adds one
 *	env=NAME=VALUE               each adds one; a later one of a name wins
 *	user=USER[:GROUP]
 *	cwd=PATH                     in the root
 *	label=KEY=VALUE              each adds one, likewise
 *	arch=NAME                    of the machine; without it this one's
 *	tag=NAME                     of the image
 *
 * Only a cold helper links this, and jansson.
 *
 * https://github.com/opencontainers/image-spec: config.md, annotations.md.
 */
#ifndef IMAGECONFIG_H
#define IMAGECONFIG_H

#include <jansson.h>
#include <stdint.h>

struct fail;

struct imageconfig {
	json_t *config; /* the members of "config" */
	const char *arch, *tag;
};

/* -1: no memory. */
int imageconfig_init(struct imageconfig *c, struct fail *f);
void imageconfig_free(struct imageconfig *c);

/* Take one word, which must live as long as *c. */
int imageconfig_add(struct imageconfig *c, const char *word, struct fail *f);

/*
 * The image's configuration, for a root of that many layers, whose
 * uncompressed tars have these SHA-256.  created: when, in seconds since 1970;
 * INT64_MAX: that is not said.  NULL: it cannot be.
 */
json_t *imageconfig_json(const struct imageconfig *c,
    const char *const diff_ids[], int count, int64_t created, struct fail *f);

#endif
