/* SPDX-License-Identifier: ISC */
/* range.c - see range.h */
#include "range.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"

/*
 * Ids that systemd's UIDS-GIDS leaves to nobody, above its containers' and
 * below 2^31, where programs that take an id for signed go wrong.
 */
enum {
	FIRST = 0x70000000,
	RANGES = 4094,
};

static const char directory[] = "/run/rungs";
static const char path[] = "/run/rungs/ids";

static int
open_file(void)
{
	const int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC;
	int fd = open(path, flags, 0600);

	if (fd >= 0 || errno != ENOENT)
		return fd;
	if (mkdir(directory, 0755) < 0 && errno != EEXIST)
		return -1;
	return open(path, flags, 0600);
}

/* Whether some process has an id of the range.  What cannot be seen has. */
static bool
has_somebody(uint32_t first)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	bool found = proc == NULL;
	struct stat st;

	while (!found && (entry = readdir(proc)) != NULL)
		found = isdigit((unsigned char)entry->d_name[0])
		        && fstatat(dirfd(proc), entry->d_name, &st, 0) == 0
		        && st.st_uid - first < RANGE_IDS;
	if (proc != NULL)
		closedir(proc);
	return found;
}

/* With the lock held: 1 it is ours, 0 it is not to be had. */
static bool
begin(int fd, int range)
{
	char used = 0;

	if (pread(fd, &used, 1, range) < 0
	    || (used != 0 && has_somebody(FIRST + (uint32_t)range * RANGE_IDS)))
		return false;
	return used != 0 || pwrite(fd, "\1", 1, range) == 1;
}

int
range_take(uint32_t *first, struct fail *f)
{
	struct flock byte = { .l_len = 1 };
	int fd = open_file();

	if (fd < 0) {
		fail(f, errno, "user: open %s to pick ids", path);
		return fail_hint(f, "enterns user=host does without them, and "
				    "user=HOSTID:COUNT names them");
	}
	/* Begin anywhere: jails that start together seldom meet. */
	for (int n = 0; n < RANGES; n++) {
		byte.l_type = F_WRLCK;
		byte.l_start = (int)(((unsigned)getpid() + n) % RANGES);
		if (fcntl(fd, F_OFD_SETLK, &byte) < 0)
			continue;
		if (begin(fd, (int)byte.l_start)) {
			*first = FIRST + (uint32_t)byte.l_start * RANGE_IDS;
			return fd;
		}
		byte.l_type = F_UNLCK;
		(void)fcntl(fd, F_OFD_SETLK, &byte);
	}
	close(fd);
	return fail(f, 0, "user: all %d ranges of ids are in use", RANGES);
}

void
range_free(int held, uint32_t first)
{
	/* Where this fails, somebody is looked for next time. */
	(void)!pwrite(held, "", 1, (first - FIRST) / RANGE_IDS);
}
