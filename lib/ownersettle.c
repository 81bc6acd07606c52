/* SPDX-License-Identifier: ISC */
/* ownersettle.c - the part of owners.h that is about layers */
#include "owners.h"

#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "inroot.h"
#include "scope.h"

struct known {
	char *path;
	uint32_t uid, gid;
};

struct settling {
	void *tree; /* of tsearch(3), by path; and in order: */
	struct known **all;
	size_t count, room;
};

static int
by_path(const void *a, const void *b)
{
	const struct known *one = a, *other = b;

	return strcmp(one->path, other->path);
}

static struct known *
find(const struct settling *s, const char *path)
{
	const struct known key = { .path = (char *)path };
	void *node = tfind(&key, &s->tree, by_path);

	return node != NULL ? *(struct known **)node : NULL;
}

/* NULL: no memory; what there is goes with the rest. */
static struct known *
add(struct settling *s, const char *path)
{
	size_t room = s->room > 0 ? 2 * s->room : 64;
	struct known **more, *new;

	if (s->count == s->room) {
		if ((more = reallocarray(s->all, room, sizeof *more)) == NULL)
			return NULL;
		s->all = more;
		s->room = room;
	}
	if ((new = calloc(1, sizeof *new)) == NULL)
		return NULL;
	s->all[s->count++] = new;
	if ((new->path = strdup(path)) == NULL
	    || tsearch(new, &s->tree, by_path) == NULL)
		return NULL;
	return new;
}

/* A link is whose its other name was when it was made. */
static int
take(void *context, const char *owner, const char *path, struct fail *f)
{
	struct settling *s = context;
	const struct known *other;
	struct known *known;
	uint32_t uid = 0, gid = 0;

	if (*owner == '=') {
		if ((other = find(s, owner + 1)) != NULL) {
			uid = other->uid;
			gid = other->gid;
		}
	} else if (owners_parse(owner, &uid, &gid) < 0)
		return fail(f, errno, "owners: %.128s", path);
	if ((known = find(s, path)) == NULL && (known = add(s, path)) == NULL)
		return fail(f, ENOMEM, "owners: %.128s", path);
	known->uid = uid;
	known->gid = gid;
	return 0;
}

/* 0: there is none any more, and what has its place may be anything. */
static int
is_there(int tree, const char *path)
{
	const char *name = ".";
	autoclose int parent = strcmp(path, ".") == 0
	                           ? fcntl(tree, F_DUPFD_CLOEXEC, 3)
	                           : inroot_parent(tree, path, &name);
	struct stat st;

	if (parent >= 0 && fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return 1;
	return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? 0 : -1;
}

static int
write_all(const struct settling *s, int tree, struct fail *f)
{
	FILE *list = NULL;
	int result = 0;

	for (size_t n = 0; n < s->count && result == 0; n++) {
		const struct known *k = s->all[n];

		if (k->uid == 0 && k->gid == 0)
			continue;
		if ((result = is_there(tree, k->path)) < 0)
			fail(f, errno, "owners: look at %.128s", k->path);
		else if (result == 1)
			result = owners_note(&list, tree, k->path, k->uid,
			    k->gid, f);
	}
	if (list != NULL && fclose(list) == EOF && result == 0)
		result = fail(f, errno, "write the list of owners");
	return result;
}

static void
keep_node(void *node)
{
	(void)node; /* it is in the array, too */
}

int
owners_settle(int tree, struct fail *f)
{
	autoclose int list =
	    openat(tree, OWNERS_LIST, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct settling s = { 0 };
	int result;

	if (list < 0)
		return fail(f, errno, "owners: open the list");
	result = owners_each(list, take, &s, f);
	if (result == 0 && unlinkat(tree, OWNERS_LIST, 0) < 0)
		result = fail(f, errno, "owners: replace the list");
	if (result == 0)
		result = write_all(&s, tree, f);
	tdestroy(s.tree, keep_node);
	for (size_t n = 0; n < s.count; n++) {
		free(s.all[n]->path);
		free(s.all[n]);
	}
	free(s.all);
	return result;
}
