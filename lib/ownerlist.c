/* SPDX-License-Identifier: ISC */
/* ownerlist.c - see ownerlist.h */
#include "ownerlist.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "owners.h"
#include "scope.h"

struct owned {
	char *path, *owner; /* the owner's two numbers, or "=" and a path */
	size_t order;       /* of two about one path the later one holds */
};

static int
keep(void *context, const char *owner, const char *path, struct fail *f)
{
	struct ownerlist *o = context;
	size_t room = o->room > 0 ? 2 * o->room : 64;
	struct owned *more = o->list, *new;

	if (o->count == o->room) {
		more = reallocarray(o->list, room, sizeof *more);
		if (more == NULL)
			return fail(f, errno, "memory for a list of owners");
		o->list = more;
		o->room = room;
	}
	new = &o->list[o->count++];
	*new = (struct owned){ strdup(path), strdup(owner), o->count };
	if (new->path == NULL || new->owner == NULL)
		return fail(f, errno, "memory for a list of owners");
	return 0;
}

static int
compare(const void *a, const void *b)
{
	const struct owned *one = a, *other = b;
	int order = strcmp(one->path, other->path);

	if (order != 0)
		return order;
	return one->order < other->order ? -1 : 1;
}

int
ownerlist_open(struct ownerlist *o, int tree, struct fail *f)
{
	autoclose int list = -1;

	*o = (struct ownerlist){ 0 };
	if (owners_open(tree, &list, f) < 0)
		return -1;
	if (list >= 0 && owners_each(list, keep, o, f) < 0) {
		ownerlist_close(o);
		return -1;
	}
	if (o->count > 0)
		qsort(o->list, o->count, sizeof *o->list, compare);
	return 0;
}

void
ownerlist_close(struct ownerlist *o)
{
	for (size_t n = 0; n < o->count; n++) {
		free(o->list[n].path);
		free(o->list[n].owner);
	}
	free(o->list);
	*o = (struct ownerlist){ 0 };
}

/* The last record about path, or NULL. */
static const struct owned *
find(const struct ownerlist *o, const char *path)
{
	size_t low = 0, high = o->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(o->list[middle].path, path) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || strcmp(o->list[low - 1].path, path) != 0)
		return NULL;
	return &o->list[low - 1];
}

void
ownerlist_apply(const struct ownerlist *o, const char *path, struct stat *st)
{
	const struct owned *found = find(o, path);
	uint32_t uid, gid;

	/* What is somebody else's was given away since it was listed. */
	if (st->st_uid != geteuid())
		return;
	if (geteuid() != 0)
		st->st_uid = st->st_gid = 0;
	/* A link to a link is never written. */
	if (found != NULL && found->owner[0] == '=')
		found = find(o, found->owner + 1);
	if (found != NULL && owners_parse(found->owner, &uid, &gid) == 0) {
		st->st_uid = uid;
		st->st_gid = gid;
	}
}
