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
 *	attack release DIR        mount version 1 of control groups as root of
 *	                          another user namespace, and write to its
 *	                          release_agent
 *	attack tiocsti            type an x into every terminal there is, by
 *	                          TIOCSTI and TIOCLINUX in every form below
 *	attack tiocsti HOW        by TIOCSTI in one: native, high (the upper
 *	                          half of the request is not empty), i386,
 *	                          x32, early (x32 without its mark); or by
 *	                          TIOCLINUX: paste
 *	attack key                read the session keyring's key of that
 *	                          name, or else put one there
 *	attack keyring CMD...     become it, with a new session keyring that
 *	                          has the key
 *	attack raise SIGNAL       die of it
 *	attack exchange A B N     exchange two names for as long as A.stop is
 *	                          not there, at most N million times
 *	attack flash A B N        the same, but only for a moment each time
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

static int
ended(int result)
{
	puts(result < 0 ? strerror(errno) : "done");
	return result < 0;
}

/* Where 32 bits can point to. */
static char letter[] = "x", paste[] = { 3 };

#ifdef __x86_64__
static long
old_call(long number, long a, long b, void *c)
{
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(number), "b"(a), "c"(b), "d"(c)
			 : "memory", "r8", "r9", "r10", "r11");
	if (result < 0)
		errno = (int)-result;
	return result < 0 ? -1 : result;
}
#endif

static long
type_so(const char *how, int fd)
{
	bool all = how[0] == '\0';
	long done = -1;

	errno = ENOTSUP;
	if (all || strcmp(how, "native") == 0)
		done = ioctl(fd, TIOCSTI, letter);
	/* What a filter sees that looks at all 64 bits. */
	if (all || strcmp(how, "high") == 0)
		done = syscall(SYS_ioctl, fd, TIOCSTI | 1UL << 32, letter);
	if (all || strcmp(how, "paste") == 0)
		done = ioctl(fd, TIOCLINUX, paste);
#ifdef __x86_64__
	if (all || strcmp(how, "i386") == 0)
		done = old_call(54, fd, TIOCSTI, letter);
	if (all || strcmp(how, "x32") == 0)
		done = syscall(0x40000000 | 514, fd, TIOCSTI, letter);
	if (all || strcmp(how, "early") == 0)
		done = syscall(514, fd, TIOCSTI, letter);
#endif
	return done;
}

/* On the three streams, and on what /dev/tty is: that decides. */
static int
type(const char *how)
{
	for (int fd = 0; fd < 3; fd++)
		(void)type_so(how, fd);
	return ended((int)type_so(how, open("/dev/tty", O_RDWR | O_CLOEXEC)));
}

/* Whoever the kernel starts for that has all of root's power. */
static int
release(const char *dir)
{
	int fd;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWCGROUP) < 0) {
		printf("unshare: ");
		return -1;
	}
	fd = open("/proc/self/uid_map", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0 0 1", 5) != 5
	    || mount("none", dir, "cgroup", 0, "memory") < 0) {
		printf("mount: ");
		return -1;
	}
	if (chdir(dir) < 0)
		return -1;
	fd = open("release_agent", O_WRONLY | O_CLOEXEC);
	return fd < 0 || write(fd, "", 1) != 1 ? -1 : 0;
}

static const char key_name[] = "rungs-tests";

static int
put_key(void)
{
	return (int)syscall(SYS_add_key, "user", key_name, key_name,
	    sizeof key_name, KEY_SPEC_SESSION_KEYRING);
}

static int
key(void)
{
	int result = ended((int)syscall(SYS_keyctl, KEYCTL_SEARCH,
	    KEY_SPEC_SESSION_KEYRING, "user", key_name, 0));

	if (result != 0)
		(void)put_key();
	return result;
}

static int
become_with_key(char *command[])
{
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) >= 0
	    && put_key() >= 0)
		execvp(command[0], command);
	return ended(-1);
}

static int
exchange(const char *a, const char *b, long millions, bool pauses)
{
	const struct timespec moment = { .tv_nsec = 20000 };
	char stop[4096];

	snprintf(stop, sizeof stop, "%s.stop", a);
	for (long n = 0; n < millions * 1000000; n++) {
		if (renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE) < 0)
			return -1;
		if (pauses && n % 2 == 1)
			nanosleep(&moment, NULL);
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
	if (strcmp(what, "release") == 0)
		return ended(release(first));
	if (strcmp(what, "tiocsti") == 0)
		return type(first);
	if (strcmp(what, "key") == 0)
		return key();
	if (strcmp(what, "keyring") == 0 && argc > 2)
		return become_with_key(argv + 2);
	if (strcmp(what, "raise") == 0)
		return ended(raise(atoi(first)));
	if (strcmp(what, "exchange") == 0 && argc == 5)
		return ended(exchange(first, argv[3], atol(argv[4]), false));
	if (strcmp(what, "flash") == 0 && argc == 5)
		return ended(exchange(first, argv[3], atol(argv[4]), true));
	return 2;
}
