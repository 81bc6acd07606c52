/* SPDX-License-Identifier: ISC */
/* input.c - see input.h */
#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "description.h"
#include "fail.h"
#include "scope.h"

static int
read_file(const char *path, struct description *d, struct fail *f)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return fail(f, errno, "%s: open the jail description", path);
	if (description_read(fd, d, f) < 0)
		return fail_prefix(f, "%s: ", path);
	return 0;
}

int
input_read(const char *path, struct description *d, struct fail *f)
{
	int fd;

	if (path != NULL)
		return read_file(path, d, f);
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
