/* SPDX-License-Identifier: ISC */
/* limiting.c - see limiting.h */
#include "limiting.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysinfo.h>

#include "cgroupfs.h"
#include "cgrouplimit.h"
#include "disk.h"
#include "fail.h"
#include "kernfile.h"
#include "limit.h"
#include "numberset.h"
#include "scope.h"

enum {
	PERIOD_US = 100000, /* of cpu.max; the kernel's own default */
	ALL = 10000,        /* hundredths of a percent */
};

static const char *
file_of(const struct limit_word *w, const struct cgroup_dir *d)
{
	return d->v2 ? w->limit->v2 : w->limit->v1;
}

static int
put(const struct cgroup_dir *d, const char *file, const char *text,
    struct fail *f)
{
	if (kernfile_write(d->dir, file, text) == 0)
		return 0;
	if (errno == ENOENT)
		return fail(f, 0, "this kernel has no %s", file);
	return fail(f, errno, "write %s in %s/%s", file, d->path, d->name);
}

static int
put_number(const struct cgroup_dir *d, const char *file, uint64_t value,
    struct fail *f)
{
	char text[32];

	snprintf(text, sizeof text, "%" PRIu64, value);
	return put(d, file, text, f);
}

/* --- cpu --- */

static int
set_share(const struct limit_word *w, const struct cgroup_dir *d,
    struct fail *f)
{
	uint64_t quota = w->value * PERIOD_US / ALL;
	char text[64];

	if (!d->v2)
		return put_number(d, w->limit->v1, quota, f);
	snprintf(text, sizeof text, "%" PRIu64 " %d", quota, PERIOD_US);
	return put(d, w->limit->v2, text, f);
}

/* Version 1 has 1024 where version 2 has 100; its least is 2. */
static int
set_cpu_weight(const struct limit_word *w, const struct cgroup_dir *d,
    struct fail *f)
{
	return put_number(d, file_of(w, d),
	    d->v2 ? w->value : w->value * 1024 / 100, f);
}

/* --- cpuset --- */

/*
 * Version 1 refuses what the group above does not have.  Version 2 takes
 * it, and gives the group what is left, or all if nothing is.
 */
static int
set_set(const struct limit_word *w, const struct cgroup_dir *d, struct fail *f)
{
	struct numberset asked, got;
	char file[64], text[NUMBERSET_TEXT + 1];

	if (put(d, file_of(w, d), w->text, f) < 0) {
		if (errno == EINVAL || errno == EACCES || errno == ERANGE)
			goto missing;
		return -1;
	}
	if (!d->v2)
		return 0;
	snprintf(file, sizeof file, "%s.effective", w->limit->v2);
	if (kernfile_read(d->dir, file, text, sizeof text) < 0)
		return fail(f, errno, "read %s in %s/%s", file, d->path,
		    d->name);
	text[strcspn(text, "\n")] = '\0';
	if (numberset_parse(&asked, w->text) == 0
	    && numberset_parse(&got, text) == 0
	    && numberset_equal(&asked, &got))
		return 0;
missing:
	fail(f, 0, "not all of %.80s are there for this caller", w->text);
	return fail_hint(f,
	    "%s_allowed_list in /proc/self/status has those "
	    "that are",
	    strcmp(w->limit->name, "cpus") == 0 ? "Cpus" : "Mems");
}

/* --- memory --- */

static uint64_t
smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* All that there is, for us: of the machine, or of the groups we are in. */
static uint64_t
whole(const struct limit_word *w, const struct cgroup_dir *d)
{
	uint64_t memory, both;
	struct sysinfo info;

	sysinfo(&info);
	if (w->limit->kind != LIMIT_SWAP)
		return smaller((uint64_t)info.totalram * info.mem_unit,
		    cgrouplimit_least(d,
			d->v2 ? "memory.max" : "memory.limit_in_bytes"));
	both = (uint64_t)info.totalswap * info.mem_unit;
	if (d->v2)
		return smaller(both, cgrouplimit_least(d, w->limit->v2));
	memory = cgrouplimit_least(d, "memory.limit_in_bytes");
	return smaller(both,
	    cgrouplimit_least(d, w->limit->v1)
		- smaller(memory, cgrouplimit_least(d, w->limit->v1)));
}

