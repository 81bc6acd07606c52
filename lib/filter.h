/* SPDX-License-Identifier: ISC */
/*
 * filter.h - a policy as a program for the kernel: seccomp(2)
 *
 * The program first asks which kind of call it is (a 64-bit machine makes
 * those of its 32-bit kind, too), and then finds the number in a binary
 * tree of ranges: what loading costs is the number of instructions, and
 * most neighbours are treated alike.  libseccomp knows the numbers.
 *
 * Only a helper uses this: libseccomp is not to be loaded on the way into a
 * jail.
 */
#ifndef FILTER_H
#define FILTER_H

#include <linux/filter.h>
#include <stddef.h>

#include "policy.h"

struct fail;

struct filter {
	struct sock_filter code[BPF_MAXINSNS];
	size_t length;
};

/*
 * Make the program for a machine, named as uname(2) does.  A call of a kind
 * that the machine is not known for kills the process.  -1: the machine is
 * not known, or the program became too long.
 */
int filter_compile(const struct policy *p, const char *machine,
    struct filter *out, struct fail *f);

/*
 * Where the rules begin that count for a call: the last one without conditions
 * makes those in front of it void.  *action is what becomes of the call when
 * none of them fits, *conditional whether there are any.
 */
size_t filter_rules(const struct policy *p, const char *call, uint32_t *action,
    bool *conditional);

#endif
