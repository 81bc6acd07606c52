/* SPDX-License-Identifier: ISC */
/* imageconfig.c - see imageconfig.h */
#include "imageconfig.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "fail.h"
#include "oci.h"
#include "scope.h"

static int
no_memory(struct fail *f)
{
	return fail(f, ENOMEM, "describe the image");
}

int
imageconfig_init(struct imageconfig *c, struct fail *f)
{
	*c = (struct imageconfig){ .config = json_object() };
	return c->config == NULL ? no_memory(f) : 0;
}

void
imageconfig_free(struct imageconfig *c)
{
	json_decref(c->config);
	c->config = NULL;
}

/* The member of that name, which is made if it is not there. */
static json_t *
member(struct imageconfig *c, const char *name, json_t *(*make)(void))
{
	json_t *found = json_object_get(c->config, name);

	if (found != NULL)
		return found;
	if ((found = make()) != NULL
	    && json_object_set_new(c->config, name, found) < 0)
		return NULL;
	return found;
}

static int
add_word(struct imageconfig *c, const char *list, const char *word,
    struct fail *f)
{
	json_t *words = member(c, list, json_array);

	if (words == NULL
	    || json_array_append_new(words, json_string(word)) < 0)
		return no_memory(f);
	return 0;
}

/* Whoever reads the list takes the first or the last of two: have one. */
static int
add_variable(struct imageconfig *c, const char *list, const char *word,
    struct fail *f)
{
	size_t length = strcspn(word, "=") + 1, n;
	json_t *old;

	if (length < 2 || word[length - 1] != '=')
		return fail(f, 0, "env=%s: expected env=NAME=VALUE", word);
	json_array_foreach(json_object_get(c->config, list), n,
	    old) if (strncmp(json_string_value(old), word, length)
		     == 0) return json_string_set(old, word)
		< 0
	    ? no_memory(f)
	    : 0;
	return add_word(c, list, word, f);
}

static int
add_label(struct imageconfig *c, const char *list, const char *word,
    struct fail *f)
{
	json_t *labels = member(c, list, json_object);
	autofree char *key = strdup(word);
	char *value = key;

	if (labels == NULL || key == NULL)
		return no_memory(f);
	strsep(&value, "=");
	if (*key == '\0' || value == NULL)
		return fail(f, 0, "label=%s: expected label=KEY=VALUE", word);
	if (json_object_set_new(labels, key, json_string(value)) < 0)
		return no_memory(f);
	return 0;
}

static int
set_user(struct imageconfig *c, const char *name, const char *word,
    struct fail *f)
{
	if (*word == '\0' || *word == ':')
		return fail(f, 0, "user=%s: expected user=USER[:GROUP]", word);
	if (json_object_set_new(c->config, name, json_string(word)) < 0)
		return no_memory(f);
	return 0;
}

static int
set_directory(struct imageconfig *c, const char *name, const char *word,
    struct fail *f)
{
	if (*word != '/')
		return fail(f, 0, "cwd=%s: not an absolute path", word);
	if (json_object_set_new(c->config, name, json_string(word)) < 0)
		return no_memory(f);
	return 0;
}

/* As annotations.md has it. */
static int
set_tag(struct imageconfig *c, const char *name, const char *word,
    struct fail *f)
{
	static const char may[] = "-._:@/+abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

	(void)name;
	c->tag = word;
	if (strchr("-._:@/+", *word) == NULL && word[strspn(word, may)] == '\0')
		return 0;
	return fail(f, 0, "tag=%s: not the name of an image", word);
}

static int
set_arch(struct imageconfig *c, const char *name, const char *word,
    struct fail *f)
{
	(void)name;
	c->arch = word;
	return *word != '\0' ? 0 : fail(f, 0, "arch=: expected a name");
}

static const struct setting {
	const char *word, *name;
	int (*take)(struct imageconfig *c, const char *name, const char *word,
	    struct fail *f);
} settings[] = {
	{ "arch", NULL, set_arch },
	{ "cmd", "Cmd", add_word },
	{ "cwd", "WorkingDir", set_directory },
	{ "entrypoint", "Entrypoint", add_word },
	{ "env", "Env", add_variable },
	{ "label", "Labels", add_label },
	{ "tag", NULL, set_tag },
	{ "user", "User", set_user },
};

int
imageconfig_add(struct imageconfig *c, const char *word, struct fail *f)
{
	size_t length = strcspn(word, "=");
	json_t *text = json_string(word);

	if (text == NULL)
		return fail(f, 0, "%s: not UTF-8, as all of an image is", word);
	json_decref(text);
	for (size_t n = 0; n < COUNT(settings) && word[length] == '='; n++)
		if (strlen(settings[n].word) == length
		    && strncmp(settings[n].word, word, length) == 0)
			return settings[n].take(c, settings[n].name,
			    word + length + 1, f);
	return fail(f, 0, "%s: no such word for an image", word);
}

/* RFC 3339, in UTC. */
static int
set_created(json_t *image, int64_t created)
{
	time_t seconds = (time_t)created;
	struct tm parts;
	char text[64];

	if (created == INT64_MAX)
		return 0;
	if (gmtime_r(&seconds, &parts) == NULL
	    || strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
		return -1;
	return json_object_set_new(image, "created", json_string(text));
}

/* NULL: no memory. */
static json_t *
list_digests(const char *const diff_ids[], int count)
{
	json_t *list = json_array();

	for (int n = 0; n < count && list != NULL; n++)
		if (json_array_append_new(list,
			json_sprintf("sha256:%s", diff_ids[n]))
		    < 0) {
			json_decref(list);
			list = NULL;
		}
	return list;
}

json_t *
imageconfig_json(const struct imageconfig *c, const char *const diff_ids[],
    int count, int64_t created, struct fail *f)
{
	const char *arch = c->arch != NULL ? c->arch : oci_architecture();
	json_t *image;

	if (arch == NULL) {
		fail(f, 0, "this machine has no name in an image");
		fail_hint(f, "say arch=NAME");
		return NULL;
	}
	image = json_pack("{s:s, s:s, s:O, s:{s:s, s:o}}", "architecture", arch,
	    "os", "linux", "config", c->config, "rootfs", "type", "layers",
	    "diff_ids", list_digests(diff_ids, count));
	if (image != NULL && set_created(image, created) == 0)
		return image;
	json_decref(image);
	no_memory(f);
	return NULL;
}
