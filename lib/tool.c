/* SPDX-License-Identifier: ISC */
/* tool.c - see tool.h */
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "again.h"
#include "fail.h"
#include "number.h"

#define RUNGS_VERSION "0.1"

/* What is opened later must not be taken for one of them. */
static void
open_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)!open("/dev/null", O_RDWR);
}

static void
go_on(int sig)
{
	(void)sig;
}

/*
 * A write beyond the caller's RLIMIT_FSIZE would end us without a word, and
 * nothing would be cleared up: setrlimit(2).  Of a signal that is caught, it
 * fails with EFBIG as of one that is ignored, but execve(2) gives it back to
 * the command as the caller had it, on every way there is to one.
 */
static void
outlive_large_files(void)
{
	struct sigaction caught = { .sa_handler = go_on,
		.sa_flags = SA_RESTART };
	struct sigaction before;

	if (sigaction(SIGXFSZ, &caught, &before) == 0
	    && before.sa_handler == SIG_IGN)
		sigaction(SIGXFSZ, &before, NULL);
}

/* As they were: the "--" is cut out in the course of things. */
static struct {
	char **list;
	int count, cut;
} arguments;

char **
tool_command(int *argc, char *argv[])
{
	struct fail why;

	open_streams();
	outlive_large_files();
	if (again_begin(*argc, argv, &why) < 0)
		tool_die(&why);
	/* What getopt(3) complains in the name of. */
	argv[0] = program_invocation_short_name;
	arguments.list = argv;
	arguments.count = *argc;
	for (int i = 1; i < *argc; i++) {
		if (strcmp(argv[i], "--") != 0)
			continue;
		*argc = arguments.cut = i;
		argv[i] = NULL;
		return &argv[i + 1];
	}
	return NULL;
}

void
tool_die(const struct fail *f)
{
	fprintf(stderr, "%s: %s\n", program_invocation_short_name, f->text);
	if (f->hint[0] != '\0')
		fprintf(stderr, "%s: %s\n", program_invocation_short_name,
		    f->hint);
	exit(f->status);
}

void
tool_retry(const struct fail *f, const struct description *d, const char *file,
    const char *status)
{
	static char dashes[] = "--";
	struct fail why;
	uint64_t fd;

	if (!f->undelegated || !again_is_possible() || !again_hand_on(d, file))
		return;
	if (status != NULL && number_parse(status, INT_MAX, &fd) == 0)
		(void)fcntl((int)fd, F_SETFD, 0);
	tool_say("%s: asking systemd-run for one", f->text);
	if (arguments.cut > 0)
		arguments.list[arguments.cut] = dashes;
	(void)again_run(arguments.count, arguments.list, &why);
	tool_die(&why);
}

static void
print_usage(FILE *out, const char *synopsis)
{
	fprintf(out, "usage: %s %s\n", program_invocation_short_name, synopsis);
}

void
tool_usage(const char *synopsis)
{
	print_usage(stderr, synopsis);
	exit(EXIT_TOOL);
}

void
tool_option(int option, const char *synopsis)
{
	const char *name = program_invocation_short_name;
	struct fail why;

	if (option == 'h') {
		print_usage(stdout, synopsis);
		printf("%s(1) explains it, rungs(7) how the tools go "
		       "together.\n",
		    name);
	} else if (option == 'V') {
		printf("%s (rungs) %s\n", name, RUNGS_VERSION);
	} else {
		tool_usage(synopsis);
	}
	if (fflush(stdout) == 0)
		exit(0);
	fail(&why, errno, "write to standard output");
	tool_die(&why);
}

void
tool_say(const char *format, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
}
