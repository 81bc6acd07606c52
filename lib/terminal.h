/* SPDX-License-Identifier: ISC */
/*
 * terminal.h - the caller's terminal, and one of the jail's own
 *
 * A process that shares the caller's terminal can type into it: TIOCSTI
 * puts characters into the input of the shell that comes after the jail.
 * So the command gets a pseudoterminal in a session of its own (session.h),
 * and we copy between that and the caller's.  pty(7), ioctl_tty(2),
 * termios(3).
 *
 * The caller's is raw, and read from, only while the command has it: from
 * the beginning if we are the whole job, else when the command asks for it,
 * for it may be less(1) behind us in the pipeline who reads there.  To read
 * is to ask.  Who waits with poll(2) for something to read does not: when a
 * line has been left by everybody for a moment, it is told that there is
 * something, to see whether it then reads.
 */
#ifndef TERMINAL_H
#define TERMINAL_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <termios.h>

#include "guardian.h"

struct fail;

/* What came from one side, and the other has not taken yet. */
struct flow {
	size_t length;
	char text[4096];
};

struct terminal {
	int outer;       /* the caller's, or -1: there is none */
	int master;      /* the jail's, our end, or -1 */
	int slave;       /* the other end: while we have it, it is no hang-up */
	bool streams[3]; /* which of our standard streams were a terminal */
	bool front;      /* the command begins in front at its terminal */
	bool wanted;     /* the command has it when we are in front */
	bool raw;        /* it has it now */
	bool alike;      /* the jail's has been given the caller's modes */
	bool hurried;    /* at the end, who takes nothing is not waited for */
	uint64_t unread; /* since then something is typed, and not ours; or 0 */
	bool knocked;    /* the jail's looks as if something were typed there */
	struct termios inner; /* its modes before that */
	struct guardian guardian;
	struct termios saved; /* of one that is shared */
	struct flow typed, shown;
};

/*
 * Find out whether standard input or output is a terminal, and open it.
 * What is none of the three has stays a pipe or a file.  If nobody is there
 * to say when the command asks for it, the command has it from the beginning.
 */
void terminal_find(struct terminal *t, bool can_ask);

/*
 * Inside, before there is a command to see it: give a new terminal the size
 * of the caller's, and its modes if the command begins in front.  Else those
 * may be a shell's, at its prompt: they come when it is in front.
 */
void terminal_prepare(const struct terminal *t, int slave);

/*
 * Take the master that came from inside, and let the command have the
 * caller's terminal if it is to.
 */
int terminal_begin(struct terminal *t, int master, struct fail *f);

/* Pass the size of the caller's terminal on. */
void terminal_resize(const struct terminal *t);

/*
 * The command wants the caller's terminal: make it raw.  False: it cannot be
 * had, for another job is in front there, or there is none.
 */
bool terminal_take(struct terminal *t);

/* It has it no more: leave raw mode, to stop, or at the end. */
void terminal_release(struct terminal *t);

/*
 * What to poll(2) for: two entries, and how many milliseconds; and what to do
 * after that.  True: the command is to have the caller's terminal.
 */
int terminal_poll(const struct terminal *t, struct pollfd wanted[2]);
bool terminal_copy(struct terminal *t, const struct pollfd got[2]);

/*
 * Copy what is left to be seen, and put the caller's terminal right.  If that
 * takes nothing, it is waited for; when we are hurried, or something comes at
 * end, of init.h, or -1, for a moment.  What it has not taken then is lost.
 */
void terminal_end(struct terminal *t, int end);

/*
 * For a terminal that is shared: remember its modes, and put it right.  That
 * is for a shell to do when a command of it died of a signal, but our caller
 * sees us end with a status.  When we are continued in front, those
 * count that a shell has set meanwhile.  The command may have been quicker than
 * we, so not those of a full-screen program, that wants no lines.
 */
void terminal_remember(struct terminal *t);
void terminal_remember_again(struct terminal *t);
void terminal_put_right(const struct terminal *t);

#endif
