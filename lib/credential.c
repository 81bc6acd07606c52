/* SPDX-License-Identifier: ISC */
/* credential.c - see credential.h */
#include "credential.h"

#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "compat.h"
#include "fail.h"
#include "number.h"
#include "scope.h"

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

static const char expected[] = "0 to 4294967294 or a name as in passwd(5)";

/* The group that a user has whose number alone was said. */
static void
follow_user(struct credential *c)
{
	if (!c->has_group)
		c->gid = c->uid;
}

static int
add_user(struct credential *c, const char *text)
{
	if (parse_either(text, strlen(text), &c->uid, c->user) < 0)
		return -1;
	c->has_user = true;
	c->is_default = false;
	follow_user(c);
	return 0;
}

static int
add_group(struct credential *c, const char *text)
{
	if (parse_either(text, strlen(text), &c->gid, c->group) < 0)
		return -1;
	c->has_group = true;
	c->is_default = false;
	return 0;
}

static int
append(struct credential *c, gid_t gid)
{
	if (c->group_count == 0)
		c->group_count = 1;
	for (int n = 1; n < c->group_count; n++)
		if (c->groups[n] == gid)
			return 0;
	if (c->group_count == CREDENTIAL_GROUPS)
		return -1;
	c->groups[c->group_count++] = gid;
	return 0;
}

static bool
is_keyword(const char *list)
{
	return strcmp(list, "clear") == 0 || strcmp(list, "init") == 0;
}

/* "audio,27": what is a number is appended, what is a name is counted. */
static int
add_groups(struct credential *c, const char *text)
{
	char name[PASSWD_NAME];
	uint32_t gid;
	size_t length;

	c->list = text;
	c->group_count = 0;
	if (is_keyword(text))
		return 0;
	for (const char *at = text;; at += length + 1) {
		length = strcspn(at, ",");
		if (parse_either(at, length, &gid, name) < 0
		    || (name[0] == '\0' && append(c, gid) < 0))
			return -1;
		if (at[length] == '\0')
			return 0;
	}
}

static const struct {
	const char *name;
	int (*add)(struct credential *c, const char *text);
} words[] = {
	{ "user=", add_user },
	{ "group=", add_group },
	{ "groups=", add_groups },
};

int
credential_add(void *layer, const char *word, struct fail *f)
{
	struct credential *c = layer, new = *c;

	if (strcmp(word, "none") == 0) {
		*c = (struct credential){ .none = true };
		return 1;
	}
	for (size_t n = 0; n < COUNT(words); n++) {
		size_t length = strlen(words[n].name);

		if (strncmp(word, words[n].name, length) != 0)
			continue;
		if (words[n].add(&new, word + length) < 0)
			return fail(f, 0, "%.200s: expected %s%s", word,
			    words[n].add == add_groups
				? "clear, init or a list of up to 255, each "
				: "",
			    expected);
		new.asked = true;
		*c = new;
		return 1;
	}
	return 0;
}

static void
print_either(const char *word, uint32_t id, const char *name, FILE *out)
{
	if (name[0] != '\0')
		fprintf(out, " %s%s", word, name);
	else
		fprintf(out, " %s%" PRIu32, word, id);
}

void
credential_print(const void *layer, FILE *out)
{
	const struct credential *c = layer;

	if (c->none)
		fputs(" none", out);
	if (c->has_user)
		print_either("user=", c->uid, c->user, out);
	if (c->has_group)
		print_either("group=", c->gid, c->group, out);
	if (c->list != NULL)
		fprintf(out, " groups=%s", c->list);
}

int
credential_parse(struct credential *c, const char *text, struct fail *f)
{
	size_t length = strcspn(text, ":");
	const char *group = text[length] == ':' ? text + length + 1 : NULL;
	struct credential new = { .has_user = true,
		.has_group = group != NULL,
		.asked = true,
		.is_option = true,
		.keep_groups = c->keep_groups };

	if ((length > 0 || group == NULL)
	    && parse_either(text, length, &new.uid, new.user) < 0)
		return fail(f, 0, "-u %s: bad user, expected %s", text,
		    expected);
	follow_user(&new);
	if (group != NULL
	    && parse_either(group, strlen(group), &new.gid, new.group) < 0)
		return fail(f, 0, "-u %s: bad group, expected %s", text,
		    expected);
	*c = new;
	return 0;
}

/* Whether the groups are those that the entries of a name say. */
static bool
wants_memberships(const struct credential *c)
{
	if (c->list != NULL)
		return strcmp(c->list, "init") == 0;
	return c->user[0] != '\0' && !c->has_group;
}

/* A list has a name where it has not only digits and commas. */
bool
credential_has_names(const struct credential *c)
{
	return c->user[0] != '\0' || c->group[0] != '\0' || wants_memberships(c)
	       || (c->list != NULL && !is_keyword(c->list)
		   && c->list[strspn(c->list, "0123456789,")] != '\0');
}

int
credential_blame(const struct credential *c, struct fail *f)
{
	if (!c->is_option)
		return fail_prefix(f, "user=%s: ", c->user);
	return fail_prefix(f, "-u %s%s%s: ", c->user,
	    c->group[0] != '\0' ? ":" : "", c->group);
}

