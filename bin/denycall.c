/* SPDX-License-Identifier: ISC */
/*
 * denycall - run a command with fewer system calls, or filter them in a jail
 *
 * This file names the layer, and looks for an option that does something
 * else; lib/seccomp.c talks to the kernel.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "layer.h"
#include "learncall.h"
#include "promise.h"
#include "seccomp.h"
#include "tool.h"

static const struct layer_tool tool = {
	.name = "denycall",
	.synopsis = "[-n] WORD ... [-- COMMAND [ARGUMENT ...]] | "
		    "--explain WORD ... | "
		    "--learn=FILE -- COMMAND [ARGUMENT ...]",
	.learn = learn_calls,
};

static int
explain(int argc, char *argv[])
{
	static struct seccomp seccomp;
	struct fail why;
	char *text;

	if (tool_command(&argc, argv) != NULL || argc < 3)
		tool_usage(tool.synopsis);
	for (int n = 2; n < argc; n++)
		if (seccomp_add(&seccomp, argv[n], &why) < 0)
			tool_die(&why);
	if (!seccomp_asked(&seccomp)) {
		puts("default allow");
		return 0;
	}
	text = seccomp_explain(&seccomp, &why);
	for (int n = 2; text != NULL && n < argc; n++)
		promise_explain(argv[n], stdout);
	if (text != NULL && fputs(text, stdout) >= 0 && fflush(stdout) == 0) {
		free(text);
		return 0;
	}
	if (text != NULL)
		fail(&why, errno, "write the policy");
	tool_die(&why);
}

int
main(int argc, char *argv[])
{
	if (argc > 1 && strcmp(argv[1], "--explain") == 0)
		return explain(argc, argv);
	return layer_main(argc, argv, &tool);
}
