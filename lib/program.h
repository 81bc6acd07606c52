/* SPDX-License-Identifier: ISC */
/* program.h - run another program and read what it prints */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

struct fail;

enum { PROGRAM_OUTPUT = 1 << 20 }; /* more than this is an error */

struct program {
	const char *const *argv; /* argv[0] is looked up as execvp(3) does */
	int in;                  /* its standard input; -1: /dev/null */
	int dir;                 /* its working directory; -1: ours */
	bool take_errors;        /* its standard error is read, too */
};

/*
 * Run p up to its end.  It gets no descriptor above 2, and it is killed
 * when we are.  0: *output is what it printed, with a NUL, from malloc(3),
 * and *status is its exit status, or 128 + the signal that ended it.
 * -1: it could not be run (errno ENOENT: there is none), printed too much
 * or has no memory; *output is NULL.
 */
int program_run(const struct program *p, char **output, int *status,
    struct fail *f);

/*
 * The path of something that belongs to this program, relative to the
 * directory of its executable.  A build tree, a copied tree and an
 * installed one all look the same from there.  path has PATH_MAX bytes.
 */
int program_beside(const char *relative, char *path, struct fail *f);

#endif
