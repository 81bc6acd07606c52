/* SPDX-License-Identifier: ISC */
/*
 * judge.h - filters of system calls that ask instead of refusing
 *
 * A filter that answers with an errno tells nobody.  One that says
 * SECCOMP_RET_USER_NOTIF has the call wait for a listener, which gives the
 * answer: seccomp_unotify(2).  The listener runs the filters that these were
 * made of, so the answer is theirs, and nothing is allowed that they do not
 * allow.
 */
#ifndef JUDGE_H
#define JUDGE_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fail;

struct seccomp_program {
	const struct sock_filter *code;
	size_t length;
};

enum { JUDGE_MARK = 3 }; /* arguments that no kernel looks at */

/*
 * Make one filter of all of these, in the order of loading.  It says what
 * they say together, but asks where they would refuse with an errno; and it
 * lets one call pass, a sendmsg(2) whose last three arguments are the mark:
 * who sends the listener off may not be allowed to.  Each has to be
 * filter.c's, which does not use the register X.  Returns the length of
 * code, 0: it is longer than any filter may be, or this machine has none.
 */
size_t judge_ask(const struct seccomp_program *program, size_t count,
    const uint64_t mark[JUDGE_MARK], struct sock_filter code[BPF_MAXINSNS]);

/*
 * What one program says of a call: SECCOMP_RET_*.  *way is a number for the
 * way through it, so that two calls about which the same rule decides have
 * the same.
 */
uint32_t judge_call(const struct seccomp_program *program,
    const struct seccomp_data *call, uint32_t *way);

/* Whether a program says that of some call; SECCOMP_RET_*, without data. */
bool judge_has(const struct seccomp_program *program, uint32_t action);

#endif
