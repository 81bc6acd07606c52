/* SPDX-License-Identifier: ISC */
/* dedupe.c - see dedupe.h */
#include "dedupe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cache.h"
#include "fail.h"
#include "inroot.h"
#include "listing.h"
#include "scope.h"
#include "treewalk.h"

enum {
	LEAST = 4096,       /* a block: less than that is never shared */
	MOST_ROOTS = 64,    /* to look at */
	AT_ONCE = 16 << 20, /* file systems do no more in one call */
};

/* <linux/fs.h>, Linux 4.5; it does not go with libc's <sys/mount.h>. */
struct range {
	uint64_t offset, length;
	uint16_t count, reserved1;
	uint32_t reserved2;
};
struct range_of_one {
	struct range from;
	int64_t to;
	uint64_t offset, done;
	int32_t status; /* 1: they differ; below 0: an error */
	uint32_t reserved;
};
#define DEDUPE_RANGE _IOWR(0x94, 54, struct range)

struct sharing {
	int roots[MOST_ROOTS];
	size_t count;
};

/* 1: to shares its blocks now; 0: not with this one; -1: with none here. */
static int
share(int from, int to, uint64_t size)
{
	struct range_of_one r = { .to = to, .from = { .count = 1 } };

	while (r.from.offset < size) {
		r.from.length = size - r.from.offset;
		if (r.from.length > AT_ONCE)
			r.from.length = AT_ONCE;
		r.offset = r.from.offset;
		if (ioctl(from, DEDUPE_RANGE, &r) < 0)
			r.status = -errno;
		if (r.status == -EOPNOTSUPP || r.status == -ENOTTY
		    || r.status == -EXDEV || r.status == -EINVAL)
			return -1;
		if (r.status != 0 || r.done == 0)
			return 0;
		r.from.offset += r.done;
	}
	return 1;
}

static int
visit(void *context, int dir, const char *path, const char *name,
    const struct stat *st, struct fail *f)
{
	const struct sharing *s = context;
	autoclose int to = -1;
	int got = 0;

	if (!S_ISREG(st->st_mode) || st->st_size < LEAST)
		return 0;
	to = openat(dir, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	for (size_t n = 0; to >= 0 && n < s->count && got == 0; n++) {
		autoclose int from = inroot_open_nolinks(s->roots[n], path,
		    O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
		struct stat there;

		if (from >= 0 && fstat(from, &there) == 0
		    && S_ISREG(there.st_mode) && there.st_size == st->st_size)
			got = share(from, to, (uint64_t)st->st_size);
	}
	return got < 0 ? fail(f, ENOTSUP, "share blocks") : 0;
}

static void
open_roots(struct sharing *s, int roots)
{
	char path[CACHE_KEY + 16];
	struct listing keys;
	int fd;

	if (listing_read(&keys, roots) < 0)
		return;
	for (size_t n = 0; n < keys.count && s->count < MOST_ROOTS; n++) {
		if (snprintf(path, sizeof path, "%s/rootfs", keys.list[n])
		    >= (int)sizeof path)
			continue;
		fd = openat(roots, path,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd >= 0)
			s->roots[s->count++] = fd;
	}
	listing_free(&keys);
}

void
dedupe_root(const struct cache *c, int rootfs)
{
	struct sharing s = { .count = 0 };
	struct fail why;
	autoclose int roots = cache_open_part(c, "roots", &why);

	if (roots < 0)
		return;
	open_roots(&s, roots);
	if (s.count > 0)
		(void)tree_walk(rootfs, visit, &s, true, &why);
	while (s.count > 0)
		close(s.roots[--s.count]);
}
