/* SPDX-License-Identifier: ISC */
/*
 * setlimit - run a command under resource limits, or add limits to a jail
 *
 * This file names the layer; lib/rlimit.c and lib/cgroup.c talk to the
 * kernel.
 */
#include "layer.h"

static const struct layer_tool tool = {
	.name = "setlimit",
	.synopsis = "[-n] [--report=FD|FILE] NAME=LIMIT ... "
		    "[-- COMMAND [ARGUMENT ...]]",
	.reports = true,
};

int
main(int argc, char *argv[])
{
	return layer_main(argc, argv, &tool);
}
