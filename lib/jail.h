/* SPDX-License-Identifier: ISC */
/*
 * jail.h - every layer together, and THE order in which they are applied
 *
 * A description names layers in any order.  The kernel is not so kind:
 * each step takes away what some later one would have needed.  The order
 * is the table in order.c; nothing else in rungs has an opinion on it.
 */
#ifndef JAIL_H
#define JAIL_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "adjust.h"
#include "capability.h"
#include "cgroup.h"
#include "credential.h"
#include "join.h"
#include "descriptor.h"
#include "keep.h"
#include "keyring.h"
#include "landlock.h"
#include "mount.h"
#include "namespace.h"
#include "pressure.h"
#include "priority.h"
#include "rlimit.h"
#include "root.h"
#include "running.h"
#include "seccomp.h"
#include "securebits.h"
#include "terminal.h"
#include "timeout.h"

struct description;
struct fail;

/* Who takes a step, and when.  The four marked * are spawn.c's to take. */
enum stage {
	STAGE_DETACH,  /* * */
	STAGE_CALLER,  /* before there is a jail */
	STAGE_BEGIN,   /* * its first process begins */
	STAGE_MAPS,    /* from outside, once that is there */
	STAGE_LEND,    /* and what the first process is to get from there */
	STAGE_INSIDE,  /* the first process, still with all of its power */
	STAGE_IDS,     /* it, and so whoever it begins */
	STAGE_ASK,     /* it, so that others get ready what it will need */
	STAGE_MOUNTS,  /* it, what holds for all in there */
	STAGE_FORK,    /* * */
	STAGE_APART,   /* pid 1, while the command gets ready */
	STAGE_COMMAND, /* the command; it may not resolve a path yet */
	STAGE_EXEC,    /* * the command, about to execve(2) */
	STAGE_LAST,    /* what it can still do behind a filter: execve(2) */
	STAGE_RUN,     /* supervise.c's, while the command runs */
	STAGES
};

/*
 * What every start touches is kept together, between what is large and most
 * starts do not: each page of it costs a page fault here, and one more in
 * every process that is a copy of us.
 */
struct jail {
	struct cgroup cgroup;
	struct root root;
	struct namespaces namespaces;
	struct join join; /* the process whose jail to go into, if any */
	struct rlimits rlimits;
	struct priority priority;
	struct credential credential;
	struct capabilities capabilities;
	struct securebits securebits;
	struct keyring keyring;
	struct landlock landlock;
	struct seccomp seccomp;
	struct descriptors kept; /* those of the caller that the command gets */
	struct timeouts timeouts;
	struct pressures pressures;
	struct running running; /* its name */
	struct adjust adjust;   /* not a jail: change one that runs */

	struct keep keep; /* what becomes of scratch */

	bool is_bare;          /* the command is pid 1, none of ours is */
	bool detached;         /* it goes on without the caller */
	bool shares_terminal;  /* the caller's, none of its own */
	int status;            /* lines for status.h go here, or -1 */
	int report;            /* and the last of them here, too, or -1 */
	int caller;            /* detach.h: who waits to hear, or -1 */
	bool exactly;          /* only what is described, no defaults */
	const char *directory; /* the command's, in the jail; NULL: "/" */
	char **environment;    /* the command's; NULL: the caller's */
	char *home;            /* PATH_MAX bytes of it for a name's directory;
	                          NULL: it is not wanted */
	int trace;             /* a line for each step goes here, or -1 */
	bool hears_lock; /* somebody reads what a lock refuses: telling.h */

	bool is_exposed;    /* who is in there might write to this program */
	int doorstep;       /* doorstep.h: what the command begins as, or -1 */
	const char **words; /* and its words */

	pid_t first;       /* the jail's first process, 0: ourselves */
	pid_t command;     /* it, on the host, where it is asked for; or 0 */
	int kernel_log;    /* refusal.h; or -1 */
	bool begins_empty; /* in the mount namespace of empty.h: */
	int empty;         /* it, or -1 */
	int sysctls;       /* its limits of namespaces, from outside, or -1 */
	int lent;          /* the tree, from outside with its ids, or -1 */
	int channel;       /* inside: to the caller, or -1 */
	int helper;        /* pid 1: to the command that begins early, or -1 */
	int master;        /* inside: the terminal's two ends, or -1 */
	int slave;
	int top; /* the new root's descriptor, or -1 */

	struct mounts mounts;
	struct terminal terminal;
};

