/* SPDX-License-Identifier: ISC */
/* fsmount.c - see fsmount.h */
#include "fsmount.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <sys/mount.h>

#include "compat.h"
#include "scope.h"

static int
configure(int fs, const char *option)
{
	const char *equals = strchr(option, '=');
	char key[32];

	if (equals == NULL)
		return sys_fsconfig(fs, RUNGS_CONFIG_FLAG, option, NULL);
	if ((size_t)(equals - option) >= sizeof key) {
		errno = EINVAL;
		return -1;
	}
	memcpy(key, option, equals - option);
	key[equals - option] = '\0';
	return sys_fsconfig(fs, RUNGS_CONFIG_STRING, key, equals + 1);
}

int
fsmount_new(const char *type, const char *const options[], unsigned attributes)
{
	autoclose int fs = sys_fsopen(type, RUNGS_FSOPEN_CLOEXEC);

	if (fs < 0)
		return -1;
	for (; options != NULL && *options != NULL; options++)
		if (configure(fs, *options) < 0)
			return -1;
	if (sys_fsconfig(fs, RUNGS_CONFIG_CREATE, NULL, NULL) < 0)
		return -1;
	return sys_fsmount(fs, RUNGS_FSMOUNT_CLOEXEC, attributes);
}

int
fsmount_clone(int fd, bool recursive)
{
	return sys_open_tree(fd, "",
	    RUNGS_OPEN_TREE_CLONE | AT_EMPTY_PATH | O_CLOEXEC
		| (recursive ? AT_RECURSIVE : 0));
}

int
fsmount_restrict(int mount, unsigned attributes, bool recursive)
{
	struct rungs_mount_attr attr = {
		.set = attributes,
		.propagation = MS_PRIVATE,
	};

	return sys_mount_setattr(mount, "",
	    AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), &attr);
}

int
fsmount_map_ids(int mount, int user_namespace)
{
	struct rungs_mount_attr attr = {
		.set = RUNGS_ATTR_IDMAP,
		.propagation = MS_PRIVATE,
		.userns_fd = (uint64_t)user_namespace,
	};

	return sys_mount_setattr(mount, "", AT_EMPTY_PATH | AT_RECURSIVE,
	    &attr);
}

int
fsmount_attach(int mount, int target)
{
	return sys_move_mount(mount, "", target, "",
	    RUNGS_MOVE_FROM_EMPTY | RUNGS_MOVE_TO_EMPTY);
}

int
fsmount_attach_on_top(int mount)
{
	return sys_move_mount(mount, "", AT_FDCWD, "/", RUNGS_MOVE_FROM_EMPTY);
}

const char *
fsmount_type(int fd, char text[32])
{
	/* <linux/magic.h>, and the file systems' own headers. */
	static const struct {
		unsigned long magic;
		const char *name;
	} types[] = {
		{ 0x794c7630, "overlay" },
		{ 0x01021994, "tmpfs" },
		{ 0x65735546, "fuse" },
		{ 0x6969, "nfs" },
		{ 0xff534d42, "cifs" },
		{ 0x01021997, "9p" },
		{ 0x9fa0, "proc" },
		{ 0x62656572, "sysfs" },
	};
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return "unknown";
	for (size_t n = 0; n < COUNT(types); n++)
		if ((unsigned long)fs.f_type == types[n].magic)
			return types[n].name;
	snprintf(text, 32, "%#lx", (unsigned long)fs.f_type);
	return text;
}
