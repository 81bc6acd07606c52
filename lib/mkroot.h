/* SPDX-License-Identifier: ISC */
/* mkroot.h - from the words of mkroot(1) to a root that is there */
#ifndef MKROOT_H
#define MKROOT_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "origin.h"
#include "root.h"
#include "secret.h"
#include "source.h"

struct mkroot_request {
	struct root words; /* from, digest and mode, as far as said */
	const char *dir;   /* as said: may be relative */
	bool strict;       /* no fallback */
	uint64_t max_size; /* of what is unpacked, or 0 */
	bool progress;     /* standard error is a terminal */
	void (*say)(const char *line); /* for what is no error */
};

struct mkroot_made {
	struct root root;       /* its words point into the rest */
	struct secrets secrets; /* of a directory that is used in place */
	struct origin origin;   /* what was noted when it was made, if read */
	char from[SOURCE_FROM], digest[SOURCE_DIGEST], dir[PATH_MAX];
};

/* Take one word; a later one wins.  It must live as long as *r. */
int mkroot_add(struct mkroot_request *r, const char *word, struct fail *f);

/*
 * Make the root, or find that it is made.  -1: nothing that was not there
 * before is left, but for the cache's own directories.
 */
int mkroot_make(const struct mkroot_request *r, struct mkroot_made *made,
    struct fail *f);

#endif
