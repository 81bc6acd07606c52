/* SPDX-License-Identifier: ISC */
/* layer.c - see layer.h */
#include "layer.h"

#include <stdio.h>
#include <unistd.h>

#include "description.h"
#include "environment.h"
#include "fail.h"
#include "jail.h"
#include "status.h"
#include "tool.h"

static int
filter(struct jail *jail, const char *tool, bool fresh)
{
	char line[256];
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
	if (jail_gives_up(jail, line, sizeof line, &why) < 0
	    || (fresh ? description_new(&d, &why)
		      : description_read(STDIN_FILENO, &d, &why))
		   < 0)
		tool_die(&why);
	description_copy(&d, stdout);
	if (line[0] != '\0')
		printf("# %s: %s\n", tool, line);
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
	char line[256];
	int status;

	if (jail_is_contained(jail)) {
		environment_default(&environment, true);
		jail->environment = environment.list;
	}
	if (jail_gives_up(jail, line, sizeof line, &why) == 0
	    && line[0] != '\0')
		tool_say("%s", line);
	if (jail_settle(jail, &why) < 0
	    || (status = jail_run(jail, command, &why)) < 0) {
		tool_retry(&why, NULL, NULL, NULL);
		if (jail->report >= 0)
			status_failed(jail->report, &why);
		tool_die(&why);
	}
	return status;
}

/* What the options say, and the words, which are checked. */
struct request {
	bool fresh, best;
	const char *report, *learn;
	char **command;
	struct jail jail; /* large */
};

static void
parse(int argc, char *argv[], const struct layer_tool *tool, struct request *r)
{
	struct option options[6] = { TOOL_OPTIONS }, *last = options + 2;
	struct fail why;
	int option;

	if (tool->reports)
		*last++ =
		    (struct option){ "report", required_argument, NULL, 'r' };
	if (tool->learn != NULL)
		*last++ =
		    (struct option){ "learn", required_argument, NULL, 'l' };
	if (tool->has_best)
		*last++ =
		    (struct option){ "best-effort", no_argument, NULL, 'b' };
	r->command = tool_command(&argc, argv);
	while (
	    (option = getopt_long(argc, argv, "+n" TOOL_LETTERS, options, NULL))
	    != -1) {
		if (option == 'n')
			r->fresh = true;
		else if (option == 'r')
			r->report = optarg;
		else if (option == 'l')
			r->learn = optarg;
		else if (option == 'b')
			r->best = true;
		else
			tool_option(option, tool->synopsis);
	}
	/* What is to be learned is not said, and the other way round. */
	if ((optind == argc) != (r->learn != NULL)
	    || (r->command != NULL && r->command[0] == NULL)
	    || (r->command == NULL && (r->report != NULL || r->learn != NULL)))
		tool_usage(tool->synopsis);
	jail_init(&r->jail, true);
	for (int i = optind; i < argc; i++)
		if (jail_add(&r->jail, tool->name, argv[i], &why) < 0)
			tool_die(&why);
	if (r->best && jail_add(&r->jail, tool->name, "best-effort", &why) < 0)
		tool_die(&why);
	if (r->report != NULL
	    && (r->jail.report = status_open_report(r->report, &why)) < 0)
		tool_die(&why);
}

int
layer_main(int argc, char *argv[], const struct layer_tool *tool)
{
	static struct request r;
	struct fail why;

	int status;

	parse(argc, argv, tool, &r);
	if (r.learn != NULL) {
		if ((status = tool->learn(r.learn, r.command, &why)) < 0)
			tool_die(&why);
		return status;
	}
	if (r.command != NULL)
		return layer_run(&r.jail, r.command);
	if (r.jail.adjust.of == NULL)
		return filter(&r.jail, tool->name, r.fresh);
	if (r.fresh)
		tool_usage(tool->synopsis);
	if (adjust_apply(&r.jail, &why) < 0)
		tool_die(&why);
	return 0;
}
