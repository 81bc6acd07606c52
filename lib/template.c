/* SPDX-License-Identifier: ISC */
/* template.c - see template.h */
#include "template.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "hash.h"
#include "scope.h"

static const char blanks[] = " \t";

/* Cut the first word off *rest; "" when there is none. */
static char *
take_word(char **rest)
{
	char *word = *rest + strspn(*rest, blanks);
	char *stop = word + strcspn(word, blanks);

	*rest = stop + strspn(stop, blanks);
	*stop = '\0';
	return word;
}

/* A path in the new root, without its leading slashes; NULL: refused. */
static const char *
take_path(char **rest, struct fail *f)
{
	const char *path = take_word(rest), *part;

	path += strspn(path, "/");
	if (*path == '\0') {
		fail(f, 0, "expected a path in the new root");
		return NULL;
	}
	for (part = path; *part != '\0'; part += strspn(part, "/")) {
		size_t length = strcspn(part, "/");

		if (length == 2 && memcmp(part, "..", 2) == 0) {
			fail(f, 0, "%s: a path has no '..'", path);
			return NULL;
		}
		part += length;
	}
	return path;
}

/* An octal mode of permissions and the sticky bit; "" leaves the default. */
static int
take_mode(char **rest, mode_t *mode, struct fail *f)
{
	const char *word = take_word(rest);
	mode_t value = 0;

	if (*word == '\0')
		return 0;
	for (const char *c = word; *c != '\0'; c++) {
		if (*c < '0' || *c > '7' || c - word > 3)
			return fail(f, 0, "%s: expected an octal mode", word);
		value = value * 8 + (mode_t)(*c - '0');
	}
	if (value > 01777)
		return fail(f, 0, "%s: no mode above 1777", word);
	*mode = value;
	return 0;
}

static bool
is_made_of(const char *word, const char *bytes)
{
	return *word != '\0' && word[strspn(word, bytes)] == '\0';
}

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static int
add_archive(struct template *t, char **rest, struct fail *f)
{
	struct template_archive a, *more;

	a.release = take_word(rest);
	a.arch = take_word(rest);
	a.digest = take_word(rest);
	a.path = take_word(rest);

	if (!is_made_of(a.release, LETTERS DIGITS "._-")
	    || !is_made_of(a.arch, LETTERS DIGITS "_-") || *a.digest == '\0')
		return fail(f, 0, "expected archive RELEASE ARCH SHA256 PATH");
	if (strlen(a.digest) != 64 || !is_made_of(a.digest, DIGITS "abcdef"))
		return fail(f, 0, "%s: expected 64 hex digits", a.digest);
	if (!is_made_of(a.path, LETTERS DIGITS "._+~/-"))
		return fail(f, 0, "expected a path below the mirror");
	more = reallocarray(t->archives, t->archive_count + 1, sizeof a);
	if (more == NULL)
		return fail(f, errno, "memory for a template");
	t->archives = more;
	t->archives[t->archive_count++] = a;
	return 0;
}

static int
add_index(struct template *t, char **rest, struct fail *f)
{
	struct template_index x, *more;

	x.release = take_word(rest);
	x.flavor = take_word(rest);
	x.path = take_word(rest);
	if (!is_made_of(x.release, LETTERS DIGITS "._-")
	    || !is_made_of(x.flavor, LETTERS DIGITS "._-")
	    || !is_made_of(x.path, LETTERS DIGITS "._+~/$-"))
		return fail(f, 0, "expected index RELEASE FLAVOR PATH");
	more = reallocarray(t->indexes, t->index_count + 1, sizeof x);
	if (more == NULL)
		return fail(f, errno, "memory for a template");
	t->indexes = more;
	t->indexes[t->index_count++] = x;
	return 0;
}

