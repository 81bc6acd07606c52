/* SPDX-License-Identifier: ISC */
/*
 * guardian.h - who puts a terminal right when we are killed
 *
 * kill -9 gives us no chance to leave raw mode.  A process that does nothing
 * else sees that we are gone, and does it.
 */
#ifndef GUARDIAN_H
#define GUARDIAN_H

#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

struct fail;

/* What is to be done, where both of us see it. */
struct guardian_orders {
	struct termios right; /* how the terminal was */
	volatile bool raw;    /* and we have made it raw */
};

struct guardian {
	pid_t pid;
	int alive; /* closed by our end, however that comes */
	struct guardian_orders *orders; /* NULL: there is none */
};

/* Begin it, with no order yet.  -1: there is none. */
int guardian_start(struct guardian *g, int terminal, struct fail *f);

/* It is not needed any more. */
void guardian_end(const struct guardian *g);

#endif
