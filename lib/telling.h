/* SPDX-License-Identifier: ISC */
/*
 * telling.h - say what a jail is refused, while it runs: jailexec -v, and
 * --status-fd
 *
 * System calls that a filter refuses come to us to be refused, listener.h;
 * what a lock of paths refuses is in the kernel's audit records, audit.h.
 * Each is told once, as long as there is room to note it and somebody reads
 * it; of the rest is said how much it was.
 */
#ifndef TELLING_H
#define TELLING_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "audit.h"
#include "seccomp.h"

struct jail;

enum { TELLING_FDS = 2, TELLING_CALLS = 512, TELLING_LOCKS = 256 };

struct telling {
	const struct jail *jail; /* NULL: nothing is told */
	struct seccomp_program program[SECCOMP_PROGRAMS];
	size_t programs;
	int listener;       /* or -1 */
	bool listens;       /* there has been one */
	struct audit audit; /* its fd is -1, if we may not read that */
	struct told {
		uint32_t arch, number, way;
		size_t program;
	} told[TELLING_CALLS];
	size_t count;
	uint32_t locked[TELLING_LOCKS]; /* a hash of each text that was told */
	size_t locks;
	struct untold {
		uint64_t full, unread; /* no room to note it; or to write it */
	} calls, paths;
};

/*
 * Before there is a jail, in a struct that is all zeroes: listen to what can
 * be listened to, and say what cannot be.  The jail is told whether its lock
 * has a reader.
 */
void telling_begin(struct telling *t, struct jail *jail);

/*
 * The command's listener has come; and: the command runs, so that no other
 * will come.
 */
void telling_listen(struct telling *t, int listener);
void telling_started(const struct telling *t);

/* What to wait for, -1s where there is nothing. */
void telling_wait(const struct telling *t, struct pollfd wanted[TELLING_FDS]);

/*
 * Refuse and tell what has come.  command is its process, as we see it.
 * Does not wait.
 */
void telling_hear(struct telling *t, const struct pollfd wanted[TELLING_FDS],
    pid_t command);

/*
 * Wait until there is something to read from fd, or from end, or the other
 * side of peer, or -1, is gone; calls are refused meanwhile.  Whether fd is it.
 */
bool telling_wait_for(struct telling *t, int fd, int end, int peer);

/* The jail has ended: tell what is left. */
void telling_end(struct telling *t, pid_t command);

#endif