/* Paths to hide from a jail: absolute, or below the caller's home. */
static int
add_masks(struct template *t, char **rest, struct fail *f)
{
	const char *path, **more;

	if (**rest == '\0')
		return fail(f, 0, "expected mask PATH ...");
	while (*(path = take_word(rest)) != '\0') {
		if (path[strspn(path, "~")] != '/' || strspn(path, "~") > 1)
			return fail(f, 0, "%s: not an absolute path", path);
		if (strstr(path, "/..") != NULL)
			return fail(f, 0, "%s: a path has no '..'", path);
		more = reallocarray(t->masks, t->mask_count + 1, sizeof *more);
		if (more == NULL)
			return fail(f, errno, "memory for a template");
		t->masks = more;
		t->masks[t->mask_count++] = path;
	}
	return 0;
}

/* A program's sources are absolute: nothing depends on where we are. */
static int
check_sources(const char *sources, struct fail *f)
{
	if (*sources == '\0')
		return fail(f, 0, "expected program PATH SOURCE ...");
	for (; *sources != '\0'; sources += strspn(sources, blanks)) {
		if (*sources != '/')
			return fail(f, 0, "%s: not an absolute path", sources);
		sources += strcspn(sources, blanks);
	}
	return 0;
}

static bool
has_program(const struct template *t, const char *path)
{
	for (size_t n = 0; n < t->step_count; n++)
		if (t->steps[n].operation == TEMPLATE_PROGRAM
		    && strcmp(t->steps[n].path, path) == 0)
			return true;
	return false;
}

static int
add_step(struct template *t, enum template_operation operation, char **rest,
    unsigned line, struct fail *f)
{
	struct template_step step = { .operation = operation, .line = line };
	struct template_step *more;

	if ((step.path = take_path(rest, f)) == NULL)
		return -1;
	switch (operation) {
	case TEMPLATE_PROGRAM:
		step.text = *rest;
		*rest += strlen(*rest);
		if (check_sources(step.text, f) < 0)
			return -1;
		break;
	case TEMPLATE_APPLETS:
		if (!has_program(t, step.path))
			return fail(f, 0, "%s: no program line above made it",
			    step.path);
		break;
	case TEMPLATE_DIR:
	case TEMPLATE_FILE:
		step.mode = operation == TEMPLATE_DIR ? 0755 : 0644;
		if (take_mode(rest, &step.mode, f) < 0)
			return -1;
		break;
	case TEMPLATE_LINK:
		step.text = take_word(rest);
		if (*step.text == '\0')
			return fail(f, 0, "expected link PATH TARGET");
		break;
	case TEMPLATE_LINE:
		step.text = *rest;
		*rest += strlen(*rest);
	}
	more = reallocarray(t->steps, t->step_count + 1, sizeof step);
	if (more == NULL)
		return fail(f, errno, "memory for a template");
	t->steps = more;
	t->steps[t->step_count++] = step;
	return 0;
}

/* The rest of the line, which must not be empty nor said before. */
static int
set_text(const char **field, const char *name, char **rest, struct fail *f)
{
	if (*field != NULL)
		return fail(f, 0, "%s: said twice", name);
	if (**rest == '\0')
		return fail(f, 0, "%s: expected a text behind it", name);
	*field = *rest;
	*rest += strlen(*rest);
	return 0;
}

bool
template_is_name(const char *name)
{
	return is_made_of(name, "abcdefghijklmnopqrstuvwxyz" DIGITS "._-")
	       && strchr("._-", *name) == NULL;
}

/* The same, for what must be made of these bytes alone. */
static int
set_checked(const char **field, const char *name, char **rest,
    const char *bytes, struct fail *f)
{
	if (set_text(field, name, rest, f) < 0)
		return -1;
	return is_made_of(*field, bytes) && **field != '-'
	           ? 0
	           : fail(f, 0, "%s: %s: not what can stand there", name,
		       *field);
}

