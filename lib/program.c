/* SPDX-License-Identifier: ISC */
/* program.c - see program.h */
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "descriptor.h"
#include "fail.h"
#include "scope.h"

/* In the child: become the program, or write errno to report. */
static _Noreturn void
become(const struct program *p, int out, int report, pid_t parent)
{
	int in = p->in, error;

	/* A parent that died before the prctl cannot kill us any more. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_TOOL);
	if (in < 0)
		in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (in < 0 || (p->dir >= 0 && fchdir(p->dir) < 0)
	    || dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0
	    || (p->take_errors && dup2(out, STDERR_FILENO) < 0)
	    || dup3(report, STDERR_FILENO + 1, O_CLOEXEC) < 0)
		goto failed;
	report = STDERR_FILENO + 1;
	descriptors_close_range(report + 1, INT_MAX);
	execvp(p->argv[0], (char *const *)p->argv);
failed:
	error = errno;
	while (write(report, &error, sizeof error) < 0 && errno == EINTR)
		;
	_exit(EXIT_TOOL);
}

/* All that comes from fd, up to its end; NULL: see errno. */
static char *
read_all(int fd)
{
	char *text = malloc(PROGRAM_OUTPUT);
	size_t used = 0;
	ssize_t got;

	while (text != NULL) {
		got = read(fd, text + used, PROGRAM_OUTPUT - used);
		if (got < 0 && errno == EINTR)
			continue;
		if (got > 0 && (used += (size_t)got) < PROGRAM_OUTPUT)
			continue;
		if (got == 0) {
			text[used] = '\0';
			break;
		}
		if (got > 0)
			errno = EFBIG;
		free(text);
		text = NULL;
	}
	return text;
}

static int
wait_for(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_TOOL;
	return WIFSIGNALED(status) ? EXIT_SIGNAL + WTERMSIG(status)
	                           : WEXITSTATUS(status);
}

/*
 * A pipe whose ends are above the standard descriptors and the one behind
 * them, so that the child's dup2 calls do not close what they need.
 */
static int
pipe_above(int ends[2])
{
	int low[2];

	ends[0] = ends[1] = -1;
	if (pipe2(low, O_CLOEXEC) < 0)
		return -1;
	for (int n = 0; n < 2; n++)
		ends[n] = fcntl(low[n], F_DUPFD_CLOEXEC, STDERR_FILENO + 2);
	close(low[0]);
	close(low[1]);
	return ends[0] < 0 || ends[1] < 0 ? -1 : 0;
}

int
program_run(const struct program *p, char **output, int *status, struct fail *f)
{
	int out[2] = { -1, -1 }, report[2] = { -1, -1 }, error = 0;
	pid_t parent = getpid(), child = -1;

	*output = NULL;
	if (pipe_above(out) == 0 && pipe_above(report) == 0)
		child = fork();
	if (child == 0)
		become(p, out[1], report[1], parent);
	if (child < 0)
		error = errno;
	scope_close(&out[1]);
	scope_close(&report[1]);
	if (child > 0) {
		if ((*output = read_all(out[0])) == NULL) {
			error = errno;
			kill(child, SIGKILL);
		}
		*status = wait_for(child);
		if (read(report[0], &error, sizeof error) != 0) {
			free(*output);
			*output = NULL;
		}
	}
	scope_close(&out[0]);
	scope_close(&report[0]);
	if (*output != NULL)
		return 0;
	fail(f, error, "run %s", p->argv[0]);
	errno = error;
	return -1;
}

int
program_beside(const char *relative, char *path, struct fail *f)
{
	char self[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
	char *slash;

	if (length < 0) {
		fail(f, errno, "find this program's own directory");
		return fail_hint(f, "is /proc mounted?");
	}
	self[length] = '\0';
	if ((slash = strrchr(self, '/')) != NULL)
		*slash = '\0';
	if (snprintf(path, PATH_MAX, "%s/%s", self, relative) >= PATH_MAX)
		return fail(f, ENAMETOOLONG, "%s/%s", self, relative);
	return 0;
}
