/* SPDX-License-Identifier: ISC */
/*
 * addmount - run a command with other mounts, or add them to a jail
 *
 * This file names the layer; lib/mount.c and lib/mounting.c do the rest.
 */
#include "layer.h"

static const struct layer_tool tool = {
	.name = "addmount",
	.synopsis = "[-n] KIND[=[SOURCE:]PATH[:OPTIONS]] ... "
		    "[-- COMMAND [ARGUMENT ...]]",
};

int
main(int argc, char *argv[])
{
	return layer_main(argc, argv, &tool);
}
