/* SPDX-License-Identifier: ISC */
/* newroot.c - see newroot.h */
#include "newroot.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inroot.h"
#include "pour.h"
#include "scope.h"

/* Make the directory above path; its descriptor, or -1 and errno. */
static int
make_parent(int root, const char *path, const char **name)
{
	char above[PATH_MAX];
	size_t length = strlen(path);
	autoclose int made = -1;

	if (length >= sizeof above) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(above, path);
	for (; length > 0 && above[length - 1] != '/'; length--)
		above[length - 1] = '\0';
	made = inroot_mkdirs(root, length > 0 ? above : ".");
	return made < 0 ? -1 : inroot_parent(root, path, name);
}

int
newroot_dir(int root, const char *path, mode_t mode)
{
	autoclose int made = inroot_mkdirs(root, path);
	autoclose int fd = -1;

	if (made < 0)
		return -1;
	/* What mkdirs returns is O_PATH, which fchmod(2) does not take. */
	fd = openat(made, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -1 : fchmod(fd, mode);
}

int
newroot_file(int root, const char *path, mode_t mode)
{
	const char *name;
	autoclose int parent = make_parent(root, path, &name);
	int fd;

	if (parent < 0)
		return -1;
	fd = openat(parent, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	/* Not through the umask of whoever calls us. */
	if (fd >= 0 && fchmod(fd, mode) < 0) {
		scope_close(&fd);
		return -1;
	}
	return fd;
}

int
newroot_link(int root, const char *path, const char *target)
{
	const char *name;
	autoclose int parent = make_parent(root, path, &name);

	return parent < 0 ? -1 : symlinkat(target, parent, name);
}

int
newroot_copy(int root, const char *path, mode_t mode, int from)
{
	autoclose int to = newroot_file(root, path, mode);

	return to < 0 || pour(from, to) < 0 ? -1 : 0;
}

int
newroot_line(int root, const char *path, const char *text)
{
	autoclose int fd =
	    inroot_open_nolinks(root, path, O_WRONLY | O_APPEND, 0);

	if (fd < 0 && errno == ENOENT)
		fd = newroot_file(root, path, 0644);
	if (fd < 0 || pour_bytes(fd, text, strlen(text)) < 0)
		return -1;
	return pour_bytes(fd, "\n", 1);
}
