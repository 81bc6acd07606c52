/* SPDX-License-Identifier: ISC */
/*
 * jail.h - every layer together, and THE order in which they are applied
 *
 * A description names layers in any order.  The kernel is not so kind:
 * each step takes away what some later one would have needed.  The order
 * is the table in jail.c; nothing else in rungs has an opinion on it.
 */
#ifndef JAIL_H
#define JAIL_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "cgroup.h"
#include "credential.h"
#include "mount.h"
#include "namespace.h"
#include "rlimit.h"
#include "root.h"
#include "terminal.h"

struct description;
struct fail;

/* Who takes a step, and when. */
enum stage {
	STAGE_CALLER,  /* before there is a jail */
	STAGE_MAPS,    /* from outside, once its first process is there */
	STAGE_INSIDE,  /* the first process, still with all of its power */
	STAGE_COMMAND, /* the command, about to execve(2) */
};

struct jail {
	struct root root;
	struct cgroup cgroup;
	struct namespaces namespaces;
	struct mounts mounts;
	struct rlimits rlimits;
	struct credential credential;
	struct terminal terminal;

	bool exactly;          /* only what is described, no defaults */
	const char *directory; /* the command's, in the jail; NULL: "/" */
	char **environment;    /* the command's; NULL: the caller's */
	int trace;             /* a line for each step goes here, or -1 */

	pid_t first; /* the jail's first process, 0: ourselves */
	int lent;    /* the tree, from outside with its ids, or -1 */
	int master;  /* inside: the terminal's two ends, or -1 */
	int slave;
	int top; /* the new root's descriptor, or -1 */
};

/* An empty jail; unless exactly, with the safe defaults. */
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

/* Whether the id maps are for another process to write than the first. */
bool jail_maps_from_outside(const struct jail *jail);

/*
 * Take all steps of one stage, in order.  -1: the process is unfit to run
 * anything.
 */
int jail_enter(struct jail *jail, enum stage stage, struct fail *f);

/* Write one line for what spawn.c does itself. */
void jail_trace(const struct jail *jail, const char *step, const char *call,
    const char *why);

/*
 * Run the command in the jail and wait for it: spawn.c.  Returns its exit
 * status, 128+N if it died of signal N.  -1: it did not run; f->status says
 * 125, 126 or 127.  Where no process of ours has to stay (no pid namespace,
 * no cgroup), the caller becomes the command, and this does not return.
 */
int jail_run(struct jail *jail, char *command[], struct fail *f);

#endif
