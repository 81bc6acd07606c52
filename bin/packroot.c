/* SPDX-License-Identifier: ISC */
/*
 * packroot - write a root as one portable file
 *
 * This file finds the root; libexec/rungs/packroot-write, which links
 * libarchive, writes it.
 */
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "description.h"
#include "fail.h"
#include "input.h"
#include "jail.h"
#include "packer.h"
#include "tool.h"

static const char synopsis[] = "[-f FILE] FORMAT [dir=PATH]";

/* The tree that a description begins with: a file's, or standard input. */
static const char *
read_root(const char *file, struct fail *f)
{
	static struct description d; /* the words point into it */
	static struct jail jail;     /* large */

	jail_init(&jail, true);
	if (input_read(file, &d, f) < 0 || jail_read(&jail, &d, f) < 0)
		return NULL;
	if (jail.root.dir == NULL)
		fail(f, 0, "no root: start with mkroot");
	return jail.root.dir;
}

int
main(int argc, char *argv[])
{
	char **command = tool_command(&argc, argv);
	const char *format, *dir, *file = NULL;
	struct fail why;
	int option;

	while ((option = getopt(argc, argv, "+f:")) != -1) {
		if (option != 'f')
			tool_usage(synopsis);
		file = optarg;
	}
	if (command != NULL || argc - optind < 1 || argc - optind > 2)
		tool_usage(synopsis);
	format = argv[optind];
	if (argc - optind == 1) {
		if ((dir = read_root(file, &why)) == NULL)
			tool_die(&why);
	} else if (file == NULL && strncmp(argv[optind + 1], "dir=", 4) == 0) {
		dir = argv[optind + 1] + 4;
	} else {
		tool_usage(synopsis);
	}
	if (strcmp(format, "digest") != 0 && isatty(STDOUT_FILENO)) {
		fail(&why, 0, "an archive is not for a terminal");
		fail_hint(&why, "packroot %s > FILE", format);
	} else {
		(void)packer_become(dir, format, &why);
	}
	tool_die(&why);
}
