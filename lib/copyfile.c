/* SPDX-License-Identifier: ISC */
/* copyfile.c - see copyfile.h */
#include "copyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "copytree.h"
#include "scope.h"

#ifndef FICLONE
#define FICLONE _IOW(0x94, 9, int) /* <linux/fs.h>; Linux 4.5 */
#endif

/* By hand, from offset up to end, or to where the file ends by now. */
static int
copy_by_hand(int from, int to, off_t offset, off_t end)
{
	static char buffer[1 << 16];
	ssize_t got, put;

	while (offset < end) {
		size_t want = sizeof buffer;

		if (end - offset < (off_t)want)
			want = (size_t)(end - offset);
		got = pread(from, buffer, want, offset);
		if (got == 0)
			return 0;
		for (ssize_t done = 0; done < got; done += put) {
			put = pwrite(to, buffer + done, (size_t)(got - done),
			    offset + done);
			if (put < 0 && errno == EINTR)
				put = 0;
			if (put < 0)
				return -1;
		}
		if (got < 0 && errno != EINTR)
			return -1;
		offset += got > 0 ? got : 0;
	}
	return 0;
}

static int
copy_range(int from, int to, off_t offset, off_t end)
{
	off_t in = offset, out = offset;
	ssize_t got = 1;

	while (in < end && got > 0)
		got =
		    copy_file_range(from, &in, to, &out, (size_t)(end - in), 0);
	if (got >= 0 || errno == ENOSPC || errno == EDQUOT || errno == EIO)
		return got < 0 ? -1 : 0;
	/* Two file systems that do not go together, or a filter. */
	return copy_by_hand(from, to, in, end);
}

int
copyfile_content(int from, int to, const struct stat *st)
{
	off_t data = 0, hole, size = st->st_size;

	if (size == 0 || ioctl(to, FICLONE, from) == 0)
		return 0;
	/* Most have no holes, and their blocks say so. */
	if (st->st_blocks >= (size + 511) / 512)
		return copy_range(from, to, 0, size);
	/* The holes first: what is written behind one leaves it alone. */
	if (ftruncate(to, size) < 0)
		return -1;
	while (data < size) {
		if ((data = lseek(from, data, SEEK_DATA)) < 0)
			return errno == ENXIO ? 0
			                      : -1; /* a hole up to the end */
		hole = lseek(from, data, SEEK_HOLE);
		if (hole < 0 || hole > size)
			hole = size;
		if (copy_range(from, to, data, hole) < 0)
			return -1;
		data = hole;
	}
	return 0;
}

/* Whether it is who we are, or where the file is, that it cannot be had. */
static bool
is_beyond_us(int error)
{
	return error == EPERM || error == EINVAL || error == EOPNOTSUPP
	       || error == EOVERFLOW;
}

static int
lose_owner(struct copytree_lost *lost)
{
	/* Root can give a file to everybody who is mapped to here. */
	if (!is_beyond_us(errno) || (geteuid() == 0 && errno != EINVAL))
		return -1;
	lost->owners++;
	return 0;
}

int
copyfile_owner(int parent, const char *name, const struct stat *st,
    struct copytree_lost *lost)
{
	if (fchownat(parent, name, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW)
	    == 0)
		return 0;
	return lose_owner(lost);
}

/* 1: the file system, or the kernel, would not have it from us. */
static int
copy_attribute(int from, int to, const char *name)
{
	static char value[XATTR_SIZE_MAX];
	ssize_t size = fgetxattr(from, name, value, sizeof value);

	/* It may be gone by now. */
	if (size < 0)
		return errno == ENODATA ? 0 : errno == EPERM ? 1 : -1;
	if (fsetxattr(to, name, value, (size_t)size, 0) == 0)
		return 0;
	return is_beyond_us(errno) ? 1 : -1;
}

static int
copy_attributes(int from, int to, struct copytree_lost *lost)
{
	static char names[XATTR_LIST_MAX];
	ssize_t size = flistxattr(from, names, sizeof names);
	int got, some = 0;

	if (size < 0)
		return errno == EOPNOTSUPP || errno == ENOSYS ? 0 : -1;
	for (const char *name = names; name < names + size;
	     name += strlen(name) + 1) {
		if ((got = copy_attribute(from, to, name)) < 0)
			return -1;
		some |= got;
	}
	lost->attributes += (unsigned)some;
	return 0;
}

int
copyfile_rest(int from, int to, const struct stat *st,
    struct copytree_lost *lost)
{
	const struct timespec times[] = { st->st_atim, st->st_mtim };

	/* A new owner takes the set-user-ID bit and capabilities away. */
	if (fchown(to, st->st_uid, st->st_gid) < 0 && lose_owner(lost) < 0)
		return -1;
	if (fchmod(to, st->st_mode & 07777) < 0
	    || copy_attributes(from, to, lost) < 0)
		return -1;
	return futimens(to, times);
}
