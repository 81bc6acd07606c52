/* SPDX-License-Identifier: ISC */
/* policy.c - see policy.h */
#include "policy.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "constant.h"
#include "fail.h"
#include "number.h"
#include "scope.h"

static const char blanks[] = " \t";

enum { WORDS = 256 }; /* in a line */

static int
no_memory(struct fail *f)
{
	return fail(f, ENOMEM, "read a policy");
}

/* Room for one more behind count things of that size, in steps. */
static void *
grow(void *list, size_t count, size_t size)
{
	if ((count & (count - 1)) != 0)
		return list;
	return realloc(list, (count == 0 ? 1 : 2 * count) * size);
}

static int
add_rule(struct policy *p, const struct policy_rule *like, const char *call,
    struct fail *f)
{
	struct policy_rule *rules;

	if (p->count >= POLICY_RULES)
		return fail(f, 0, "more than %d rules", POLICY_RULES);
	if ((rules = grow(p->rules, p->count, sizeof *rules)) == NULL)
		return no_memory(f);
	p->rules = rules;
	rules[p->count] = *like;
	if ((rules[p->count].call = strdup(call)) == NULL)
		return no_memory(f);
	p->count++;
	return 0;
}

/*
 * A name with "?" behind it may be one that is not known here.  1: it is
 * left out for that; 0: it is one, and without the mark now.
 */
static int
check_call(const struct policy *p, char *call, struct fail *f)
{
	size_t length = strlen(call);
	bool optional = length > 0 && call[length - 1] == '?';

	if (optional)
		call[length - 1] = '\0';
	if (*call != '\0' && p->knows(call))
		return 0;
	return optional ? 1 : fail(f, 0, "%s: no such system call", call);
}

static int
add_group(struct policy *p, const struct policy_rule *like, const char *group,
    struct fail *f)
{
	bool found = false;

	for (size_t n = 0; n < p->member_count; n++) {
		if (strcmp(p->members[n].group, group) != 0)
			continue;
		found = true;
		if (add_rule(p, like, p->members[n].call, f) < 0)
			return -1;
	}
	return found ? 0 : fail(f, 0, "%s: no such group", group);
}

/* One word: a call or a group. */
static int
add_calls(struct policy *p, const struct policy_rule *like, char *word,
    struct fail *f)
{
	int missing;

	if (*word == '@')
		return add_group(p, like, word, f);
	if ((missing = check_call(p, word, f)) != 0)
		return missing < 0 ? -1 : 0;
	return add_rule(p, like, word, f);
}

static int
add_member(struct policy *p, const char *group, const char *call,
    struct fail *f)
{
	struct policy_member *members, *m;

	if (p->member_count >= POLICY_RULES)
		return fail(f, 0, "more than %d in groups", POLICY_RULES);
	members = grow(p->members, p->member_count, sizeof *members);
	if (members == NULL)
		return no_memory(f);
	p->members = members;
	m = &members[p->member_count++];
	*m = (struct policy_member){ strdup(group), strdup(call) };
	return m->group == NULL || m->call == NULL ? no_memory(f) : 0;
}

/* A group in a group is all that is in it by then. */
static int
add_group_to_group(struct policy *p, const char *group, const char *other,
    struct fail *f)
{
	size_t count = p->member_count;
	bool found = false;

	for (size_t n = 0; n < count; n++) {
		if (strcmp(p->members[n].group, other) != 0)
			continue;
		found = true;
		if (add_member(p, group, p->members[n].call, f) < 0)
			return -1;
	}
	return found ? 0 : fail(f, 0, "%s: no such group", other);
}

