/* SPDX-License-Identifier: ISC */
/* groups.c - see groups.h */
#include "groups.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <unistd.h>

#include "compat.h"
#include "fail.h"

int
groups_has_others(struct fail *f)
{
	int count = getgroups(0, NULL), others = 0;
	gid_t *list = calloc(count > 0 ? (size_t)count : 1, sizeof *list);

	if (list == NULL || count < 0 || (count = getgroups(count, list)) < 0)
		others = fail(f, errno, "read the caller's groups");
	for (int n = 0; n < count && others == 0; n++)
		others = list[n] != getegid();
	free(list);
	return others;
}

int
groups_leave_others(struct fail *f)
{
	gid_t own = getegid();

	if (sys_setgroups(1, &own) == 0)
		return 0;
	fail(f, errno, "leave the caller's groups");
	return fail_hint(f, "enterns user=self keeps them");
}
