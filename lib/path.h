/* SPDX-License-Identifier: ISC */
/* path.h - the names of files, before any of them is opened */
#ifndef PATH_H
#define PATH_H

#include <limits.h>

/* Where a command is looked for in a jail that says nothing else. */
#define PATH_OF_JAIL                                                           \
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/*
 * A copy of path, from malloc(3); a relative one begins with the working
 * directory, for who reads it in another.  NULL: errno is set; ENOENT, the
 * working directory has no name.
 */
char *path_absolute(const char *path);

/*
 * Find a program that can be run in a list of directories as PATH is one,
 * environ(7): an empty name among them is the working directory.  -1: errno
 * is EACCES if there was one that cannot be run, else ENOENT.
 */
int path_find(const char *dirs, const char *name, char path[PATH_MAX]);

#endif
