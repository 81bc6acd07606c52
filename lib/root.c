/* SPDX-License-Identifier: ISC */
/* root.c - see root.h */
#include "root.h"

#include <stdbool.h>
#include <string.h>

#include "description.h"
#include "fail.h"

static bool
is_digest(const char *text)
{
	static const char kind[] = "sha256:";

	if (strncmp(text, kind, strlen(kind)) != 0)
		return false;
	text += strlen(kind);
	return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

int
root_add(void *layer, const char *word, struct fail *f)
{
	struct root *root = layer;

	if (strncmp(word, "from=", 5) == 0 && word[5] != '\0') {
		root->from = word + 5;
	} else if (strncmp(word, "digest=", 7) == 0) {
		if (!is_digest(word + 7))
			return fail(f, 0,
			    "%s: expected digest=sha256: and 64 hex digits",
			    word);
		root->digest = word + 7;
	} else if (strncmp(word, "dir=", 4) == 0) {
		if (word[4] != '/')
			return fail(f, 0, "%s: not an absolute path", word);
		root->dir = word + 4;
	} else if (strcmp(word, "scratch") == 0) {
		root->mode = ROOT_SCRATCH;
	} else if (strcmp(word, "ro") == 0) {
		root->mode = ROOT_READONLY;
	} else if (strcmp(word, "none") == 0) {
		*root = (struct root){ 0 };
	} else {
		return fail(f, 0, "%s: no such word", word);
	}
	return 1;
}

static void
print_word(const char *name, const char *value, FILE *out)
{
	if (value == NULL)
		return;
	fprintf(out, " %s=", name);
	description_escape(value, out);
}

void
root_print(const void *layer, FILE *out)
{
	const struct root *root = layer;

	print_word("from", root->from, out);
	print_word("digest", root->digest, out);
	print_word("dir", root->dir, out);
	if (root->mode == ROOT_SCRATCH)
		fputs(" scratch", out);
	else if (root->mode == ROOT_READONLY)
		fputs(" ro", out);
}
