/* SPDX-License-Identifier: ISC */
/* filter.c - see filter.h */
#include "filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "callname.h"
#include "fail.h"
#include "instruction.h"
#include "scope.h"

/* The numbers of a kind of call: below NUMBERS, and some of ARM's above. */
enum { NUMBERS = 1024, ARM_PRIVATE = 0xf0000, ARM_PRIVATES = 16 };

/* A call of x86-64 that is marked so is x32's, with numbers from 512 on. */
enum { X32 = 0x40000000, X32_OWN = 512 };

struct kind {
	uint32_t audit;     /* AUDIT_ARCH_* */
	uint32_t tokens[2]; /* libseccomp's names for it; the second is x32 */
};

static const struct machine {
	const char *name;
	struct kind kinds[2]; /* its own first */
} machines[] = {
	{ "x86_64",
	    { { AUDIT_ARCH_X86_64, { SCMP_ARCH_X86_64, SCMP_ARCH_X32 } },
		{ AUDIT_ARCH_I386, { SCMP_ARCH_X86, 0 } } } },
	{ "aarch64", { { AUDIT_ARCH_AARCH64, { SCMP_ARCH_AARCH64, 0 } },
			 { AUDIT_ARCH_ARM, { SCMP_ARCH_ARM, 0 } } } },
	{ "i686", { { AUDIT_ARCH_I386, { SCMP_ARCH_X86, 0 } } } },
	{ "armv7l", { { AUDIT_ARCH_ARM, { SCMP_ARCH_ARM, 0 } } } },
	{ "riscv64", { { AUDIT_ARCH_RISCV64, { SCMP_ARCH_RISCV64, 0 } } } },
};

/* One call that does what others do, too, and which of them is in memory. */
static const struct {
	const char *call, *parts;
} multiplexers[] = {
	{ "socketcall",
	    "accept accept4 bind connect getpeername getsockname getsockopt "
	    "listen recv recvfrom recvmmsg recvmsg send sendmmsg sendmsg "
	    "sendto setsockopt shutdown socket socketpair" },
	{ "ipc", "msgctl msgget msgrcv msgsnd semctl semget semop semtimedop "
		 "shmat shmctl shmdt shmget" },
};

/* From this number on, up to the next range. */
struct range {
	uint32_t start;
	uint32_t action;  /* when no conditional rule fits */
	const char *call; /* whose rules have conditions, or NULL */
};

struct ranges {
	struct range list[NUMBERS + 2 * ARM_PRIVATES];
	size_t count;
};

size_t
filter_rules(const struct policy *p, const char *call, uint32_t *action,
    bool *conditional)
{
	*action = p->otherwise;
	*conditional = false;
	for (size_t n = p->count; n-- > 0;) {
		if (strcmp(p->rules[n].call, call) != 0)
			continue;
		if (p->rules[n].count == 0) {
			*action = p->rules[n].action;
			return n + 1;
		}
		*conditional = true;
	}
	return 0;
}

/* Its parts are chosen by what a filter cannot see: all of them or nothing. */
static bool
does_more(const struct policy *p, const char *call)
{
	for (size_t n = 0; n < COUNT(multiplexers); n++) {
		char parts[256], *rest = NULL;

		if (strcmp(multiplexers[n].call, call) != 0)
			continue;
		snprintf(parts, sizeof parts, "%s", multiplexers[n].parts);
		for (char *part = strtok_r(parts, " ", &rest); part != NULL;
		     part = strtok_r(NULL, " ", &rest)) {
			bool conditional;
			uint32_t action;

			(void)filter_rules(p, part, &action, &conditional);
			if (conditional || action != SECCOMP_RET_ALLOW)
				return true;
		}
	}
	return false;
}

static void
add_range(struct ranges *r, uint32_t number, const struct range *what)
{
	struct range *last = r->count > 0 ? &r->list[r->count - 1] : NULL;

	if (last != NULL && last->call == NULL && what->call == NULL
	    && last->action == what->action)
		return;
	r->list[r->count] = *what;
	r->list[r->count++].start = number;
}

