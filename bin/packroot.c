/* SPDX-License-Identifier: ISC */
/*
 * packroot - write a root as one portable file
 *
 * This file finds the root; libexec/rungs/packroot-write, which links
 * libarchive, writes it.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "description.h"
#include "fail.h"
#include "input.h"
#include "jail.h"
#include "packer.h"
#include "scope.h"
#include "tool.h"

static const char synopsis[] =
    "[-f FILE] [-o DIRECTORY] FORMAT [{dir | kept | layer}=PATH] [WORD ...]";

enum { USER = sizeof "user=:" + 2 * PASSWD_NAME };

/* For an image: what droppriv's words say, or "". */
static void
name_user(const struct credential *c, char user[USER])
{
	int used;

	user[0] = '\0';
	if (!c->has_user)
		return;
	used = c->user[0] != '\0'
	           ? snprintf(user, USER, "user=%s", c->user)
	           : snprintf(user, USER, "user=%" PRIu32, c->uid);
	if (c->has_group && c->group[0] != '\0')
		snprintf(user + used, USER - (size_t)used, ":%s", c->group);
	else if (c->has_group || c->user[0] == '\0')
		snprintf(user + used, USER - (size_t)used, ":%" PRIu32, c->gid);
}

/* Add "NAME=TEXT", which is there until another program takes its place. */
static int
add_text(struct packer *p, const char *name, const char *text, struct fail *f)
{
	char *word;

	if (text == NULL)
		return 0;
	if (asprintf(&word, "%s=%s", name, text) < 0)
		return fail(f, ENOMEM, "describe the image");
	return packer_add(p, word, f);
}

/* What the image that the root came from says of its program. */
static int
add_launch(struct packer *p, const struct launch *l, const char *user,
    struct fail *f)
{
	for (int n = 0; n < l->env_count; n++)
		if (add_text(p, "env", l->env[n], f) < 0)
			return -1;
	for (int n = 0; n < l->cmd_count; n++)
		if (add_text(p, "cmd", l->cmd[n], f) < 0)
			return -1;
	if (add_text(p, "cwd", l->cwd, f) < 0)
		return -1;
	return *user != '\0' ? packer_add(p, user, f)
	                     : add_text(p, "user", l->user, f);
}

/* The tree that a description begins with: a file's, or standard input. */
static const char *
read_root(const char *file, char user[USER], struct launch *launch,
    struct fail *f)
{
	static struct description d; /* the words point into it */
	static struct jail jail;     /* large */

	jail_init(&jail, true);
	if (input_read(file, &d, f) < 0 || jail_read(&jail, &d, f) < 0)
		return NULL;
	if (jail.root.dir == NULL)
		fail(f, 0, "no root: start with mkroot");
	name_user(&jail.credential, user);
	*launch = jail.root.launch;
	return jail.root.dir;
}

/* Take what says where the tree is out of the words, the last one NULL. */
static const char *
take_dir(char *words[], const char **how)
{
	static const struct place {
		const char *word, *how;
	} places[] = { { "dir=", NULL }, { "kept=", "-k" },
		{ "layer=", "-l" } };
	const char *dir = NULL;
	int kept = 0;

	for (int n = 0; words[n] != NULL; n++) {
		size_t k = 0;

		while (
		    k < COUNT(places)
		    && strncmp(words[n], places[k].word, strlen(places[k].word))
			   != 0)
			k++;
		if (k == COUNT(places)) {
			words[kept++] = words[n];
			continue;
		}
		if (dir != NULL)
			tool_usage(synopsis);
		*how = places[k].how;
		dir = strchr(words[n], '=') + 1;
	}
	words[kept] = NULL;
	return dir;
}

/* What was kept knows the image that its root came from. */
static int
read_origin(const char *dir, struct launch *launch, struct fail *f)
{
	char origin[PATH_MAX], user[USER];

	if (snprintf(origin, sizeof origin, "%s/origin", dir) >= PATH_MAX)
		return fail(f, ENAMETOOLONG, "%s", dir);
	/* Who writes it says what is wrong with it. */
	if (access(origin, R_OK) < 0)
		return 0;
	return read_root(origin, user, launch, f) == NULL ? -1 : 0;
}

/* What the caller says of an image stands behind what the description does. */
static int
become(const char *file, const char *to, char *words[], struct fail *f)
{
	struct packer p = { .words = { words[0] }, .count = 1, .to = to };
	const char *dir = take_dir(words + 1, &p.how);
	bool is_image = strncmp(words[0], "oci", 3) == 0
	                || strncmp(words[0], "docker", 6) == 0;
	struct launch launch = { .env_count = 0 };
	char user[USER] = "";

	if (dir != NULL && file != NULL)
		tool_usage(synopsis);
	if (dir == NULL && (dir = read_root(file, user, &launch, f)) == NULL)
		return -1;
	if (is_image && p.how != NULL && read_origin(dir, &launch, f) < 0)
		return -1;
	/* A command that the caller says replaces the image's. */
	for (int n = 1; words[n] != NULL; n++)
		if (strncmp(words[n], "cmd=", 4) == 0
		    || strncmp(words[n], "entrypoint=", 11) == 0)
			launch.cmd_count = 0;
	if (is_image && add_launch(&p, &launch, user, f) < 0)
		return -1;
	for (int n = 1; words[n] != NULL; n++)
		if (packer_add(&p, words[n], f) < 0)
			return -1;
	return packer_become(&p, dir, f);
}

int
main(int argc, char *argv[])
{
	static const struct option options[] = { TOOL_OPTIONS,
		{ NULL, 0, NULL, 0 } };
	char **command = tool_command(&argc, argv);
	const char *file = NULL, *to = NULL;
	struct fail why;
	int option;

	while ((option = getopt_long(argc, argv, "+f:o:" TOOL_LETTERS, options,
		    NULL))
	       != -1)
		if (option == 'f')
			file = optarg;
		else if (option == 'o')
			to = optarg;
		else
			tool_option(option, synopsis);
	argv += optind;
	if (command != NULL || argv[0] == NULL)
		tool_usage(synopsis);
	if (to == NULL && strcmp(argv[0], "digest") != 0
	    && isatty(STDOUT_FILENO)) {
		fail(&why, 0, "an archive is not for a terminal");
		fail_hint(&why, "packroot %s > FILE", argv[0]);
	} else {
		(void)become(file, to, argv, &why);
	}
	tool_die(&why);
}
