/* SPDX-License-Identifier: ISC */
/* system.c - what is the system's: mounts, devices, ids and the kernel */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "compat.h"

/*
 * Mounts and devices
 */

/* A mount that is nowhere; what /proc covers comes back at once. */
static int
mount_new(const char *type, const char *option)
{
	int fd = sys_fsopen(type, RUNGS_FSOPEN_CLOEXEC);

	if (fd >= 0
	    && (option == NULL
		|| sys_fsconfig(fd, RUNGS_CONFIG_FLAG, option, NULL) == 0)
	    && sys_fsconfig(fd, RUNGS_CONFIG_CREATE, NULL, NULL) == 0
	    && sys_fsmount(fd, RUNGS_FSMOUNT_CLOEXEC, 0) >= 0)
		return 0;
	if (is_of_caller() || mount("none", "/proc", type, 0, option) < 0)
		return errno;
	return result(umount2("/proc", MNT_DETACH));
}

int
mount_tmpfs(void)
{
	return mount_new("tmpfs", NULL);
}

int
mount_proc(void)
{
	return mount_new("proc", NULL);
}

int
mount_group(void)
{
	int error = mount_new("cgroup2", NULL);

	return error == 0 ? 0 : mount_new("cgroup", "memory");
}

/* A copy of the mount, which is nowhere, has the same locks on it. */
int
make_writable(void)
{
	struct rungs_mount_attr attr = { .clear = RUNGS_ATTR_RDONLY };
	char line[8192], path[4096], options[4096];
	FILE *in = fopen("/proc/self/mountinfo", "re");
	int error = ABSENT;

	if (in == NULL)
		return errno;
	while (error != 0 && fgets(line, sizeof line, in) != NULL) {
		int fd;

		if (sscanf(line, "%*s %*s %*s %*s %4095s %4095s", path, options)
			!= 2
		    || strncmp(options, "ro", 2) != 0)
			continue;
		fd = sys_open_tree(AT_FDCWD, path, RUNGS_OPEN_TREE_CLONE);
		error = result(
		    fd < 0 ? fd
			   : sys_mount_setattr(fd, "", AT_EMPTY_PATH, &attr));
	}
	return error;
}

/* A block device that no machine has: to be told so is to be let through. */
int
make_device(void)
{
	static const char *const places[] = { "/tmp", "/dev", "/dev/shm",
		"/run", "/" };
	char path[64];
	int error = 0;

	for (int n = 0; n < 5; n++) {
		snprintf(path, sizeof path, "%s/rungs-probe-%d", places[n],
		    (int)getpid());
		if (mknod(path, S_IFBLK | 0600, makedev(4095, 255)) < 0) {
			error = errno;
			continue;
		}
		error = result(open(path, O_RDONLY | O_NONBLOCK));
		unlink(path);
		if (error == 0 || error == ENXIO)
			return 0;
	}
	return error;
}

/*
 * Privileges
 */

/*
 * An id map tells of the namespace around this one only, and its mounts may
 * show other owners than files have; but this belongs to the machine's root.
 */
int
be_root(void)
{
	struct stat st;

	if (stat("/proc/sys/kernel", &st) < 0)
		return errno;
	return st.st_uid == getuid() ? 0 : EPERM;
}

int
gain(void)
{
	struct statvfs root;

	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return EPERM;
	return statvfs("/", &root) == 0 && root.f_flag & ST_NOSUID ? EPERM : 0;
}

/* To what it is. */
int
set_hostname(void)
{
	char name[256];

	if (gethostname(name, sizeof name) < 0)
		return errno;
	return result(sethostname(name, strlen(name)));
}

int
set_interface(void)
{
	struct ifreq lo = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &lo) < 0)
		return errno;
	return result(ioctl(fd, SIOCSIFFLAGS, &lo));
}

/*
 * The kernel
 */

int
read_addresses(void)
{
	FILE *in = fopen("/proc/kallsyms", "re");
	unsigned long address = 0;
	int error = in == NULL ? errno : ENOMSG;

	/* The first ones may be 0 for everybody. */
	for (int n = 0; error == ENOMSG && n < 1000; n++)
		if (fscanf(in, "%lx %*[^\n]", &address) == 1 && address != 0)
			error = 0;
	return error;
}
