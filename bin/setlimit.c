/* SPDX-License-Identifier: ISC */
/*
 * setlimit - run a command under resource limits, or add limits to a jail
 *
 * This file names the layer; lib/rlimit.c and lib/cgroup.c talk to the
 * kernel.
 */
#include "layer.h"

int
main(int argc, char *argv[])
{
	return layer_main(argc, argv, "setlimit",
	    "[-n] NAME=LIMIT ... [-- COMMAND [ARGUMENT ...]]");
}
