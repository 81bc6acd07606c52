/* SPDX-License-Identifier: ISC */
/*
 * wording.h - policies to be read by people, in the language that they are
 * written in; for denycall's helper
 */
#ifndef WORDING_H
#define WORDING_H

#include <stdio.h>

#include "policy.h"

struct fail;

/*
 * Write what a policy says of each call of this machine, without groups and
 * without what a later rule made void.  Read back, it is the same policy.
 */
void wording_explain(const struct policy *p, FILE *out);

/*
 * Write the one rule that decides about a call with these arguments, of
 * which the low halves count.  call is NULL for one without a name.
 */
void wording_rule(const struct policy *p, const char *call,
    const uint32_t args[6], FILE *out);

/* The name of a call of a kind, AUDIT_ARCH_*, of malloc(3); NULL: none. */
char *wording_name(uint32_t arch, uint32_t number);

/*
 * Read calls that were made, each as a line "KIND NUMBER ARGUMENT", and write
 * the policy that allows these and what no run can show.  -1: a line is none.
 */
int wording_learned(FILE *in, FILE *out, struct fail *f);

#endif