/* What a distribution of Debian's kind is: it ends up in apt's arguments. */
static int
set_debian(struct template *t, const char *name, char **rest, struct fail *f)
{
	if (strcmp(name, "suite") == 0)
		return set_checked(&t->suite, name, rest, LETTERS DIGITS "._-",
		    f);
	if (strcmp(name, "components") == 0 && strlen(*rest) > 200)
		return fail(f, 0, "components: longer than 200 bytes");
	if (strcmp(name, "components") == 0)
		return set_checked(&t->components, name, rest,
		    LETTERS DIGITS "-/ ", f);
	if (strcmp(name, "keyring") == 0) {
		if (**rest != '/')
			return fail(f, 0, "keyring: not an absolute path");
		return set_checked(&t->keyring, name, rest,
		    LETTERS DIGITS "._+/-", f);
	}
	return fail(f, 0, "%s: no such operation", name);
}

/* Another line of the script, which is for a shell to understand. */
static int
add_script(struct template *t, char **rest, struct fail *f)
{
	size_t used = t->script != NULL ? strlen(t->script) : 0;
	char *more = realloc(t->script, used + strlen(*rest) + 2);

	if (more == NULL)
		return fail(f, errno, "memory for a template");
	t->script = more;
	strcpy(stpcpy(more + used, *rest), "\n");
	*rest += strlen(*rest);
	return 0;
}

/* The operations that set one thing. */
static int
set_field(struct template *t, const char *name, char **rest, struct fail *f)
{
	if (strcmp(name, "summary") == 0)
		return set_text(&t->summary, name, rest, f);
	if (strcmp(name, "mirror") == 0)
		return set_text(&t->mirror, name, rest, f);
	if (strcmp(name, "hint") == 0)
		return set_text(&t->hint, name, rest, f);
	if (strcmp(name, "in-place") == 0) {
		if (**rest != '/')
			return fail(f, 0, "in-place: not an absolute path");
		return set_text(&t->in_place, name, rest, f);
	}
	if (strcmp(name, "fallback") == 0) {
		if (set_text(&t->fallback, name, rest, f) < 0)
			return -1;
		if (!template_is_name(t->fallback))
			return fail(f, 0, "fallback: not a template's name");
		return 0;
	}
	if (strcmp(name, "ro") == 0)
		t->mode = ROOT_READONLY;
	else if (strcmp(name, "scratch") == 0)
		t->mode = ROOT_SCRATCH;
	else
		return set_debian(t, name, rest, f);
	return 0;
}

static int
parse_line(struct template *t, char *line, unsigned number, struct fail *f)
{
	static const char *const steps[] = {
		[TEMPLATE_PROGRAM] = "program",
		[TEMPLATE_APPLETS] = "applets",
		[TEMPLATE_DIR] = "dir",
		[TEMPLATE_FILE] = "file",
		[TEMPLATE_LINE] = "line",
		[TEMPLATE_LINK] = "link",
	};
	size_t length = strlen(line), kind = 0;
	char *rest = line, *name;
	int result;

	while (length > 0 && strchr(blanks, line[length - 1]) != NULL)
		line[--length] = '\0';
	name = take_word(&rest);
	if (*name == '\0' || *name == '#')
		return 0;
	while (kind < COUNT(steps) && strcmp(name, steps[kind]) != 0)
		kind++;
	if (kind < COUNT(steps))
		result = add_step(t, (enum template_operation)kind, &rest,
		    number, f);
	else if (strcmp(name, "archive") == 0)
		result = add_archive(t, &rest, f);
	else if (strcmp(name, "index") == 0)
		result = add_index(t, &rest, f);
	else if (strcmp(name, "mask") == 0)
		result = add_masks(t, &rest, f);
	else if (strcmp(name, "install") == 0)
		result = add_script(t, &rest, f);
	else
		result = set_field(t, name, &rest, f);
	if (result == 0 && *rest != '\0')
		return fail(f, 0, "%s: nothing may follow %s", rest, name);
	return result;
}