/* What is to be done with a number that has this name, NULL: none. */
static struct range
judge(const struct policy *p, const char *call)
{
	struct range range = { .action = p->otherwise };
	bool conditional;

	if (call == NULL)
		return range;
	(void)filter_rules(p, call, &range.action, &conditional);
	/* Whoever hears ENOSYS makes the single calls instead. */
	if (range.action == SECCOMP_RET_ALLOW && does_more(p, call))
		range.action = SECCOMP_RET_ERRNO | ENOSYS;
	else if (conditional)
		range.call = call;
	return range;
}

/* The rules' own copy of a name, which lives as long as the policy. */
static const char *
intern(const struct policy *p, uint32_t token, uint32_t number)
{
	char *name = callname_find(token, number);
	const char *found = NULL;

	for (size_t n = 0; name != NULL && n < p->count; n++)
		if (strcmp(p->rules[n].call, name) == 0) {
			found = p->rules[n].call;
			break;
		}
	free(name);
	return found;
}

static void
find_ranges(const struct policy *p, const struct kind *kind, struct ranges *r)
{
	const struct range other = { .action = p->otherwise };
	struct range range;

	r->count = 0;
	for (uint32_t n = 0; n < NUMBERS; n++) {
		const char *call = intern(p, kind->tokens[0], n);

		/* Older kernels took x32's own without the mark, too. */
		if (kind->tokens[1] != 0 && n >= X32_OWN)
			call = intern(p, kind->tokens[1], n | X32);
		range = judge(p, call);
		add_range(r, n, &range);
	}
	add_range(r, NUMBERS, &other);
	if (kind->audit != AUDIT_ARCH_ARM)
		return;
	for (uint32_t n = 0; n < ARM_PRIVATES; n++) {
		range = judge(p, intern(p, kind->tokens[0], ARM_PRIVATE + n));
		add_range(r, ARM_PRIVATE + n, &range);
	}
	add_range(r, ARM_PRIVATE + ARM_PRIVATES, &other);
}

/*
 * The program is made from its end to its beginning, as jumps only lead
 * forward: so where they lead is there already.  A place is counted from
 * the end, from 1 on.
 */
struct writer {
	const struct policy *policy;
	const struct ranges *ranges;
	struct filter *out; /* filled from its end */
	size_t used;        /* more than there is room for: it is too long */
};

static struct sock_filter *
at(struct writer *w, size_t place)
{
	return &w->out->code[BPF_MAXINSNS - place];
}

static size_t
put(struct writer *w, uint16_t code, uint32_t k)
{
	if (++w->used <= BPF_MAXINSNS)
		*at(w, w->used) = (struct sock_filter){ code, 0, 0, k };
	return w->used;
}

/* One that ends the program so is shared by all that are not far from it. */
static size_t
put_return(struct writer *w, uint32_t action)
{
	for (size_t place = w->used;
	     place > 0 && place <= BPF_MAXINSNS && w->used - place < 128;
	     place--)
		if (at(w, place)->code == RETURN && at(w, place)->k == action)
			return place;
	return put(w, RETURN, action);
}

/* A conditional jump reaches over 255 instructions, another over all. */
static size_t
bring_near(struct writer *w, size_t place)
{
	/* One more may come between. */
	if (w->used + 1 - place <= UINT8_MAX || w->used > BPF_MAXINSNS)
		return place;
	if (at(w, place)->code == RETURN)
		return put_return(w, at(w, place)->k);
	return put(w, JUMP, (uint32_t)(w->used - place));
}

static size_t
put_if(struct writer *w, uint16_t code, uint32_t k, size_t yes, size_t no)
{
	struct sock_filter *line;

	yes = bring_near(w, yes);
	no = bring_near(w, no);
	if (put(w, code, k) <= BPF_MAXINSNS) {
		line = at(w, w->used);
		line->jt = (uint8_t)(w->used - 1 - yes);
		line->jf = (uint8_t)(w->used - 1 - no);
	}
	return w->used;
}

/* The low half, where it is in this machine's memory. */
static uint32_t
low_half(unsigned argument)
{
	uint32_t at = (uint32_t)offsetof(struct seccomp_data, args);

	return at + 8 * argument
	       + (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 0 : 4);
}

