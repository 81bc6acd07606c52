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
	sigset_t mask;          /* the caller's */
	struct sigaction child; /* for SIGCHLD, which it may ignore */
};

/*
 * Block what is to be forwarded, and SIGCHLD, from before there is a child
 * until we wait for one: nothing is lost in between.  With own_session, the
 * command does not get what a terminal sends to us, so that the stops of job
 * control are ours to forward, too.
 */
void init_block_signals(struct init_signals *signals, bool own_session);
void init_restore_signals(const struct init_signals *signals);

/*
 * Until the command runs there is nobody to forward signals to, and what the
 * jail is made of may never come: a pipe that nobody writes to, a file system
 * whose server is gone.  So there is a descriptor, O_CLOEXEC, that can be read
 * once SIGHUP, SIGINT, SIGQUIT or SIGTERM has come: signalfd(2).  What the
 * caller had blocked waits for the command, as it would for any child.
 * -1: f says why.
 */
int init_open_end(const struct init_signals *signals, struct fail *f);

/* Whether it is one of those four. */
bool init_is_end(int sig);

/*
 * Take out what came, without waiting.  0: nothing, or what the caller
 * ignores.  -1: f says what, and has its status, 128+N.
 */
int init_hear_end(int end, struct fail *f);

/*
 * Whether the caller ignores a signal (nohup, background jobs of scripts): it
 * stays ignored.  To be asked when it comes, since one that is blocked does
 * come: all of them asked before would make each jail begin later.
 */
bool init_ignores(int sig);

/*
 * For a command in a session of its own: no signal blocked, none ignored.
 * What a background job or a Python parent ignores (SIGINT, SIGPIPE) would
 * else break programs that have nothing to do with either.
 */
void init_default_signals(void);

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
 * descriptors go first but two: news, a pipe, gets what wait(2) says of the
 * command, an int each time that it stops, was told by us to go on, or is
 * killed; terminal, or -1, is the session's.  No process in the jail has
 * either: execve(2) takes them from the command, and nobody can look into us.
 */
_Noreturn void init_run(pid_t command, const struct init_signals *signals,
    int news, int terminal);

/*
 * What is told when the command was told to go on; wait(2), WIFCONTINUED.
 * And, before all else, by who is to be the pid 1: the jail is there, and the
 * command will be let go.
 */
enum { INIT_CONTINUED = 0xffff, INIT_GO = -1 };

/*
 * What else to do with a signal, in the value of sigqueue(3): send it to the
 * command's whole process group, as a terminal would; put that in front at
 * the terminal first, or in the background.
 */
enum { INIT_GROUP = 1, INIT_FRONT = 2, INIT_BACK = 4 };

/* What a process ended with: its status, 128+N if it died of signal N. */
int init_status(int status);

#endif
