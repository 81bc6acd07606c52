/* SPDX-License-Identifier: ISC */
/*
 * policy.c - fuzz the reader of policies
 *
 * What it takes must be a policy: no rule without a call, no condition that
 * there is no argument for, no error that the kernel would change.
 */
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* There are names that nobody knows. */
static bool
knows(const char *call)
{
	return call[0] != 'x'
	       && call[strspn(call, "abcdefghijklmnopqrstuvwxyz_")] == '\0';
}

static void
check_rule(const struct policy_rule *rule)
{
	uint32_t action = rule->action & SECCOMP_RET_ACTION_FULL;
	uint32_t error = rule->action & SECCOMP_RET_DATA;

	if (rule->call[0] == '\0' || strpbrk(rule->call, "@?#=& \t\n") != NULL
	    || !knows(rule->call) || rule->count > POLICY_CONDITIONS)
		abort();
	if (action == SECCOMP_RET_ERRNO ? error == 0 || error > 4095
					: error != 0)
		abort();
	for (unsigned n = 0; n < rule->count; n++)
		if (rule->conditions[n].argument > 5)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct policy policy = { .knows = knows };
	struct fail why = { 0 };

	if (policy_read(&policy, (const char *)data, size, &why) == 0)
		for (size_t n = 0; n < policy.count; n++)
			check_rule(&policy.rules[n]);
	else if (why.text[0] == '\0')
		abort();
	policy_free(&policy);
	return 0;
}
