/* SPDX-License-Identifier: ISC */
/* again.c - see again.h */
#include "again.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "description.h"
#include "fail.h"
#include "number.h"
#include "program.h"
#include "scope.h"

static const char variable[] = "RUNGS_AGAIN";

/* A scope is a group for processes that systemd did not start itself. */
static const char *const ask[] = { "/usr/bin/systemd-run", "--user", "--scope",
	"--quiet", "-p", "Delegate=yes", "--" };

static bool was_run_again;

/*
 * Of all arguments but the first.  Not for enemies: some versions of
 * systemd-run put the value of a variable in the place of "${NAME}".
 */
static void
fingerprint(int argc, char *argv[], char text[32])
{
	uint64_t sum = UINT64_C(14695981039346656037); /* FNV-1a */

	for (int n = 1; n < argc; n++) {
		const char *byte = argv[n];

		do
			sum = (sum ^ (unsigned char)*byte)
			      * UINT64_C(1099511628211);
		while (*byte++ != '\0');
	}
	snprintf(text, 32, "%016" PRIx64, sum);
}

int
again_begin(int argc, char *argv[], struct fail *f)
{
	const char *value = getenv(variable);
	char text[32];
	bool same;

	if (value == NULL)
		return 0;
	fingerprint(argc, argv, text);
	same = strcmp(text, value) == 0;
	was_run_again = true;
	unsetenv(variable);
	if (same)
		return 0;
	return fail(f, 0,
	    "%s: the command line is not the one that "
	    "systemd-run was given",
	    variable);
}

/* Whether systemd-run works: once we have become it, its error is ours. */
static bool
is_answered(void)
{
	const char *args[COUNT(ask) + 3];
	struct program p = { .argv = args,
		.in = -1,
		.dir = -1,
		.take_errors = true };
	char *output = NULL;
	struct fail why;
	int status = -1;

	memcpy(args, ask, sizeof ask);
	args[COUNT(ask)] = ask[0];
	args[COUNT(ask) + 1] = "--version";
	args[COUNT(ask) + 2] = NULL;
	if (program_run(&p, &output, &status, &why) < 0)
		return false;
	free(output);
	return status == 0;
}

bool
again_is_possible(void)
{
	const char *dir = getenv("XDG_RUNTIME_DIR");
	char path[2][PATH_MAX];

	if (was_run_again || dir == NULL || dir[0] != '/'
	    || access(ask[0], X_OK) < 0)
		return false;
	snprintf(path[0], sizeof path[0], "%s/systemd/private", dir);
	snprintf(path[1], sizeof path[1], "%s/bus", dir);
	if (access(path[0], F_OK) < 0 && access(path[1], F_OK) < 0)
		return false;
	return is_answered();
}

/* The descriptor that the path is another name of, or -1. */
static int
named_descriptor(const char *path)
{
	static const char *const dirs[] = { "/dev/fd/", "/proc/self/fd/" };
	uint64_t number;

	for (size_t n = 0; n < COUNT(dirs); n++)
		if (strncmp(path, dirs[n], strlen(dirs[n])) == 0
		    && number_parse(path + strlen(dirs[n]), INT_MAX, &number)
			   == 0)
			return (int)number;
	return -1;
}

bool
again_hand_on(const struct description *d, const char *file)
{
	int to = STDIN_FILENO;
	autoclose int fd = -1;
	struct stat st;

	if (d == NULL)
		return true;
	if (file != NULL && stat(file, &st) == 0 && S_ISREG(st.st_mode))
		return true;
	if (file != NULL && (to = named_descriptor(file)) < 0)
		return false;
	fd = memfd_create("description", MFD_CLOEXEC);
	return fd >= 0 && write(fd, d->copy, d->size) == (ssize_t)d->size
	       && lseek(fd, 0, SEEK_SET) == 0 && dup2(fd, to) == to;
}

int
again_run(int argc, char *argv[], struct fail *f)
{
	const char **args = calloc((size_t)argc + COUNT(ask) + 1, sizeof *args);
	char self[PATH_MAX], text[32];
	ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);

	if (args == NULL || length < 0)
		return fail(f, errno, "find this program");
	self[length] = '\0';
	memcpy(args, ask, sizeof ask);
	args[COUNT(ask)] = self;
	memcpy(args + COUNT(ask) + 1, argv + 1,
	    (size_t)(argc - 1) * sizeof *argv);
	fingerprint(argc, argv, text);
	if (setenv(variable, text, 1) == 0)
		execv(ask[0], (char *const *)args);
	return fail(f, errno, "%s", ask[0]);
}
