/* SPDX-License-Identifier: ISC */
/* wording.c - see wording.h */
#include "wording.h"

#include <inttypes.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "callname.h"
#include "constant.h"
#include "fail.h"
#include "filter.h"
#include "scope.h"

enum { NUMBERS = 1024, WIDTH = 78, NAMES = 1024 };

/* Names in lines that begin alike. */
struct lines {
	FILE *out;
	const char *begin;
	int column;
};

static void
put_name(struct lines *l, const char *name)
{
	int length = (int)strlen(name);

	if (l->column == 0 || l->column + 1 + length > WIDTH) {
		if (l->column > 0)
			fputc('\n', l->out);
		l->column = fprintf(l->out, "%s", l->begin);
	}
	l->column += fprintf(l->out, " %s", name);
}

static void
end_lines(struct lines *l)
{
	if (l->column > 0)
		fputc('\n', l->out);
	l->column = 0;
}

/* An action as a rule begins with it: "deny errno=EPERM". */
static const char *
describe(uint32_t action, char text[32])
{
	const char *error = constant_errno(action & SECCOMP_RET_DATA);

	switch (action & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
		return "allow";
	case SECCOMP_RET_LOG:
		return "log";
	case SECCOMP_RET_TRAP:
		return "trap";
	case SECCOMP_RET_ERRNO:
		if (error != NULL)
			snprintf(text, 32, "deny errno=%s", error);
		else
			snprintf(text, 32, "deny errno=%u",
			    action & SECCOMP_RET_DATA);
		return text;
	}
	return "kill";
}

static void
put_rule(const struct policy_rule *rule, FILE *out)
{
	char text[32];

	fprintf(out, "%s %s", describe(rule->action, text), rule->call);
	for (unsigned n = 0; n < rule->count; n++) {
		const struct policy_condition *one = &rule->conditions[n];

		fprintf(out, " arg%u", one->argument);
		if (one->mask != UINT32_MAX)
			fprintf(out, "&%#" PRIx32, one->mask);
		fprintf(out, "%s%#" PRIx32,
		    one->differs ? "!=" : "==", one->value);
	}
	fputc('\n', out);
}

static void
put_conditional(const struct policy *p, const char *call, FILE *out)
{
	bool conditional;
	uint32_t action;
	char text[32];
	size_t n = filter_rules(p, call, &action, &conditional);

	fprintf(out, "%s %s\n", describe(action, text), call);
	for (; n < p->count; n++)
		if (strcmp(p->rules[n].call, call) == 0)
			put_rule(&p->rules[n], out);
}

static bool
fits(const struct policy_rule *rule, const uint32_t args[6])
{
	for (unsigned n = 0; n < rule->count; n++) {
		const struct policy_condition *c = &rule->conditions[n];

		if (((args[c->argument] & c->mask) == c->value) == c->differs)
			return false;
	}
	return true;
}

void
wording_rule(const struct policy *p, const char *call, const uint32_t args[6],
    FILE *out)
{
	char text[32];

	for (size_t n = p->count; call != NULL && n-- > 0;)
		if (strcmp(p->rules[n].call, call) == 0
		    && fits(&p->rules[n], args)) {
			put_rule(&p->rules[n], out);
			return;
		}
	fprintf(out, "default %s\n", describe(p->otherwise, text));
}

/* The calls with this action; the first time those with conditions. */
static void
put_action(const struct policy *p, char *names[], uint32_t want, FILE *out)
{
	char text[32];
	struct lines lines = { .out = out, .begin = describe(want, text) };

	for (size_t n = 0; n < NUMBERS; n++) {
		bool conditional;
		uint32_t action;

		if (names[n] == NULL)
			continue;
		(void)filter_rules(p, names[n], &action, &conditional);
		if (!conditional && action == want)
			put_name(&lines, names[n]);
	}
	end_lines(&lines);
}

/* Whether none of the rules in front of the n-th has its action. */
static bool
is_new(const struct policy *p, size_t n)
{
	for (size_t before = 0; before < n; before++)
		if (p->rules[before].action == p->rules[n].action)
			return false;
	return p->rules[n].action != p->otherwise;
}

