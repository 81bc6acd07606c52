/* SPDX-License-Identifier: ISC */
/*
 * init.h - those who wait: the jail's pid 1 and jailexec itself
 *
 * pid_namespaces(7): a pid 1 must reap what others leave, gets no signal
 * that it does not ask for, and takes the whole namespace with it.
 */
#ifndef INIT_H
#define INIT_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

struct fail;

struct init_signals {
	sigset_t waited;        /* what is forwarded, and SIGCHLD */
	sigset_t ignored;       /* by the caller */
	sigset_t mask;          /* the caller's */
	struct sigaction child; /* for SIGCHLD, which it may ignore */
};

/*
 * Block what is to be forwarded, and SIGCHLD, from before there is a child
 * until we wait for one: nothing is lost in between.  Signals that the
 * caller ignores (nohup, background jobs of scripts) stay ignored.  With
 * own_session, the command does not get what a terminal sends to us, so
 * that stop and continue are ours to forward, too.  What resumes when it is
 * told to continue needs that in any case.
 */
void init_block_signals(struct init_signals *signals, bool own_session,
    bool resumes);
void init_restore_signals(const struct init_signals *signals);

/*
 * For a command in a session of its own: no signal blocked, none ignored.
 * What a background job or a Python parent ignores (SIGINT, SIGPIPE) would
 * else break programs that have nothing to do with either.
 */
void init_default_signals(const struct init_signals *signals);

/*
 * Before the command is let go: the pid 1 is the one process in the jail
 * that was there with all privileges.  It keeps what it needs to forward
 * signals, and nobody inside may look into it: /proc/1/exe is a file of the
 * host.  What jailexec was called with is wiped: everybody may read that.
 */
int init_drop(struct fail *f);

/*
 * Be the pid 1: reap everything, forward signals from outside the jail to
 * the command, exit with its status (128+N if it died of signal N).  All
 * descriptors go first.  An exit status does not tell a signal from a number:
 * *ended, in memory that is shared with who waits for us, gets what wait(2)
 * said.  NULL: nobody asks.
 */
_Noreturn void init_run(pid_t command, const struct init_signals *signals,
    volatile int *ended);

/*
 * What to ask the pid 1 to send to the command's whole process group, in
 * the value of sigqueue(3), as a terminal would.
 */
enum { INIT_GROUP = 1 };

/* What a process ended with: its status, 128+N if it died of signal N. */
int init_status(int status);

#endif
