/* SPDX-License-Identifier: ISC */
/*
 * refusal.h - which system call a filter refused, or killed a process for
 *
 * Of what kills the kernel tells nobody but its audit log.  Where no daemon
 * reads that, it is in the kernel's own, which root may read: seccomp(2),
 * "audit logging".
 */
#ifndef REFUSAL_H
#define REFUSAL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct fail;

struct refusal {
	uint32_t arch, number; /* AUDIT_ARCH_*, and the call there */
	char name[64];         /* "" if it has none */
	char rule[256];        /* that decided, as a policy has it; or "" */
	int error;             /* what the call failed with, or 0 */
	pid_t pid;             /* of the thread that made it, as we see it */
};

/*
 * Find the name of a call and, if word is not NULL, the rule of the policy
 * that these words make about these arguments.  What is not found is "".
 */
void refusal_look_up(struct refusal *r, const uint32_t args[6],
    const char *const word[]);

/* The kernel's log, from now on; -1: it is not for us. */
int refusal_listen(void);

/*
 * Find what was written of a process of that number, on the host, that died
 * of SIGSYS.  It may take a moment to come.  false: it cannot be told.
 */
bool refusal_find(int log, pid_t pid, struct refusal *r);

#endif
