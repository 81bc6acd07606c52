/* SPDX-License-Identifier: ISC */
/* offspring.c - see offspring.h */
#include "offspring.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"

enum { DEEPEST = 100, PASSES = 1000 };

int
offspring_adopt(struct fail *f)
{
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return fail(f, errno, "be a parent to orphans");
	return 0;
}

/* It has ended, and only waits to be waited for. */
static bool
is_dead(pid_t pid)
{
	char path[64], state = 'X';
	FILE *in;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	if ((in = fopen(path, "re")) == NULL)
		return true;
	/* The name in front may have ") " in it: what counts is the last. */
	for (int c, last = 0; (c = getc(in)) != EOF; last = c)
		if (last == ')' && c == ' ')
			state = (char)getc(in);
	fclose(in);
	return state == 'Z' || state == 'X';
}

/* Returns how many were told.  Children first: then none is orphaned. */
static int
tell_children(pid_t parent, int sig, int depth)
{
	char path[64];
	int count = 0, child;
	FILE *in;

	snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)parent,
	    (int)parent);
	if (depth == DEEPEST || (in = fopen(path, "re")) == NULL)
		return 0;
	while (fscanf(in, "%d", &child) == 1) {
		count += tell_children(child, sig, depth + 1);
		count += !is_dead(child) && kill(child, sig) == 0;
	}
	fclose(in);
	return count;
}

void
offspring_signal(int sig)
{
	int passes = sig == SIGKILL ? PASSES : 1;

	while (passes-- > 0 && tell_children(getpid(), sig, 0) > 0)
		if (passes > 0)
			usleep(1000);
}
