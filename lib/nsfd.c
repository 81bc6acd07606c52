/* SPDX-License-Identifier: ISC */
/* nsfd.c - see nsfd.h */
#include "nsfd.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "compat.h"
#include "scope.h"

static int
nsfd_open(pid_t pid, unsigned long request, const char *name)
{
	autoclose int pidfd = sys_pidfd_open(pid != 0 ? pid : getpid());
	int fd = pidfd < 0 ? -1 : ioctl(pidfd, request, 0);
	char path[32];

	if (fd >= 0)
		return fd;
	/* It is older, or a filter keeps it from us. */
	if (pid != 0)
		snprintf(path, sizeof path, "/proc/%d/ns/%s", (int)pid, name);
	else
		snprintf(path, sizeof path, "/proc/self/ns/%s", name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

int
nsfd_user(pid_t pid)
{
	return nsfd_open(pid, RUNGS_PIDFD_USER_NAMESPACE, "user");
}

int
nsfd_mount(pid_t pid)
{
	return nsfd_open(pid, RUNGS_PIDFD_MOUNT_NAMESPACE, "mnt");
}