static int
read_group(struct policy *p, char *rest, struct fail *f)
{
	const char *group = strtok_r(rest, blanks, &rest);
	unsigned count = 0;
	char *word;
	int missing;

	if (group == NULL || group[0] != '@' || group[1] == '\0')
		return fail(f, 0, "group: expected @NAME CALL ...");
	while ((word = strtok_r(NULL, blanks, &rest)) != NULL) {
		count++;
		if (*word == '@') {
			if (add_group_to_group(p, group, word, f) < 0)
				return -1;
			continue;
		}
		if ((missing = check_call(p, word, f)) < 0
		    || (missing == 0 && add_member(p, group, word, f) < 0))
			return -1;
	}
	return count > 0 ? 0 : fail(f, 0, "%s: no calls", group);
}

/* "0x20", "32", "AF_UNIX" or some of them with "|" between. */
static int
read_value(char *text, uint32_t *value, struct fail *f)
{
	char *part;

	*value = 0;
	while ((part = strsep(&text, "|")) != NULL) {
		uint32_t one;

		if (constant_find(part, &one) < 0)
			return fail(f, 0,
			    "%s: no such constant, and no number of 32 bits",
			    part);
		*value |= one;
	}
	return 0;
}

/* "argN[&MASK]==VALUE" or "!=". */
static int
read_condition(char *word, struct policy_condition *c, struct fail *f)
{
	char *compare = strstr(word, "=="), *mask;

	*c = (struct policy_condition){ .mask = UINT32_MAX };
	if (compare == NULL) {
		compare = strstr(word, "!=");
		c->differs = true;
	}
	if (strlen(word) < 5 || word[3] < '0' || word[3] > '5'
	    || compare == NULL || compare[2] == '\0')
		return fail(f, 0,
		    "%s: expected argN==VALUE, argN!=VALUE or "
		    "argN&MASK==VALUE, with N from 0 to 5",
		    word);
	c->argument = (unsigned)(word[3] - '0');
	mask = word + 4;
	*compare = '\0';
	if (*mask == '&' && mask[1] != '\0') {
		if (read_value(mask + 1, &c->mask, f) < 0)
			return -1;
	} else if (mask != compare) {
		return fail(f, 0, "%s: expected argN&MASK", word);
	}
	if (read_value(compare + 2, &c->value, f) < 0)
		return -1;
	/* A rule to deny that denies nothing would look like one that does. */
	if ((c->value & ~c->mask) != 0)
		return fail(f, 0,
		    "arg%u: compared with %#x, which the mask %#x never leaves",
		    c->argument, c->value, c->mask);
	return 0;
}

static const struct {
	const char *name;
	uint32_t action;
} actions[] = {
	{ "allow", SECCOMP_RET_ALLOW },
	{ "deny", SECCOMP_RET_ERRNO | EPERM },
	{ "kill", SECCOMP_RET_KILL_PROCESS },
	{ "trap", SECCOMP_RET_TRAP },
	{ "log", SECCOMP_RET_LOG },
};

static int
find_action(const char *word, uint32_t *action)
{
	for (size_t n = 0; n < COUNT(actions); n++)
		if (strcmp(actions[n].name, word) == 0) {
			*action = actions[n].action;
			return 0;
		}
	return -1;
}

static int
read_errno(const char *name, struct policy_rule *rule, struct fail *f)
{
	uint32_t value;

	if ((rule->action & SECCOMP_RET_ACTION_FULL) != SECCOMP_RET_ERRNO)
		return fail(f, 0, "errno=%s: it goes with deny only", name);
	/* The kernel makes 4095 of what is larger. */
	if (constant_find_errno(name, &value) < 0 || value == 0 || value > 4095)
		return fail(f, 0, "errno=%s: no such error", name);
	rule->action = SECCOMP_RET_ERRNO | value;
	return 0;
}

/* What is said about all calls of a line, wherever in it. */
static int
read_terms(char *rest, struct policy_rule *rule, char **calls, size_t *count,
    struct fail *f)
{
	char *word;

