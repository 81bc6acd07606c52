/* SPDX-License-Identifier: ISC */
/* catalog.c - see catalog.h */
#include "catalog.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "program.h"
#include "scope.h"

static const char installed[] = "../share/rungs/rootfs-templates";

/*
 * Copy the next folder to path and move *list behind it; *list is NULL
 * behind the last.  1: copied; 0: there was none left; -1: too long.
 */
static int
next_folder(const char **list, char path[PATH_MAX], struct fail *f)
{
	const char *start = *list;
	size_t length;

	if (start == NULL)
		return 0;
	length = strcspn(start, ":");
	*list = start[length] == ':' ? start + length + 1 : NULL;
	if (length >= PATH_MAX)
		return fail(f, ENAMETOOLONG, "RUNGS_TEMPLATES");
	memcpy(path, start, length);
	path[length] = '\0';
	return 1;
}

/* All folders in one text: RUNGS_TEMPLATES and ours behind it. */
static int
all_folders(char **text, struct fail *f)
{
	const char *own = getenv("RUNGS_TEMPLATES");
	char path[PATH_MAX];

	if (program_beside(installed, path, f) < 0)
		return -1;
	if (asprintf(text, "%s%s%s", own != NULL ? own : "",
		own != NULL && *own != '\0' ? ":" : "", path)
	    < 0) {
		*text = NULL;
		return fail(f, ENOMEM, "list the template folders");
	}
	return 0;
}

/* Read the template in the open file fd. */
static int
load_file(int fd, struct template *t, struct fail *f)
{
	static char text[TEMPLATE_BYTES + 1];
	size_t used = 0;
	struct stat st;
	ssize_t got;

	if (fstat(fd, &st) < 0)
		return fail(f, errno, "read");
	if (!S_ISREG(st.st_mode))
		return fail(f, 0, "read: not a regular file");
	while (used < sizeof text
	       && (got = read(fd, text + used, sizeof text - used)) != 0) {
		if (got < 0 && errno != EINTR)
			return fail(f, errno, "read");
		used += got > 0 ? (size_t)got : 0;
	}
	return template_parse(text, used, t, f);
}

/* 1: it is in this folder and read; 0: it is not there; -1: it is wrong. */
static int
load_from(const char *folder, const char *name, struct template *t,
    struct fail *f)
{
	char path[PATH_MAX];
	autoclose int fd = -1;

	if (snprintf(path, sizeof path, "%s/%s", folder, name) >= PATH_MAX)
		return fail(f, ENAMETOOLONG, "%s", folder);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0)
		return fail(f, errno, "%s: open", path);
	if (load_file(fd, t, f) < 0)
		return fail_prefix(f, "%s: ", path);
	return 1;
}

int
catalog_load(const char *name, struct template *t, struct fail *f)
{
	autofree char *folders = NULL;
	char folder[PATH_MAX];
	const char *rest;
	int got = 0;

	*t = (struct template){ 0 };
	if (!template_is_name(name))
		goto none;
	if (all_folders(&folders, f) < 0)
		return -1;
	rest = folders;
	while (got == 0 && (got = next_folder(&rest, folder, f)) == 1)
		got = *folder != '\0' ? load_from(folder, name, t, f) : 0;
	if (got != 0)
		return got < 0 ? -1 : 0;
none:
	fail(f, 0, "%s: no such template", name);
	return fail_hint(f, "mkroot -l lists them");
}

struct names {
	char **name;
	size_t count;
};

static void
free_names(struct names *names)
{
	for (size_t n = 0; n < names->count; n++)
		free(names->name[n]);
	free(names->name);
}

static int
add_name(struct names *names, const char *name)
{
	char **more;

	for (size_t n = 0; n < names->count; n++)
		if (strcmp(names->name[n], name) == 0)
			return 0;
	more = reallocarray(names->name, names->count + 1, sizeof *more);
	if (more == NULL)
		return -1;
	names->name = more;
	if ((names->name[names->count] = strdup(name)) == NULL)
		return -1;
	names->count++;
	return 0;
}

static int
add_folder(struct names *names, const char *folder)
{
	DIR *dir = *folder != '\0' ? opendir(folder) : NULL;
	struct dirent *entry;
	int result = 0;

	while (dir != NULL && result == 0 && (entry = readdir(dir)) != NULL)
		if (template_is_name(entry->d_name))
			result = add_name(names, entry->d_name);
	if (dir != NULL)
		closedir(dir);
	return result;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
list_names(const struct names *names, catalog_entry *each, struct fail *f)
{
	struct template t;
	struct fail why;
	int result = 0;

	for (size_t n = 0; n < names->count; n++) {
		const char *name = names->name[n];

		if (strcmp(name, "dir:PATH") == 0)
			each(name, "a directory that is there, in place");
		else if (strcmp(name, "tar:FILE") == 0)
			each(name, "what an archive of any kind holds");
		else if (catalog_load(name, &t, &why) == 0) {
			each(name, t.summary != NULL ? t.summary : "");
			template_free(&t);
		} else if (result == 0) {
			*f = why;
			result = -1;
		}
	}
	return result;
}

int
catalog_list(catalog_entry *each, struct fail *f)
{
	autofree char *folders = NULL;
	struct names names = { 0 };
	char folder[PATH_MAX];
	const char *rest;
	int got;

	if (all_folders(&folders, f) < 0)
		return -1;
	rest = folders;
	got = add_name(&names, "dir:PATH") | add_name(&names, "tar:FILE");
	while (got >= 0 && (got = next_folder(&rest, folder, f)) == 1)
		got = add_folder(&names, folder);
	if (got < 0) {
		fail(f, ENOMEM, "list the templates");
	} else {
		qsort(names.name, names.count, sizeof *names.name, compare);
		got = list_names(&names, each, f);
	}
	free_names(&names);
	return got;
}