/*
 * Make an empty jail of one that is all zeroes, as a static one is; unless
 * exactly, with the safe defaults.  It is large, and what of it is never
 * touched need not be had, copied for a child and given back.
 */
void jail_init(struct jail *jail, bool exactly);

/*
 * Take one word of a tool's line ("setlimit", "pids=32").  A word of NULL
 * only asks whether there is such a tool.  The word must outlive the jail.
 */
int jail_add(struct jail *jail, const char *tool, const char *word,
    struct fail *f);

/* Take all of a description; it must outlive the jail. */
int jail_read(struct jail *jail, struct description *d, struct fail *f);

/* Write a tool's words, each after a blank, in their one normal form. */
void jail_print(const struct jail *jail, const char *tool, FILE *out);

/*
 * Check that the layers go together and settle what each leaves to the
 * others.  Once, after the last word, before anything is done.
 */
int jail_settle(struct jail *jail, struct fail *f);

/*
 * What best-effort words leave out on this kernel, as a line of at most size
 * bytes; "": nothing.
 */
int jail_gives_up(struct jail *jail, char *line, size_t size, struct fail *f);

/* Whether it makes namespaces of these kinds, CLONE_NEW*. */
bool jail_has(const struct jail *jail, unsigned flag);

/* Whether it goes into a jail that is there. */
bool jail_joins(const struct jail *jail);

/*
 * Whether the command is shut off from the caller: its environment, its
 * descriptors, its terminal and its signals.
 */
bool jail_is_contained(const struct jail *jail);

/* Whether the command begins a session, away from the caller's terminal. */
bool jail_has_session(const struct jail *jail);

/* Whether words, or the defaults, say what capabilities the command has. */
bool jail_limits(const struct jail *jail);

/* Whether system calls are filtered, for whatever reason; SECCOMP_TTY ... */
bool jail_has_filter(const struct jail *jail);
unsigned jail_small_filters(const struct jail *jail);

/* Whether the caller becomes the command: nobody has to wait for it. */
bool jail_is_in_place(const struct jail *jail);

/* Whether somebody wants to hear how it ended. */
bool jail_reports(const struct jail *jail);

/* The same, or at least what was refused. */
bool jail_is_watched(const struct jail *jail);

/* Whether it is told what is refused; and which calls a filter refuses. */
bool jail_tells(const struct jail *jail);
bool jail_tells_calls(const struct jail *jail);

/*
 * Whether a process of ours is between the caller and the command, init.h:
 * the pid 1, or who leads the session of a terminal.
 */
bool jail_has_init(const struct jail *jail);

/* Whether the command says which process it is, inside.h. */
bool jail_tells_command(const struct jail *jail);

/*
 * The namespaces that the first process begins in, CLONE_NEW*.  The others
 * it makes itself, when it is where they should begin.
 */
unsigned jail_early_namespaces(const struct jail *jail);

/*
 * Whether the first process can do without the host's mounts: all that it
 * needs of the host is opened before.
 */
bool jail_may_begin_empty(const struct jail *jail);

/*
 * Whether the command's process begins as soon as the pid 1 has ids, and
 * makes the network namespace, if any, while that makes the mounts: each takes
 * about as long.  It resolves no name until it has the root.  Steps that are
 * told are taken one after the other.
 */
bool jail_forks_early(const struct jail *jail);

/*
 * Whether the command's process is filtered before pid 1 lets it go: the
 * filter is known to leave it what it still has to do.
 */
bool jail_filters_early(const struct jail *jail);

/* Whether the command gets no descriptor but the kept ones. */
bool jail_closes_descriptors(const struct jail *jail);

/* Whether the id maps are for another process to write than the first. */
bool jail_maps_from_outside(const struct jail *jail);

/*
 * Take all steps of one stage, in order.  -1: the process is unfit to run
 * anything.
 */
int jail_enter(struct jail *jail, enum stage stage, struct fail *f);

/*
 * Write a line for every step that jail_enter() would take and trace, up to
 * the command itself, in the one order.
 */
int jail_explain(struct jail *jail, FILE *out, struct fail *f);

/*
 * Run the command in the jail and wait for it: spawn.c.  Returns its exit
 * status, 128+N if it died of signal N.  -1: it did not run; f->status says
 * 125, 126 or 127.  Where no process of ours has to stay (no pid namespace,
 * no cgroup), the caller becomes the command, and this does not return.  The
 * signals that it forwarded are blocked afterwards.
 */
int jail_run(struct jail *jail, char *command[], struct fail *f);

#endif
