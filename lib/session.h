/* SPDX-License-Identifier: ISC */
/*
 * session.h - the session of a jail, and who is in front at its terminal
 *
 * Job control needs two: the leader of a session stays, and each job is a
 * process group of its own.  A group whose parents are all elsewhere is an
 * orphaned one, which no terminal stops, for nobody would let it go on: so a
 * command that is to be stopped needs its parent in the same session.
 * credentials(7), tcsetpgrp(3), setpgid(2), POSIX.1-2017 11.1.
 */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>
#include <sys/types.h>

struct fail;

/*
 * Open a new pseudoterminal at /dev/pts/ptmx, whatever is there, and return
 * the master; *slave is the other end.  Both are O_CLOEXEC.  -1: that is none.
 */
int session_open_terminal(int *slave, struct fail *f);

/*
 * Begin a session, of which slave (-1: none) is the controlling terminal.  We
 * are its leader, and in front.
 */
int session_begin(int slave, struct fail *f);

/*
 * Be a job of the session: a process group of our own, in front at the
 * terminal or not.  SIGTTOU has to be blocked.
 */
int session_be_job(int slave, bool in_front, struct fail *f);

/* Make slave those of our standard streams. */
int session_give_streams(int slave, const bool streams[3], struct fail *f);

/*
 * Put a process group of the session in front at its terminal.  SIGTTOU has
 * to be blocked.  A group that is gone by now stays where it was.
 */
void session_put_in_front(int terminal, pid_t group);

#endif
