/* SPDX-License-Identifier: ISC */
/*
 * passwd.h - users and groups by name, in a root that an enemy wrote
 *
 * The names are those of the root's own /etc/passwd and /etc/group, and
 * never of NSS: what that knows is the host's, and its modules are code
 * that would be loaded from who knows where.
 *
 * A file is read through inroot.h, up to PASSWD_SIZE bytes, and only if it
 * is a regular one without a NUL.  The first line of a name counts, as it
 * does in libc.  That line has to be right in every part, or it is an error
 * that names it; other lines may be as they like.  Nothing here allocates.
 *
 * A failure names a file as "/etc/passwd" and then whose, " of the jail" say.
 *
 * passwd(5), group(5)
 */
#ifndef PASSWD_H
#define PASSWD_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct fail;

enum {
	PASSWD_SIZE = 1 << 20, /* bytes in a file */
	PASSWD_LINE = 1 << 16, /* bytes in a line that is ours */
	PASSWD_NAME = 256,     /* a name and its NUL: LOGIN_NAME_MAX */
};

struct passwd_user {
	uint32_t uid, gid;
	char home[PATH_MAX]; /* absolute; "/" where the line has none */
};

/*
 * Whether it can be a name: a letter or '_', then letters, digits and any
 * of "_.-", and perhaps a '$' at the end.  So no number is one.
 */
bool passwd_is_name(const char *text, size_t length);

/* Find a user.  root is an open directory.  -1: *user is undefined. */
int passwd_find_user(int root, const char *whose, const char *name,
    struct passwd_user *user, struct fail *f);

/*
 * The same by the number, which need not be there: then, or where there is no
 * file, *user stays as it is.
 */
int passwd_find_number(int root, const char *whose, uint32_t uid,
    struct passwd_user *user, struct fail *f);

/* Find a group. */
int passwd_find_group(int root, const char *whose, const char *name,
    uint32_t *gid, struct fail *f);

/*
 * Add the groups that user is a member of to the *count that are in gids,
 * each once; more than room are an error.  A root without a file has none.
 */
int passwd_find_memberships(int root, const char *whose, const char *user,
    gid_t gids[], int *count, int room, struct fail *f);

#endif
