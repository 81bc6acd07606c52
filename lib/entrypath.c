/* SPDX-License-Identifier: ISC */
/* entrypath.c - see entrypath.h */
#include "entrypath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "fail.h"
#include "inroot.h"
#include "scope.h"
#include "work.h"

const char *
entrypath_skip_dots(const char *path)
{
	while (path[0] == '.' && path[1] == '/')
		path += 1 + strspn(path + 1, "/");
	return strcmp(path, ".") == 0 ? "" : path;
}

int
entrypath_check(const char *path, struct fail *f)
{
	if (*path == '/')
		return fail(f, 0, "an absolute path");
	if (strlen(path) >= PATH_MAX)
		return fail(f, 0, "a path that is too long");
	for (; *path != '\0'; path += strspn(path, "/")) {
		size_t length = strcspn(path, "/");

		if (length == 2 && memcmp(path, "..", 2) == 0)
			return fail(f, 0, "a path that climbs with '..'");
		if (length > NAME_MAX)
			return fail(f, 0, "a name that is too long");
		path += length;
	}
	return 0;
}

/* Open the directory that it is in; *name is its last component, in whole. */
static int
open_parent(int root, const char *path, char whole[PATH_MAX], const char **name)
{
	size_t length = strlen(path);

	memcpy(whole, path, length + 1);
	while (length > 1 && whole[length - 1] == '/')
		whole[--length] = '\0';
	return inroot_parent(root, whole, name);
}

int
entrypath_look_up(int root, const char *path, struct stat *st, struct fail *f)
{
	char whole[PATH_MAX];
	const char *name;
	autoclose int parent = open_parent(root, path, whole, &name);

	if (parent < 0) {
		if (errno == ENOENT)
			return 0;
		if (errno == ELOOP)
			return fail(f, 0,
			    "its path passes through a symbolic link");
		if (errno == ENOTDIR)
			return fail(f, 0,
			    "its path passes through what is no directory");
		return fail(f, errno, "look at its path");
	}
	if (fstatat(parent, name, st, AT_SYMLINK_NOFOLLOW) == 0)
		return 1;
	return errno == ENOENT ? 0 : fail(f, errno, "look at its path");
}

int
entrypath_remove(int root, const char *path, struct fail *f)
{
	char whole[PATH_MAX];
	const char *name;
	autoclose int parent = open_parent(root, path, whole, &name);

	if (parent < 0 || tree_remove(parent, name) < 0)
		return fail(f, errno, "remove what it replaces");
	return 0;
}
