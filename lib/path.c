/* SPDX-License-Identifier: ISC */
/* path.c - see path.h */
#include "path.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

char *
path_absolute(const char *path)
{
	char here[PATH_MAX], *result = NULL;

	if (path[0] == '/')
		return strdup(path);
	if (getcwd(here, sizeof here) == NULL)
		return NULL;
	/* One of another mount namespace, in the words of some C libraries. */
	if (here[0] != '/') {
		errno = ENOENT;
		return NULL;
	}
	return asprintf(&result, "%s/%s", here[1] != '\0' ? here : "", path) < 0
	           ? NULL
	           : result;
}

int
path_find(const char *dirs, const char *name, char path[PATH_MAX])
{
	int error = ENOENT, length;

	for (; *name != '\0'; dirs += length + 1) {
		length = (int)strcspn(dirs, ":");
		if (snprintf(path, PATH_MAX, "%.*s%s%s", length, dirs,
			length > 0 ? "/" : "", name)
			< PATH_MAX
		    && access(path, X_OK) == 0)
			return 0;
		if (errno == EACCES)
			error = EACCES;
		if (dirs[length] == '\0')
			break;
	}
	errno = error;
	return -1;
}
