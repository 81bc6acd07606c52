/* SPDX-License-Identifier: ISC */
/* template.c - fuzz target: no template, however broken, may crash mkroot */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whether a path that the parser let through could leave the root. */
static void
check_path(const char *path)
{
	if (*path == '\0' || *path == '/')
		abort();
	for (; *path != '\0'; path += strspn(path, "/")) {
		size_t length = strcspn(path, "/");

		if (length == 2 && memcmp(path, "..", 2) == 0)
			abort();
		path += length;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct template t;
	struct fail why;

	if (template_parse((const char *)data, size, &t, &why) < 0)
		return 0;
	for (size_t n = 0; n < t.step_count; n++)
		check_path(t.steps[n].path);
	for (size_t n = 0; n < t.archive_count; n++)
		if (strlen(t.archives[n].digest) != 64)
			abort();
	/* These become words of apt and of its lists. */
	if (t.suite != NULL
	    && (*t.suite == '-' || strpbrk(t.suite, " \t;$'\"[]/") != NULL
		|| t.keyring == NULL || *t.keyring != '/'
		|| strpbrk(t.keyring, " \t;$'\"[]") != NULL
		|| t.mirror == NULL))
		abort();
	for (size_t n = 0; n < t.mask_count; n++)
		if (strchr("~/", *t.masks[n]) == NULL
		    || strstr(t.masks[n], "/..") != NULL)
			abort();
	(void)template_choose(&t, "3", "x86_64", &why);
	template_free(&t);
	return 0;
}
