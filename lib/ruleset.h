/* SPDX-License-Identifier: ISC */
/* ruleset.h - denycall's words as one policy; for its helper */
#ifndef RULESET_H
#define RULESET_H

#include "policy.h"

struct fail;

/*
 * Add what the words say, up to a NULL, to an empty policy: the groups that
 * come with the program first, then each word on top of those in front of
 * it.  Where the first is allow=, all else is denied; where it is deny=, all
 * else is allowed.  -1: a word or a file is wrong.
 */
int ruleset_read(struct policy *p, char *words[], struct fail *f);

#endif
