/* SPDX-License-Identifier: ISC */
/* release.c - see release.h */
#include "release.h"

#include <stdbool.h>
#include <string.h>

#include "fail.h"

#define NAME_BYTES                                                             \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-"

static bool
is_name(const char *text)
{
	return text != NULL && *text != '\0' && *text != '.' && *text != '-'
	       && text[strspn(text, NAME_BYTES)] == '\0';
}

static int
check(const struct release *r, const char *flavor, struct fail *f)
{
	if (!is_name(r->version) || !is_name(r->file) || r->digest == NULL
	    || strlen(r->digest) != 64
	    || strspn(r->digest, "0123456789abcdef") != 64)
		return fail(f, 0,
		    "%s: without a version, file and sha256 as they should be",
		    flavor);
	return 0;
}

/* The value behind "name:", without blanks and quotes around it, or NULL. */
static char *
value_of(char *line, const char *name)
{
	size_t length = strlen(name);
	char *value;

	if (strncmp(line, name, length) != 0 || line[length] != ':')
		return NULL;
	value = line + length + 1;
	value += strspn(value, " \"'");
	value[strcspn(value, " \"'\r")] = '\0';
	return value;
}

int
release_find(struct release *r, char *text, const char *flavor, struct fail *f)
{
	bool ours = false;
	char *rest = NULL, *line, *value;

	*r = (struct release){ 0 };
	for (line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		if (*line == '-') {
			if (ours)
				break;
			*r = (struct release){ 0 };
		}
		line += strspn(line, " -");
		if ((value = value_of(line, "flavor")) != NULL)
			ours = strcmp(value, flavor) == 0;
		else if ((value = value_of(line, "version")) != NULL)
			r->version = value;
		else if ((value = value_of(line, "file")) != NULL)
			r->file = value;
		else if ((value = value_of(line, "sha256")) != NULL)
			r->digest = value;
	}
	return ours ? check(r, flavor, f)
	            : fail(f, 0, "%s: not among the releases", flavor);
}
