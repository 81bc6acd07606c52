/* SPDX-License-Identifier: ISC */
/*
 * securebits.h - what being root means to the kernel
 *
 *	securebits=NAME,...    these, and no others; none: none of them
 *
 * capabilities(7), "The securebits flags".
 */
#ifndef SECUREBITS_H
#define SECUREBITS_H

#include <stdbool.h>
#include <stdio.h>

struct fail;

struct securebits {
	bool asked;
	unsigned bits; /* SECBIT_* */
};

/* 1: taken; 0: none of our words; -1: the struct is as it was. */
int securebits_add(void *layer, const char *word, struct fail *f);

void securebits_print(const void *layer, FILE *out);

/*
 * Set them, and read them back.  Needs CAP_SETPCAP; a bit that was locked
 * before stays as it is, which is an error.
 */
int securebits_apply(const struct securebits *s, struct fail *f);

#endif
