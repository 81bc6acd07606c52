/* SPDX-License-Identifier: ISC */
/*
 * debian.h - a root of a distribution of Debian's kind, from its packages
 *
 * The archive's InRelease file names, by digest, the lists that name, by
 * digest, every package; so one signature vouches for all of them.  It is
 * fetched and checked here with gpgv(1), and mmdebstrap(1) then has apt do
 * the same again and is stopped if that was another file.  Where that is not
 * installed, debootstrap.h does it.  So its SHA-256 is
 * the digest of the whole, and its date is the time of the root.
 */
#ifndef DEBIAN_H
#define DEBIAN_H

#include <limits.h>
#include <stdbool.h>

#include "package.h"

struct fail;
struct template;

enum {
	DEBIAN_DIGEST = 64 + 1, /* room for 64 hex digits */
	DEBIAN_SIGNER = 64 + 1, /* room for a fingerprint */
	DEBIAN_TIME = 24,
};

struct debian {
	const struct template *t; /* its keyring, components and hint */
	const char *suite, *mirror;
	const struct packages *packages;
	bool progress; /* mmdebstrap may write to standard error */

	/* What debian_check found out. */
	char digest[DEBIAN_DIGEST]; /* of InRelease */
	char signer[DEBIAN_SIGNER]; /* whose signature that was */
	char time[DEBIAN_TIME];     /* SOURCE_DATE_EPOCH */
	bool is_ubuntu;             /* says its Origin */
};

/* Whether a suite can be named so; it ends up in apt's arguments. */
bool debian_is_suite(const char *name);

/*
 * Fetch InRelease into the directory work and check that one of the keys
 * in the keyring signed it, and that it is of this suite.  url becomes its
 * address.  1: it cannot be had, and *f has the reason only; -1: it is not
 * to be trusted.
 */
int debian_check(struct debian *d, int work, char url[PATH_MAX],
    struct fail *f);

/*
 * Make the file "archive" in work, a tar of the root, with no name of this
 * host in it and no time after d->time.  As root, or as an ordinary user
 * who has subordinate ids.  1: there is no mmdebstrap.
 */
int debian_build(const struct debian *d, int work, struct fail *f);

/*
 * Run what builds a root, and that is called program in an error.  What root's
 * packages do is done in namespaces of ours: this machine's directories are
 * mounted in the new root, and whatever ends it must end that, too, before
 * anybody removes the rest.  An ordinary user's are in such namespaces anyway.
 * argv begins with env(1); 1: what that is to run is not there.
 */
int debian_bootstrap(const char *const argv[], const char *program, int work,
    bool quiet, struct fail *f);

#endif
