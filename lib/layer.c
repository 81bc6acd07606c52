/* SPDX-License-Identifier: ISC */
/* layer.c - see layer.h */
#include "layer.h"

#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "description.h"
#include "environment.h"
#include "fail.h"
#include "jail.h"
#include "tool.h"

static int
filter(const struct jail *jail, const char *tool, bool fresh)
{
	struct description d;
	struct fail why;

	if (!fresh && isatty(STDIN_FILENO)) {
		fail(&why, 0, "standard input is a terminal");
		fail_hint(&why,
		    "a description comes down a pipe (mkroot alpine | %s ...); "
		    "-n starts a new one; -- runs a command",
		    tool);
		tool_die(&why);
	}
	/* All of it is read and checked before a byte is written. */
	if ((fresh ? description_new(&d, &why)
		   : description_read(STDIN_FILENO, &d, &why))
	    < 0)
		tool_die(&why);
	description_copy(&d, stdout);
	fputs(tool, stdout);
	jail_print(jail, tool, stdout);
	fputc('\n', stdout);
	if (description_end(stdout, &why) < 0)
		tool_die(&why);
	description_free(&d);
	return 0;
}

int
layer_run(struct jail *jail, char *command[])
{
	static struct environment environment;
	struct fail why;
	int status;

	if (jail_is_contained(jail)) {
		environment_default(&environment, true);
		jail->environment = environment.list;
	}
	if (jail_settle(jail, &why) < 0
	    || (status = jail_run(jail, command, &why)) < 0) {
		tool_retry(&why, NULL, NULL, NULL);
		tool_die(&why);
	}
	return status;
}

int
layer_main(int argc, char *argv[], const char *tool, const char *synopsis)
{
	char **command = tool_command(&argc, argv);
	bool fresh = false;
	static struct jail jail; /* large */
	struct fail why;
	int option;

	while ((option = getopt(argc, argv, "+n")) != -1) {
		if (option != 'n')
			tool_usage(synopsis);
		fresh = true;
	}
	if (optind == argc || (command != NULL && command[0] == NULL))
		tool_usage(synopsis);
	jail_init(&jail, true);
	for (int i = optind; i < argc; i++)
		if (jail_add(&jail, tool, argv[i], &why) < 0)
			tool_die(&why);
	return command != NULL ? layer_run(&jail, command)
	                       : filter(&jail, tool, fresh);
}
