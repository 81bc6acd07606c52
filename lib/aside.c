/* SPDX-License-Identifier: ISC */
/* aside.c - see aside.h */
#include "aside.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "fail.h"
#include "kernfile.h"
#include "mount.h"

static int
map_self(const char *file, unsigned id)
{
	char map[64];

	snprintf(map, sizeof map, "%u %u 1", id, id);
	return kernfile_write(AT_FDCWD, file, map);
}

int
aside_step(struct fail *f)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (uid == 0 && unshare(CLONE_NEWNS) == 0)
		return mounts_make_private(f);
	if (uid == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0
	    || kernfile_write(AT_FDCWD, "/proc/self/setgroups", "deny") < 0
	    || map_self("/proc/self/uid_map", uid) < 0
	    || map_self("/proc/self/gid_map", gid) < 0)
		return fail(f, errno, "make namespaces to mount the root in");
	return mounts_make_private(f);
}
