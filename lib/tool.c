/* SPDX-License-Identifier: ISC */
/* tool.c - see tool.h */
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"

static void
open_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

char **
tool_command(int *argc, char *argv[])
{
	open_streams();
	for (int i = 1; i < *argc; i++) {
		if (strcmp(argv[i], "--") != 0)
			continue;
		*argc = i;
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
tool_usage(const char *synopsis)
{
	fprintf(stderr, "usage: %s %s\n", program_invocation_short_name,
	    synopsis);
	exit(EXIT_TOOL);
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
