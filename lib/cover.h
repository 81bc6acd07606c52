/* SPDX-License-Identifier: ISC */
/*
 * cover.h - mask=PATH and ro=PATH: lay something over what is in a root
 *
 * Over a file that is masked lies the host's /dev/null, over a directory an
 * empty one; what is to be read-only lies over itself.  What has something
 * in it that is to be covered is held from when it was mounted on, for in a
 * root that somebody else can write to, its name may lead elsewhere before
 * that is done, and it would be bare under another.
 */
#ifndef COVER_H
#define COVER_H

#include <stdbool.h>

struct fail;
struct mount;

enum { COVER_HELD = 2 }; /* proc and sys */

struct covers {
	int null, empty; /* what masks are copies of; -1: none was needed */
	bool attached;   /* only then can the empty directory be copied */
	struct held {
		int mount; /* or -1 */
		bool sure; /* its name still leads to it */
	} held[COVER_HELD];
};

/*
 * Begin, with an empty directory of a mount of ours, which is closed at the
 * end, or -1.
 */
void covers_begin(struct covers *c, int empty);
void covers_end(struct covers *c);

/*
 * Have the null device of a new /dev, where the host's is not to be seen; it
 * is closed at the end.  -1: it is none.
 */
int covers_use_null(struct covers *c, int null);

/*
 * After each word that was taken: hold what it mounted, if covers belong in
 * there, and see what it means for those that are held.  -1: what its name
 * leads to is not what was mounted.
 */
int covers_hold(struct covers *c, int root, const struct mount *m,
    struct fail *f);

/* Take the word: cover what is at its path in root. */
int covers_take(struct covers *c, int root, const struct mount *m,
    struct fail *f);

#endif
