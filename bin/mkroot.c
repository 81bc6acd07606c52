/* SPDX-License-Identifier: ISC */
/*
 * mkroot - make a root directory, and begin a jail's description with it
 *
 * This file reads the command line; lib/mkroot.c makes the root.
 */
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "catalog.h"
#include "description.h"
#include "fail.h"
#include "mkroot.h"
#include "tool.h"

static const char synopsis[] =
    "[-n] [--strict] TEMPLATE [dir=PATH] [digest=sha256:HEX] [ro | scratch] "
    "[-- COMMAND ...] | -l";

static const struct option options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "list", no_argument, NULL, 'l' },
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

/* A file of ours must never take the place of a missing standard one. */
static void
keep_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
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

/* TODO: become the command, with this root as its layer. */
static _Noreturn void
run_in_root(const struct root *root, char **command)
{
	struct fail why;

	(void)root;
	fail(&why, 0, "%s: running a command is not there yet", command[0]);
	tool_die(&why);
}

int
main(int argc, char *argv[])
{
	char **command = tool_command(&argc, argv);
	static struct mkroot_made made;
	struct mkroot_request request = { .say = say };
	struct fail why;
	int option;

	keep_standard_descriptors();
	request.progress = isatty(STDERR_FILENO);
	while ((option = getopt_long(argc, argv, "+hln", options, NULL)) != -1)
		switch (option) {
		case 'l':
			return list_templates();
		case 'n': /* it always starts a description */
			break;
		case 's':
			request.strict = true;
			break;
		default:
			tool_usage(synopsis);
		}
	if (optind == argc || (command != NULL && command[0] == NULL))
		tool_usage(synopsis);
	for (; optind < argc; optind++)
		if (mkroot_add(&request, argv[optind], &why) < 0)
			tool_die(&why);
	if (request.words.from == NULL && request.dir == NULL)
		tool_usage(synopsis);

	if (mkroot_make(&request, &made, &why) < 0)
		tool_die(&why);
	if (command != NULL)
		run_in_root(&made.root, command);
	print_description(&made.root);
	return 0;
}
