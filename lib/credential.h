/* SPDX-License-Identifier: ISC */
/* credential.h - user and group ids of a process; see credentials(7) */
#ifndef CREDENTIAL_H
#define CREDENTIAL_H

#include <stdbool.h>
#include <stdint.h>

struct fail;

struct credential {
	uint32_t uid, gid;
	bool asked;       /* a word or an option named them */
	bool keep_groups; /* setgroups(2) is denied for good, user_namespaces(7)
	                   */
};

/*
 * Read "UID" or "UID:GID", decimal, 0 to 4294967294; without a GID it is
 * the same number.  -1: the struct is as it was.
 */
int credential_parse(struct credential *c, const char *text, struct fail *f);

/*
 * Become these ids, real, effective and saved, with the one group as the
 * only supplementary one, and read back that it is so.  -1: some of it may
 * have happened; nothing may be run.
 */
int credential_apply(const struct credential *c, struct fail *f);

#endif
