/* SPDX-License-Identifier: ISC */
/*
 * status.h - what became of a jail, for a program to read: --status-fd
 *
 * One line of JSON for each event, in one write(2).  It is written by hand:
 * this is on the way of every jail, where only libc is linked, and to write
 * three kinds of lines takes no library.
 */
#ifndef STATUS_H
#define STATUS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "usage.h"

struct fail;
struct refusal;

enum { STATUS_KINDS = 8 }; /* of namespaces */

struct status_started {
	pid_t first, command;         /* on the host */
	uint64_t inode[STATUS_KINDS]; /* of its namespaces; 0: no such kind */
};

struct status_exited {
	int status;        /* what the tool exits with */
	int signal;        /* that the command died of, or 0 */
	const char *limit; /* that ended it, or NULL */
	uint64_t wall;     /* nanoseconds */
	struct usage usage;
};

/*
 * Take the descriptor that the lines go to, which must be open for writing:
 * a copy of it that no command gets.  If fd is above 2, neither will a
 * command get fd itself.  -1: f says why.
 */
int status_open(int fd, struct fail *f);

/*
 * The same for setlimit's option: a number is a descriptor, anything else
 * the name of a file that is made, or made empty.
 */
int status_open_report(const char *where, struct fail *f);

/*
 * Ask the kernel which namespaces a process is in.  It must not have ended,
 * and we must be allowed to look: ptrace(2), PTRACE_MODE_READ.
 */
void status_look(struct status_started *s, pid_t pid);

/*
 * Write a line.  Nobody who reads them is no reason to end a jail, so
 * there is neither an error nor a SIGPIPE.
 */
void status_started(int fd, const struct status_started *s);
void status_exited(int fd, const struct status_exited *s);
/* A system call was refused; NULL: which one cannot be told. */
void status_refused(int fd, const struct refusal *r);
/* A lock of paths refused that; and: what a layer refuses cannot be told. */
void status_locked(int fd, const char *blockers, const char *object);
void status_untold(int fd, const char *layer, const char *why);
void status_failed(int fd, const struct fail *why);

#endif
