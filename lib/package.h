/* SPDX-License-Identifier: ISC */
/*
 * package.h - the packages that a root is to have: the words +NAME
 *
 * A name ends up among the arguments of another program, so that it is read
 * strictly: it is no option, no list, no pattern and no request to remove
 * something (apt-get(8), "package-").
 */
#ifndef PACKAGE_H
#define PACKAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fail;

enum {
	PACKAGES = 128,          /* more words than that are refused */
	PACKAGE_BYTES = 128 + 1, /* no name is longer, its NUL included */
};

/* Sorted by their bytes, none twice; all zero is none at all. */
struct packages {
	const char *names[PACKAGES];
	size_t count;
};

/* Whether it is a name: [A-Za-z0-9][A-Za-z0-9._+-]*, no "-" at its end. */
bool package_is_name(const char *name);

/* Add a name, which must live as long as *p.  -1: it is none, or too many. */
int package_add(struct packages *p, const char *name, struct fail *f);

/* The first of some that is not among all, or NULL. */
const char *package_missing(const struct packages *all,
    const struct packages *some);

/* "A,B" behind option, from malloc(3).  NULL: no memory. */
char *package_join(const char *option, const struct packages *p);

/* Add them to a hash of hash.h. */
uint64_t package_hash(uint64_t hash, const struct packages *p);

#endif
