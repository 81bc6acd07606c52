/* SPDX-License-Identifier: ISC */
/* treewalk.c - see treewalk.h */
#include "treewalk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compat.h"
#include "fail.h"
#include "inroot.h"
#include "listing.h"
#include "scope.h"

/* The directories that are still to be read. */
struct walk {
	int top;
	uint64_t mount;
	char **todo;
	size_t count, room;
	tree_visit *visit;
	void *context;
};

static uint64_t
mount_of(int fd)
{
	struct rungs_statx st;

	/* 0 where the kernel does not say: then all is one mount. */
	if (sys_statx(fd, "", AT_EMPTY_PATH, RUNGS_STATX_MOUNT, &st) < 0)
		return 0;
	return st.mount;
}

static int
push(struct walk *w, const char *path)
{
	size_t room = w->room > 0 ? 2 * w->room : 64;
	char **more;

	if (w->count == w->room) {
		if ((more = reallocarray(w->todo, room, sizeof *more)) == NULL)
			return -1;
		w->todo = more;
		w->room = room;
	}
	if ((w->todo[w->count] = strdup(path)) == NULL)
		return -1;
	w->count++;
	return 0;
}

static int
look_at(struct walk *w, int dir, const char *above, const char *name,
    struct fail *f)
{
	bool at_top = strcmp(above, ".") == 0;
	char path[PATH_MAX];
	struct stat st;

	if (snprintf(path, sizeof path, "%s%s%s", at_top ? "" : above,
		at_top ? "" : "/", name)
	    >= PATH_MAX)
		return fail(f, ENAMETOOLONG, "%.200s", above);
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return fail(f, errno, "%s: look at it", path);
	if (w->visit(w->context, dir, path, name, &st, f) < 0)
		return -1;
	if (S_ISDIR(st.st_mode) && push(w, path) < 0)
		return fail(f, errno, "memory for the names of directories");
	return 0;
}

static int
read_directory(struct walk *w, const char *path, bool lenient, struct fail *f)
{
	autoclose int dir =
	    inroot_open_nolinks(w->top, path, O_RDONLY | O_DIRECTORY, 0);
	struct listing names;
	int result = 0;

	if (dir >= 0 && mount_of(dir) != w->mount)
		return 0;
	if (dir < 0 || listing_read(&names, dir) < 0)
		return lenient ? 0 : fail(f, errno, "%s: read", path);
	for (size_t n = 0; n < names.count && result == 0; n++)
		result = look_at(w, dir, path, names.list[n], f);
	listing_free(&names);
	return result;
}

int
tree_walk(int top, tree_visit *visit, void *context, bool lenient,
    struct fail *f)
{
	struct walk w = { .top = top, .visit = visit, .context = context };
	int result = push(&w, ".");

	w.mount = mount_of(top);
	if (result < 0)
		fail(f, errno, "memory for the names of directories");
	while (w.count > 0) {
		char *path = w.todo[--w.count];

		if (result == 0)
			result = read_directory(&w, path, lenient, f);
		free(path);
	}
	free(w.todo);
	return result;
}
