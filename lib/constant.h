/* SPDX-License-Identifier: ISC */
/* constant.h - names that a policy has for the numbers of the kernel */
#ifndef CONSTANT_H
#define CONSTANT_H

#include <stdint.h>

/*
 * What a name of AF_*, CLONE_NEW*, TIOC* and the like stands for, or a
 * number of 32 bits, decimal or with 0x in front.  -1: neither; *value is
 * left alone.
 */
int constant_find(const char *text, uint32_t *value);

/* The same for an error, by its name of errno(3) or its number. */
int constant_find_errno(const char *text, uint32_t *value);

/* The name of an error, or NULL if it has none here. */
const char *constant_errno(uint32_t value);

#endif
