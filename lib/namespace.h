/* SPDX-License-Identifier: ISC */
/*
 * namespace.h - what a process can see: the enterns line of a description
 *
 *	KIND       a new one: cgroup ipc mount net pid time user uts
 *	KIND=host  the caller's own
 *	KIND=PATH  the one that the file at PATH stands for; ip-netns(8)
 *	uts=NAME   a new one, and its host name
 *	user=MAP   a new one, and its ids; see idmap.h
 *	time=+N    a new one, N seconds ahead (s m h d; -N: behind)
 *	of=PID     those of a process, with its limits and privileges; join.h
 *	of=NAME    the same, of the jail that runs under this name
 *	none       forget all words before this one, the defaults included
 *
 * namespaces(7), and one page there for each kind.
 */
#ifndef NAMESPACE_H
#define NAMESPACE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "idmap.h"

struct fail;

enum { NAMESPACE_KINDS = 8 };
enum { HOSTNAME_LENGTH = 64 }; /* __NEW_UTS_LEN, uname(2) */

struct namespaces {
	unsigned flags; /* CLONE_NEW*: those to make */
	unsigned host;  /* CLONE_NEW*: those that a word kept */
	bool none;      /* "none" was said */
	const char *path[NAMESPACE_KINDS]; /* in the order of their names */
	const char *of;                    /* whose to enter, or NULL */
	bool offset_given;
	struct idmap ids; /* as far as a word said */
	int64_t offset;   /* seconds, for CLOCK_MONOTONIC and _BOOTTIME */
	char hostname[HOSTNAME_LENGTH + 1]; /* "" leaves it as it is */
};

/* Take one word.  1: taken; 0: no such namespace; -1: bad. */
int namespaces_add(void *layer, const char *word, struct fail *f);

/* Write the words, each after a blank. */
void namespaces_print(const void *layer, FILE *out);

/* The kinds that a word gave a path for, CLONE_NEW*. */
unsigned namespaces_paths(const struct namespaces *ns);

/*
 * Enter these with the calling process, its user namespace when that helps;
 * setns(2).  A pid namespace holds for children only.  -1: some may have
 * been entered.
 */
int namespaces_enter_paths(const struct namespaces *ns, struct fail *f);

/*
 * unshare(2) these for the calling process.  -1: none of them was made.
 * CLONE_NEWPID and CLONE_NEWTIME are not for this: they begin with a child.
 */
int namespaces_unshare(unsigned flags, struct fail *f);

/*
 * Say why namespaces could not be made, with the remedy as far as it can be
 * found out.  Returns -1.
 */
int namespaces_fail(struct fail *f, int err, unsigned flags);

/* Set the host name of the uts namespace that we are in. */
int namespaces_set_hostname(const struct namespaces *ns, struct fail *f);

/*
 * Make a time namespace, set its offsets and move into it; needs a /proc.
 * time_namespaces(7): offsets can only be set before a process is inside.
 */
int namespaces_enter_time(const struct namespaces *ns, struct fail *f);

/*
 * Let nobody in our user namespace, which must be new, make another: in a
 * nested one a process has every capability again, and with them most of
 * the kernel's mount and network code to attack.  sysctls is from
 * namespaces_find_sysctls(); what is found in it is the namespace's own of
 * who looks.  namespaces(7), "The /proc/sys/user directory".
 */
int namespaces_forbid_nesting(int sysctls, struct fail *f);

/* Open the directory /proc/sys/user, in a /proc of the host, unless it is. */
void namespaces_find_sysctls(int *sysctls);

#endif
