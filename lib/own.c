/* SPDX-License-Identifier: ISC */
/* own.c - see own.h */
#include "own.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "origin.h"
#include "scope.h"
#include "work.h"

static const int open_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

/* Whether path is a directory of the caller's with an origin and a tree. */
static bool
is_own(const char *path, struct origin *o)
{
	autoclose int fd = open(path, open_flags);
	struct stat st, tree;
	struct fail why;

	return fd >= 0 && fstat(fd, &st) == 0 && st.st_uid == geteuid()
	       && fstatat(fd, "rootfs", &tree, AT_SYMLINK_NOFOLLOW) == 0
	       && S_ISDIR(tree.st_mode) && origin_read(fd, o, &why) == 0;
}

/* Cut the last component off path and return it; "" if there is none. */
static const char *
cut_name(char *path)
{
	size_t length = strlen(path);
	char *slash;

	while (length > 0 && path[length - 1] == '/')
		path[--length] = '\0';
	if ((slash = strrchr(path, '/')) == NULL)
		return "";
	*slash = '\0';
	return slash + 1;
}

int
own_resolve(const char *dir, char path[PATH_MAX], struct fail *f)
{
	char above[PATH_MAX], real[PATH_MAX];
	struct origin origin;
	const char *name;

	/* "./" gives a bare name a slash to be cut at. */
	if (snprintf(above, sizeof above, "%s%s", *dir == '/' ? "" : "./", dir)
	    >= PATH_MAX)
		return fail(f, ENAMETOOLONG, "dir=%s", dir);
	name = cut_name(above);
	if (*name == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return fail(f, 0, "dir=%s: not a name to make a root at", dir);
	if (realpath(*above != '\0' ? above : "/", real) == NULL)
		return fail(f, errno, "dir=%s: open the directory above", dir);
	if (strcmp(name, "rootfs") == 0 && is_own(real, &origin)) {
		origin_free(&origin);
		strcpy(path, real);
		return 0;
	}
	if (snprintf(path, PATH_MAX, "%s/%s", real[1] != '\0' ? real : "", name)
	    >= PATH_MAX)
		return fail(f, ENAMETOOLONG, "dir=%s", dir);
	return 0;
}

int
own_find(const char *path, struct origin *o, struct fail *f)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : fail(f, errno, "dir=%s", path);
	if (is_own(path, o))
		return 1;
	fail(f, 0, "dir=%s: is there, and is not a root that you made", path);
	return fail_hint(f, "name a directory that does not exist yet");
}

int
own_begin(const char *path, struct work *w, struct fail *f)
{
	char above[PATH_MAX], prefix[NAME_MAX + 32];
	const char *name;
	int parent;

	*w = (struct work){ .parent = -1, .fd = -1 };
	strcpy(above, path);
	name = cut_name(above);
	parent = open(*above != '\0' ? above : "/",
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (parent < 0)
		return fail(f, errno, "dir=%s: open the directory above", path);
	snprintf(prefix, sizeof prefix, "%.*s.rungs-", NAME_MAX, name);
	if (work_begin(parent, prefix, w, f) == 0)
		return 0;
	return fail_prefix(f, "dir=%s: ", path);
}

int
own_publish(const char *path, struct work *w, struct fail *f)
{
	char copy[PATH_MAX];
	int got;

	strcpy(copy, path);
	got = work_publish(w, w->parent, cut_name(copy), f);
	return got < 0 ? fail_prefix(f, "dir=%s: ", path) : got;
}
