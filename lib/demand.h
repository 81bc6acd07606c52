/* SPDX-License-Identifier: ISC */
/*
 * demand.h - whether a root that is there is the one that was asked for
 *
 * All return -1 if it is not, and *f says what it is.
 */
#ifndef DEMAND_H
#define DEMAND_H

struct fail;
struct root;

/* What is called from has the digest that is asked for, if one is. */
int demand_digest(const struct root *asked, const char *from,
    const char *digest, struct fail *f);

/* The same, and who vouches for it is who the caller wants. */
int demand_checked(const struct root *asked, const struct root *there,
    struct fail *f);

/*
 * The root of one's own at path, made from there, may be used for from: the
 * same file, or the same template and a release that begins with what is
 * asked for.
 */
int demand_same(const char *from, const char *there, const char *path,
    struct fail *f);

/* It has all the packages that are asked for, and maybe more. */
int demand_packages(const struct root *asked, const struct root *there,
    const char *path, struct fail *f);

#endif
