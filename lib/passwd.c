/* SPDX-License-Identifier: ISC */
/* passwd.c - see passwd.h */
#include "passwd.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "fail.h"
#include "inroot.h"
#include "number.h"

enum { FIELDS = 7 }; /* passwd(5) has more of them than group(5) */

struct field {
	const char *at;
	size_t length;
};

struct table {
	const char *path, *whose;
	int fields;    /* as many as a line must have */
	char *text;    /* PASSWD_SIZE + 1 bytes from mmap(2) */
	size_t length; /* of what was read */
	size_t next;   /* where the next line begins */
	unsigned line; /* the one that is looked at, from 1 on */
	size_t width;  /* its length */
	bool is_plain; /* it has no control character */
	int found;     /* its fields; those above FIELDS only counted */
	struct field field[FIELDS];
};

static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
			      "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789.-";

bool
passwd_is_name(const char *text, size_t length)
{
	if (length > 1 && text[length - 1] == '$')
		length--;
	if (length == 0 || length >= PASSWD_NAME
	    || strchr("0123456789.-", text[0]) != NULL)
		return false;
	for (size_t n = 0; n < length; n++)
		if (text[n] == '\0' || strchr(letters, text[n]) == NULL)
			return false;
	return true;
}

static void
table_close(struct table *t)
{
	if (t->text != NULL)
		munmap(t->text, PASSWD_SIZE + 1);
	t->text = NULL;
}

/* About the line that is looked at. */
static int
fail_line(const struct table *t, const char *what, struct fail *f)
{
	return fail(f, 0, "%s%s, line %u: %s", t->path, t->whose, t->line,
	    what);
}

static int
refuse_nul(struct table *t, struct fail *f)
{
	const char *nul = memchr(t->text, '\0', t->length);

	if (nul == NULL)
		return 0;
	t->line = 1;
	for (const char *c = t->text; c < nul; c++)
		t->line += *c == '\n';
	return fail_line(t, "a NUL byte", f);
}

