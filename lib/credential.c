/* SPDX-License-Identifier: ISC */
/* credential.c - see credential.h */
#include "credential.h"

#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "fail.h"
#include "number.h"

enum { ID_MAX_DIGITS = 10 };

/* 4294967295 is (uid_t)-1: "leave it alone" to the kernel, never an id. */
static int
parse_id(const char *text, size_t length, uint32_t *id)
{
	uint64_t value;

	if (length > ID_MAX_DIGITS
	    || number_read(text, length, number_plain, UINT32_MAX - 1, &value)
		   < 0)
		return -1;
	*id = (uint32_t)value;
	return 0;
}

int
credential_parse(struct credential *c, const char *text, struct fail *f)
{
	size_t length = strcspn(text, ":");
	uint32_t uid, gid;

	if (parse_id(text, length, &uid) < 0)
		return fail(f, 0, "%s: bad user id, expected 0 to 4294967294",
		    text);
	gid = uid;
	if (text[length] == ':'
	    && parse_id(text + length + 1, strlen(text + length + 1), &gid) < 0)
		return fail(f, 0, "%s: bad group id, expected 0 to 4294967294",
		    text);
	c->uid = uid;
	c->gid = gid;
	c->asked = true;
	return 0;
}

static int
verify(const struct credential *c, struct fail *f)
{
	uid_t uid[3];
	gid_t gid[3];

	if (getresuid(&uid[0], &uid[1], &uid[2]) < 0
	    || getresgid(&gid[0], &gid[1], &gid[2]) < 0)
		return fail(f, errno, "read the ids back");
	for (int n = 0; n < 3; n++)
		if (uid[n] != c->uid || gid[n] != c->gid)
			return fail(f, 0, "the ids are not what was asked for");
	return 0;
}

int
credential_apply(const struct credential *c, struct fail *f)
{
	gid_t gid = c->gid;

	/*
	 * The primary group is a supplementary one, too: a file that shuts
	 * it out must not open to a process that changes its primary group.
	 */
	if (!c->keep_groups && setgroups(1, &gid) < 0)
		return fail(f, errno, "set the groups to %" PRIu32, c->gid);
	if (setresgid(gid, gid, gid) < 0)
		return fail(f, errno, "become group %" PRIu32, c->gid);
	if (setresuid(c->uid, c->uid, c->uid) < 0)
		return fail(f, errno, "become user %" PRIu32, c->uid);
	return verify(c, f);
}
