/* SPDX-License-Identifier: ISC */
/*
 * trace.h - look at the system calls of a command before it makes them
 *
 * A filter stops whoever makes one of the calls, and we let it go on:
 * SECCOMP_RET_TRACE, seccomp(2) and ptrace(2).  A listener, seccomp_unotify(2),
 * sees the same, but a signal that comes before it has looked fails the call
 * with EINTR, also pipe(2), which nobody expects; a tracer changes nothing.
 * What it costs: the command can trace nobody, nor can it be traced already.
 *
 * The command can change what a call points to once we have read it: this is
 * for learning what a program does that has nothing to hide, and it holds
 * nobody back.
 */
#ifndef TRACE_H
#define TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct fail;

struct trace_call {
	pid_t pid;       /* the thread that makes it; it waits */
	bool is_foreign; /* of another ABI: its number and arguments, too */
	uint32_t arch;   /* which one: AUDIT_ARCH_* */
	int number;
	uint64_t args[6];
};

typedef void trace_look(const struct trace_call *call, void *context);

/*
 * Run the command, with no_new_privs, and look at each of these calls, NULL:
 * at every call, of it and of all that it starts, until the last of them has
 * ended.  All calls of other ABIs come, too.  Nobody of them outlives us.
 * Returns the command's exit status, 128+N if it died of signal N.  -1: it
 * did not run.
 */
int trace_run(const int calls[], size_t count, trace_look *look, void *context,
    char *command[], struct fail *f);

/* Read size bytes at an address of the thread's.  -1: not all are there. */
int trace_read(pid_t pid, uint64_t address, void *buffer, size_t size);

/* The same for a string, with its NUL. */
int trace_string(pid_t pid, uint64_t address, char *buffer, size_t size);

#endif