/* Version 1 counts memory and swap in one, which is set after memory's. */
static int
set_both(const struct cgroup_dir *d, const char *file, uint64_t swap,
    struct fail *f)
{
	int64_t memory = cgroupfs_number(d, "memory.limit_in_bytes", NULL);
	int64_t none = cgroupfs_number(d, file, NULL);

	if (none < 0) {
		fail(f, 0, "this kernel does not count swap in version 1");
		return fail_hint(f, "boot it with swapaccount=1");
	}
	if (memory < 0 || memory >= none) {
		fail(f, 0,
		    "version 1 of control groups limits memory and swap "
		    "together only");
		return fail_hint(f, "add memory=BYTES");
	}
	if ((uint64_t)memory + swap > INT64_MAX)
		swap = (uint64_t)(INT64_MAX - memory);
	return put_number(d, file, (uint64_t)memory + swap, f);
}

static int
set_bytes(const struct limit_word *w, const struct cgroup_dir *d,
    struct fail *f)
{
	const char *file = file_of(w, d);
	uint64_t value = w->value, all;

	if (w->percent) {
		all = whole(w, d);
		value = all / ALL * value + all % ALL * value / ALL;
		if (value < w->limit->least)
			return fail(f, 0,
			    "of %" PRIu64 " bytes, that is less than a page is",
			    all);
	}
	if (!d->v2 && w->limit->kind == LIMIT_SWAP)
		return set_both(d, file, value, f);
	return put_number(d, file, value, f);
}

/* Of a size of pages there are a file and, since Linux 5.7, its "rsvd". */
static int
set_hugetlb(const struct limit_word *w, const struct cgroup_dir *d,
    struct fail *f)
{
	static const struct {
		char letter;
		int shift;
	} units[] = { { 'G', 30 }, { 'M', 20 }, { 'K', 10 } };
	char file[96];
	size_t unit = 0;

	while (w->size >> units[unit].shift == 0)
		unit++;
	for (int rsvd = 1; rsvd >= 0; rsvd--) {
		snprintf(file, sizeof file, "hugetlb.%" PRIu64 "%cB%s.%s",
		    w->size >> units[unit].shift, units[unit].letter,
		    rsvd ? ".rsvd" : "", file_of(w, d));
		if (put_number(d, file, w->value, f) == 0)
			continue;
		if (errno == ENOENT)
			fail(f, 0, "this kernel has no pages of that size");
		return -1;
	}
	return 0;
}

/* --- io --- */

static const char *const v1_io[LIMIT_KEYS] = {
	[LIMIT_RBPS] = "blkio.throttle.read_bps_device",
	[LIMIT_WBPS] = "blkio.throttle.write_bps_device",
	[LIMIT_RIOPS] = "blkio.throttle.read_iops_device",
	[LIMIT_WIOPS] = "blkio.throttle.write_iops_device",
};

