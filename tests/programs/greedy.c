/* SPDX-License-Identifier: ISC */
/*
 * greedy cpu|memory|fork N - take all of something, without end
 *
 * cpu: N processes that compute.  memory: N MiB, written to again and again
 * by a process that is begun anew when it is killed.  fork: N processes at
 * once, each of which begins another and ends.  A line is written when all of
 * the processes are there.  It knows no other bound than N, and all of it ends
 * when its parent does.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void
end_with_parent(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == 1)
		_exit(0);
}

static void
compute(void)
{
	end_with_parent();
	for (volatile unsigned n = 0;; n++)
		;
}

static void
use_memory(size_t mebibytes)
{
	size_t step = 1 << 20, used = 0;
	char **part = calloc(mebibytes, sizeof *part);

	end_with_parent();
	for (;;) {
		if (part != NULL && used < mebibytes
		    && (part[used] = malloc(step)) != NULL)
			used++;
		for (size_t n = 0; n < used; n++)
			memset(part[n], (int)used, step);
	}
}

/* As a service is by its manager: a limit does not end the greed. */
static void
use_memory_again(size_t mebibytes)
{
	for (;;) {
		pid_t child = fork();

		if (child == 0)
			use_memory(mebibytes);
		if (child > 0)
			waitpid(child, NULL, 0);
	}
}

/* One of N lines of short lives. */
static void
breed(void)
{
	end_with_parent();
	for (;;) {
		pid_t child = fork();

		if (child == 0)
			_exit(0);
		if (child > 0)
			waitpid(child, NULL, 0);
	}
}

int
main(int argc, char *argv[])
{
	int count = argc > 2 ? atoi(argv[2]) : 0;

	if (count < 1)
		return 125;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (strcmp(argv[1], "memory") == 0)
		use_memory_again((size_t)count);
	for (int n = 0; n < count; n++) {
		pid_t child = fork();

		if (child == 0 && strcmp(argv[1], "cpu") == 0)
			compute();
		if (child == 0)
			breed();
		if (child < 0)
			break; /* there are as many as there can be */
	}
	if (puts("ready") < 0 || fflush(stdout) < 0)
		return 125;
	for (;;)
		pause();
}
