/* SPDX-License-Identifier: ISC */
/*
 * policy.h - which system calls there are, as text; the language is in
 * denycall(1)
 *
 *	default deny errno=ENOSYS
 *	group @mine read write
 *	allow @mine openat
 *	deny ioctl arg1==TIOCSTI
 *
 * One rule a line, and the last that fits a call decides.  The kernel's
 * part is in filter.h.
 */
#ifndef POLICY_H
#define POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fail;

enum { POLICY_BYTES = 1 << 16, POLICY_CONDITIONS = 4, POLICY_RULES = 8192 };

/*
 * About the low 32 bits of an argument: the kernel looks at no more of a
 * flag, a command or a family, and who fills the upper half is not to slip
 * through.
 */
struct policy_condition {
	unsigned argument;    /* 0 to 5 */
	uint32_t mask, value; /* argument & mask, compared with value */
	bool differs;         /* is to differ from it, not to be it */
};

struct policy_rule {
	char *call;
	uint32_t action; /* SECCOMP_RET_*, with its errno */
	struct policy_condition conditions[POLICY_CONDITIONS];
	unsigned count; /* of the conditions; all have to hold */
};

struct policy_member {
	char *group, *call;
};

struct policy {
	/* Whether there is a call of that name, on any machine. */
	bool (*knows)(const char *call);
	bool has_default;
	uint32_t otherwise; /* for calls that no rule is about */
	struct policy_rule *rules;
	size_t count;
	struct policy_member *members;
	size_t member_count;
};

/*
 * Add the lines of a text.  -1: one is wrong, which the failure names, but
 * not the file.  The policy is then only good for policy_free().
 */
int policy_read(struct policy *p, const char *text, size_t size,
    struct fail *f);

/*
 * Add a rule for each of these calls and groups, with commas between, and
 * without any condition.
 */
int policy_add(struct policy *p, uint32_t action, const char *calls,
    struct fail *f);

/* Put the action in the place of each one that is not SECCOMP_RET_ALLOW. */
void policy_deny_with(struct policy *p, uint32_t action);

void policy_free(struct policy *p);

#endif
