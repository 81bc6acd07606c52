/* SPDX-License-Identifier: ISC */
/* x32.c - the list, with the numbers of x32 */
#include "calls.h"

const struct call x32[] = {
#ifdef __x86_64__
#define __X32_SYSCALL_BIT 0x40000000
#define MARK __X32_SYSCALL_BIT
#include <asm/unistd_x32.h>

#include "list.h"
#endif
	{ 0 },
};
