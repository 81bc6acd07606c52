/* SPDX-License-Identifier: ISC */
/* layerdir.c - see layerdir.h */
#include "layerdir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "fail.h"
#include "inroot.h"
#include "scope.h"

/* It is ours, so this goes well, or what follows says why not. */
static void
make_writable(int fd, mode_t mode)
{
	if (geteuid() != 0 && (mode & 0700) != 0700)
		(void)fchmod(fd, (mode & 07777) | 0700);
}

void
layerdir_open(struct layerdir *d, int root, const char *path)
{
	char above[PATH_MAX];
	size_t length = strlen(path);

	while (length > 0 && path[length - 1] == '/')
		length--;
	while (length > 0 && path[length - 1] != '/')
		length--;
	snprintf(above, sizeof above, "%.*s", (int)length, path);
	d->fd = inroot_open_nolinks(root, length > 0 ? above : ".",
	    O_RDONLY | O_DIRECTORY, 0);
	if (d->fd < 0)
		return;
	if (fstat(d->fd, &d->was) == 0) {
		make_writable(d->fd, d->was.st_mode);
		return;
	}
	close(d->fd);
	d->fd = -1;
}

int
layerdir_close(struct layerdir *d, struct fail *f)
{
	const struct timespec times[] = { { .tv_nsec = UTIME_OMIT },
		d->was.st_mtim };
	autoclose int fd = d->fd;
	struct stat now;

	d->fd = -1;
	if (fd < 0)
		return 0;
	if (fstat(fd, &now) == 0
	    && (now.st_mode == d->was.st_mode
		|| fchmod(fd, d->was.st_mode & 07777) == 0)
	    && futimens(fd, times) == 0)
		return 0;
	return fail(f, errno, "leave the directory above as it was");
}

static bool
is_cleared(const char *name)
{
	return strncmp(name, "user.", 5) == 0
	       || strncmp(name, "system.posix_acl_", 17) == 0;
}

int
layerdir_renew(int root, const char *path, struct fail *f)
{
	static char names[XATTR_LIST_MAX];
	autoclose int fd = inroot_open_nolinks(root, *path != '\0' ? path : ".",
	    O_RDONLY | O_DIRECTORY, 0);
	struct stat st;
	ssize_t size;

	if (fd < 0 || fstat(fd, &st) < 0)
		return fail(f, errno, "open what it is to change");
	make_writable(fd, st.st_mode);
	size = flistxattr(fd, names, sizeof names);
	if (size < 0 && errno != ENOTSUP)
		return fail(f, errno, "look at its attributes");
	for (const char *name = names; name < names + size;
	     name += strlen(name) + 1)
		if (is_cleared(name) && fremovexattr(fd, name) < 0)
			return fail(f, errno, "%s: take it away", name);
	return 0;
}
