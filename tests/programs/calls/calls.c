/* SPDX-License-Identifier: ISC */
/*
 * calls.c - what is said to calls of each group, in each kind of call
 *
 *	calls [KIND ...]     native, i386, x32; else all
 *
 * A line for each call: kind, group, name and arguments, the error, and what
 * the default policy says, "-" for one that it allows.  A call that is let
 * through has nothing to do; see list.h.
 */
#include "calls.h"

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

const struct call native[] = {
#ifdef __x86_64__
#include "list.h"
#endif
	{ 0 },
};

static long
call_i386(const long with[6])
{
	long result = -ENOTSUP;

#ifdef __x86_64__
	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(with[0]), "b"(with[1]), "c"(with[2]),
			 "d"(with[3]), "S"(with[4]), "D"(with[5])
			 : "memory", "r8", "r9", "r10", "r11");
#else
	(void)with;
#endif
	errno = (int)-result;
	return (int)result < 0 ? -1 : result;
}

static long
call_native(const long with[6])
{
	return syscall(with[0], with[1], with[2], with[3], with[4], with[5]);
}

static const struct kind {
	const char *name;
	const struct call *list;
	long (*call)(const long with[6]);
} kinds[] = {
	{ "native", native, call_native },
	{ "i386", i386, call_i386 },
	{ "x32", x32, call_native },
};

static void
make(const struct kind *kind, const struct call *c)
{
	pid_t self = getpid();
	long result = kind->call(c->with);
	int error = result < 0 ? errno : 0;

	/* Should a clone have been made. */
	if (getpid() != self)
		_exit(0);
	printf("%s %s %s(%lx,%lx) %s %s\n", kind->name, c->group, c->name,
	    c->with[1], c->with[2],
	    error == 0 ? "done" : strerrorname_np(error),
	    c->error == 0 ? "-" : strerrorname_np(c->error));
	fflush(stdout);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

int
main(int argc, char *argv[])
{
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		int wanted = argc == 1;

		for (int n = 1; n < argc; n++)
			wanted |= strcmp(argv[n], kinds[k].name) == 0;
		for (const struct call *c = kinds[k].list;
		     wanted && c->name != NULL; c++)
			make(&kinds[k], c);
	}
	return 0;
}
