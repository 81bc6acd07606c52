/* SPDX-License-Identifier: ISC */
/*
 * whatigot.c - print all that a process is given by the one that ran it
 *
 * One line each, "name value".  Nothing comes from /proc, so that it works
 * in the barest of roots.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef PR_CAP_AMBIENT
#define PR_CAP_AMBIENT 47
#define PR_CAP_AMBIENT_IS_SET 1
#endif

static void
print_ids(void)
{
	gid_t groups[1024];
	uid_t u[3];
	gid_t g[3];
	int count;

	getresuid(&u[0], &u[1], &u[2]);
	getresgid(&g[0], &g[1], &g[2]);
	printf("uid %u %u %u\n", u[0], u[1], u[2]);
	printf("gid %u %u %u\n", g[0], g[1], g[2]);
	count = getgroups(1024, groups);
	printf("groups");
	for (int n = 0; n < count; n++)
		printf(" %u", groups[n]);
	printf("\n");
}

static void
print_capabilities(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct set[2];
	uint64_t bounding = 0, ambient = 0;

	syscall(SYS_capget, &header, set);
	for (int cap = 0; cap < 64; cap++) {
		if (prctl(PR_CAPBSET_READ, cap, 0, 0, 0) == 1)
			bounding |= UINT64_C(1) << cap;
		if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, cap, 0, 0)
		    == 1)
			ambient |= UINT64_C(1) << cap;
	}
	printf("inheritable %08x%08x\n", set[1].inheritable,
	    set[0].inheritable);
	printf("permitted %08x%08x\n", set[1].permitted, set[0].permitted);
	printf("effective %08x%08x\n", set[1].effective, set[0].effective);
	printf("bounding %016" PRIx64 "\n", bounding);
	printf("ambient %016" PRIx64 "\n", ambient);
	printf("securebits %d\n", prctl(PR_GET_SECUREBITS, 0, 0, 0, 0));
	printf("no_new_privs %d\n", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	printf("keyring %ld\n", syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID,
				    KEY_SPEC_SESSION_KEYRING, 0));
	printf("keepcaps %d\n", prctl(PR_GET_KEEPCAPS, 0, 0, 0, 0));
}

/* The dispositions are as execve(2) left them: default or ignored. */
static void
print_signals(void)
{
	struct sigaction action;
	sigset_t mask;
	int death = -1;

	sigprocmask(SIG_BLOCK, NULL, &mask);
	printf("blocked");
	for (int sig = 1; sig < NSIG; sig++)
		if (sigismember(&mask, sig) == 1)
			printf(" %d", sig);
	printf("\nignored");
	for (int sig = 1; sig < NSIG; sig++)
		if (sigaction(sig, NULL, &action) == 0
		    && action.sa_handler == SIG_IGN)
			printf(" %d", sig);
	prctl(PR_GET_PDEATHSIG, &death, 0, 0, 0);
	printf("\ndeathsig %d\n", death);
}

static void
print_descriptors(void)
{
	printf("descriptors");
	for (int fd = 0; fd < 4096; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			printf(" %d", fd);
	printf("\n");
}

static void
print_place(void)
{
	char path[4096];
	mode_t mask = umask(0);

	/* The call, not the function: libc hides "(unreachable)". */
	if (syscall(SYS_getcwd, path, sizeof path) < 0)
		snprintf(path, sizeof path, "(%s)", strerror(errno));
	printf("cwd %s\n", path);
	printf("umask %04o\n", (unsigned)mask);
	printf("pid %d\n", (int)getpid());
	printf("ppid %d\n", (int)getppid());
}

int
main(int argc, char *argv[], char *environment[])
{
	print_descriptors();
	print_ids();
	print_capabilities();
	print_signals();
	print_place();
	for (int n = 1; n < argc; n++)
		printf("argument %s\n", argv[n]);
	for (; *environment != NULL; environment++)
		printf("environment %s\n", *environment);
	return 0;
}
