/* SPDX-License-Identifier: ISC */
/*
 * notify.h - look at the system calls of a command before it makes them
 *
 * A filter hands the calls to us, and we let each go on, seccomp_unotify(2).
 * The command can change what a call points to once we have read it: this is
 * for learning what a program does that has nothing to hide, and it holds
 * nobody back.
 */
#ifndef NOTIFY_H
#define NOTIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct fail;

struct notify_call {
	pid_t pid;       /* the thread that makes it; it waits */
	bool is_foreign; /* of another ABI: its number and arguments, too */
	uint32_t arch;   /* which one: AUDIT_ARCH_* */
	int number;
	uint64_t args[6];
};

typedef void notify_look(const struct notify_call *call, void *context);

/*
 * Run the command, with no_new_privs, and look at each of these calls, NULL:
 * at every call, of it and of all that it starts, until the last of them has
 * ended.  All calls of other ABIs come, too.  Returns the command's exit
 * status, 128+N if it died of signal N.  -1: it did not run.
 */
int notify_run(const int calls[], size_t count, notify_look *look,
    void *context, char *command[], struct fail *f);

/* Read size bytes at an address of the thread's.  -1: not all are there. */
int notify_read(pid_t pid, uint64_t address, void *buffer, size_t size);

/* The same for a string, with its NUL. */
int notify_string(pid_t pid, uint64_t address, char *buffer, size_t size);

#endif
