/* SPDX-License-Identifier: ISC */
/*
 * secret.h - what no jail in this machine's own files is to see
 *
 * A jail of the caller's has the caller's rights to the host's files, or
 * less: so it must not meet what those rights were given for, keys and
 * passwords.  A template names them (mask), and a word of addmount(1) for
 * each one that is there hides it.  In the jail there may be another mount
 * over it, so that it is no error when it is gone.
 */
#ifndef SECRET_H
#define SECRET_H

#include <stddef.h>

struct fail;
struct template;

enum { SECRETS = 128 }; /* more are refused */

struct secrets {
	char *paths[SECRETS]; /* absolute, in the root; from malloc(3) */
	size_t count;
};

/*
 * Add those of t's masks that are there below the directory root.  "~/" is
 * the caller's HOME, if that is an absolute path.  What is below another one
 * is left out, as it is hidden with that.
 */
int secrets_find(struct secrets *s, const struct template *t, const char *root,
    struct fail *f);

#endif
