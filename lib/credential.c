/* SPDX-License-Identifier: ISC */
/* credential.c - see credential.h */
#include "credential.h"

#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
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

/*
 * A name may be nothing but digits in somebody's /etc/passwd, and be the
 * entry of root: what looks like a number is one, and is not looked up.
 */
static int
parse_either(const char *text, size_t length, uint32_t *id, char *name)
{
	name[0] = '\0';
	if (parse_id(text, length, id) == 0)
		return 0;
	if (!passwd_is_name(text, length))
		return -1;
	memcpy(name, text, length);
	name[length] = '\0';
	*id = 0;
	return 0;
}

int
credential_parse(struct credential *c, const char *text, struct fail *f)
{
	static const char expected[] =
	    "expected 0 to 4294967294 or a name as in passwd(5)";
	size_t length = strcspn(text, ":");
	const char *group = text[length] == ':' ? text + length + 1 : NULL;
	struct credential new = *c;

	if (length == 0 && group != NULL) {
		new.uid = 0;
		new.user[0] = '\0';
	} else if (parse_either(text, length, &new.uid, new.user) < 0) {
		return fail(f, 0, "-u %s: bad user, %s", text, expected);
	}
	new.gid = new.uid;
	new.group[0] = '\0';
	if (group != NULL
	    && parse_either(group, strlen(group), &new.gid, new.group) < 0)
		return fail(f, 0, "-u %s: bad group, %s", text, expected);
	new.own_group = group == NULL &&new.user[0] != '\0';
	new.asked = true;
	*c = new;
	return 0;
}

bool
credential_has_names(const struct credential *c)
{
	return c->user[0] != '\0' || c->group[0] != '\0';
}

static int
resolve_user(struct credential *c, int root, char *home, struct fail *f)
{
	struct passwd_user user;

	if (passwd_find_user(root, c->user, &user, f) < 0)
		return fail_prefix(f, "-u %s: ", c->user);
	c->uid = user.uid;
	if (home != NULL)
		strcpy(home, user.home);
	if (!c->own_group)
		return 0;
	c->gid = c->groups[0] = user.gid;
	c->group_count = 1;
	if (!c->keep_groups && !c->one_group
	    && passwd_find_memberships(root, c->user, c->groups,
		   &c->group_count, CREDENTIAL_GROUPS, f)
		   < 0)
		return fail_prefix(f, "-u %s: ", c->user);
	return 0;
}

int
credential_resolve(struct credential *c, int root, char *home, struct fail *f)
{
	struct credential new = *c;

	if (c->user[0] != '\0' && resolve_user(&new, root, home, f) < 0)
		return -1;
	if (c->group[0] != '\0'
	    && passwd_find_group(root, c->group, &new.gid, f) < 0)
		return fail_prefix(f, "-u :%s: ", c->group);
	*c = new;
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

static int
refuse(const char *what, uint32_t id, struct fail *f)
{
	int error = errno;

	fail(f, error, "%s %" PRIu32, what, id);
	if (error == EINVAL)
		fail_hint(f, "the user namespace has not all of the ids; "
			     "see user in enterns(1)");
	return -1;
}

static bool
contains(const gid_t *groups, int count, gid_t gid)
{
	for (int n = 0; n < count; n++)
		if (groups[n] == gid)
			return true;
	return false;
}

/*
 * The primary group is a supplementary one, too: a file that shuts it out
 * must not open to a process that changes its primary group.
 */
static int
set_groups(const struct credential *c, struct fail *f)
{
	int count = c->group_count > 0 ? c->group_count : 1;
	const gid_t *want = c->group_count > 0 ? c->groups : &c->gid;
	gid_t got[CREDENTIAL_GROUPS];

	if (setgroups((size_t)count, want) < 0)
		return refuse("set the groups to", c->gid, f);
	if (getgroups(CREDENTIAL_GROUPS, got) != count)
		return fail(f, 0, "the groups are not what was asked for");
	for (int n = 0; n < count; n++)
		if (!contains(got, count, want[n]))
			return fail(f, 0,
			    "the groups are not what was asked for");
	return 0;
}

int
credential_apply(const struct credential *c, struct fail *f)
{
	gid_t gid = c->gid;

	if (!c->keep_groups && set_groups(c, f) < 0)
		return -1;
	if (setresgid(gid, gid, gid) < 0)
		return refuse("become group", c->gid, f);
	if (setresuid(c->uid, c->uid, c->uid) < 0)
		return refuse("become user", c->uid, f);
	return verify(c, f);
}
