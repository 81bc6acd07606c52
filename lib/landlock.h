/* SPDX-License-Identifier: ISC */
/*
 * landlock.h - which paths and ports a process can still reach
 *
 *	read= list= exec= write= modify= create= remove= refer= ioctl=
 *device=PATH connect= bind=PORT,...|any|none signal abstract log best-effort
 *
 * One word about a path shuts all paths that no word names, one about a port
 * shuts all ports.  What each word gives is the table at the top of
 * landlock.c and in lockpath(1).
 *
 * The kernel's Landlock grew from version to version of its ABI.  What it
 * cannot do is an error, or with best-effort left out.
 *
 * landlock(7); kernel: Documentation/userspace-api/landlock.rst
 */
#ifndef LANDLOCK_H
#define LANDLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct fail;
struct landlock_path;

/* The ABI from which on refusals are logged. */
enum { LANDLOCK_PORTS = 256, LANDLOCK_ABI_LOG = 7 };

struct landlock {
	struct landlock_path *path; /* of malloc(3) */
	size_t paths;
	struct {
		bool said, any;
		uint16_t port[LANDLOCK_PORTS];
		size_t count;
	} ports[2]; /* connect, bind */
	bool signal, abstract, log, best_effort;
	bool none; /* the word came */

	/* landlock_settle(): what the kernel is to refuse. */
	uint64_t files, network, scopes, logs;
	int abi;     /* of the kernel; 0: it has no Landlock */
	int ruleset; /* a descriptor, or -1 */
};

/*
 * 1: taken; 0: none of our words; -1: the struct is as it was.  The word
 * must outlive the struct.
 */
int landlock_add(void *layer, const char *word, struct fail *f);

void landlock_print(const void *layer, FILE *out);

/* Whether anything is to be locked. */
bool landlock_asked(const struct landlock *l);

/*
 * Ask the kernel what it can do, and settle what it is to refuse.  -1: it is
 * too old for a word, and best-effort was none of them.
 */
int landlock_settle(struct landlock *l, struct fail *f);

/*
 * After that: what has to be left out, in words, as one line of at most size
 * bytes, 256 will do; as it is where that is nothing.
 */
void landlock_gives_up(const struct landlock *l, char *line, size_t size);

/*
 * Open the paths, and make a ruleset of all the words.  root is the root
 * that they are in, to be opened through inroot.h, or -1: they are the
 * caller's.  Relative ones begin at directory; NULL: where we are.
 */
int landlock_prepare(struct landlock *l, int root, const char *directory,
    struct fail *f);

/*
 * Be held to the ruleset, for good, with all that is started from now on.
 * Needs no_new_privs.  told: what is refused is logged, if the kernel can,
 * without a word for it.
 */
int landlock_restrict(struct landlock *l, bool told, struct fail *f);

#endif