	while ((word = strtok_r(NULL, blanks, &rest)) != NULL) {
		if (strncmp(word, "errno=", 6) == 0) {
			if (read_errno(word + 6, rule, f) < 0)
				return -1;
		} else if (strpbrk(word, "=&") == NULL) {
			if (*count == WORDS)
				return fail(f, 0, "more than %d calls", WORDS);
			calls[(*count)++] = word;
		} else if (strncmp(word, "arg", 3) != 0) {
			return fail(f, 0, "%s: neither a call nor a condition",
			    word);
		} else if (rule->count == POLICY_CONDITIONS) {
			return fail(f, 0, "more than %d conditions",
			    POLICY_CONDITIONS);
		} else if (read_condition(word,
			       &rule->conditions[rule->count++], f)
			   < 0) {
			return -1;
		}
	}
	return 0;
}

static int
read_line(struct policy *p, char *line, struct fail *f)
{
	struct policy_rule rule = { .call = NULL };
	char *rest = NULL, *calls[WORDS], *first, *verb;
	size_t count = 0;

	line[strcspn(line, "#")] = '\0';
	if ((first = verb = strtok_r(line, blanks, &rest)) == NULL)
		return 0;
	if (strcmp(first, "group") == 0)
		return read_group(p, rest, f);
	if (strcmp(first, "default") == 0
	    && (verb = strtok_r(NULL, blanks, &rest)) == NULL)
		return fail(f, 0, "default: expected an action");
	if (find_action(verb, &rule.action) < 0)
		return fail(f, 0,
		    "%s: expected allow, deny, kill, trap, log, default or "
		    "group",
		    verb);
	if (read_terms(rest, &rule, calls, &count, f) < 0)
		return -1;
	if (verb != first) {
		if (count > 0 || rule.count > 0)
			return fail(f, 0, "default: it is for all calls");
		p->otherwise = rule.action;
		p->has_default = true;
		return 0;
	}
	if (count == 0)
		return fail(f, 0, "%s: no calls", verb);
	for (size_t n = 0; n < count; n++)
		if (add_calls(p, &rule, calls[n], f) < 0)
			return -1;
	return 0;
}

static int
read_lines(struct policy *p, char *text, struct fail *f)
{
	unsigned number = 1;

	for (char *line = text, *end; line != NULL; line = end, number++) {
		if ((end = strchr(line, '\n')) != NULL)
			*end++ = '\0';
		if (read_line(p, line, f) < 0)
			return fail_prefix(f, "line %u: ", number);
	}
	return 0;
}

int
policy_read(struct policy *p, const char *text, size_t size, struct fail *f)
{
	autofree char *copy = NULL;

	if (size > POLICY_BYTES)
		return fail(f, 0, "it is larger than %d bytes", POLICY_BYTES);
	for (size_t n = 0; n < size; n++)
		if ((text[n] < ' ' && text[n] != '\t' && text[n] != '\n')
		    || text[n] == 127)
			return fail(f, 0, "it is no text");
	if ((copy = strndup(text, size)) == NULL)
		return no_memory(f);
	return read_lines(p, copy, f);
}

int
policy_add(struct policy *p, uint32_t action, const char *calls, struct fail *f)
{
	const struct policy_rule rule = { .action = action };
	autofree char *copy = strdup(calls);
	char *rest = copy, *word;

	if (copy == NULL)
		return no_memory(f);
	while ((word = strsep(&rest, ",")) != NULL)
		if (add_calls(p, &rule, word, f) < 0)
			return -1;
	return 0;
}

void
policy_deny_with(struct policy *p, uint32_t action)
{
	if (p->otherwise != SECCOMP_RET_ALLOW)
		p->otherwise = action;
	for (size_t n = 0; n < p->count; n++)
		if (p->rules[n].action != SECCOMP_RET_ALLOW)
			p->rules[n].action = action;
}

void
policy_free(struct policy *p)
{
	for (size_t n = 0; n < p->count; n++)
		free(p->rules[n].call);
	for (size_t n = 0; n < p->member_count; n++) {
		free(p->members[n].group);
		free(p->members[n].call);
	}
	free(p->rules);
	free(p->members);
	p->rules = NULL;
	p->members = NULL;
	p->count = p->member_count = 0;
}
