/* SPDX-License-Identifier: ISC */
/*
 * promise.h - what a program is going to do, in few words: pledge(2) of
 * OpenBSD
 *
 *	promise=stdio,rpath,exec
 *
 * Each of them is some rules of denycall and some words of lockpath: the one
 * knows calls and no paths, the other paths and no calls.
 */
#ifndef PROMISE_H
#define PROMISE_H

#include <stddef.h>
#include <stdio.h>

struct fail;

/* Whether the text behind "promise=" is a list of them.  -1: it is not. */
int promise_check(const char *list, struct fail *f);

/*
 * The n-th of those in the list as rules of a policy, NULL behind the last.
 * They have one order, in which the rules belong.
 */
const char *promise_rules(const char *list, size_t n);

/*
 * If the word is one of promises, add the words of lockpath to the struct
 * landlock.  Always 0: it is not taken, for denycall has it, too.
 */
int promise_lock(void *landlock, const char *word, struct fail *f);

/* Of lockpath's words nothing is denycall's to print. */
void promise_print(const void *landlock, FILE *out);

/* Write those words as a comment of a policy, if there are any. */
void promise_explain(const char *word, FILE *out);

#endif