static int
resolve_user(struct credential *c, int root, const char *whose, char *home,
    struct fail *f)
{
	struct passwd_user user;

	if (passwd_find_user(root, whose, c->user, &user, f) < 0)
		return fail_prefix(f,
		    "%s%s: ", c->is_option ? "-u " : "user=", c->user);
	c->uid = user.uid;
	if (home != NULL)
		strcpy(home, user.home);
	if (!c->has_group)
		c->gid = user.gid;
	return 0;
}

static int
resolve_memberships(struct credential *c, int root, const char *whose,
    struct fail *f)
{
	if (c->user[0] == '\0') {
		fail(f, 0, "groups=init: there is no name of a user");
		return fail_hint(f, "user=NAME says whose groups: no number "
				    "is looked up");
	}
	c->groups[0] = c->gid;
	c->group_count = 1;
	if ((c->keep_groups || c->one_group) && c->list == NULL)
		return 0;
	if (passwd_find_memberships(root, whose, c->user, c->groups,
		&c->group_count, CREDENTIAL_GROUPS, f)
	    < 0)
		return fail_prefix(f,
		    "%s%s: ", c->is_option ? "-u " : "user=", c->user);
	return 0;
}

/* The numbers among them are there already. */
static int
resolve_list(struct credential *c, int root, const char *whose, struct fail *f)
{
	char name[PASSWD_NAME];
	uint32_t gid;
	size_t length;

	for (const char *at = c->list;; at += length + 1) {
		length = strcspn(at, ",");
		(void)parse_either(at, length, &gid, name);
		if (name[0] != '\0') {
			if (passwd_find_group(root, whose, name, &gid, f) < 0)
				return fail_prefix(f, "groups=%s: ", name);
			if (append(c, gid) < 0)
				return fail(f, 0, "groups=: too many");
		}
		if (at[length] == '\0')
			return 0;
	}
}

int
credential_resolve(struct credential *c, int root, const char *whose,
    char *home, struct fail *f)
{
	struct credential new = *c;

	if (c->user[0] != '\0' && resolve_user(&new, root, whose, home, f) < 0)
		return -1;
	if (c->group[0] != '\0'
	    && passwd_find_group(root, whose, c->group, &new.gid, f) < 0)
		return fail_prefix(f,
		    "%s%s: ", c->is_option ? "-u :" : "group=", c->group);
	if (wants_memberships(c)) {
		if (resolve_memberships(&new, root, whose, f) < 0)
			return -1;
	} else if (c->list != NULL && !is_keyword(c->list)
		   && resolve_list(&new, root, whose, f) < 0) {
		return -1;
	}
	*c = new;
	return 0;
}

static int
verify(uid_t want_uid, gid_t want_gid, struct fail *f)
{
	uid_t uid[3];
	gid_t gid[3];

	if (getresuid(&uid[0], &uid[1], &uid[2]) < 0
	    || getresgid(&gid[0], &gid[1], &gid[2]) < 0)
		return fail(f, errno, "read the ids back");
	for (int n = 0; n < 3; n++)
		if (uid[n] != want_uid || gid[n] != want_gid)
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
	else if (error == EPERM)
		fail_hint(f, "root may, and who has more ids than one in a "
			     "user namespace; see user in enterns(1)");
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

/* Whether the process has no other supplementary groups, and all of these. */
static bool
has_groups(const gid_t *want, int count, bool all)
{
	gid_t got[CREDENTIAL_GROUPS];
	int there = getgroups(CREDENTIAL_GROUPS, got);

	if (there < 0)
		return false;
	for (int n = 0; all && n < count; n++)
		if (!contains(got, there, want[n]))
			return false;
	for (int n = 0; n < there; n++)
		if (!contains(want, count, got[n]))
			return false;
	return true;
}

/*
 * The primary group is a supplementary one, too: a file that shuts it out
 * must not open to a process that changes its primary group.
 */
static int
set_groups(const struct credential *c, gid_t gid, struct fail *f)
{
	gid_t want[CREDENTIAL_GROUPS];
	int count = c->group_count > 0 ? c->group_count : 1;

	memcpy(want, c->groups, sizeof want);
	want[0] = gid;
	/* Where nobody can change groups, to have none at all is as good. */
	if (has_groups(want, count, count > 1 || !c->keep_groups))
		return 0;
	if (sys_setgroups((size_t)count, want) < 0)
		return refuse("set the groups to", gid, f);
	if (!has_groups(want, count, true))
		return fail(f, 0, "the groups are not what was asked for");
	return 0;
}

int
credential_apply(const struct credential *c, struct fail *f)
{
	uid_t uid = c->has_user ? c->uid : getuid();
	gid_t gid = c->has_user || c->has_group ? c->gid : getgid();

	/* Where nobody named them, what cannot be given up is no lie. */
	if ((!c->keep_groups || c->list != NULL) && set_groups(c, gid, f) < 0)
		return c->list == NULL ? -1
		                       : fail_prefix(f, "groups=%s: ", c->list);
	if (sys_setresgid(gid, gid, gid) < 0)
		return refuse("become group", gid, f);
	if (sys_setresuid(uid, uid, uid) < 0)
		return refuse("become user", uid, f);
	return verify(uid, gid, f);
}
