/* SPDX-License-Identifier: ISC */
/* cgrouplimit.c - see cgrouplimit.h */
#include "cgrouplimit.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroupfs.h"
#include "kernfile.h"
#include "number.h"
#include "scope.h"

/* Version 2: files of limits, with what is in those that are none. */
static const struct {
	const char *file, *none;
} plain_limits[] = {
	{ "cpu.weight", "100\n" },
	{ "cpu.idle", "0\n" },
	{ "cpuset.cpus", "\n" },
	{ "cpuset.mems", "\n" },
	{ "io.weight", "default 100\n" },
	{ "io.bfq.weight", "default 100\n" },
};

/*
 * Whether a line such as "max", "8:0 rbps=max wbps=4096" limits anything.
 * Some kernels have a number for max in hugetlb's files.
 */
static bool
line_limits(char *line)
{
	char *rest = NULL, *word = strtok_r(line, " ", &rest);
	bool limits = true;
	uint64_t number;

	if (word == NULL || strcmp(word, "max") == 0
	    || (number_parse(word, UINT64_MAX, &number) == 0
		&& number > INT64_MAX / 2))
		return false;
	while ((word = strtok_r(NULL, " ", &rest)) != NULL) {
		char *equal = strchr(word, '=');

		limits = strcmp(equal != NULL ? equal + 1 : word, "max") != 0;
		if (limits)
			break;
	}
	return limits;
}

static bool
ends_in(const char *text, const char *end)
{
	size_t length = strlen(text), tail = strlen(end);

	return length > tail && strcmp(text + length - tail, end) == 0;
}

static bool
file_limits(int dir, const char *file)
{
	char text[4096], *rest = NULL, *line;
	const char *none = NULL;

	for (size_t n = 0; n < COUNT(plain_limits); n++)
		if (strcmp(file, plain_limits[n].file) == 0)
			none = plain_limits[n].none;
	if ((none == NULL && !ends_in(file, ".max") && !ends_in(file, ".high"))
	    || kernfile_read(dir, file, text, sizeof text) < 0)
		return false;
	if (none != NULL)
		return strcmp(text, none) != 0;
	for (line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		if (line_limits(line))
			return true;
	return false;
}

bool
cgrouplimit_own(int dir, char file[NAME_MAX + 1])
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	bool found = false;

	snprintf(file, NAME_MAX + 1, "limit that cannot be read");
	if (list == NULL) {
		scope_close(&fd);
		return true;
	}
	while (!found && (entry = readdir(list)) != NULL) {
		if (entry->d_type != DT_REG || !file_limits(dir, entry->d_name))
			continue;
		snprintf(file, NAME_MAX + 1, "%s", entry->d_name);
		found = true;
	}
	closedir(list);
	return found;
}

uint64_t
cgrouplimit_least(const struct cgroup_dir *d, const char *file)
{
	uint64_t least = UINT64_MAX, value;
	char path[PATH_MAX], text[64];

	snprintf(path, sizeof path, "%s", d->path);
	for (;;) {
		autoclose int dir =
		    open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (dir >= 0 && kernfile_read(dir, file, text, sizeof text) == 0
		    && number_read(text, strcspn(text, "\n"), number_plain,
			   UINT64_MAX, &value)
			   == 0
		    && value < least)
			least = value;
		if (strlen(path) <= d->mounted)
			return least;
		*strrchr(path, '/') = '\0';
	}
}
