/* SPDX-License-Identifier: ISC */
/*
 * denycall - run a command with fewer system calls, or filter them in a jail
 *
 * This file names the layer; lib/seccomp.c talks to the kernel.
 */
#include "layer.h"

static const struct layer_tool tool = {
	.name = "denycall",
	.synopsis = "[-n] WORD ... [-- COMMAND [ARGUMENT ...]]",
};

int
main(int argc, char *argv[])
{
	return layer_main(argc, argv, &tool);
}