static int
check_whole(const struct template *t, struct fail *f)
{
	int kinds = (t->step_count > 0) + (t->archive_count > 0)
	            + (t->in_place != NULL) + (t->suite != NULL);

	if (kinds == 0)
		return fail(f, 0, "nothing in it makes a root");
	if (kinds > 1)
		return fail(f, 0,
		    "archive, suite, in-place and the steps that build a "
		    "root exclude each other");
	if (t->archive_count > 0 && t->mirror == NULL)
		return fail(f, 0, "archive without a mirror");
	if (t->index_count > 0 && t->archive_count == 0)
		return fail(f, 0, "index without an archive");
	if (t->mask_count > 0 && t->in_place == NULL)
		return fail(f, 0, "mask without in-place");
	if (t->suite != NULL && (t->mirror == NULL || t->keyring == NULL))
		return fail(f, 0, "suite without a %s",
		    t->mirror == NULL ? "mirror" : "keyring");
	if (t->script != NULL && t->archive_count + t->step_count == 0)
		return fail(f, 0, "install without an archive, or steps");
	if (t->suite == NULL && (t->keyring != NULL || t->components != NULL))
		return fail(f, 0, "%s without a suite",
		    t->keyring != NULL ? "keyring" : "components");
	return 0;
}

static int
check_bytes(const char *line, size_t length, struct fail *f)
{
	for (size_t n = 0; n < length; n++) {
		unsigned char byte = (unsigned char)line[n];

		if ((byte < ' ' && byte != '\t') || byte == 127)
			return fail(f, 0, "control byte 0x%02x", byte);
	}
	return 0;
}

int
template_parse(const char *text, size_t size, struct template *t,
    struct fail *f)
{
	unsigned number = 1;
	char *line, *stop;

	*t = (struct template){ .hash = hash_bytes(HASH_START, text, size) };
	if (size > TEMPLATE_BYTES)
		return fail(f, 0, "larger than %d KiB", TEMPLATE_BYTES >> 10);
	if ((t->text = calloc(1, size + 1)) == NULL)
		return fail(f, errno, "memory for a template");
	memcpy(t->text, text, size);
	for (line = t->text; line < t->text + size; line = stop + 1, number++) {
		size_t left = (size_t)(t->text + size - line);

		if ((stop = memchr(line, '\n', left)) == NULL)
			stop = line + left;
		*stop = '\0';
		if (check_bytes(line, (size_t)(stop - line), f) < 0
		    || parse_line(t, line, number, f) < 0) {
			template_free(t);
			return fail_prefix(f, "line %u: ", number);
		}
	}
	if (check_whole(t, f) == 0)
		return 0;
	template_free(t);
	return -1;
}

void
template_free(struct template *t)
{
	free(t->steps);
	free(t->archives);
	free(t->indexes);
	free(t->masks);
	free(t->script);
	free(t->text);
	*t = (struct template){ 0 };
}

/* Whether the release a user named means this one: "3.20" is 3.20.3 too. */
static bool
release_matches(const char *named, const char *release)
{
	size_t length = strlen(named);

	return strncmp(named, release, length) == 0
	       && (release[length] == '\0' || release[length] == '.');
}

const struct template_index *
template_index(const struct template *t, const char *release)
{
	for (size_t n = 0; n < t->index_count && release != NULL; n++)
		if (strcmp(t->indexes[n].release, release) == 0)
			return &t->indexes[n];
	return NULL;
}

/* A word more in a list, if there is room. */
static void
add_known(char *list, size_t size, const char *word)
{
	size_t used = strlen(list);

	if (used + strlen(word) + 2 < size)
		sprintf(list + used, " %s", word);
}

const struct template_archive *
template_choose(const struct template *t, const char *release, const char *arch,
    struct fail *f)
{
	char known[256] = "";

	for (size_t n = 0; n < t->archive_count; n++) {
		const struct template_archive *a = &t->archives[n];

		if (strcmp(a->arch, arch) != 0)
			continue;
		if (release == NULL || release_matches(release, a->release))
			return a;
		add_known(known, sizeof known, a->release);
	}
	if (known[0] == '\0') {
		fail(f, 0, "no digest is pinned for %s", arch);
		return NULL;
	}
	for (size_t n = 0; n < t->index_count; n++)
		add_known(known, sizeof known, t->indexes[n].release);
	fail(f, 0, "the template has no digest for such a release");
	fail_hint(f, "it knows for %s:%s", arch, known);
	return NULL;
}
