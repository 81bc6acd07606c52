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
#include "makedir.h"

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
	if (makedir(AT_FDCWD, directory, 0755) < 0 && errno != EEXIST)
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

/* With the lock held: 1 it is ours, 0 it is not to be had, -1 see errno. */
static int
begin(int fd, int range)
{
	char used = 0;

	if (pread(fd, &used, 1, range) < 0)
		return -1;
	if (used != 0)
		return !has_somebody(FIRST + (uint32_t)range * RANGE_IDS);
	return pwrite(fd, "\1", 1, range) == 1 ? 1 : -1;
}

/* 1: it is ours, and locked; 0: it is somebody's; -1: errno is set. */
static int
take(int fd, int range)
{
	struct flock byte = { .l_len = 1, .l_type = F_WRLCK, .l_start = range };
	int result, error;

	if (fcntl(fd, F_OFD_SETLK, &byte) < 0)
		return errno == EAGAIN || errno == EACCES ? 0 : -1;
	if ((result = begin(fd, range)) > 0)
		return 1;
	error = errno;
	byte.l_type = F_UNLCK;
	(void)fcntl(fd, F_OFD_SETLK, &byte);
	errno = error;
	return result;
}

int
range_take(uint32_t *first, struct fail *f)
{
	int fd = open_file();

	if (fd < 0) {
		fail(f, errno, "user: open %s to pick ids", path);
		return fail_hint(f, "enterns user=host does without them, and "
				    "user=HOSTID:COUNT names them");
	}
	/* Begin anywhere: jails that start together seldom meet. */
	for (int n = 0; n < RANGES; n++) {
		int range = (int)(((unsigned)getpid() + n) % RANGES);
		int result = take(fd, range);

		if (result > 0) {
			*first = FIRST + (uint32_t)range * RANGE_IDS;
			return fd;
		}
		if (result == 0)
			continue;
		fail(f, errno, "user: pick ids in %s", path);
		close(fd);
		return -1;
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
