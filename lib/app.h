/* SPDX-License-Identifier: ISC */
/*
 * app.h - a root for one program: app:PROGRAM[,FILE|BUNDLE...]
 *
 * The program and all that it needs to begin to run: its dynamic loader and
 * libraries, theirs, and for a script the interpreter of its "#!" line.
 * What a program opens by itself later is named by who knows it: a FILE, a
 * directory with all that is in it, or a BUNDLE of what the C library opens.
 */
#ifndef APP_H
#define APP_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "loader.h"
#include "selection.h"

struct fail;

struct app {
	struct selection files;
	bool accounts;              /* an /etc/passwd and group of its own */
	struct loader loader;       /* of the last program that had one */
	char interpreter[PATH_MAX]; /* that one's; "": none yet */
};

/*
 * Find all that what (behind "app:") needs.  -1: something is missing, and
 * the failure names it and who needs it; app_close is due in any case.
 */
int app_open(struct app *a, const char *what, struct fail *f);
void app_close(struct app *a);

/* A number for what the root will be. */
uint64_t app_key(const struct app *a);

/* Make it in the open directory root.  -1: some of it is there. */
int app_fill(const struct app *a, int root, struct fail *f);

#endif
