/* SPDX-License-Identifier: ISC */
/* imagelaunch.c - the part of imageread.h that is about the program */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "description.h"
#include "fail.h"
#include "imageread.h"
#include "launch.h"
#include "number.h"
#include "passwd.h"
#include "scope.h"

/* What no line of a description can hold is refused by name here. */
static int
print_word(const char *member, const char *name, const char *text, FILE *out,
    struct fail *f)
{
	for (const char *c = text; *c != '\0'; c++)
		if (((unsigned char)*c < ' ' && *c != '\t' && *c != '\n')
		    || *c == 127)
			return fail(f, 0, "its %s '%.80s' has a control byte",
			    member, text);
	fprintf(out, " %s=", name);
	description_escape(text, out);
	return 0;
}

/*
 * Some take the caller's own value for a variable without one: whoever makes
 * an image would say which secrets it gets.
 */
static int
check_variable(const char *text, struct fail *f)
{
	if (*text != '=' && strchr(text, '=') != NULL)
		return 0;
	fail(f, 0, "its Env has '%.80s', which is not NAME=VALUE", text);
	return fail_hint(f, "umoci config --clear=config.env "
			    "--config.env=NAME=VALUE mends an image layout");
}

/* A word for each string of a list. */
static int
print_list(const json_t *config, const char *member, const char *name,
    FILE *out, struct fail *f)
{
	const json_t *list = json_object_get(config, member), *one;
	const char *text;
	size_t n;

	if (list != NULL && !json_is_null(list) && !json_is_array(list))
		return fail(f, 0, "its %s is not a list", member);
	if (json_array_size(list) > LAUNCH_WORDS)
		return fail(f, 0, "its %s has more than %d words", member,
		    LAUNCH_WORDS);
	json_array_foreach(list, n, one)
	{
		if ((text = json_string_value(one)) == NULL)
			return fail(f, 0, "its %s has a word that is no text",
			    member);
		if ((strcmp(name, "env") == 0 && check_variable(text, f) < 0)
		    || print_word(member, name, text, out, f) < 0)
			return -1;
	}
	return 0;
}

/* The text of a member, "" if it has none.  NULL: it cannot be read. */
static const char *
text_of(const json_t *config, const char *member, struct fail *f)
{
	const json_t *value = json_object_get(config, member);

	if (value == NULL || json_is_null(value))
		return "";
	if (!json_is_string(value))
		fail(f, 0, "its %s is not a text", member);
	return json_string_value(value);
}

static int
print_directory(const json_t *config, FILE *out, struct fail *f)
{
	const char *text = text_of(config, "WorkingDir", f);

	if (text == NULL)
		return -1;
	if (*text == '\0' || *text == '/')
		return *text == '\0'
		           ? 0
		           : print_word("WorkingDir", "cwd", text, out, f);
	fail(f, 0, "its WorkingDir '%.80s' is not an absolute path", text);
	return fail_hint(f,
	    "umoci config --config.workingdir=/PATH mends an image layout");
}

/*
 * A user that could not be read would be root.  One that is a number alone has
 * the group that the image has for it, else 0: config.md, and what others do.
 */
static int
print_user(const json_t *config, int root, FILE *out, struct fail *f)
{
	const char *text = text_of(config, "User", f);
	struct passwd_user user = { .gid = 0 };
	uint64_t uid;

	if (text == NULL)
		return -1;
	if (*text == '\0')
		return 0;
	if (number_parse(text, UINT32_MAX - 1, &uid) < 0)
		return print_word("User", "user", text, out, f);
	if (passwd_find_number(root, " of the image", (uint32_t)uid, &user, f)
	    < 0)
		return -1;
	fprintf(out, " user=%" PRIu64 ":%" PRIu32, uid, user.gid);
	return 0;
}

/* Entrypoint is the command, and Cmd its arguments, or the command itself. */
static int
print_all(const json_t *config, int root, FILE *out, struct fail *f)
{
	if (config != NULL && !json_is_null(config) && !json_is_object(config))
		return fail(f, 0, "a configuration that is no object");
	fputs("jail 1\nmkroot", out);
	if (print_list(config, "Env", "env", out, f) < 0
	    || print_list(config, "Entrypoint", "cmd", out, f) < 0
	    || print_list(config, "Cmd", "cmd", out, f) < 0
	    || print_directory(config, out, f) < 0
	    || print_user(config, root, out, f) < 0)
		return -1;
	fputc('\n', out);
	return description_end(out, f);
}

int
imageread_launch(const struct imageread *r, int root, const char *name,
    struct fail *f)
{
	const json_t *config = json_object_get(r->config, "config");
	int result,
	    fd = openat(root, name,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	FILE *out;

	if (fd < 0 || (out = fdopen(fd, "w")) == NULL)
		return fail(f, errno, "%s: make", name);
	result = print_all(config, root, out, f);
	if (fclose(out) == EOF && result == 0)
		result = fail(f, errno, "%s: write", name);
	return result;
}
