/* SPDX-License-Identifier: ISC */
/*
 * terminal.h - a terminal of the jail's own
 *
 * A process that shares the caller's terminal can type into it: TIOCSTI
 * puts characters into the input of the shell that comes after the jail.
 * So the command gets a pseudoterminal in a session of its own, and we copy
 * between that and the caller's.  pty(7), ioctl_tty(2), termios(3).
 */
#ifndef TERMINAL_H
#define TERMINAL_H

#include <poll.h>
#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

struct fail;

struct terminal {
	int outer;      /* the caller's, or -1: there is none */
	int master;     /* the jail's, our end, or -1 */
	int slave;      /* the other end: while we have it, it is no hang-up */
	int alive;      /* closed by our end, however that comes */
	pid_t guardian; /* who then puts the caller's terminal right */
	struct termios saved;
	bool raw;
	bool streams[3];  /* which of our standard streams were a terminal */
	char input[4096]; /* typed, and not yet taken by the jail */
	size_t pending;
};

/*
 * Find out whether standard input or output is a terminal, and open it.
 * What is none of the three has stays a pipe or a file.
 */
void terminal_find(struct terminal *t);

/*
 * Inside: open a new pair on the devpts at /dev/pts, which must be one, and
 * return the master; *slave is the other end.  Both are O_CLOEXEC.
 */
int terminal_open(int *slave, struct fail *f);

/*
 * The command's last step: a session of its own, in which slave (-1: none)
 * is the controlling terminal and those standard streams that were one.
 */
int terminal_enter(const struct terminal *t, int slave, struct fail *f);

/*
 * Take the master that came from inside: give it the size of the caller's
 * terminal, and make that one raw, if we are in its foreground.
 */
int terminal_begin(struct terminal *t, int master, struct fail *f);

/* Pass the size of the caller's terminal on. */
void terminal_resize(const struct terminal *t);

/* Leave raw mode (to stop, or at the end), and enter it again. */
void terminal_suspend(struct terminal *t);
void terminal_resume(struct terminal *t);

/* What to poll(2) for: two entries; and what to do when that is there. */
void terminal_poll(const struct terminal *t, struct pollfd wanted[2]);
void terminal_copy(struct terminal *t, const struct pollfd got[2]);

/* Copy what is left to be seen, and put the caller's terminal right. */
void terminal_end(struct terminal *t);

#endif
