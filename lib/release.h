/* SPDX-License-Identifier: ISC */
/*
 * release.h - which archive a distribution has released last
 *
 * Alpine Linux keeps a latest-releases.yaml beside its archives: a list of
 * entries, one for each flavor, with one "name: value" a line.
 */
#ifndef RELEASE_H
#define RELEASE_H

struct fail;

struct release {
	const char *version, *file, *digest; /* digest: 64 hex digits */
};

/*
 * Find the first entry of that flavor in text, which is cut into pieces that
 * *r then points to.  -1: there is none, or a value is not what it should
 * be: a file is a name without "/".
 */
int release_find(struct release *r, char *text, const char *flavor,
    struct fail *f);

#endif
