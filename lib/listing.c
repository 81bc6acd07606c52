/* SPDX-License-Identifier: ISC */
/* listing.c - see listing.h */
#include "listing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "scope.h"

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
listing_free(struct listing *names)
{
	for (size_t n = 0; n < names->count; n++)
		free(names->list[n]);
	free(names->list);
}

int
listing_read(struct listing *names, int fd)
{
	autoclose int again = openat(fd, ".", O_RDONLY | O_CLOEXEC);
	DIR *dir = again < 0 ? NULL : fdopendir(again);
	struct dirent *entry;
	char **more;

	*names = (struct listing){ 0 };
	if (dir == NULL)
		return -1;
	again = -1;
	for (errno = 0; (entry = readdir(dir)) != NULL; errno = 0) {
		if (strcmp(entry->d_name, ".") == 0
		    || strcmp(entry->d_name, "..") == 0)
			continue;
		more =
		    reallocarray(names->list, names->count + 1, sizeof *more);
		if (more == NULL)
			break;
		names->list = more;
		if ((more[names->count] = strdup(entry->d_name)) == NULL)
			break;
		names->count++;
	}
	if (errno != 0) {
		closedir(dir);
		listing_free(names);
		return -1;
	}
	closedir(dir);
	if (names->count > 0)
		qsort(names->list, names->count, sizeof(char *), by_bytes);
	return 0;
}
