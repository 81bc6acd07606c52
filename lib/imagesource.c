/* SPDX-License-Identifier: ISC */
/* imagesource.c - see imagesource.h */
#include "imagesource.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "launch.h"
#include "scope.h"

static const char *const kinds[] = { "oci", "oci-archive", "docker-archive" };

static const char *
kind_of(const char *name)
{
	size_t length = strcspn(name, ":");

	for (size_t n = 0; n < COUNT(kinds); n++)
		if (name[length] == ':' && strlen(kinds[n]) == length
		    && strncmp(name, kinds[n], length) == 0)
			return kinds[n];
	return NULL;
}

bool
imagesource_is(const char *name)
{
	return kind_of(name) != NULL;
}

/* Split what is behind the kind into a path and a name. */
static int
split(struct imagesource *i, const char *text, struct fail *f)
{
	char path[PATH_MAX];
	const char *colon = strchr(text, ':');

	if (*text == '\0' || *text == ':')
		return fail(f, 0, "%s: expected %s:PATH[:NAME]", i->kind,
		    i->kind);
	if (colon != NULL && access(text, F_OK) < 0) {
		if (snprintf(path, sizeof path, "%.*s", (int)(colon - text),
			text)
			>= PATH_MAX
		    || strlen(colon + 1) >= sizeof i->ref)
			return fail(f, ENAMETOOLONG, "%s:%.80s", i->kind, text);
		strcpy(i->ref, colon + 1);
		text = path;
	}
	if (realpath(text, i->path) == NULL)
		return fail(f, errno, "%s:%s: open", i->kind, text);
	return 0;
}

void
imagesource_name(const char *name, char *text, size_t size)
{
	struct imagesource i = { .kind = kind_of(name) };
	struct fail why;

	if (split(&i, name + strlen(i.kind) + 1, &why) < 0)
		snprintf(text, size, "%s", name);
	else
		snprintf(text, size, "%s:%s%s%s", i.kind, i.path,
		    i.ref[0] != '\0' ? ":" : "", i.ref);
}

int
imagesource_open(struct imagesource *i, const char *name, struct stat *st,
    struct fail *f)
{
	bool is_dir;
	int fd;

	i->kind = kind_of(name);
	is_dir = i->kind == kinds[0];
	if (split(i, name + strlen(i->kind) + 1, f) < 0)
		return -1;
	fd = open(i->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, st) < 0)
		return fail(f, errno, "%s:%s: open", i->kind, i->path);
	if (is_dir && S_ISDIR(st->st_mode)
	    && fstatat(fd, "index.json", st, AT_SYMLINK_NOFOLLOW) == 0)
		return fd;
	if (!is_dir && S_ISREG(st->st_mode))
		return fd;
	close(fd);
	if (!is_dir)
		return fail(f, 0, "%s:%s: not a regular file", i->kind,
		    i->path);
	fail(f, 0, "%s:%s: not an image layout", i->kind, i->path);
	return fail_hint(f, "a tar of one is oci-archive:FILE");
}

void
imagesource_arguments(const struct imagesource *i, const char *argv[4],
    char room[PATH_MAX])
{
	int count = 0;

	if (i->kind != kinds[0])
		argv[count++] = "--archive";
	if (i->kind == kinds[2])
		argv[count++] = "--docker";
	if (i->ref[0] != '\0') {
		snprintf(room, PATH_MAX, "--ref=%s", i->ref);
		argv[count++] = room;
	}
	argv[count] = NULL;
}

static int
add_word(const char *tool, const char *word, void *context, struct fail *f)
{
	if (strcmp(tool, "mkroot") != 0)
		return fail(f, 0, "not a line of mkroot");
	if (word == NULL)
		return 0;
	return launch_add(context, word, f) == 1
	           ? 0
	           : fail_prefix(f, "what it says of its program: ");
}

int
imagesource_launch(struct imagesource *i, int dir, struct launch *launch,
    struct fail *f)
{
	autoclose int fd =
	    openat(dir, "launch", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 || unlinkat(dir, "launch", 0) < 0)
		return fail(f, errno, "read what it says of its program");
	if (description_read(fd, &i->launch, f) < 0)
		return -1;
	return description_each(&i->launch, add_word, launch, f);
}

void
imagesource_close(struct imagesource *i)
{
	description_free(&i->launch);
	i->kind = NULL;
}
