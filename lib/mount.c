/* SPDX-License-Identifier: ISC */
/* mount.c - see mount.h */
#include "mount.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compat.h"
#include "device.h"
#include "fail.h"
#include "fsmount.h"
#include "inroot.h"
#include "scope.h"

enum {
	SAFE = RUNGS_ATTR_NOSUID | RUNGS_ATTR_NODEV,
	SAFER = SAFE | RUNGS_ATTR_NOEXEC,
};

/*
 * The OCI runtimes' default.  What tells of the host or of its keys is
 * masked, what would change it cannot be written.
 */
static const char *const masked_proc[] = { "acpi", "asound", "interrupts",
	"kcore", "keys", "latency_stats", "sched_debug", "scsi", "timer_list",
	"timer_stats" };
static const char *const masked_sys[] = { "firmware",
	"devices/virtual/powercap" };
static const char *const readonly_proc[] = { "bus", "fs", "irq", "sys",
	"sysrq-trigger" };

static const char *const tmp_options[] = { "mode=1777", NULL };
static const char *const run_options[] = { "mode=0755", NULL };

/*
 * Open the mount point below root without a last step through a link: for
 * "dev -> /somewhere" the mount would silently be somewhere else.
 */
static int
open_point(int root, const char *name, struct fail *f)
{
	autoclose int made = -1;
	struct stat st;
	int fd = inroot_open(root, name, O_PATH | O_NOFOLLOW, 0);

	if (fd < 0 && errno == ENOENT) {
		if ((made = inroot_mkdirs(root, name)) < 0) {
			fail(f, errno, "/%s: make the mount point", name);
			return fail_hint(f,
			    "the root has no directory %s and cannot get one: "
			    "mkroot with scratch helps",
			    name);
		}
		fd = inroot_open(root, name, O_PATH | O_NOFOLLOW, 0);
	}
	if (fd < 0 || fstat(fd, &st) < 0) {
		fail(f, errno, "/%s: open the mount point", name);
	} else if (S_ISDIR(st.st_mode)) {
		return fd;
	} else {
		fail(f, 0, "/%s: refuse to mount on it: it is a %s", name,
		    S_ISLNK(st.st_mode) ? "symbolic link" : "file");
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Attach a mount at name; its descriptor then is where it begins. */
static int
attach(int root, const char *name, int fs, struct fail *f)
{
	autoclose int point = -1;

	if ((point = open_point(root, name, f)) < 0)
		return -1;
	if (fsmount_attach(fs, point) < 0)
		return fail(f, errno, "/%s: attach the mount", name);
	return 0;
}

static int
mount_tmpfs(int root, const char *name, const char *const options[],
    struct fail *f)
{
	autoclose int fs = fsmount_new("tmpfs", options, SAFE);

	if (fs < 0)
		return fail(f, errno, "/%s: mount a tmpfs", name);
	return attach(root, name, fs, f);
}

static int
mount_dev(int root, bool mqueue, struct fail *f)
{
	/* The nodes are mounts of their own: a node made here is not one. */
	autoclose int fs = fsmount_new("tmpfs", run_options, SAFER);

	if (fs < 0)
		return fail(f, errno, "/dev: mount a tmpfs");
	if (attach(root, "dev", fs, f) < 0)
		return -1;
	return device_fill(fs, mqueue, f);
}

/*
 * What masks lie over: the host's /dev/null, and a directory that is empty
 * and stays so.  The latter can only be copied once it is attached.
 */
struct masks {
	int null, empty;
	bool attached;
};

/* Mask what is at path below dir, a file system that was just mounted. */
static int
mask(int dir, const char *path, struct masks *m)
{
	autoclose int target = inroot_open_nolinks(dir, path, O_PATH, 0);
	autoclose int copy = -1;
	struct stat st;

	if (target < 0)
		return errno == ENOENT ? 0 : -1;
	if (fstat(target, &st) < 0)
		return -1;
	if (S_ISDIR(st.st_mode) && !m->attached) {
		m->attached = true;
		return fsmount_attach(m->empty, target);
	}
	copy = fsmount_clone(S_ISDIR(st.st_mode) ? m->empty : m->null, false);
	return copy < 0 ? -1 : fsmount_attach(copy, target);
}

static int
mask_all(int dir, const char *const paths[], size_t count, const char *top,
    struct fail *f)
{
	autoclose int null = device_open_null(), empty = -1;
	struct masks m;

	empty = fsmount_new("tmpfs", NULL, SAFER | RUNGS_ATTR_RDONLY);
	if (null < 0 || empty < 0)
		return fail(f, errno, "/%s: prepare to mask its files", top);
	m = (struct masks){ .null = null, .empty = empty };
	for (size_t n = 0; n < count; n++)
		if (mask(dir, paths[n], &m) < 0)
			return fail(f, errno, "/%s/%s: mask it", top, paths[n]);
	return 0;
}

static int
make_readonly(int dir, const char *path)
{
	autoclose int target = inroot_open_nolinks(dir, path, O_PATH, 0);
	autoclose int copy = -1;

	if (target < 0)
		return errno == ENOENT ? 0 : -1;
	copy = fsmount_clone(target, false);
	if (copy < 0
	    || fsmount_restrict(copy, SAFER | RUNGS_ATTR_RDONLY, false) < 0)
		return -1;
	return fsmount_attach(copy, target);
}

static int
mount_proc(int root, struct fail *f)
{
	autoclose int fs = fsmount_new("proc", NULL, SAFER);

	if (fs < 0) {
		fail(f, errno, "/proc: mount a proc file system");
		if (errno == EPERM)
			fail_hint(f,
			    "the /proc around us is not whole (a container's "
			    "masks?), and the kernel then gives no new one");
		return -1;
	}
	if (attach(root, "proc", fs, f) < 0)
		return -1;
	for (size_t n = 0; n < COUNT(readonly_proc); n++)
		if (make_readonly(fs, readonly_proc[n]) < 0)
			return fail(f, errno, "/proc/%s: make it read-only",
			    readonly_proc[n]);
	return mask_all(fs, masked_proc, COUNT(masked_proc), "proc", f);
}

static int
bind_host_sys(struct fail *f)
{
	autoclose int host = open("/sys", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int copy = host < 0 ? -1 : fsmount_clone(host, true);

	if (copy >= 0
	    && fsmount_restrict(copy, SAFER | RUNGS_ATTR_RDONLY, true) == 0)
		return copy;
	fail(f, errno, "/sys: bind the host's");
	if (copy >= 0)
		close(copy);
	return -1;
}

static int
mount_sys(int root, bool host, struct fail *f)
{
	autoclose int fs = -1;

	fs = host ? bind_host_sys(f)
	          : fsmount_new("sysfs", NULL, SAFER | RUNGS_ATTR_RDONLY);
	if (fs < 0)
		return host ? -1 : fail(f, errno, "/sys: mount a sysfs");
	if (attach(root, "sys", fs, f) < 0)
		return -1;
	return mask_all(fs, masked_sys, COUNT(masked_sys), "sys", f);
}

int
mounts_make_private(struct fail *f)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return fail(f, errno, "make all mounts private");
	return 0;
}

int
mounts_apply(const struct mounts *mounts, int root, struct fail *f)
{
	if (mount_proc(root, f) < 0 || mount_sys(root, mounts->host_sys, f) < 0
	    || mount_dev(root, mounts->new_ipc, f) < 0
	    || mount_tmpfs(root, "tmp", tmp_options, f) < 0)
		return -1;
	return mount_tmpfs(root, "run", run_options, f);
}
