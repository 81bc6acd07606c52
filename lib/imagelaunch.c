/* SPDX-License-Identifier: ISC */
/* imagelaunch.c - the part of imageread.h that is about the program */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "description.h"
#include "fail.h"
#include "imageread.h"
#include "launch.h"
#include "scope.h"

/* A word for each string of a list. */
static int
print_list(const json_t *list, const char *name, FILE *out, struct fail *f)
{
	const json_t *one;
	size_t n;

	if (list != NULL && !json_is_null(list) && !json_is_array(list))
		return fail(f, 0, "%s: not a list", name);
	if (json_array_size(list) > LAUNCH_WORDS)
		return fail(f, 0, "more than %d words of %s", LAUNCH_WORDS,
		    name);
	json_array_foreach(list, n, one)
	{
		if (!json_is_string(one))
			return fail(f, 0, "a word of %s that is no text", name);
		fprintf(out, " %s=", name);
		description_escape(json_string_value(one), out);
	}
	return 0;
}

/* A user that could not be read would be root. */
static int
print_text(const json_t *config, const char *member, const char *name,
    FILE *out, struct fail *f)
{
	const json_t *value = json_object_get(config, member);
	const char *text = json_string_value(value);

	if (value != NULL && !json_is_null(value) && text == NULL)
		return fail(f, 0, "%s: no text", name);
	if (text == NULL || *text == '\0')
		return 0;
	fprintf(out, " %s=", name);
	description_escape(text, out);
	return 0;
}

/* Entrypoint is the command, and Cmd its arguments, or the command itself. */
static int
print_all(const json_t *config, FILE *out, struct fail *f)
{
	if (config != NULL && !json_is_null(config) && !json_is_object(config))
		return fail(f, 0, "a configuration that is no object");
	fputs("jail 1\nmkroot", out);
	if (print_list(json_object_get(config, "Env"), "env", out, f) < 0
	    || print_list(json_object_get(config, "Entrypoint"), "cmd", out, f)
		   < 0
	    || print_list(json_object_get(config, "Cmd"), "cmd", out, f) < 0
	    || print_text(config, "WorkingDir", "cwd", out, f) < 0
	    || print_text(config, "User", "user", out, f) < 0)
		return -1;
	fputc('\n', out);
	return description_end(out, f);
}

int
imageread_launch(const struct imageread *r, int dir, const char *name,
    struct fail *f)
{
	const json_t *config = json_object_get(r->config, "config");
	int result,
	    fd = openat(dir, name,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	FILE *out;

	if (fd < 0 || (out = fdopen(fd, "w")) == NULL)
		return fail(f, errno, "%s: make", name);
	result = print_all(config, out, f);
	if (fclose(out) == EOF && result == 0)
		result = fail(f, errno, "%s: write", name);
	return result;
}
