/* SPDX-License-Identifier: ISC */
/*
 * mounts.c - a caller with many mounts, without giving any to the machine
 *
 *	mounts make COUNT DIR         be a mount namespace with so many more
 *	mounts enter PID COMMAND ...  run a command in the one that PID is
 *
 * The first prints its process id when all are there, each on a directory
 * in DIR, and waits until it is killed; with it they are gone.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static void
need(int done, const char *what)
{
	if (done >= 0)
		return;
	fprintf(stderr, "mounts: %s: %s\n", what, strerror(errno));
	exit(125);
}

static void
make(long count, const char *dir)
{
	char path[4096];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	need(unshare(CLONE_NEWNS), "unshare");
	need(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "/");
	need(mkdir(dir, 0755), dir);
	for (long n = 0; n < count; n++) {
		snprintf(path, sizeof path, "%s/%ld", dir, n);
		need(mkdir(path, 0755), path);
		need(mount("none", path, "tmpfs", 0, "size=4k"), path);
	}
	printf("%d\n", (int)getpid());
	fflush(stdout);
	for (;;)
		pause();
}

int
main(int argc, char *argv[])
{
	char path[64];
	int fd;

	if (argc == 4 && strcmp(argv[1], "make") == 0)
		make(atol(argv[2]), argv[3]);
	if (argc < 4 || strcmp(argv[1], "enter") != 0)
		return 125;
	snprintf(path, sizeof path, "/proc/%s/ns/mnt", argv[2]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	need(fd, path);
	need(setns(fd, CLONE_NEWNS), path);
	execvp(argv[3], argv + 3);
	need(-1, argv[3]);
}
