/* SPDX-License-Identifier: ISC */
/* step.h - one step on the way into a jail; order.c has them all */
#ifndef STEP_H
#define STEP_H

#include <stdbool.h>
#include <stddef.h>

#include "jail.h"

struct step {
	enum stage stage;
	const char *name, *call; /* what is done, and by which call */
	int since;               /* the year in which that came */
	const char *why;
	bool (*wanted)(const struct jail *jail);
	/* One of them at most; none: who calls jail_enter() does it. */
	int (*take)(struct jail *jail, struct fail *f);
	int (*take_always)(struct fail *f); /* the same for every jail */
};

/* In THE order, which is only read from here. */
extern const struct step steps[];
extern const size_t step_count;

#endif
