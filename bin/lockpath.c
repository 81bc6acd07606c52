/* SPDX-License-Identifier: ISC */
/*
 * lockpath - run a command that reaches few paths and ports, or say so of a
 * jail
 *
 * This file names the layer; lib/landlock.c talks to the kernel.
 */
#include "layer.h"
#include "learn.h"

static const struct layer_tool tool = {
	.name = "lockpath",
	.synopsis = "[-n] [--best-effort] KIND=PATH ... [connect=PORTS] "
		    "[bind=PORTS] [signal] "
		    "[abstract] [log] [-- COMMAND [ARGUMENT ...]] | "
		    "--learn=FILE -- COMMAND [ARGUMENT ...]",
	.learn = learn_paths,
	.has_best = true,
};

int
main(int argc, char *argv[])
{
	return layer_main(argc, argv, &tool);
}
