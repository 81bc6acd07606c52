/* SPDX-License-Identifier: ISC */
/*
 * filter.c - what a filter of ours says to calls of machines that are not
 * this one
 *
 *	filter tty
 *	filter default
 *	filter aarch64 FILE...  the policy of these files, for that machine
 *	filter names FILE...    the calls that are in none of their groups
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
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "callname.h"
#include "compat.h"
#include "fail.h"
#include "filter.h"
#include "instruction.h"
#include "seccomp.h"

static int broken, asked;

static uint32_t
run(const struct sock_filter *program, size_t count,
    const struct seccomp_data *data)
{
	uint32_t a = 0;

	for (size_t n = 0; n < count; n++) {
		const struct sock_filter *i = &program[n];

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
		case BPF_JMP | BPF_JGE | BPF_K:
			n += a >= i->k ? i->jt : i->jf;
			break;
		case BPF_JMP | BPF_JA:
			n += i->k;
			break;
		case BPF_RET | BPF_K:
			return i->k;
		default:
			abort();
		}
	}
	abort();
}

/* The program that is asked. */
static const struct sock_filter *filter;
static size_t length;

static void
expect(uint32_t want, uint32_t arch, uint32_t number, uint64_t first,
    uint64_t second)
{
	struct seccomp_data data = { .arch = arch, .nr = (int)number };
	uint32_t got;

	data.args[0] = first;
	data.args[1] = second;
	got = run(filter, length, &data);
	asked++;
	if (got == want)
		return;
	broken++;
	printf("broken: arch %#x call %u (%#llx, %#llx): %#x, not %#x\n", arch,
	    number, (unsigned long long)first, (unsigned long long)second, got,
	    want);
}

enum { X86_64 = AUDIT_ARCH_X86_64, X32 = 0x40000000 };

static const uint32_t deny = SECCOMP_RET_ERRNO | EPERM,
		      unknown = SECCOMP_RET_ERRNO | ENOSYS,
		      allow = SECCOMP_RET_ALLOW;

/* Kinds that a machine does not have kill, and are marked as such. */
static void
expect_kills(const uint32_t *archs, size_t count)
{
	for (size_t n = 0; n < count; n++)
		for (uint32_t number = 0; number < 600; number++)
			expect(FOREIGN, archs[n], number, 0, 0);
}

