/* SPDX-License-Identifier: ISC */
/* callname.c - see callname.h */
#include "callname.h"

#include <seccomp.h>
#include <string.h>

#include "scope.h"

enum { X32 = 0x40000000 };

/*
 * From 424 on a call has the same number on all machines that we make filters
 * for.  This is up to Linux 6.19; scripts/syscall.tbl of the kernel.
 */
static const struct {
	uint32_t number;
	const char *name;
} newer[] = {
	{ 449, "futex_waitv" },
	{ 450, "set_mempolicy_home_node" },
	{ 451, "cachestat" },
	{ 452, "fchmodat2" },
	{ 453, "map_shadow_stack" },
	{ 454, "futex_wake" },
	{ 455, "futex_wait" },
	{ 456, "futex_requeue" },
	{ 457, "statmount" },
	{ 458, "listmount" },
	{ 459, "lsm_get_self_attr" },
	{ 460, "lsm_set_self_attr" },
	{ 461, "lsm_list_modules" },
	{ 462, "mseal" },
	{ 463, "setxattrat" },
	{ 464, "getxattrat" },
	{ 465, "listxattrat" },
	{ 466, "removexattrat" },
	{ 467, "open_tree_attr" },
	{ 468, "file_getattr" },
	{ 469, "file_setattr" },
	{ 470, "listns" },
};

bool
callname_is_one(const char *name)
{
	for (size_t n = 0; n < COUNT(newer); n++)
		if (strcmp(newer[n].name, name) == 0)
			return true;
	return seccomp_syscall_resolve_name(name) != __NR_SCMP_ERROR;
}

char *
callname_find(uint32_t kind, uint32_t number)
{
	char *name = seccomp_syscall_resolve_num_arch(kind, (int)number);

	if (kind == SCMP_ARCH_X32 && (number & X32))
		number &= ~(uint32_t)X32;
	for (size_t n = 0; name == NULL && n < COUNT(newer); n++)
		if (newer[n].number == number)
			name = strdup(newer[n].name);
	return name;
}