/* -1: errno is ENOENT if there is no file. */
static int
table_open(struct table *t, int root, const char *path, const char *whose,
    int fields, struct fail *f)
{
	ssize_t got;
	int error;

	*t = (struct table){ .path = path, .whose = whose, .fields = fields };
	t->text = mmap(NULL, PASSWD_SIZE + 1, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (t->text == MAP_FAILED) {
		t->text = NULL;
		return fail(f, errno, "%s%s: read it", path, whose);
	}
	got = inroot_read(root, path, t->text, PASSWD_SIZE + 1);
	t->length = got > 0 ? (size_t)got : 0;
	if (got >= 0 && refuse_nul(t, f) == 0)
		return 0;
	error = got < 0 ? errno : 0;
	table_close(t);
	errno = error;
	if (got >= 0)
		return -1;
	if (error == EINVAL)
		fail(f, 0, "%s%s: not a regular file", path, whose);
	else if (error == EFBIG)
		fail(f, 0, "%s%s: larger than %d bytes", path, whose,
		    PASSWD_SIZE);
	else
		fail(f, error, "%s%s: read it", path, whose);
	errno = error;
	return -1;
}

/* Look at the next line.  false: there is none. */
static bool
table_next(struct table *t)
{
	const char *at = t->text + t->next, *end, *colon;

	if (t->next >= t->length)
		return false;
	t->line++;
	end = memchr(at, '\n', t->length - t->next);
	if (end == NULL)
		end = t->text + t->length;
	t->next = (size_t)(end - t->text) + 1;
	t->width = (size_t)(end - at);
	t->is_plain = true;
	for (const char *c = at; c < end; c++)
		if ((unsigned char)*c < ' ' || *c == 127)
			t->is_plain = false;
	for (t->found = 0;; at = colon + 1) {
		colon = memchr(at, ':', (size_t)(end - at));
		if (t->found < FIELDS)
			t->field[t->found] = (struct field){ at,
				(size_t)((colon != NULL ? colon : end) - at) };
		t->found++;
		if (colon == NULL)
			return true;
	}
}

static bool
is(const struct field *field, const char *text)
{
	return field->length == strlen(text)
	       && memcmp(field->at, text, field->length) == 0;
}

/* A line that is about whom we look for must leave nothing to guess. */
static int
check_line(const struct table *t, struct fail *f)
{
	if (t->width > PASSWD_LINE)
		return fail_line(t, "too long", f);
	if (!t->is_plain)
		return fail_line(t, "a control character", f);
	if (t->found != t->fields)
		return fail(f, 0, "%s%s, line %u: %d fields, not %d", t->path,
		    t->whose, t->line, t->found, t->fields);
	return 0;
}

/* 4294967295 is (uid_t)-1: "leave it alone" to the kernel, never an id. */
static int
read_id(const struct table *t, int n, const char *what, uint32_t *id,
    struct fail *f)
{
	const struct field *field = &t->field[n];
	uint64_t value;

	if (number_read(field->at, field->length, number_plain, UINT32_MAX - 1,
		&value)
	    < 0)
		return fail_line(t, what, f);
	*id = (uint32_t)value;
	return 0;
}

/* 1: the table is at the line of this name; 0: there is none; -1: bad. */
static int
find_line(struct table *t, const char *name, struct fail *f)
{
	while (table_next(t))
		if (is(&t->field[0], name))
			return check_line(t, f) < 0 ? -1 : 1;
	return 0;
}

static int
fail_unknown(const char *kind, const struct table *t, struct fail *f)
{
	fail(f, 0, "%s%s has no such %s", t->path, t->whose, kind);
	return fail_hint(f, "a number needs no entry there");
}

static int
read_user(const struct table *t, struct passwd_user *user, struct fail *f)
{
	const struct field *home = &t->field[5];

	if (read_id(t, 2, "bad user id", &user->uid, f) < 0
	    || read_id(t, 3, "bad group id", &user->gid, f) < 0)
		return -1;
	strcpy(user->home, "/");
	if (home->length == 0)
		return 0;
	if (home->at[0] != '/' || home->length >= sizeof user->home)
		return fail_line(t, "bad home directory", f);
	memcpy(user->home, home->at, home->length);
	user->home[home->length] = '\0';
	return 0;
}

int
passwd_find_user(int root, const char *whose, const char *name,
    struct passwd_user *user, struct fail *f)
{
	struct table t;
	int found;

	if (table_open(&t, root, "/etc/passwd", whose, 7, f) < 0)
		return -1;
	found = find_line(&t, name, f);
	if (found > 0 && read_user(&t, user, f) < 0)
		found = -1;
	table_close(&t);
	return found == 0 ? fail_unknown("user", &t, f) : found < 0 ? -1 : 0;
}

int
passwd_find_number(int root, const char *whose, uint32_t uid,
    struct passwd_user *user, struct fail *f)
{
	const struct field *field;
	struct table t;
	uint64_t value;
	int result = 0;

	if (table_open(&t, root, "/etc/passwd", whose, 7, f) < 0)
		return errno == ENOENT ? 0 : -1;
	while (table_next(&t)) {
		field = &t.field[2];
		if (t.found <= 2
		    || number_read(field->at, field->length, number_plain,
			   UINT32_MAX - 1, &value)
			   < 0
		    || value != uid)
			continue;
		if (check_line(&t, f) < 0 || read_user(&t, user, f) < 0)
			result = -1;
		break;
	}
	table_close(&t);
	return result;
}

int
passwd_find_group(int root, const char *whose, const char *name, uint32_t *gid,
    struct fail *f)
{
	struct table t;
	int found;

	if (table_open(&t, root, "/etc/group", whose, 4, f) < 0)
		return -1;
	found = find_line(&t, name, f);
	if (found > 0 && read_id(&t, 2, "bad group id", gid, f) < 0)
		found = -1;
	table_close(&t);
	return found == 0 ? fail_unknown("group", &t, f) : found < 0 ? -1 : 0;
}

/*
 * Whether the line's members have this one.  A control character ends one,
 * too: a member in front of a carriage return is one that was meant.
 */
static bool
has_member(const struct table *t, const char *user)
{
	struct field all = t->found > 3 ? t->field[3] : (struct field){ 0 };
	struct field one;

	while (all.length > 0) {
		one = (struct field){ .at = all.at };
		while (one.length < all.length && one.at[one.length] != ','
		       && (unsigned char)one.at[one.length] >= ' ')
			one.length++;
		if (is(&one, user))
			return true;
		if (one.length == all.length)
			break;
		all.at += one.length + 1;
		all.length -= one.length + 1;
	}
	return false;
}

static int
add_group(const struct table *t, gid_t gids[], int *count, int room,
    struct fail *f)
{
	uint32_t gid = 0;

	if (check_line(t, f) < 0 || read_id(t, 2, "bad group id", &gid, f) < 0)
		return -1;
	for (int n = 0; n < *count; n++)
		if (gids[n] == gid)
			return 0;
	if (*count == room)
		return fail(f, 0, "%s%s: more than %d groups", t->path,
		    t->whose, room);
	gids[(*count)++] = gid;
	return 0;
}

int
passwd_find_memberships(int root, const char *whose, const char *user,
    gid_t gids[], int *count, int room, struct fail *f)
{
	struct table t;
	int result = 0;

	if (table_open(&t, root, "/etc/group", whose, 4, f) < 0)
		return errno == ENOENT ? 0 : -1;
	while (result == 0 && table_next(&t))
		if (has_member(&t, user))
			result = add_group(&t, gids, count, room, f);
	table_close(&t);
	return result;
}
