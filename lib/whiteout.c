/* SPDX-License-Identifier: ISC */
/* whiteout.c - see whiteout.h */
#include "whiteout.h"

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "entrypath.h"
#include "fail.h"
#include "inroot.h"
#include "layerdir.h"
#include "layerread.h"
#include "quota.h"
#include "scope.h"
#include "unpack.h"
#include "work.h"

static const char mark[] = ".wh.";
static const char opaque[] = ".wh..wh..opq";

static const char *
last_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

bool
whiteout_is(const char *path)
{
	return strncmp(last_of(path), mark, strlen(mark)) == 0;
}

/* What aufs keeps for itself: ".wh..wh.plnk/", ".wh..wh.aufs". */
static bool
is_of_aufs(const char *path)
{
	return strncmp(path, ".wh..wh.", 8) == 0 && strcmp(path, opaque) != 0;
}

/* A directory with such a name would be one to somebody else only. */
static int
check_parents(const char *path, struct fail *f)
{
	for (; strchr(path, '/') != NULL; path = strchr(path, '/') + 1)
		if (strncmp(path, mark, strlen(mark)) == 0)
			return fail(f, 0, "a path below a whiteout");
	return 0;
}

/* Remove all that is in the directory; "" is the root. */
static int
empty(int root, const char *path, struct fail *f)
{
	int fd = inroot_open_nolinks(root, *path != '\0' ? path : ".",
	    O_RDONLY | O_DIRECTORY, 0);
	struct dirent *entry;
	int result = 0;
	DIR *dir;

	/* Where no directory is, nothing is below it. */
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP
		           ? 0
		           : fail(f, errno, "open what it empties");
	if ((dir = fdopendir(fd)) == NULL) {
		close(fd);
		return fail(f, errno, "open what it empties");
	}
	while (result == 0 && (entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0
		    && strcmp(entry->d_name, "..") != 0
		    && tree_remove(dirfd(dir), entry->d_name) < 0)
			result = fail(f, errno, "remove what it takes away");
	closedir(dir);
	return result;
}

static int
take_away(int root, const char *parent, const char *name, struct fail *f)
{
	autoclose int fd = -1;

	if (*name == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return fail(f, 0, "a whiteout of nothing that has a name");
	fd = inroot_open_nolinks(root, *parent != '\0' ? parent : ".",
	    O_PATH | O_DIRECTORY, 0);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP
		           ? 0
		           : fail(f, errno, "open what it is in");
	if (tree_remove(fd, name) < 0 && errno != ENOENT)
		return fail(f, errno, "remove what it takes away");
	return 0;
}

static int
apply(int root, const char *path, struct fail *f)
{
	const char *name = last_of(path);
	struct layerdir above;
	char parent[PATH_MAX];
	struct fail why;
	int result;

	if (entrypath_check(path, f) < 0 || check_parents(path, f) < 0)
		return -1;
	if (!whiteout_is(path) || is_of_aufs(name))
		return 0;
	snprintf(parent, sizeof parent, "%.*s", (int)(name - path), path);
	layerdir_open(&above, root, path);
	result = strcmp(name, opaque) == 0
	             ? empty(root, parent, f)
	             : take_away(root, parent, name + strlen(mark), f);
	return layerdir_close(&above, result == 0 ? f : &why) < 0 ? -1 : result;
}

static int
apply_all(struct archive *in, int root, struct quota *quota, struct fail *f)
{
	struct archive_entry *entry;
	const char *path;
	int got;

	while ((got = archive_read_next_header(in, &entry)) != ARCHIVE_EOF) {
		if (got < ARCHIVE_WARN)
			return unpack_failed(in, "unreadable layer", f);
		path = archive_entry_pathname(entry);
		if (quota_entry(quota, archive_entry_size(entry), f) < 0
		    || quota_stream(quota, archive_filter_bytes(in, 0), f) < 0
		    || (path != NULL
			&& apply(root, entrypath_skip_dots(path), f) < 0))
			return fail_prefix(f,
			    "unpack '%.128s': ", path != NULL ? path : "");
	}
	return 0;
}

int
whiteout_apply(struct layerread *layer, int root, struct quota *quota,
    struct fail *f)
{
	struct archive *in = archive_read_new();
	int result;

	if (in == NULL)
		return fail(f, ENOMEM, "unpack");
	unpack_allow_tar(in);
	if (layerread_open(layer, in) != ARCHIVE_OK)
		result = unpack_failed(in, "unreadable layer", f);
	else
		result = apply_all(in, root, quota, f);
	archive_read_free(in);
	return result;
}
