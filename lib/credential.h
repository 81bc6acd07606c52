/* SPDX-License-Identifier: ISC */
/* credential.h - user and group ids of a process; see credentials(7) */
#ifndef CREDENTIAL_H
#define CREDENTIAL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "passwd.h"

struct fail;

enum { CREDENTIAL_GROUPS = 256 };

struct credential {
	uint32_t uid, gid;
	/* Names that are still to be looked up; "": it was a number. */
	char user[PASSWD_NAME], group[PASSWD_NAME];
	bool own_group; /* the user's entry says the group, and further ones */
	/* All supplementary ones, the primary one first; none: that alone. */
	gid_t groups[CREDENTIAL_GROUPS];
	int group_count;
	bool asked;       /* a word or an option named them */
	bool one_group;   /* there is no other that a name could be in */
	bool keep_groups; /* setgroups(2) is denied for good, user_namespaces(7)
	                   */
};

/*
 * Read "USER", "USER:GROUP" or ":GROUP", each a number from 0 to 4294967294
 * or a name.  Digits alone are always a number.  Without a USER it is 0;
 * without a GROUP it is the same number, or what a name's entry says.  -1:
 * the struct is as it was.
 */
int credential_parse(struct credential *c, const char *text, struct fail *f);

/* Whether there are names to be looked up. */
bool credential_has_names(const struct credential *c);

/*
 * Look the names up in a root, an open directory; see passwd.h.  home, with
 * PATH_MAX bytes, gets the home directory if the user is a name; NULL: it
 * is not wanted.  -1: the struct is as it was.
 */
int credential_resolve(struct credential *c, int root, char *home,
    struct fail *f);

/*
 * Become these ids, real, effective and saved, with these supplementary
 * groups and no others, and read back that it is so.  -1: some of it may
 * have happened; nothing may be run.
 */
int credential_apply(const struct credential *c, struct fail *f);

#endif
