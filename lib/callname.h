/* SPDX-License-Identifier: ISC */
/*
 * callname.h - the names of system calls
 *
 * libseccomp has them, up to those that were there when it was made.  A call
 * that it does not know would be in no group and in no list of what is denied:
 * open_tree_attr(2) does all that open_tree(2) does.  So we know some more.
 */
#ifndef CALLNAME_H
#define CALLNAME_H

#include <stdbool.h>
#include <stdint.h>

/* Whether some machine has a call of that name. */
bool callname_is_one(const char *name);

/*
 * The name of a number, from malloc(3); NULL: none is known.  kind is one of
 * libseccomp's, SCMP_ARCH_*; x32's numbers are marked.
 */
char *callname_find(uint32_t kind, uint32_t number);

#endif
