/* SPDX-License-Identifier: ISC */
/*
 * inside.h - the inner half of spawn.c: the first process and the command
 *
 * What they have to say goes through the channel: a struct fail, when that
 * is the end of it, or one of these words, a byte each.
 */
#ifndef INSIDE_H
#define INSIDE_H

#include <stdbool.h>

struct fail;
struct init_signals;
struct jail;

/*
 * With the first four comes a descriptor.  Those behind SAY_BEGUN come only
 * when a line of status.h has to be written, or a jail is entered.
 */
enum {
	SAY_TERMINAL = 't',
	SAY_LISTENER = 'l', /* listener.h */
	SAY_PROC = 'p',     /* outside.h; is answered with another */
	SAY_SYS = 's',
	SAY_BEGUN = 'b',   /* the command's process is there, early */
	SAY_READY = 'r',   /* in all namespaces; waits for an answer */
	SAY_ENTERED = 'e', /* by who takes the first process's place */
	SAY_COMMAND = 'c', /* by who is to be the command */
	SAY_GO = 'g',      /* the jail is there; a pid 1 says INIT_GO */
	/*
	 * The last word of ours: somebody else in the jail might say the
	 * rest, so no more is listened to than doorstep.h's int.
	 */
	SAY_DOORSTEP = 'd',
};

/*
 * Be the first process of a jail, in all new namespaces, with all
 * capabilities there.  channel is the inner end of channel.h's.  What wait(2)
 * says of the command goes to news, as with init_run().
 */
_Noreturn void inside_first(struct jail *jail, char *command[], int channel,
    const struct init_signals *signals, int news);

/*
 * Replace this process by the command, execve(2).  Returns, -1, only when
 * that failed: f->status says 126 or 127.
 */
int inside_become(const struct jail *jail, char *command[], struct fail *f);

/* The same for an error from the doorstep.  Returns -1. */
int inside_explain(const struct jail *jail, const char *command, int error,
    bool is_there, struct fail *f);

#endif
