/* SPDX-License-Identifier: ISC */
/*
 * jailexec - run a command in the jail that a description asks for
 *
 * Theory of operation: read and check the whole description first, and
 * only then start to change anything.  The safe defaults come first, the
 * description's words on top of them; lib/order.c knows the order in which
 * the layers are applied, lib/spawn.c the processes.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "description.h"
#include "environment.h"
#include "fail.h"
#include "input.h"
#include "jail.h"
#include "status.h"
#include "tool.h"

static const char synopsis[] =
    "[-eTvx] [-C DIRECTORY] [-E NAME[=VALUE]] [-f FILE] [-u [USER][:GROUP]] "
    "[--detach] [--keep=DIRECTORY] [--keep-fd=N] [--name=NAME] [--pid1] "
    "[--status-fd=N] "
    "[--timeout=DURATION[:GRACE]] [-- COMMAND [ARGUMENT ...]]";

/* What getopt_long(3) returns, beside the letters. */
enum {
	DETACH = 1,
	KEEP,
	KEEP_FD,
	NAME,
	PID1,
	STATUS_FD,
	TIMEOUT,
	OPTIONS = 128
};

static const struct option long_options[] = {
	{ "detach", no_argument, NULL, DETACH },
	{ "explain", no_argument, NULL, 'e' },
	{ "keep", required_argument, NULL, KEEP },
	{ "keep-fd", required_argument, NULL, KEEP_FD },
	{ "name", required_argument, NULL, NAME },
	{ "pid1", no_argument, NULL, PID1 },
	{ "status-fd", required_argument, NULL, STATUS_FD },
	{ "timeout", required_argument, NULL, TIMEOUT },
	TOOL_OPTIONS,
	{ NULL, 0, NULL, 0 },
};

static struct environment environment;

/* As they were given: the last of each, but all of those that add up. */
struct options {
	const char *text[OPTIONS]; /* "" without an argument, NULL: not given */
	char **variables, **kept;  /* room for as many as there are words */
	int variable_count, kept_count;
};

/* Most need no list, and who takes no memory starts faster. */
static void
add(char ***list, int *count, char *word, int room)
{
	if (*list == NULL)
		*list = calloc((size_t)room, sizeof **list);
	if (*list == NULL)
		tool_usage(synopsis);
	(*list)[(*count)++] = word;
}

static void
parse_options(int argc, char *argv[], struct options *o)
{
	struct fail why;
	int option;

	while ((option = getopt_long(argc, argv, "+C:E:ef:Tu:vx" TOOL_LETTERS,
		    long_options, NULL))
	       != -1) {
		if (option == '?' || option == 'h' || option == 'V')
			tool_option(option, synopsis);
		else if (option == 'E')
			add(&o->variables, &o->variable_count, optarg, argc);
		else if (option == KEEP_FD)
			add(&o->kept, &o->kept_count, optarg, argc);
		else
			o->text[option] = optarg != NULL ? optarg : "";
	}
	if (optind == argc)
		return;
	fail(&why, 0, "%s: it is no option", argv[optind]);
	fail_hint(&why, "a command comes behind --");
	tool_die(&why);
}

/* The one for status first: it is told what is wrong with the others. */
static int
apply_options(struct jail *jail, const struct options *o, struct fail *f)
{
	const char *const *text = o->text;
	int fd;

	jail_init(jail, text['x'] != NULL);
	jail->directory = text['C'];
	jail->trace = text['v'] != NULL ? STDERR_FILENO : -1;
	jail->is_bare = text[PID1] != NULL;
	jail->detached = text[DETACH] != NULL;
	jail->shares_terminal = text['T'] != NULL;
	jail->keep.dir = text[KEEP];
	if (text[STATUS_FD] != NULL
	    && (descriptor_parse("--status-fd", text[STATUS_FD], &fd, f) < 0
		|| (jail->status = status_open(fd, f)) < 0))
		return -1;
	for (int n = 0; n < o->kept_count; n++)
		if (descriptor_parse("--keep-fd", o->kept[n], &fd, f) < 0
		    || descriptors_keep(&jail->kept, fd, f) < 0)
			return -1;
	if (text[TIMEOUT] != NULL
	    && timeout_parse(&jail->timeouts.of[TIMEOUT_OPTION], text[TIMEOUT],
		   f)
		   < 0)
		return -1;
	if (text[NAME] != NULL
	    && running_parse(&jail->running, text[NAME], f) < 0)
		return -1;
	return 0;
}

