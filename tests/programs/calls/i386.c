/* SPDX-License-Identifier: ISC */
/* i386.c - the list, with the numbers of int $0x80 */
#include "calls.h"

const struct call i386[] = {
#ifdef __x86_64__
#include <asm/unistd_32.h>

#include "list.h"
#endif
	{ 0 },
};
