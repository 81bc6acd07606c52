/* SPDX-License-Identifier: ISC */
/*
 * filter.c - what a filter of ours says to calls of machines that are not
 * this one
 *
 *	filter ttyguard
 *	filter none CMD...      run it where no filter can be loaded
 *	filter without ERROR CALL[,CALL...] CMD...
 *	                        where these calls fail with ENOSYS or EPERM, as
 *	                        on an older kernel or in a container that does
 *	                        not know them
 *
 * The kernel of one machine makes calls of few kinds only, so the program
 * is run here, with the few instructions that a filter of ours has.  It
 * prints a line for each promise that was broken.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "compat.h"
#include "ttyguard.h"

static int broken, asked;

static uint32_t
run(const struct sock_filter *filter, size_t length,
    const struct seccomp_data *data)
{
	uint32_t a = 0;

	for (size_t n = 0; n < length; n++) {
		const struct sock_filter *i = &filter[n];

		switch (i->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			memcpy(&a, (const char *)data + i->k, sizeof a);
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= i->k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			n += a == i->k ? i->jt : i->jf;
			break;
		case BPF_RET | BPF_K:
			return i->k;
		default:
			abort();
		}
	}
	abort();
}

static void
expect(uint32_t want, uint32_t arch, int number, uint64_t request)
{
	struct seccomp_data data = { .arch = arch, .nr = number };
	uint32_t got;

	data.args[1] = request;
	got = run(ttyguard_filter, ttyguard_length, &data);
	asked++;
	if (got == want)
		return;
	broken++;
	printf("broken: arch %#x call %d request %#llx: %#x, not %#x\n", arch,
	    number, (unsigned long long)request, got, want);
}

static const struct {
	uint32_t arch;
	int number, other; /* ioctl(2), and what it is elsewhere */
} kinds[] = {
	{ AUDIT_ARCH_X86_64, 16, 54 },
	{ AUDIT_ARCH_X86_64, 514, 29 },
	{ AUDIT_ARCH_X86_64, 514 | 0x40000000, 54 | 0x40000000 },
	{ AUDIT_ARCH_X86_64, 16 | 0x40000000, 29 | 0x40000000 },
	{ AUDIT_ARCH_I386, 54, 16 },
	{ AUDIT_ARCH_ARM, 54, 29 },
	{ AUDIT_ARCH_AARCH64, 29, 54 },
};

static const uint32_t unknown[] = { 0, AUDIT_ARCH_RISCV64, AUDIT_ARCH_S390X,
	AUDIT_ARCH_PPC64LE, AUDIT_ARCH_MIPS, AUDIT_ARCH_AARCH64 ^ 1,
	UINT32_MAX };

static void
test_ttyguard(void)
{
	static const uint64_t high[] = { 0, 1, 1U << 31, UINT32_MAX };
	uint32_t deny = SECCOMP_RET_ERRNO | EPERM, allow = SECCOMP_RET_ALLOW;

	for (size_t n = 0; n < sizeof kinds / sizeof *kinds; n++) {
		uint32_t arch = kinds[n].arch;

		for (size_t h = 0; h < 4; h++) {
			expect(deny, arch, kinds[n].number,
			    high[h] << 32 | TIOCSTI);
			expect(deny, arch, kinds[n].number,
			    high[h] << 32 | TIOCLINUX);
			expect(allow, arch, kinds[n].number,
			    high[h] << 32 | TIOCGWINSZ);
			expect(allow, arch, kinds[n].other,
			    high[h] << 32 | TIOCSTI);
		}
		expect(allow, arch, kinds[n].number, (uint64_t)TIOCSTI << 32);
		expect(allow, arch, -1, TIOCSTI);
		expect(allow, arch, 0, 0);
	}
	for (size_t n = 0; n < sizeof unknown / sizeof *unknown; n++)
		for (int number = 0; number < 600; number++)
			expect(SECCOMP_RET_KILL_PROCESS, unknown[n], number, 0);
}

/* Without privileges, the one before the other. */
static int
run_filtered(struct sock_filter *lines, size_t count, char *command[])
{
	struct sock_fprog program = { .len = (unsigned short)count,
		.filter = lines };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
	    && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0)
		execvp(command[0], command);
	perror(command[0]);
	return 1;
}

/* As a kernel without filters says it, by a filter. */
static int
without_filters(char *command[])
{
	struct sock_filter lines[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prctl, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PR_SET_SECCOMP, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	return run_filtered(lines, sizeof lines / sizeof *lines, command);
}

static const struct {
	const char *name;
	uint32_t number;
} calls[] = {
	{ "clone3", __NR_clone3 },
	{ "close_range", __NR_close_range },
	{ "fsconfig", __NR_fsconfig },
	{ "fsmount", __NR_fsmount },
	{ "fsopen", __NR_fsopen },
	{ "mount_setattr", __NR_mount_setattr },
	{ "move_mount", __NR_move_mount },
	{ "open_tree", __NR_open_tree },
	{ "openat2", __NR_openat2 },
	{ "pidfd_open", __NR_pidfd_open },
	{ "pidfd_send_signal", __NR_pidfd_send_signal },
};

static uint32_t
number_of(const char *name)
{
	for (size_t n = 0; n < sizeof calls / sizeof *calls; n++)
		if (strcmp(calls[n].name, name) == 0)
			return calls[n].number;
	fprintf(stderr, "filter: %s: no such call here\n", name);
	exit(2);
}

static int
without_calls(const char *error, char *names, char *command[])
{
	int with = strcmp(error, "EPERM") == 0 ? EPERM : ENOSYS;
	struct sock_filter lines[2 * (sizeof calls / sizeof *calls) + 2] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
	};
	size_t count = 1;
	char *rest = NULL, *name = strtok_r(names, ",", &rest);

	for (; name != NULL; name = strtok_r(NULL, ",", &rest)) {
		lines[count++] =
		    (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
			number_of(name), 0, 1);
		lines[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
		    SECCOMP_RET_ERRNO | (uint32_t)with);
	}
	lines[count++] =
	    (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	return run_filtered(lines, count, command);
}

int
main(int argc, char *argv[])
{
	if (argc > 2 && strcmp(argv[1], "none") == 0)
		return without_filters(argv + 2);
	if (argc > 4 && strcmp(argv[1], "without") == 0)
		return without_calls(argv[2], argv[3], argv + 4);
	if (argc != 2 || strcmp(argv[1], "ttyguard") != 0)
		return 2;
	test_ttyguard();
	printf("%d promises, %d broken\n", asked, broken);
	return broken > 0;
}