#define KILLS(...)                                                             \
	expect_kills((const uint32_t[]){ __VA_ARGS__ },                        \
	    sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

/* ioctl(2) of x86-64, x32 without its mark and with it, and i386. */
static const struct {
	uint32_t arch, number, other; /* what it is elsewhere */
} ioctls[] = {
	{ X86_64, 16, 54 },
	{ X86_64, 514, 29 },
	{ X86_64, 514 | X32, 54 | X32 },
	{ X86_64, 16 | X32, 29 | X32 },
	{ AUDIT_ARCH_I386, 54, 16 },
};

/* Only the low half of a request counts. */
static void
test_typing(void)
{
	static const uint64_t high[] = { 0, 1, 1U << 31, UINT32_MAX };

	for (size_t n = 0; n < sizeof ioctls / sizeof *ioctls; n++) {
		uint32_t arch = ioctls[n].arch, number = ioctls[n].number;

		for (size_t h = 0; h < 4; h++) {
			uint64_t upper = high[h] << 32;

			expect(deny, arch, number, 0, upper | TIOCSTI);
			expect(deny, arch, number, 0, upper | TIOCLINUX);
			expect(allow, arch, number, 0, upper | TIOCGWINSZ);
			expect(allow, arch, ioctls[n].other, 0,
			    upper | TIOCSTI);
		}
		expect(allow, arch, number, 0, (uint64_t)TIOCSTI << 32);
	}
	KILLS(0, AUDIT_ARCH_RISCV64, AUDIT_ARCH_S390X, AUDIT_ARCH_ARM,
	    AUDIT_ARCH_AARCH64, AUDIT_ARCH_MIPS, X86_64 ^ 1, UINT32_MAX);
}

static void
test_tty(void)
{
	filter = seccomp_tty;
	length = seccomp_tty_length;
	test_typing();
	expect(allow, X86_64, UINT32_MAX, 0, TIOCSTI);
}

/* What the calls of tests/programs/calls cannot show on this kernel. */
static void
test_default(void)
{
	static const uint32_t kinds[] = { X86_64, AUDIT_ARCH_I386 };

	filter = seccomp_default;
	length = seccomp_default_length;
	test_typing();
	for (uint32_t number = 600; number < 5000; number++) {
		for (size_t n = 0; n < 2; n++)
			expect(unknown, kinds[n], number, 0, 0);
		expect(unknown, X86_64, number | X32, 0, 0);
	}
	expect(unknown, X86_64, UINT32_MAX, 0, 0);
	/* socketcall(2) could make any socket, ipc(2) nothing that is denied.
	 */
	expect(unknown, AUDIT_ARCH_I386, 102, 1, 0);
	expect(allow, AUDIT_ARCH_I386, 117, 2, 0);
	for (uint32_t mark = 0; mark <= X32; mark += X32) {
		expect(allow, X86_64, 56 | mark, 17, 0);
		expect(allow, X86_64, 56 | mark, 0x3d0f00, 0);
		expect(deny, X86_64, 56 | mark, 0x10000011, 0);
		expect(deny, X86_64, 56 | mark, 0xffffffff10000011, 0);
		expect(allow, X86_64, 41 | mark, 1, 0);
		expect(SECCOMP_RET_ERRNO | EAFNOSUPPORT, X86_64, 41 | mark, 40,
		    0);
		expect(allow, X86_64, 0 | mark, 0, 0);
		expect(deny, X86_64, 165 | mark, 0, 0);
		expect(deny, X86_64, 321 | mark, 0, 0);
	}
	/* ptrace(2) and vmsplice(2) as only x32 numbers them. */
	expect(allow, X86_64, 521 | X32, 0, 0);
	expect(deny, X86_64, 532 | X32, 0, 0);
	expect(deny, X86_64, 532, 0, 0);
}

/* The policy of the files, in that order. */
static int
read_policy(struct policy *p, char *files[], struct fail *f)
{
	static char text[POLICY_BYTES];

	for (; *files != NULL; files++) {
		FILE *in = fopen(*files, "re");
		size_t size = in == NULL ? 0 : fread(text, 1, sizeof text, in);

		if (in != NULL)
			fclose(in);
		if (size == 0 || policy_read(p, text, size, f) < 0)
			return -1;
	}
	return 0;
}

/* For another machine; its numbers are from its own headers. */
static void
test_aarch64(const struct policy *p)
{
	static struct filter made;
	struct fail why;

	if (filter_compile(p, "aarch64", &made, &why) < 0)
		abort();
	filter = made.code;
	length = made.length;
	expect(deny, AUDIT_ARCH_AARCH64, 29, 0, TIOCSTI | 1ULL << 32);
	expect(allow, AUDIT_ARCH_AARCH64, 29, 0, TIOCGWINSZ);
	expect(allow, AUDIT_ARCH_AARCH64, 56, 0, 0);
	expect(deny, AUDIT_ARCH_AARCH64, 40, 0, 0);
	expect(deny, AUDIT_ARCH_AARCH64, 220, 0x10000000, 0);
	expect(unknown, AUDIT_ARCH_AARCH64, 435, 0, 0);
	expect(deny, AUDIT_ARCH_ARM, 54, 0, TIOCSTI);
	expect(allow, AUDIT_ARCH_ARM, 3, 0, 0);
	expect(deny, AUDIT_ARCH_ARM, 21, 0, 0);
	expect(allow, AUDIT_ARCH_ARM, 0xf0002, 0, 0);
	expect(allow, AUDIT_ARCH_ARM, 0xf0005, 0, 0);
	expect(unknown, AUDIT_ARCH_ARM, 0xf0003, 0, 0);
	expect(unknown, AUDIT_ARCH_ARM, 0xf0010, 0, 0);
	expect(unknown, AUDIT_ARCH_ARM, 0xeffff, 0, 0);
	KILLS(0, AUDIT_ARCH_I386, X86_64, AUDIT_ARCH_RISCV64);
}

static bool
is_member(const struct policy *p, const char *name)
{
	for (size_t n = 0; n < p->member_count; n++)
		if (strcmp(p->members[n].call, name) == 0)
			return true;
	return false;
}

static void
print_groupless(const struct policy *p)
{
	static const uint32_t tokens[] = { SCMP_ARCH_X86_64, SCMP_ARCH_X86,
		SCMP_ARCH_AARCH64, SCMP_ARCH_ARM };

	for (size_t t = 0; t < sizeof tokens / sizeof *tokens; t++)
		for (int number = 0; number < 0xf0010; number++) {
			char *name = callname_find(tokens[t], (uint32_t)number);

			if (name != NULL && !is_member(p, name))
				puts(name);
			free(name);
			if (number == 1023)
				number = 0xf0000 - 1;
		}
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
	{ "landlock_create_ruleset", __NR_landlock_create_ruleset },
	{ "unshare", __NR_unshare },
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
	struct policy policy = { .knows = callname_is_one };
	const char *what = argc > 1 ? argv[1] : "";
	struct fail why;

	if (argc > 2 && strcmp(what, "none") == 0)
		return without_filters(argv + 2);
	if (argc > 4 && strcmp(what, "without") == 0)
		return without_calls(argv[2], argv[3], argv + 4);
	if (argc > 2 && read_policy(&policy, argv + 2, &why) < 0)
		return 2;
	if (strcmp(what, "names") == 0)
		print_groupless(&policy);
	else if (strcmp(what, "tty") == 0)
		test_tty();
	else if (strcmp(what, "default") == 0)
		test_default();
	else if (strcmp(what, "aarch64") == 0)
		test_aarch64(&policy);
	else
		return 2;
	policy_free(&policy);
	if (strcmp(what, "names") != 0)
		printf("%d promises, %d broken\n", asked, broken);
	return broken > 0;
}
