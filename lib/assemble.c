/* SPDX-License-Identifier: ISC */
/* assemble.c - see assemble.h */
#include "assemble.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "hash.h"
#include "newroot.h"
#include "object.h"
#include "program.h"
#include "scope.h"
#include "template.h"

static const char blanks[] = " \t";

/* Copy the next word of *list to path.  false: none is left. */
static bool
next_source(const char **list, char path[PATH_MAX])
{
	size_t length = strcspn(*list, blanks);

	if (length == 0 || length >= PATH_MAX)
		return false;
	memcpy(path, *list, length);
	path[length] = '\0';
	*list += length;
	*list += strspn(*list, blanks);
	return true;
}

uint64_t
assemble_key(const struct template *t)
{
	uint64_t key = t->hash;
	char path[PATH_MAX];
	struct stat st;

	for (size_t n = 0; n < t->step_count; n++) {
		const char *list = t->steps[n].text;

		if (t->steps[n].operation != TEMPLATE_PROGRAM)
			continue;
		while (next_source(&list, path)) {
			if (stat(path, &st) < 0)
				continue;
			key = hash_file(key, path, &st);
		}
	}
	return key;
}

/* Whether fd is an ELF executable that needs no other file to run. */
static bool
is_static(int fd)
{
	struct object o;
	struct fail why;
	bool alone;

	if (object_read(fd, &o, &why) != 1)
		return false;
	alone = !o.is_relocatable && o.interpreter == NULL;
	object_free(&o);
	return alone;
}

/*
 * Open the first source of a program step that is a static executable, and
 * leave its path in path.  -1: there is none; the template has the remedy.
 */
static int
open_source(const struct template *t, const struct template_step *step,
    char path[PATH_MAX], struct fail *f)
{
	const char *list = step->text;
	bool found = false;
	struct stat st;
	int fd;

	while (next_source(&list, path)) {
		fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
		if (fd < 0)
			continue;
		found = true;
		if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && is_static(fd))
			return fd;
		close(fd);
	}
	fail(f, 0, "%s: %s", step->text,
	    found ? "not statically linked: it would not run in a new root"
		  : "not on this machine");
	if (t->hint != NULL)
		fail_hint(f, "%s", t->hint);
	return -1;
}

static int
copy_program(const struct template *t, const struct template_step *step,
    int root, struct fail *f)
{
	char path[PATH_MAX];
	autoclose int from = open_source(t, step, path, f);

	if (from < 0)
		return -1;
	if (newroot_copy(root, step->path, 0755, from) < 0)
		return fail(f, errno, "copy %s to %s", path, step->path);
	return 0;
}

/* The program step that made path; the parser saw to it that there is one. */
static const struct template_step *
find_program(const struct template *t, const char *path)
{
	const struct template_step *step = t->steps;

	while (step->operation != TEMPLATE_PROGRAM
	       || strcmp(step->path, path) != 0)
		step++;
	return step;
}

/* Whether name is one of those in list, which has commas between them. */
static bool
is_listed(const char *list, const char *name, size_t length)
{
	for (; *list != '\0'; list += *list == ',') {
		size_t here = strcspn(list, ",");

		if (here == length && strncmp(list, name, length) == 0)
			return true;
		list += here;
	}
	return false;
}

/* The name that the path of an applet ends in. */
static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* Whether each one that was chosen is among the lines of output. */
static int
check_chosen(const char *chosen, const char *output, struct fail *f)
{
	size_t length;

	do {
		const char *line = output;

		length = strcspn(chosen, ",");
		for (; *line != '\0'; line += *line == '\n') {
			size_t size = strcspn(line, "\n"), start = size;

			while (start > 0 && line[start - 1] != '/')
				start--;
			if (size - start == length && length > 0
			    && strncmp(line + start, chosen, length) == 0)
				break;
			line += size;
		}
		if (*line == '\0')
			return fail(f, 0, "'%.*s': no such applet", (int)length,
			    chosen);
		chosen += length;
	} while (*chosen++ == ',');
	return 0;
}

bool
assemble_has_applets(const struct template *t)
{
	for (size_t n = 0; n < t->step_count; n++)
		if (t->steps[n].operation == TEMPLATE_APPLETS)
			return true;
	return false;
}

/* Ask a program what it can be called as, and link all that to it. */
static int
make_applets(const struct template *t, const struct template_step *step,
    const char *chosen, int root, struct fail *f)
{
	char source[PATH_MAX], target[PATH_MAX + 1] = "/";
	const char *const argv[] = { source, "--list-full", NULL };
	struct program list = { .argv = argv, .in = -1, .dir = -1 };
	autoclose int fd =
	    open_source(t, find_program(t, step->path), source, f);
	autofree char *output = NULL;
	char *rest = NULL, *name;
	int status;

	if (fd < 0 || program_run(&list, &output, &status, f) < 0)
		return -1;
	if (status != 0)
		return fail(f, 0, "%s --list-full: failed with status %d",
		    source, status);
	if (chosen != NULL && check_chosen(chosen, output, f) < 0)
		return -1;
	strncat(target, step->path, PATH_MAX - 1);
	for (name = strtok_r(output, "\n", &rest); name != NULL;
	     name = strtok_r(NULL, "\n", &rest)) {
		const char *base = base_name(name);

		if (chosen != NULL && !is_listed(chosen, base, strlen(base)))
			continue;
		/* A program's own place is in its list, too. */
		if (newroot_link(root, name, target) < 0 && errno != EEXIST)
			return fail(f, errno, "link %s", name);
	}
	return 0;
}

static int
do_step(const struct template *t, const struct template_step *step,
    const char *chosen, int root, struct fail *f)
{
	int fd, result = -1;

	switch (step->operation) {
	case TEMPLATE_PROGRAM:
		return copy_program(t, step, root, f);
	case TEMPLATE_APPLETS:
		return make_applets(t, step, chosen, root, f);
	case TEMPLATE_DIR:
		result = newroot_dir(root, step->path, step->mode);
		break;
	case TEMPLATE_FILE:
		if ((fd = newroot_file(root, step->path, step->mode)) >= 0)
			result = close(fd);
		break;
	case TEMPLATE_LINE:
		result = newroot_line(root, step->path, step->text);
		break;
	case TEMPLATE_LINK:
		result = newroot_link(root, step->path, step->text);
	}
	return result == 0 ? 0 : fail(f, errno, "make %s", step->path);
}

int
assemble(const struct template *t, const char *chosen, int root, struct fail *f)
{
	/* inroot_mkdirs makes 0755, whatever the caller's umask. */
	mode_t mask = umask(022);
	int result = 0;

	for (size_t n = 0; n < t->step_count && result == 0; n++)
		if ((result = do_step(t, &t->steps[n], chosen, root, f)) < 0)
			fail_prefix(f, "line %u: ", t->steps[n].line);
	umask(mask);
	return result;
}
