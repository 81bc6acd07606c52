/* SPDX-License-Identifier: ISC */
/* capability.c - see capability.h */
#include "capability.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fail.h"

#define BIT(cap) (UINT64_C(1) << (cap))

const uint64_t capability_default =
    BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_FOWNER) | BIT(CAP_FSETID)
    | BIT(CAP_KILL) | BIT(CAP_SETGID) | BIT(CAP_SETUID) | BIT(CAP_SETPCAP)
    | BIT(CAP_NET_BIND_SERVICE) | BIT(CAP_NET_RAW) | BIT(CAP_SYS_CHROOT)
    | BIT(CAP_SETFCAP);

int
capability_bound(uint64_t keep, struct fail *f)
{
	/* Up to the first that this kernel does not know. */
	for (int cap = 0; cap < 64; cap++) {
		if ((keep & BIT(cap))
		    || prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0)
			continue;
		if (errno == EINVAL && cap > CAP_AUDIT_READ)
			break;
		return fail(f, errno,
		    "drop capability %d from the bounding set", cap);
	}
	return 0;
}

int
capability_limit(uint64_t keep, struct fail *f)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct set[2], got[2];

	if (syscall(SYS_capget, &header, set) < 0)
		return fail(f, errno, "read the capabilities");
	for (int half = 0; half < 2; half++) {
		set[half].permitted &= (uint32_t)(keep >> 32 * half);
		set[half].effective = set[half].permitted;
		set[half].inheritable = 0;
	}
	if (syscall(SYS_capset, &header, set) < 0)
		return fail(f, errno, "drop capabilities");
	/* A kernel without ambient capabilities (before 4.3) says EINVAL. */
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0
	    && errno != EINVAL)
		return fail(f, errno, "clear the ambient capabilities");
	if (syscall(SYS_capget, &header, got) < 0)
		return fail(f, errno, "read the capabilities");
	for (int half = 0; half < 2; half++)
		if ((got[half].permitted & ~(uint32_t)(keep >> 32 * half))
		    || got[half].effective != got[half].permitted
		    || got[half].inheritable != 0)
			return fail(f, 0,
			    "the capabilities are not what was asked for");
	return 0;
}

int
capability_no_new_privileges(struct fail *f)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return fail(f, errno, "set no_new_privs");
	return 0;
}
