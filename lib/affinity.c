/* SPDX-License-Identifier: ISC */
/* affinity.c - see affinity.h */
#include "affinity.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fail.h"
#include "numberset.h"

int
affinity_set(const struct numberset *set, struct fail *f)
{
	struct numberset got = { { 0 } };

	/* The kernel leaves out what it does not have, and says nothing. */
	if (syscall(SYS_sched_setaffinity, 0, sizeof *set, set) < 0
	    && errno != EINVAL)
		return fail(f, errno, "cpus: sched_setaffinity");
	if (syscall(SYS_sched_getaffinity, 0, sizeof got, &got) < 0)
		return fail(f, errno, "cpus: sched_getaffinity");
	if (numberset_equal(&got, set))
		return 0;
	fail(f, 0, "cpus: not all of them are there for this caller");
	return fail_hint(f, "Cpus_allowed_list in /proc/self/status has those "
			    "that are");
}