/*
 * What was put last begins the next rule, and loads what this one, with a
 * condition alone, has looked at before it goes on there.
 */
static bool
is_loaded(struct writer *w, const struct policy_rule *rule, size_t other)
{
	const struct policy_condition *c = rule->conditions;

	return rule->count == 1 && c->mask == UINT32_MAX && other == w->used
	       && w->used <= BPF_MAXINSNS && at(w, other)->code == LOAD
	       && at(w, other)->k == low_half(c->argument);
}

/* Go on at other where a condition does not hold. */
static size_t
put_rule(struct writer *w, const struct policy_rule *rule, size_t other)
{
	size_t next = put_return(w, rule->action);

	if (is_loaded(w, rule, other))
		other = --w->used;
	for (unsigned n = rule->count; n-- > 0;) {
		const struct policy_condition *c = &rule->conditions[n];

		if (c->differs)
			put_if(w, IF_EQUAL, c->value, other, next);
		else
			put_if(w, IF_EQUAL, c->value, next, other);
		if (c->mask != UINT32_MAX)
			put(w, AND, c->mask);
		next = put(w, LOAD, low_half(c->argument));
	}
	return next;
}

/* The last rule is asked first. */
static size_t
put_leaf(struct writer *w, const struct range *range)
{
	const struct policy *p = w->policy;
	size_t place = put_return(w, range->action);
	bool conditional;
	uint32_t action;

	if (range->call == NULL)
		return place;
	for (size_t n = filter_rules(p, range->call, &action, &conditional);
	     n < p->count; n++)
		if (strcmp(p->rules[n].call, range->call) == 0)
			place = put_rule(w, &p->rules[n], place);
	return place;
}

static size_t
put_tree(struct writer *w, size_t from, size_t to)
{
	size_t middle = from + (to - from) / 2, above, below;

	if (to - from == 1)
		return put_leaf(w, &w->ranges->list[from]);
	above = put_tree(w, middle, to);
	below = put_tree(w, from, middle);
	return put_if(w, IF_LEAST, w->ranges->list[middle].start, above, below);
}

/* The calls of one kind; go on at other for those of another. */
static size_t
put_kind(struct writer *w, const struct kind *kind, size_t other)
{
	size_t place = put_tree(w, 0, w->ranges->count);

	/* The tree begins with the last that was put, if it is one. */
	if (place != w->used)
		put(w, JUMP, (uint32_t)(w->used - place));
	if (kind->tokens[1] != 0)
		put(w, AND, ~(uint32_t)X32);
	place = put(w, LOAD, (uint32_t)offsetof(struct seccomp_data, nr));
	return put_if(w, IF_EQUAL, kind->audit, place, other);
}

int
filter_compile(const struct policy *p, const char *machine, struct filter *out,
    struct fail *f)
{
	struct ranges *ranges;
	struct writer w = { .policy = p, .out = out };
	const struct machine *m = NULL;
	size_t place;

	for (size_t n = 0; n < COUNT(machines); n++)
		if (strcmp(machines[n].name, machine) == 0)
			m = &machines[n];
	if (m == NULL)
		return fail(f, 0, "no filter is known for a machine of type %s",
		    machine);
	if ((ranges = malloc(sizeof *ranges)) == NULL)
		return fail(f, ENOMEM, "make a filter");
	w.ranges = ranges;
	place = put(&w, RETURN, FOREIGN);
	for (size_t n = COUNT(m->kinds); n-- > 0;) {
		if (m->kinds[n].audit == 0)
			continue;
		find_ranges(p, &m->kinds[n], ranges);
		place = put_kind(&w, &m->kinds[n], place);
	}
	put(&w, LOAD, (uint32_t)offsetof(struct seccomp_data, arch));
	free(ranges);
	if (w.used > BPF_MAXINSNS)
		return fail(f, 0,
		    "the filter has %zu instructions, more than %d", w.used,
		    BPF_MAXINSNS);
	out->length = w.used;
	memmove(out->code, at(&w, w.used), w.used * sizeof *out->code);
	return 0;
}
