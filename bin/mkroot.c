/* SPDX-License-Identifier: ISC */
/*
 * mkroot - make a root directory, and begin a jail's description with it
 *
 * This file reads the command line; lib/mkroot.c makes the root.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "catalog.h"
#include "description.h"
#include "fail.h"
#include "jail.h"
#include "layer.h"
#include "mkroot.h"
#include "number.h"
#include "packer.h"
#include "tool.h"

static const char synopsis[] = "[-n] [--digest] [--strict] [--max-size=SIZE] "
			       "TEMPLATE [dir=PATH] [digest=sha256:HEX] "
			       "[ro | scratch] [-- COMMAND ...] | -l";

static const struct option options[] = {
	{ "digest", no_argument, NULL, 'd' },
	{ "help", no_argument, NULL, 'h' },
	{ "max-size", required_argument, NULL, 'm' },
	{ "strict", no_argument, NULL, 's' },
	{ 0 },
};

static void
say(const char *line)
{
	tool_say("%s", line);
}

static void
print_template(const char *name, const char *summary)
{
	printf("%-12s %s\n", name, summary);
}

static int
list_templates(void)
{
	struct fail why;
	int result = catalog_list(print_template, &why);

	if (fflush(stdout) == EOF)
		result = fail(&why, 0, "write the list of templates");
	if (result < 0)
		tool_die(&why);
	return 0;
}

static void
print_description(const struct root *root)
{
	struct fail why;

	fputs("jail 1\nmkroot", stdout);
	root_print(root, stdout);
	fputc('\n', stdout);
	if (description_end(stdout, &why) < 0)
		tool_die(&why);
}

/* The root alone: a chroot(2) of 1979, or an overlay and a pivot_root(2). */
static int
run_in_root(const struct root *root, char **command)
{
	static struct jail jail; /* large */

	jail_init(&jail, true);
	jail.root.dir = root->dir;
	jail.root.mode = root->mode;
	return layer_run(&jail, command);
}

static uint64_t
read_size(const char *text)
{
	struct fail why;
	uint64_t size;

	if (number_read(text, strlen(text), number_bytes, INT64_MAX, &size) == 0
	    && size > 0)
		return size;
	fail(&why, 0,
	    "--max-size=%s: expected bytes, or a number with K, M, "
	    "G or T",
	    text);
	tool_die(&why);
}

int
main(int argc, char *argv[])
{
	char **command = tool_command(&argc, argv);
	static struct mkroot_made made;
	struct mkroot_request request = { .say = say };
	bool digest = false;
	struct fail why;
	int option;

	request.progress = isatty(STDERR_FILENO);
	while ((option = getopt_long(argc, argv, "+hln", options, NULL)) != -1)
		switch (option) {
		case 'l':
			return list_templates();
		case 'n': /* it always starts a description */
			break;
		case 'd':
			digest = true;
			break;
		case 'm':
			request.max_size = read_size(optarg);
			break;
		case 's':
			request.strict = true;
			break;
		default:
			tool_usage(synopsis);
		}
	if (optind == argc || (command != NULL && command[0] == NULL)
	    || (command != NULL && digest))
		tool_usage(synopsis);
	for (; optind < argc; optind++)
		if (mkroot_add(&request, argv[optind], &why) < 0)
			tool_die(&why);
	if (request.words.from == NULL && request.dir == NULL)
		tool_usage(synopsis);

	if (mkroot_make(&request, &made, &why) < 0
	    || (digest && packer_become(made.dir, "digest", &why) < 0))
		tool_die(&why);
	if (command != NULL)
		return run_in_root(&made.root, command);
	print_description(&made.root);
	return 0;
}
