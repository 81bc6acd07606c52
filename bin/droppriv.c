/* SPDX-License-Identifier: ISC */
/*
 * droppriv - run a command with fewer privileges, or say so of a jail
 *
 * This file names the layer; lib/credential.c, lib/capability.c and
 * lib/securebits.c talk to the kernel.
 */
#include "layer.h"

static const struct layer_tool tool = {
	.name = "droppriv",
	.synopsis = "[-n] WORD[=VALUE] ... [-- COMMAND [ARGUMENT ...]]",
};

int
main(int argc, char *argv[])
{
	return layer_main(argc, argv, &tool);
}
