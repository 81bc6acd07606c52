/* SPDX-License-Identifier: ISC */
/*
 * jailexec - run a command in the jail that a description asks for
 *
 * Theory of operation: read and check the whole description first, and
 * only then start to change anything.  The safe defaults come first, the
 * description's words on top of them; lib/jail.c knows the order in which
 * the layers are applied, lib/spawn.c the processes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "description.h"
#include "environment.h"
#include "fail.h"
#include "jail.h"
#include "tool.h"

static const char synopsis[] =
    "[-vx] [-C DIRECTORY] [-E NAME[=VALUE]] [-f FILE] [-u UID[:GID]] "
    "-- COMMAND [ARGUMENT ...]";

static struct environment environment;

struct options {
	const char *file, *user;
	char **variables; /* the words of -E, as many as "count" */
	int count;
};

static void
parse_options(int argc, char *argv[], struct jail *jail, struct options *o)
{
	bool exactly = false, verbose = false;
	const char *directory = NULL;
	int option;

	while ((option = getopt(argc, argv, "+C:E:f:u:vx")) != -1) {
		switch (option) {
		case 'C':
			directory = optarg;
			break;
		case 'E':
			o->variables[o->count++] = optarg;
			break;
		case 'f':
			o->file = optarg;
			break;
		case 'u':
			o->user = optarg;
			break;
		case 'v':
			verbose = true;
			break;
		case 'x':
			exactly = true;
			break;
		default:
			tool_usage(synopsis);
		}
	}
	if (optind != argc)
		tool_usage(synopsis);
	jail_init(jail, exactly);
	jail->directory = directory;
	jail->trace = verbose ? STDERR_FILENO : -1;
}

static int
read_file(const char *path, struct description *d, struct fail *f)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), result;

	if (fd < 0)
		return fail(f, errno, "%s: open the jail description", path);
	if ((result = description_read(fd, d, f)) < 0)
		fail_prefix(f, "%s: ", path);
	close(fd);
	return result;
}

/*
 * Read the description from standard input, and give the command something
 * else to read there: the terminal that the caller is on, or nothing.
 */
static int
read_input(struct description *d, struct fail *f)
{
	int fd;

	if (isatty(STDIN_FILENO)) {
		fail(f, 0, "standard input is a terminal");
		return fail_hint(f,
		    "a description comes down a pipe (mkroot alpine | "
		    "jailexec -- sh), or from a file with -f");
	}
	if (description_read(STDIN_FILENO, d, f) < 0)
		return -1;
	fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || dup2(fd, STDIN_FILENO) < 0)
		return fail(f, errno, "/dev/null: open it");
	if (fd != STDIN_FILENO)
		close(fd);
	return 0;
}

static int
set_environment(struct jail *jail, const struct options *o, struct fail *f)
{
	if (!jail->exactly)
		environment_default(&environment, jail->credential.uid == 0);
	else if (environment_inherit(&environment, f) < 0)
		return -1;
	for (int n = 0; n < o->count; n++)
		if (environment_add(&environment, o->variables[n], f) < 0)
			return -1;
	jail->environment = environment.list;
	return 0;
}

int
main(int argc, char *argv[])
{
	char **command = tool_command(&argc, argv);
	struct options o = { .variables =
				 calloc((size_t)argc, sizeof(char *)) };
	struct description d;
	static struct jail jail; /* large */
	struct fail why;
	int status;

	if (command == NULL || command[0] == NULL || o.variables == NULL)
		tool_usage(synopsis);
	parse_options(argc, argv, &jail, &o);
	if ((o.user != NULL
		&& credential_parse(&jail.credential, o.user, &why) < 0)
	    || (o.file != NULL ? read_file(o.file, &d, &why)
			       : read_input(&d, &why))
		   < 0
	    || jail_read(&jail, &d, &why) < 0 || jail_settle(&jail, &why) < 0
	    || set_environment(&jail, &o, &why) < 0
	    || (status = jail_run(&jail, command, &why)) < 0)
		tool_die(&why);
	description_free(&d);
	free(o.variables);
	return status;
}
