/* SPDX-License-Identifier: ISC */
/* descriptor.c - see descriptor.h */
#include "descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "compat.h"
#include "fail.h"
#include "kernfile.h"
#include "number.h"
#include "scope.h"

enum { NR_OPEN_USUAL = 1 << 20 }; /* /proc/sys/fs/nr_open, unless raised */

int
descriptor_parse(const char *option, const char *text, int *fd, struct fail *f)
{
	uint64_t number;
	int flags;

	if (number_parse(text, INT_MAX, &number) < 0)
		return fail(f, 0, "%s=%s: expected a number", option, text);
	if ((flags = fcntl((int)number, F_GETFD)) < 0)
		return fail(f, 0, "%s=%s: no such descriptor is open", option,
		    text);
	if ((flags & FD_CLOEXEC) != 0)
		return fail(f, 0, "%s=%s: it is taken already", option, text);
	*fd = (int)number;
	return 0;
}

/* Put fd in its place, in a list that has room. */
static void
insert(struct descriptors *d, int fd)
{
	int n;

	for (n = d->count; n > 0 && d->fd[n - 1] > fd; n--)
		d->fd[n] = d->fd[n - 1];
	d->fd[n] = fd;
	d->count++;
}

int
descriptors_keep(struct descriptors *d, int fd, struct fail *f)
{
	if (fd <= STDERR_FILENO)
		return fail(f, 0, "--keep-fd=%d: 0 to 2 are always kept", fd);
	for (int n = 0; n < d->count; n++)
		if (d->fd[n] == fd)
			return 0;
	/* Two are left for others. */
	if (d->count == DESCRIPTORS_ROOM - 2)
		return fail(f, 0, "--keep-fd=%d: no more than %d can be kept",
		    fd, d->count);
	insert(d, fd);
	return 0;
}

int
descriptors_check_streams(struct fail *f)
{
	struct stat st;

	for (int fd = 0; fd <= STDERR_FILENO; fd++) {
		if (fstat(fd, &st) < 0 || !S_ISDIR(st.st_mode))
			continue;
		fail(f, 0,
		    "descriptor %d: refuse a directory: it would be a way "
		    "out of the root",
		    fd);
		return fail_hint(f, "addmount bind= shows one to a jail");
	}
	return 0;
}

void
descriptors_close_others(const struct descriptors *d, int other, int another)
{
	struct descriptors all = *d;
	int from = STDERR_FILENO + 1;

	if (other > STDERR_FILENO)
		insert(&all, other);
	if (another > STDERR_FILENO)
		insert(&all, another);
	for (int n = 0; n < all.count; n++) {
		if (from < all.fd[n])
			descriptors_close_range(from, all.fd[n] - 1);
		from = all.fd[n] + 1;
	}
	descriptors_close_range(from, INT_MAX);
}

void
descriptors_close(const struct descriptors *d)
{
	for (int n = 0; n < d->count; n++)
		close(d->fd[n]);
}

/*
 * No descriptor has that number or a higher one: proc_pid_status(5), FDSize.
 * RLIMIT_NOFILE would not do, for what was open before it was lowered stays
 * open.  A root could have a file of that name, but no procfs.
 */
static int
table_size(void)
{
	static const char name[] = "\nFDSize:\t";
	autoclose int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char text[1024], *found;
	struct statfs fs;

	if (proc < 0 || fstatfs(proc, &fs) < 0 || fs.f_type != PROC_SUPER_MAGIC
	    || kernfile_read(proc, "self/status", text, sizeof text) < 0
	    || (found = strstr(text, name)) == NULL)
		return NR_OPEN_USUAL;
	return atoi(found + strlen(name));
}

void
descriptors_close_range(int first, int last)
{
	int size;

	if (sys_close_range((unsigned)first, (unsigned)last) == 0)
		return;
	size = table_size();
	for (int fd = first; fd <= last && fd < size; fd++)
		close(fd);
}
