/* SPDX-License-Identifier: ISC */
/*
 * description.c - fuzz target: no text may crash what reads descriptions,
 * and what a layer prints it must read again as the same
 */
#include <sanitizer/allocator_interface.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "description.h"
#include "fail.h"
#include "jail.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const tools[] = { "mkroot", "setlimit", "enterns",
	"addmount", "droppriv", "lockpath", "denycall" };

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

/*
 * What a jail's words become lives as long as the tool, which frees none of
 * it.  It is written down here, so that hours of jails fit into memory.
 */
static const void *words[4096];
static size_t word_count;
static bool reading;

static void
note_word(const volatile void *word, size_t size)
{
	(void)size;
	if (!reading)
		return;
	if (word_count == sizeof words / sizeof *words)
		abort();
	words[word_count++] = (const void *)word;
}

static void
forget_word(const volatile void *word)
{
	for (size_t n = word_count; n-- > 0;)
		if (words[n] == word) {
			words[n] = words[--word_count];
			return;
		}
}

static void
free_words(void)
{
	while (word_count > 0)
		free((void *)words[word_count - 1]);
}

static int
read_jail(struct jail *jail, struct description *d)
{
	struct fail why;
	int result;

	reading = true;
	memset(jail, 0, sizeof *jail);
	jail_init(jail, true);
	result = jail_read(jail, d, &why);
	reading = false;
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
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	if (__sanitizer_install_malloc_and_free_hooks(note_word, forget_word)
	    == 0)
		abort();
	return 0;
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
	free_words();
	return 0;
}
