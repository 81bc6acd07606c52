/* SPDX-License-Identifier: ISC */
/* environment.h - what a command in a jail knows of its caller; environ(7) */
#ifndef ENVIRONMENT_H
#define ENVIRONMENT_H

#include <limits.h>
#include <stdbool.h>

struct fail;

enum {
	ENVIRONMENT_ROOM = 1024, /* variables, and a NULL */
	LOGIN_MAX = 256,
};

struct environment {
	char *list[ENVIRONMENT_ROOM];
	int count;
	char home[sizeof "HOME=" + PATH_MAX]; /* room for a user's own */
	char user[sizeof "USER=" + LOGIN_MAX],
	    logname[sizeof "LOGNAME=" + LOGIN_MAX];
};

/*
 * PATH for a root that we do not know, HOME for the user id, and the
 * caller's TERM and LANG (C.UTF-8 where there is none).
 */
void environment_default(struct environment *e, bool root);

/*
 * USER and LOGNAME for a user who has a name, and HOME.  Returns where the
 * directory is to be written, up to PATH_MAX bytes, before the environment
 * is used: it is not known yet.
 */
char *environment_name(struct environment *e, const char *user);

/* The caller's own, all of it. */
int environment_inherit(struct environment *e, struct fail *f);

/*
 * Take "NAME=VALUE", or "NAME" for the caller's value.  An earlier one of
 * that name is replaced.  The text must outlive the struct.
 */
int environment_add(struct environment *e, char *word, struct fail *f);

#endif
