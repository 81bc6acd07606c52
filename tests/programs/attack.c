/* SPDX-License-Identifier: ISC */
/*
 * attack.c - what a command in a jail might try; each try says how it ended
 *
 *	attack ptrace PID         attach to a process
 *	attack mem PID            open its memory for writing
 *	attack exe PATH           open a program for writing, as it runs
 *	attack mount TYPE DIR     mount(2) a file system
 *	attack mknod PATH         a block device, as the first disk has it
 *	attack setgroups          drop the groups that shut us out
 *	attack setuid ID          become somebody else
 *	attack unshare            another user namespace, for its capabilities
 *	attack tiocsti            type an x into every terminal there is, by
 *	                          TIOCSTI, its 64-bit form, and TIOCLINUX
 *	attack raise SIGNAL       die of it
 *	attack exchange A B N     exchange two names for as long as A.stop is
 *	                          not there, at most N million times
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static int
ended(int result)
{
	puts(result < 0 ? strerror(errno) : "done");
	return result < 0;
}

/* On the three streams, and on what /dev/tty is. */
static int
type(void)
{
	int fds[] = { 0, 1, 2, open("/dev/tty", O_RDWR | O_CLOEXEC) };
	char paste = 3; /* of TIOCLINUX */

	for (int n = 0; n < 4; n++) {
		(void)ioctl(fds[n], TIOCSTI, "x");
		/* What a filter sees that looks at all 64 bits. */
		(void)syscall(SYS_ioctl, fds[n], TIOCSTI | 1UL << 32, "x");
		(void)ioctl(fds[n], TIOCLINUX, &paste);
	}
	return 0;
}

static int
exchange(const char *a, const char *b, long millions)
{
	char stop[4096];

	snprintf(stop, sizeof stop, "%s.stop", a);
	for (long n = 0; n < millions * 1000000; n++) {
		if (renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE) < 0)
			return -1;
		if (n % 64 == 0 && access(stop, F_OK) == 0)
			break;
	}
	return 0;
}

int
main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "";
	const char *first = argc > 2 ? argv[2] : "";
	char path[64];
	gid_t group = 4321;

	if (strcmp(what, "ptrace") == 0)
		return ended(
		    (int)ptrace(PTRACE_ATTACH, atoi(first), NULL, NULL));
	if (strcmp(what, "mem") == 0) {
		snprintf(path, sizeof path, "/proc/%d/mem", atoi(first));
		return ended(open(path, O_RDWR));
	}
	if (strcmp(what, "exe") == 0)
		return ended(open(first, O_WRONLY | O_TRUNC));
	if (strcmp(what, "mount") == 0 && argc == 4)
		return ended(mount("none", argv[3], first, 0,
		    strcmp(first, "cgroup") == 0 ? "memory" : NULL));
	if (strcmp(what, "mknod") == 0)
		return ended(mknod(first, S_IFBLK | 0600, makedev(254, 0)));
	if (strcmp(what, "setgroups") == 0)
		return ended(setgroups(1, &group));
	if (strcmp(what, "setuid") == 0)
		return ended(setuid((uid_t)atoi(first)));
	if (strcmp(what, "unshare") == 0)
		return ended(unshare(CLONE_NEWUSER | CLONE_NEWNS));
	if (strcmp(what, "tiocsti") == 0)
		return type();
	if (strcmp(what, "raise") == 0)
		return ended(raise(atoi(first)));
	if (strcmp(what, "exchange") == 0 && argc == 5)
		return ended(exchange(first, argv[3], atol(argv[4])));
	return 2;
}
