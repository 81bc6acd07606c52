/* SPDX-License-Identifier: ISC */
/*
 * bottom.c - what is below the root of a jail, for who may do everything
 *
 *	bottom hidden   how many mounts of our mount namespace we cannot see:
 *	                ioctl_nsfs(2), Linux 6.12; else "unknown"
 *	bottom top      what setns(2) into our own mount namespace leads to
 *	bottom dig      unmount our root, as often as that works, and look
 *	bottom make OPTIONS ro|rw
 *	                be in a mount namespace with one tmpfs, which has two
 *	                directories in it if there is room; print a line, and
 *wait for another
 *
 * "top" and "dig" print the names in "/", each on a line, and whether one can
 * be added.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct mount_info {
	uint32_t size, mounts;
	uint64_t id;
};
#define GET_MOUNT_INFO _IOR(0xb7, 10, struct mount_info)

static int
count_hidden(int namespace)
{
	struct mount_info info = { .size = sizeof info };
	FILE *in = fopen("/proc/self/mountinfo", "re");
	int seen = 0, c;

	if (in == NULL)
		return 1;
	while ((c = getc(in)) != EOF)
		seen += c == '\n';
	fclose(in);
	if (ioctl(namespace, GET_MOUNT_INFO, &info) < 0)
		puts("unknown");
	else
		printf("%d\n", (int)info.mounts - seen);
	return 0;
}

static int
look(void)
{
	DIR *top = opendir("/");
	const struct dirent *entry;

	if (top == NULL)
		return 1;
	while ((entry = readdir(top)) != NULL)
		if (entry->d_name[0] != '.')
			puts(entry->d_name);
	closedir(top);
	puts(mkdir("/added", 0700) < 0 ? strerror(errno) : "added");
	return 0;
}

static int
make(const char *options, bool readonly)
{
	if (unshare(CLONE_NEWNS) < 0
	    || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0
	    || mount("none", "/mnt", "tmpfs", 0, options) < 0
	    || mkdir("/mnt/aside", 0700) < 0
	    || (mkdir("/mnt/other", 0700) < 0 && errno != ENOSPC)
	    || (readonly
		&& mount(NULL, "/mnt", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY,
		       NULL)
		       < 0)
	    || chdir("/mnt") < 0 || syscall(SYS_pivot_root, ".", ".") < 0
	    || umount2(".", MNT_DETACH) < 0)
		return 1;
	puts("made");
	fflush(stdout);
	(void)getchar();
	return 0;
}

int
main(int argc, char *argv[])
{
	int namespace = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	int layers = 0;

	if (argc == 4 && strcmp(argv[1], "make") == 0)
		return make(argv[2], strcmp(argv[3], "ro") == 0);
	if (argc != 2 || namespace < 0)
		return 2;
	if (strcmp(argv[1], "hidden") == 0)
		return count_hidden(namespace);
	if (setns(namespace, CLONE_NEWNS) < 0)
		return 1;
	if (strcmp(argv[1], "dig") == 0) {
		/* What is mounted on the root goes along with it. */
		while (layers < 16 && umount2("/", MNT_DETACH) == 0
		       && setns(namespace, CLONE_NEWNS) == 0)
			layers++;
		printf("%d gone\n", layers);
	}
	return look();
}