/* Behind the words of the description, which it replaces. */
static int
apply_user(struct jail *jail, const struct options *o, struct fail *f)
{
	if (o->text['u'] == NULL)
		return 0;
	return credential_parse(&jail->credential, o->text['u'], f);
}

static int
set_environment(struct jail *jail, const struct options *o, struct fail *f)
{
	const struct credential *c = &jail->credential;

	if (jail_is_contained(jail)) {
		environment_default(&environment, c->uid == 0);
		if (c->user[0] != '\0')
			jail->home = environment_name(&environment, c->user);
	} else if (environment_inherit(&environment, f) < 0) {
		return -1;
	}
	for (int n = 0; n < jail->root.launch.env_count; n++)
		if (environment_add(&environment,
			(char *)jail->root.launch.env[n], f)
		    < 0)
			return -1;
	for (int n = 0; n < o->variable_count; n++)
		if (environment_add(&environment, o->variables[n], f) < 0)
			return -1;
	jail->environment = environment.list;
	return 0;
}

/* What an image says of its program, where nobody has said anything else. */
static int
apply_launch(struct jail *jail, const struct options *o, char **command[],
    struct fail *f)
{
	struct launch *l = &jail->root.launch;
	struct credential *c = &jail->credential;

	if (*command == NULL && l->cmd_count == 0)
		return fail(f, 0, "no command: say which, behind --");
	if (*command == NULL)
		*command = (char **)l->cmd;
	if (jail->directory == NULL)
		jail->directory = l->cwd;
	if (l->user == NULL || o->text['u'] != NULL
	    || ((c->has_user || c->has_group) && !c->is_default))
		return 0;
	return credential_parse(c, l->user, f) < 0
	           ? fail_prefix(f, "user=%s: ", l->user)
	           : 0;
}

/* What comes behind the words of the description. */
static int
complete(struct jail *jail, const struct options *o, char **command[],
    struct fail *f)
{
	char line[256];

	if (apply_user(jail, o, f) < 0 || apply_launch(jail, o, command, f) < 0
	    || jail_gives_up(jail, line, sizeof line, f) < 0)
		return -1;
	if (line[0] != '\0')
		tool_say("%s", line);
	return jail_settle(jail, f) < 0 ? -1 : set_environment(jail, o, f);
}

/* No description comes from a terminal, nor from /dev/null. */
static bool
may_bring_command(void)
{
	struct stat st;

	return fstat(STDIN_FILENO, &st) == 0 && !S_ISCHR(st.st_mode);
}

int
main(int argc, char *argv[])
{
	char **command = tool_command(&argc, argv);
	static struct options o;
	static struct jail jail; /* large */
	static struct description d;
	struct fail why;
	int status;

	parse_options(argc, argv, &o);
	/* An image knows its command, and comes down a pipe or in a file. */
	if (command != NULL ? command[0] == NULL
			    : o.text['f'] == NULL && !may_bring_command())
		tool_usage(synopsis);
	if (apply_options(&jail, &o, &why) < 0
	    || input_read(o.text['f'], &d, &why) < 0
	    || jail_read(&jail, &d, &why) < 0
	    || complete(&jail, &o, &command, &why) < 0
	    || (status = o.text['e'] != NULL ? jail_explain(&jail, stdout, &why)
	                                     : jail_run(&jail, command, &why))
		   < 0) {
		tool_retry(&why, &d, o.text['f'], o.text[STATUS_FD]);
		if (jail.status >= 0)
			status_failed(jail.status, &why);
		tool_die(&why);
	}
	return status;
}
