/* SPDX-License-Identifier: ISC */
/*
 * enterns - run a command in new namespaces, or add them to a jail
 *
 * This file names the layer; lib/namespace.c talks to the kernel.
 */
#include "layer.h"

static const struct layer_tool tool = {
	.name = "enterns",
	.synopsis = "[-n] KIND[=VALUE] ... [-- COMMAND [ARGUMENT ...]]",
};

int
main(int argc, char *argv[])
{
	return layer_main(argc, argv, &tool);
}
