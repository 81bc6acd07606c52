/* SPDX-License-Identifier: ISC */
/* device.c - see device.h */
#include "device.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "compat.h"
#include "fail.h"
#include "fsmount.h"
#include "scope.h"

enum { SAFER = RUNGS_ATTR_NOSUID | RUNGS_ATTR_NODEV | RUNGS_ATTR_NOEXEC };

/* Documentation/admin-guide/devices.txt in the kernel. */
static const struct node {
	const char *name;
	unsigned major, minor;
} nodes[DEVICES] = {
	{ "null", 1, 3 },
	{ "zero", 1, 5 },
	{ "full", 1, 7 },
	{ "random", 1, 8 },
	{ "urandom", 1, 9 },
	{ "tty", 5, 0 },
};

static const char *const links[][2] = {
	{ "fd", "/proc/self/fd" },
	{ "stdin", "/proc/self/fd/0" },
	{ "stdout", "/proc/self/fd/1" },
	{ "stderr", "/proc/self/fd/2" },
	{ "ptmx", "pts/ptmx" },
};

static const char *const dev_options[] = { "mode=0755", NULL };
static const char *const pts_options[] = { "ptmxmode=0666", "mode=0620", NULL };
static const char *const shm_options[] = { "mode=1777", NULL };

/* What was opened as a node, if it is that; else it is closed, and -1. */
static int
check_node(const struct node *node, int fd)
{
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISCHR(st.st_mode)
	    && st.st_rdev == makedev(node->major, node->minor))
		return fd;
	close(fd);
	errno = ENODEV;
	return -1;
}

static int
clone_node(const struct node *node)
{
	char path[32];

	snprintf(path, sizeof path, "/dev/%s", node->name);
	return check_node(node, fsmount_clone_file(path));
}

int
device_open_null(void)
{
	return check_node(&nodes[0],
	    open("/dev/null", O_PATH | O_NOFOLLOW | O_CLOEXEC));
}

int
device_null_of(int dev)
{
	return openat(dev, nodes[0].name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

/* Whatever the caller's umask is, they are for everybody. */
static int
make_nodes(int dev)
{
	mode_t kept = umask(0);
	int result = 0;

	for (size_t n = 0; n < DEVICES && result == 0; n++)
		result = mknodat(dev, nodes[n].name, S_IFCHR | 0666,
		    makedev(nodes[n].major, nodes[n].minor));
	umask(kept);
	return result;
}

int
device_new(void)
{
	return fsmount_new("tmpfs", dev_options, SAFER);
}

int
device_make(int user_namespace)
{
	int dev = fsmount_new("tmpfs", dev_options,
	    RUNGS_ATTR_NOSUID | RUNGS_ATTR_NOEXEC);

	if (dev < 0)
		return -1;
	if (make_nodes(dev) == 0 && fsmount_map_ids(dev, user_namespace) == 0)
		return dev;
	close(dev);
	return -1;
}

/*
 * A mount that is read-only keeps the node's mode and owner, which are the
 * host's: from who has all its ids, too.  A device is written to all the same.
 */
int
device_open(int open_nodes[DEVICES], struct fail *f)
{
	const unsigned safe =
	    RUNGS_ATTR_RDONLY | RUNGS_ATTR_NOSUID | RUNGS_ATTR_NOEXEC;

	for (size_t n = 0; n < DEVICES; n++)
		open_nodes[n] = -1;
	for (size_t n = 0; n < DEVICES; n++) {
		open_nodes[n] = clone_node(&nodes[n]);
		if (open_nodes[n] >= 0
		    && fsmount_restrict(open_nodes[n], safe, false) == 0)
			continue;
		fail(f, errno,
		    "dev: bind the host's /dev/%s (character device %u:%u)",
		    nodes[n].name, nodes[n].major, nodes[n].minor);
		device_close(open_nodes);
		return -1;
	}
	return 0;
}

void
device_close(const int open_nodes[DEVICES])
{
	for (size_t n = 0; n < DEVICES; n++)
		scope_close(&open_nodes[n]);
}

/* Nobody else sees /dev yet, so a name in it is what we have made. */
static int
attach_node(int dev, const char *name, int node)
{
	if (mknodat(dev, name, S_IFREG | 0666, 0) < 0)
		return -1;
	return fsmount_attach_at(node, dev, name);
}

static int
mount_below(int dev, const char *name, const char *type,
    const char *const options[], unsigned attributes, struct fail *f)
{
	autoclose int mount = fsmount_new(type, options, attributes);

	if (mount < 0)
		return fail(f, errno, "dev: mount %s", type);
	if (mkdirat(dev, name, 0755) < 0
	    || fsmount_attach_at(mount, dev, name) < 0)
		return fail(f, errno, "dev: mount %s on /dev/%s", type, name);
	return 0;
}

int
device_attach(int dev, const int open_nodes[DEVICES], struct fail *f)
{
	for (size_t n = 0; n < DEVICES; n++)
		if (attach_node(dev, nodes[n].name, open_nodes[n]) < 0)
			return fail(f, errno, "dev: attach %s", nodes[n].name);
	return 0;
}

int
device_fill(int dev, bool mqueue, struct fail *f)
{
	for (size_t n = 0; n < COUNT(links); n++)
		if (symlinkat(links[n][1], dev, links[n][0]) < 0)
			return fail(f, errno, "dev: link %s", links[n][0]);
	if (mount_below(dev, "pts", "devpts", pts_options,
		RUNGS_ATTR_NOSUID | RUNGS_ATTR_NOEXEC, f)
		< 0
	    || mount_below(dev, "shm", "tmpfs", shm_options, SAFER, f) < 0)
		return -1;
	if (mqueue)
		return mount_below(dev, "mqueue", "mqueue", NULL, SAFER, f);
	return 0;
}
