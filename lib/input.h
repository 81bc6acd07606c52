/* SPDX-License-Identifier: ISC */
/* input.h - where jailexec reads a description, and the command afterwards */
#ifndef INPUT_H
#define INPUT_H

struct description;
struct fail;

/*
 * Read a description from a file, which leaves standard input alone.  NULL
 * reads it from standard input, down to its end, and then puts something
 * else there: the terminal that the caller is on, or /dev/null.
 */
int input_read(const char *path, struct description *d, struct fail *f);

#endif