/* Whether some other word has limited it, by another of its names. */
static bool
is_limited(const struct cgroup_dir *d, const char *disk)
{
	char text[4096], *rest = NULL, *line;
	size_t length = strlen(disk);

	for (int k = 0; !d->v2 && k < LIMIT_KEYS; k++)
		if (cgroupfs_number(d, v1_io[k], disk) >= 0)
			return true;
	if (!d->v2 || kernfile_read(d->dir, "io.max", text, sizeof text) < 0)
		return false;
	for (line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		if (strncmp(line, disk, length) == 0 && line[length] == ' ')
			return true;
	return false;
}

static int
set_device(const struct limit_word *w, const struct cgroup_dir *d,
    struct fail *f)
{
	char path[PATH_MAX], disk[DISK_NAME], text[256];
	size_t used;

	snprintf(path, sizeof path, "%.*s", (int)w->subject, w->text);
	if (disk_find(path, disk, f) < 0)
		return -1;
	if (!d->in_use && is_limited(d, disk))
		return fail(f, 0, "another word is for the same disk, %s",
		    disk);
	used = (size_t)snprintf(text, sizeof text, "%s", disk);
	for (int k = 0; k < LIMIT_KEYS; k++) {
		if (w->rate[k] == 0)
			continue;
		if (d->v2) {
			used +=
			    (size_t)snprintf(text + used, sizeof text - used,
				" %s=%" PRIu64, limit_keys[k], w->rate[k]);
			continue;
		}
		snprintf(text + used, sizeof text - used, " %" PRIu64,
		    w->rate[k]);
		if (put(d, v1_io[k], text, f) < 0)
			return -1;
	}
	return d->v2 ? put(d, w->limit->v2, text, f) : 0;
}

/* Version 2: whether the cost model of blk-iocost works on some disk. */
static bool
has_iocost(const struct cgroup_dir *d)
{
	char path[PATH_MAX], text[4096];
	autoclose int root = -1;

	snprintf(path, sizeof path, "%.*s", (int)d->mounted, d->path);
	root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return root >= 0
	       && kernfile_read(root, "io.cost.qos", text, sizeof text) == 0
	       && strstr(text, "enable=1") != NULL;
}

/* bfq's weights go to 1000, with the same 100 in the middle. */
static int
set_io_weight(const struct limit_word *w, const struct cgroup_dir *d,
    struct fail *f)
{
	bool bfq = disk_has_scheduler("bfq"), cost = d->v2 && has_iocost(d);
	uint64_t weight = w->value;

	if (!bfq && !cost) {
		fail(f, 0, "no disk here has a scheduler that goes by weights");
		return fail_hint(f,
		    "echo bfq >/sys/block/DISK/queue/scheduler gives it one");
	}
	if (cost && put_number(d, w->limit->v2, weight, f) < 0)
		return -1;
	if (weight > 100)
		weight = 100 + (weight - 100) * 900 / 9900;
	if (bfq)
		return put_number(d, d->v2 ? "io.bfq.weight" : w->limit->v1,
		    weight, f);
	return 0;
}

/* --- all --- */

static int
set_file(const struct limit_word *w, const struct cgroup_dir *d, struct fail *f)
{
	char file[NAME_MAX + 1];

	snprintf(file, sizeof file, "%.*s", (int)w->subject, w->text);
	return put(d, file, w->text + w->subject + 1, f);
}

int
limit_check(const struct limit_word *w, const struct cgroup_dir *d,
    struct fail *f)
{
	if (w->limit->kind == LIMIT_FILE || file_of(w, d) != NULL)
		return 0;
	return fail(f, 0, "version %d of control groups has nothing like it",
	    d->v2 ? 2 : 1);
}

int
limit_set(const struct limit_word *w, const struct cgroup_dir *d,
    struct fail *f)
{
	switch (w->limit->kind) {
	case LIMIT_SHARE:
		return set_share(w, d, f);
	case LIMIT_CPU_WEIGHT:
		return set_cpu_weight(w, d, f);
	case LIMIT_BYTES:
	case LIMIT_SWAP:
		return set_bytes(w, d, f);
	case LIMIT_SET:
		return set_set(w, d, f);
	case LIMIT_DEVICE:
		return set_device(w, d, f);
	case LIMIT_HUGETLB:
		return set_hugetlb(w, d, f);
	case LIMIT_FILE:
		return set_file(w, d, f);
	case LIMIT_IO_WEIGHT:
		return set_io_weight(w, d, f);
	default:
		return put_number(d, file_of(w, d), w->value, f);
	}
}
