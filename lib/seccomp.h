/* SPDX-License-Identifier: ISC */
/*
 * seccomp.h - which system calls a process may make: denycall's words
 *
 *	default file=POLICY allow=CALLS deny=CALLS action=errno|kill|log|trap
 *	promise=PROMISES
 *
 * The default policy is a program in the tool already, made when that was
 * built.  All else is made by a helper, before there is a jail.  Filters
 * add up: of those that a process has, the one that denies most decides.
 * seccomp(2).
 */
#ifndef SECCOMP_H
#define SECCOMP_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "judge.h"

struct fail;

enum { SECCOMP_WORDS = 64, SECCOMP_PROGRAMS = 3 };

/*
 * Small filters that no word asks for: nobody types into a terminal that is
 * shared; nobody uses TCP past a lock of ports.
 */
enum { SECCOMP_TTY = 1, SECCOMP_PORTS = 2 };

struct seccomp {
	bool none;     /* all that was said before is forgotten */
	bool standing; /* the default policy, with a filter of its own */
	char *word[SECCOMP_WORDS]; /* one policy together */
	int words;
	struct sock_filter *code; /* what they became, from malloc(3) */
	size_t length;
};

/* Take one word.  1: taken; -1: bad, or the path of a policy is too long. */
int seccomp_add(void *layer, const char *word, struct fail *f);

/* Write the words, each after a blank, as they came; a path is absolute. */
void seccomp_print(const void *layer, FILE *out);

/*
 * Whether the words need the helper; whether there is a filter at all; and
 * whether one of them is that of the default policy, unchanged.
 */
bool seccomp_is_own(const struct seccomp *s);
bool seccomp_asked(const struct seccomp *s);
bool seccomp_has_default(const struct seccomp *s);

/*
 * Have the helper make a program of the words.  It is told of calls that
 * nobody knows, of files that cannot be read, and the like.  -1: there is
 * no program.
 */
int seccomp_compile(struct seccomp *s, struct fail *f);

/* What the words say, as a policy, from malloc(3).  NULL: see *f. */
char *seccomp_explain(const struct seccomp *s, struct fail *f);

/*
 * What is to be loaded, in this order, with these of the small ones.  Returns
 * how many there are.
 */
size_t seccomp_programs(const struct seccomp *s, unsigned small,
    struct seccomp_program program[SECCOMP_PROGRAMS]);

/* The words that a program of these was made of, up to a NULL. */
void seccomp_words(const struct seccomp *s,
    const struct seccomp_program *program, const char *word[SECCOMP_WORDS + 1]);

/*
 * From now on they hold for this process and all that it begins.  Needs
 * no_new_privs or CAP_SYS_ADMIN.  -1: the process is fit for nothing.
 */
int seccomp_apply(const struct seccomp *s, unsigned small, struct fail *f);

/* The default policy alone. */
int seccomp_apply_default(struct fail *f);

/* What these files of syscall-policies became. */
extern const struct sock_filter seccomp_default[], seccomp_tty[],
    seccomp_ports[];
extern const size_t seccomp_default_length, seccomp_tty_length,
    seccomp_ports_length;

#endif
