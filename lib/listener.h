/* SPDX-License-Identifier: ISC */
/*
 * listener.h - who refuses the calls that a filter asks about: judge.h
 *
 * The process that is to be the command loads the filter, and hands its
 * listener on.  When nobody listens any more, the kernel refuses all of
 * those calls with ENOSYS.  seccomp_unotify(2), Linux 5.0.
 */
#ifndef LISTENER_H
#define LISTENER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "judge.h"

struct fail;

/*
 * Load one filter for all of them, and send the listener through the
 * channel with the byte word.  Needs no_new_privs or CAP_SYS_ADMIN.  1: done.
 * 0: there can be none here, and nothing was loaded.  -1: the process is fit
 * for nothing, not even to say so: it may make no call.
 */
int listener_load(const struct seccomp_program *program, size_t count,
    int channel, char word);

struct listener_refusal {
	uint32_t arch, number; /* AUDIT_ARCH_*, and the call there */
	uint32_t args[6];      /* their low halves */
	int error;             /* what it failed with */
	size_t program;        /* which one said so */
	uint32_t way;          /* judge.h */
	pid_t pid;             /* of the thread, as we see it */
};

/*
 * Take one call that waits at the listener fd, and refuse it as the programs
 * say.  Whatever they say, it is not made.  True: *r is what it was.
 */
bool listener_answer(int fd, const struct seccomp_program *program,
    size_t count, struct listener_refusal *r);

#endif
