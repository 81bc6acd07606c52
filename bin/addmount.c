/* SPDX-License-Identifier: ISC */
/*
 * addmount - run a command with other mounts, or add them to a jail
 *
 * This file names the layer; lib/mount.c and lib/mounting.c do the rest.
 */
#include "layer.h"

int
main(int argc, char *argv[])
{
	return layer_main(argc, argv, "addmount",
	    "[-n] KIND[=[SOURCE:]PATH[:OPTIONS]] ... "
	    "[-- COMMAND [ARGUMENT ...]]");
}
