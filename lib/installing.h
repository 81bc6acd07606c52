/* SPDX-License-Identifier: ISC */
/*
 * installing.h - for the helper of install.h: run the script, pack the root
 *
 * In the working directory are a description of the jail and an empty
 * directory for the layer; a tar of the root is left there.  Only a cold
 * helper links this.
 */
#ifndef INSTALLING_H
#define INSTALLING_H

#include <stdbool.h>

struct fail;

#define INSTALLING_JAIL "jail"
#define INSTALLING_LAYER "layer"
#define INSTALLING_ARCHIVE "archive"

struct installing {
	const char *mirror; /* as the jail sees it, or "" */
	const char *script; /* for sh(1) of the root, and what it is given: */
	char *const *packages; /* NULL behind the last */
	bool is_aloud;         /* the script may write to standard error */
};

/*
 * Print "signed-by HEX" if that is what the script said and, where it said it
 * several times, it was always the same.  Whatever was changed by the script
 * and not by a package is as old as the newest of the rest, unless
 * SOURCE_DATE_EPOCH says how old: the same packages give the same root.
 * -1: some of it may be there.
 */
int installing_run(const struct installing *i, struct fail *f);

#endif
