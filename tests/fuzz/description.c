/* SPDX-License-Identifier: ISC */
/*
 * description.c - fuzz target: no text may crash what reads descriptions,
 * and what a layer prints it must read again as the same
 */
#include <stddef.h>
#include <sanitizer/lsan_interface.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "description.h"
#include "fail.h"
#include "jail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const tools[] = { "mkroot", "setlimit", "enterns" };

static char *
print(const struct jail *jail)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		abort();
	fputs("jail 1\n", out);
	for (size_t n = 0; n < sizeof tools / sizeof *tools; n++) {
		fputs(tools[n], out);
		jail_print(jail, tools[n], out);
		fputc('\n', out);
	}
	fputs("end\n", out);
	fclose(out);
	return text;
}

/* What a jail's words become lives as long as the tool, and is not freed. */
static int
read_jail(struct jail *jail, struct description *d)
{
	struct fail why;
	int result;

	__lsan_disable();
	memset(jail, 0, sizeof *jail);
	jail_init(jail, true);
	result = jail_read(jail, d, &why);
	__lsan_enable();
	return result;
}

/* Law 4, for every jail that can be said at all. */
static void
read_back(const struct jail *jail)
{
	char *first = print(jail), *second;
	struct description d;
	struct jail again;
	struct fail why;

	if (description_parse(first, strlen(first), &d, &why) < 0
	    || read_jail(&again, &d) < 0)
		abort();
	second = print(&again);
	if (strcmp(first, second) != 0)
		abort();
	description_free(&d);
	free(first);
	free(second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct description d;
	struct jail jail;
	struct fail why;

	if (description_parse((const char *)data, size, &d, &why) < 0)
		return 0;
	if (read_jail(&jail, &d) == 0)
		read_back(&jail);
	description_free(&d);
	return 0;
}
