/* SPDX-License-Identifier: ISC */
/*
 * layer.h - the one rule of the suite, for every tool that is one layer
 *
 * With a command after "--", a tool acts on itself and then becomes the
 * command.  Without one, it is a filter: it copies the jail description on
 * its standard input to its standard output and adds its own line.
 */
#ifndef LAYER_H
#define LAYER_H

#include <stdbool.h>

struct fail;
struct jail;

struct layer_tool {
	const char *name, *synopsis;
	/* --learn=FILE: run the command, without words, and write them. */
	int (*learn)(const char *file, char *command[], struct fail *f);
	bool reports;  /* it has --report=FD|FILE: status.h */
	bool has_best; /* it has --best-effort, which is a word, too */
};

/*
 * The whole of a tool whose operands are words of one layer.  Returns what
 * main() is to return.
 */
int layer_main(int argc, char *argv[], const struct layer_tool *tool);

/* Run the command in nothing but this layer; the last step of a chain. */
int layer_run(struct jail *jail, char *command[]);

#endif
