/* SPDX-License-Identifier: ISC */
/*
 * credential.h - user and group ids of a process
 *
 *	user=NAME|UID
 *	group=NAME|GID
 *	groups=clear|init|NAME|GID,...
 *
 * credentials(7), setresuid(2), setgroups(2)
 */
#ifndef CREDENTIAL_H
#define CREDENTIAL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "passwd.h"

struct fail;

enum { CREDENTIAL_GROUPS = 256 };

struct credential {
	uint32_t uid, gid; /* 0 where nobody said */
	/* Names that are still to be looked up; "": it was a number. */
	char user[PASSWD_NAME], group[PASSWD_NAME];
	bool has_user, has_group; /* not said: as it is, or after the user */
	const char *list;         /* of "groups=", or NULL */
	/*
	 * Supplementary groups, as far as they are known.  The first is kept
	 * for the primary one.
	 */
	gid_t groups[CREDENTIAL_GROUPS];
	int group_count;
	bool is_default;  /* nobody said the user or the group */
	bool asked;       /* a word or an option named any of them */
	bool none;        /* the word "none" came */
	bool is_option;   /* it was -u, and not words */
	bool one_group;   /* there is no other that a name could be in */
	bool keep_groups; /* setgroups(2) is denied for good, user_namespaces(7)
	                   */
};

/*
 * Take "user=", "group=", "groups=" or "none".  Each is a number from 0 to
 * 4294967294 or a name; digits alone are always a number.  Without a group
 * it is the user's number, or what the entry of the user's name says; the
 * supplementary groups are then that one, or those of the entry.  1: taken;
 * 0: none of our words; -1: the struct is as it was.  The word must outlive
 * the struct.
 */
int credential_add(void *layer, const char *word, struct fail *f);

void credential_print(const void *layer, FILE *out);

/*
 * Take "USER", "USER:GROUP" or ":GROUP" instead of all words before; without
 * a USER it is 0.  -1: the struct is as it was.
 */
int credential_parse(struct credential *c, const char *text, struct fail *f);

/* Whether there are names to be looked up. */
bool credential_has_names(const struct credential *c);

/*
 * Look the names up in a root, an open directory; see passwd.h, also for
 * whose.  home, with PATH_MAX bytes, gets the home directory if the user is
 * a name; NULL: it is not wanted.  -1: the struct is as it was.
 */
int credential_resolve(struct credential *c, int root, const char *whose,
    char *home, struct fail *f);

/* Put what said who the user is in front of a failure, and return -1. */
int credential_blame(const struct credential *c, struct fail *f);

/*
 * Become these ids, real, effective and saved, with these supplementary
 * groups and no others, and read back that it is so.  -1: some of it may
 * have happened; nothing may be run.
 */
int credential_apply(const struct credential *c, struct fail *f);

#endif
