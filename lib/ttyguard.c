/* SPDX-License-Identifier: ISC */
/* ttyguard.c - see ttyguard.h */
#include "ttyguard.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

#include "fail.h"
#include "scope.h"

/* ioctl(2) in each numbering that a machine of ours can be called with. */
enum {
	IOCTL_X86_64 = 16,
	IOCTL_X32 = 514,
	IOCTL_I386 = 54, /* 32-bit arm counts alike */
	IOCTL_AARCH64 = 29,
	X32 = 0x40000000, /* marks a number of x32 */
};

/* The kernel looks at the low half of a 64-bit request, and so do we. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define LOW_HALF 0
#else
#define LOW_HALF 4
#endif

/* The lines of the filter, to jump to. */
enum {
	ARCH,
	ARCH_X86_64,
	ARCH_I386,
	ARCH_ARM,
	ARCH_AARCH64,
	UNKNOWN,
	X86_64,
	X86_64_MASK,
	X86_64_NATIVE,
	X86_64_X32,
	OLD,
	OLD_IOCTL,
	AARCH64,
	AARCH64_IOCTL,
	REQUEST,
	REQUEST_TYPE,
	REQUEST_PASTE,
	DENY,
	ALLOW,
	LINES
};

#define LOAD(field)                                                            \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, action)
#define IF(here, value, yes, no)                                               \
	[here] = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, (yes) - (here)-1,  \
	    (no) - (here)-1)

/*
 * The kind of call decides what its number means, so that comes first.  A
 * machine that knows one kind never makes a call of another, so there is
 * one filter for all of them.  The numbers from 512 on are x32's, but older
 * kernels took them without its mark as well.
 */
const struct sock_filter ttyguard_filter[] = {
	[ARCH] = LOAD(arch),
	IF(ARCH_X86_64, AUDIT_ARCH_X86_64, X86_64, ARCH_I386),
	IF(ARCH_I386, AUDIT_ARCH_I386, OLD, ARCH_ARM),
	IF(ARCH_ARM, AUDIT_ARCH_ARM, OLD, ARCH_AARCH64),
	IF(ARCH_AARCH64, AUDIT_ARCH_AARCH64, AARCH64, UNKNOWN),
	[UNKNOWN] = RETURN(SECCOMP_RET_KILL_PROCESS),

	[X86_64] = LOAD(nr),
	[X86_64_MASK] = BPF_STMT(BPF_ALU | BPF_AND | BPF_K, ~(unsigned)X32),
	IF(X86_64_NATIVE, IOCTL_X86_64, REQUEST, X86_64_X32),
	IF(X86_64_X32, IOCTL_X32, REQUEST, ALLOW),

	[OLD] = LOAD(nr),
	IF(OLD_IOCTL, IOCTL_I386, REQUEST, ALLOW),

	[AARCH64] = LOAD(nr),
	IF(AARCH64_IOCTL, IOCTL_AARCH64, REQUEST, ALLOW),

	[REQUEST] = BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	    offsetof(struct seccomp_data, args[1]) + LOW_HALF),
	IF(REQUEST_TYPE, TIOCSTI, DENY, REQUEST_PASTE),
	IF(REQUEST_PASTE, TIOCLINUX, DENY, ALLOW),
	[DENY] = RETURN(SECCOMP_RET_ERRNO | EPERM),
	[ALLOW] = RETURN(SECCOMP_RET_ALLOW),
};

const size_t ttyguard_length = COUNT(ttyguard_filter);

_Static_assert(COUNT(ttyguard_filter) == LINES, "every line is there");

int
ttyguard_apply(struct fail *f)
{
	struct sock_fprog program = {
		.len = LINES,
		.filter = (struct sock_filter *)ttyguard_filter,
	};

#if !defined __x86_64__ && !defined __i386__ && !defined __aarch64__           \
    && !defined __arm__
	/* Elsewhere the filter would kill the command before it begins. */
	return fail(f, 0, "terminal: no filter is known for this machine");
#endif
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0)
		return fail(f, errno,
		    "terminal: forbid to type into it, with a filter");
	return 0;
}
