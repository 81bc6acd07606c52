/* SPDX-License-Identifier: ISC */
/* idmap.c - see idmap.h */
#include "idmap.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "scope.h"

static int
write_map(pid_t pid, const char *name, const char *text, struct fail *f)
{
	char path[64];
	autoclose int fd = -1;

	if (pid == 0)
		snprintf(path, sizeof path, "/proc/self/%s", name);
	else
		snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text))
		return 0;
	fail(f, errno, "user: write '%s' to %s", text, path);
	if (errno == EPERM || errno == EACCES)
		fail_hint(f,
		    "a security module (see "
		    "kernel.apparmor_restrict_unprivileged_userns), or the "
		    "user namespace around us, refuses this map");
	return -1;
}

/*
 * How many ids from 0 on the namespace around us has, at most a range's.
 * Inside another container there may be fewer than we would map.
 */
static unsigned
ids_here(const char *path)
{
	unsigned long long first, outside, count;
	char text[128];
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

	if (got <= 0)
		return IDMAP_RANGE;
	text[got] = '\0';
	if (sscanf(text, "%llu %llu %llu", &first, &outside, &count) != 3
	    || first != 0 || count > IDMAP_RANGE)
		return IDMAP_RANGE;
	return (unsigned)count;
}

int
idmap_write(const struct idmap *map, pid_t pid, struct fail *f)
{
	char uids[64], gids[64];

	if (map->range) {
		snprintf(uids, sizeof uids, "0 0 %u",
		    ids_here("/proc/self/uid_map"));
		snprintf(gids, sizeof gids, "0 0 %u",
		    ids_here("/proc/self/gid_map"));
	} else {
		snprintf(uids, sizeof uids, "%" PRIu32 " %" PRIu32 " 1",
		    map->uid, map->outside_uid);
		snprintf(gids, sizeof gids, "%" PRIu32 " %" PRIu32 " 1",
		    map->gid, map->outside_gid);
		if (write_map(pid, "setgroups", "deny", f) < 0)
			return -1;
	}
	if (write_map(pid, "gid_map", gids, f) < 0)
		return -1;
	return write_map(pid, "uid_map", uids, f);
}