void
wording_explain(const struct policy *p, FILE *out)
{
	char *names[NUMBERS], text[32];
	bool conditional;
	uint32_t action;

	for (int n = 0; n < NUMBERS; n++)
		names[n] = callname_find(SCMP_ARCH_NATIVE, n);
	fprintf(out, "default %s\n", describe(p->otherwise, text));
	for (size_t n = 0; n < p->count; n++)
		if (is_new(p, n))
			put_action(p, names, p->rules[n].action, out);
	for (int n = 0; n < NUMBERS; n++) {
		if (names[n] == NULL)
			continue;
		(void)filter_rules(p, names[n], &action, &conditional);
		if (conditional)
			put_conditional(p, names[n], out);
		free(names[n]);
	}
}

/*
 * What was learned.
 */

char *
wording_name(uint32_t arch, uint32_t number)
{
	/* x32 is marked in the number. */
	if (arch == AUDIT_ARCH_X86_64 && (number & 0x40000000) != 0)
		arch = SCMP_ARCH_X32;
	return callname_find(arch, number);
}

struct names {
	char *name[NAMES];
	size_t count;
};

static void
add_name(struct names *list, char *name)
{
	for (size_t n = 0; n < list->count; n++)
		if (strcmp(list->name[n], name) == 0) {
			free(name);
			return;
		}
	if (list->count < NAMES)
		list->name[list->count++] = name;
	else
		free(name);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
put_names(struct names *list, FILE *out)
{
	struct lines lines = { .out = out, .begin = "allow" };

	qsort(list->name, list->count, sizeof *list->name, compare);
	for (size_t n = 0; n < list->count; n++) {
		put_name(&lines, list->name[n]);
		free(list->name[n]);
	}
	end_lines(&lines);
}

/* No run shows them all, and no program can do without. */
static const char preface[] =
    "# What a command called when it was run once: denycall --learn.\n"
    "# Not learned: calls that it makes with other input, on another machine,\n"
    "# with another libc, or when something fails.  Arguments are not looked\n"
    "# at, but for the families of sockets.\n"
    "default deny errno=ENOSYS\n"
    "\n"
    "# To end, to come back from a signal, and to begin at all.\n"
    "allow execve exit exit_group restart_syscall rt_sigreturn sigreturn\n"
    "# What may be answered without the kernel, and was not seen then.\n"
    "allow clock_getres clock_gettime clock_gettime64 getcpu gettimeofday "
    "time\n"
    "\n"
    "# What was seen.\n";

/* Most likely the kernel knows it no better, but nobody can be sure. */
static void
nameless(uint32_t arch, uint32_t number, FILE *out)
{
	fprintf(out,
	    "# Call %" PRIu32 " of kind %#" PRIx32 ": it has no name, "
	    "and is not allowed.\n",
	    number, arch);
}

int
wording_learned(FILE *in, FILE *out, struct fail *f)
{
	static const char *const by_family[] = { "socket", "socketpair" };
	uint64_t families[COUNT(by_family)] = { 0 };
	static struct names calls;
	uint32_t arch, number, first;
	int got;

	fputs(preface, out);
	while ((got = fscanf(in, "%" SCNu32 " %" SCNu32 " %" SCNu32, &arch,
		    &number, &first))
	       == 3) {
		char *name = wording_name(arch, number);
		size_t n = 0;

		if (name == NULL) {
			nameless(arch, number, out);
			continue;
		}
		while (n < COUNT(by_family) && strcmp(name, by_family[n]) != 0)
			n++;
		if (n < COUNT(by_family) && first < 64) {
			families[n] |= UINT64_C(1) << first;
			free(name);
		} else {
			add_name(&calls, name);
		}
	}
	if (got != EOF)
		return fail(f, 0, "this is no call");
	put_names(&calls, out);
	for (size_t n = 0; n < COUNT(by_family); n++)
		for (int family = 0; family < 64; family++)
			if (families[n] >> family & 1)
				fprintf(out, "allow %s arg0==%d\n",
				    by_family[n], family);
	return 0;
}
