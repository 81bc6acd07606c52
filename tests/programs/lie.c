/* SPDX-License-Identifier: ISC */
/*
 * lie.c - run a command whose kernel does not do what it is told
 *
 *	lie CALL[:FIRST]=ERROR CMD...
 *
 * The system call, with that first argument if one is given, does nothing
 * and says ERROR, a number; 0 is success.  Both are numbers or names of the
 * table.  It takes root, so that no_new_privs is as it was.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
	const char *name;
	unsigned number;
} names[] = {
	{ "capset", SYS_capset },
	{ "prctl", SYS_prctl },
	{ "setgroups", SYS_setgroups },
	{ "setresgid", SYS_setresgid },
	{ "setresuid", SYS_setresuid },
	{ "ambient", PR_CAP_AMBIENT },
	{ "bound", PR_CAPBSET_DROP },
	{ "nnp", PR_SET_NO_NEW_PRIVS },
	{ "securebits", PR_SET_SECUREBITS },
};

static unsigned
number(const char *text, size_t length)
{
	for (size_t n = 0; n < sizeof names / sizeof *names; n++)
		if (strlen(names[n].name) == length
		    && memcmp(names[n].name, text, length) == 0)
			return names[n].number;
	return (unsigned)atoi(text);
}

int
main(int argc, char *argv[])
{
	const char *what = argc > 2 ? argv[1] : "";
	size_t length = strcspn(what, ":=");
	bool any = what[length] != ':';
	const char *first = any ? what : what + length + 1;
	const char *error = strchr(what, '=');
	struct sock_filter lines[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number(what, length), 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
		    number(first, strcspn(first, "=")), 0, any ? 0 : 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = sizeof lines / sizeof *lines,
		.filter = lines };

	if (error == NULL)
		return 2;
	lines[4].k |= (unsigned)atoi(error + 1);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0)
		execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 1;
}
