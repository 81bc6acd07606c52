/* SPDX-License-Identifier: ISC */
/*
 * layers.h - the directories of the host that an overlay is made of
 *
 * The lower ones come first, the topmost of them before the others.  Each
 * is taken as it is without what is mounted below it.
 */
#ifndef LAYERS_H
#define LAYERS_H

#include <stdbool.h>

#include "overlay.h"
#include "upper.h"

struct fail;
struct mount;

enum { LAYERS_LENT = OVERLAY_LOWERS + 1 };

struct layers {
	char *lower[OVERLAY_LOWERS]; /* absolute paths, ours */
	int lowers;
	struct upper upper;
	bool missing; /* one of them, and the word said that this is no error */

	/* Mounts of the lower ones, and of what is above the upper one. */
	int lent[LAYERS_LENT]; /* or -1 */
};

/* Without any directory yet.  NULL: no memory. */
struct layers *layers_new(void);
void layers_free(struct layers *layers);

/* Of how many mounts it is made. */
int layers_count(const struct layers *layers);

/* Hold the upper layer, if there is one, from outside of the jail. */
int layers_hold(struct mount *m, struct fail *f);

/*
 * Open the layers as mounts whose owners are those of the user namespace,
 * in layers->lent, for a process that is nobody out here.
 */
int layers_lend(struct mount *m, int user_namespace, struct fail *f);

/*
 * Mount the overlay, detached, of what was lent or of what we can open.  -1
 * with layers->missing set: there is none, and that is no error.
 */
int layers_mount(const struct mount *m, struct fail *f);

#endif
