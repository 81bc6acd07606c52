/* SPDX-License-Identifier: ISC */
/* secret.c - see secret.h */
#include "secret.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fail.h"
#include "template.h"

/* Whether path is below, or is, one that is hidden. */
static bool
is_hidden(const struct secrets *s, const char *path)
{
	for (size_t n = 0; n < s->count; n++) {
		size_t length = strlen(s->paths[n]);

		if (strncmp(path, s->paths[n], length) == 0
		    && (path[length] == '\0' || path[length] == '/'))
			return true;
	}
	return false;
}

/* Where the mask is in the root; false: it is nowhere. */
static bool
place(const char *mask, char path[PATH_MAX])
{
	const char *home = getenv("HOME");

	if (*mask != '~')
		return snprintf(path, PATH_MAX, "%s", mask) < PATH_MAX;
	if (home == NULL || *home != '/')
		return false;
	return snprintf(path, PATH_MAX, "%s%s", home, mask + 1) < PATH_MAX;
}

int
secrets_find(struct secrets *s, const struct template *t, const char *root,
    struct fail *f)
{
	char path[PATH_MAX], there[2 * PATH_MAX];
	struct stat st;

	for (size_t n = 0; n < t->mask_count; n++) {
		if (!place(t->masks[n], path))
			continue;
		snprintf(there, sizeof there, "%s%s", root, path);
		if (is_hidden(s, path) || stat(there, &st) < 0)
			continue;
		if (s->count == SECRETS)
			return fail(f, 0, "more than %d masks", SECRETS);
		if ((s->paths[s->count] = strdup(path)) == NULL)
			return fail(f, errno, "memory for masks");
		s->count++;
	}
	return 0;
}
