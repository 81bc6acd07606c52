/* SPDX-License-Identifier: ISC */
/* fsmount.c - see fsmount.h */
#include "fsmount.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include "capability.h"
#include "compat.h"
#include "fail.h"
#include "oldmount.h"
#include "scope.h"

/* What the kernel lacks, or a filter of calls around us keeps from us. */
enum lack { UNKNOWN, NOTHING, SETATTR, EVERYTHING };

static bool
is_missing(int result)
{
	return result < 0 && errno == ENOSYS;
}

static bool
is_refused(int result)
{
	return result < 0 && (errno == ENOSYS || errno == EPERM);
}

/*
 * Each is asked in a way that the kernel has to refuse.  Three it refuses
 * with EPERM to who may not mount anything; of the others that can only be
 * a filter's word, and a filter that lacks one lacks all.
 */
static enum lack
ask(void)
{
	const unsigned wrong = ~0U;

	if (is_refused(sys_open_tree(-1, "", wrong))
	    || is_refused(sys_fsconfig(-1, wrong, NULL, NULL))
	    || is_missing(sys_fsopen("", wrong))
	    || is_missing(sys_fsmount(-1, wrong, 0))
	    || is_missing(sys_move_mount(-1, "", -1, "", wrong)))
		return EVERYTHING;
	return is_refused(sys_mount_setattr(-1, "", wrong, NULL)) ? SETATTR
	                                                          : NOTHING;
}

static enum lack
known(void)
{
	static enum lack lack;

	if (lack == UNKNOWN)
		lack = ask();
	return lack;
}

bool
fsmount_is_whole(void)
{
	return known() == NOTHING;
}

bool
fsmount_has_calls(void)
{
	return known() != EVERYTHING;
}

/*
 * Whether a call failed because it is one of those that are missing.  EPERM
 * may be the kernel's own, so that alone does not tell.
 */
static bool
lacks(enum lack what)
{
	int error = errno;
	bool result;

	if (error != ENOSYS && error != EPERM)
		return false;
	result = known() >= what;
	errno = error;
	return result;
}

/* An attribute that came later than the calls did: EINVAL. */
static bool
is_too_new(unsigned attributes)
{
	return errno == EINVAL && (attributes & RUNGS_ATTR_NOSYMFOLLOW) != 0;
}

void
fsmount_private(void)
{
	oldmount_private();
}

int
fsmount_end(void)
{
	return oldmount_end();
}

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
fsmount_begin(const char *type, const char *const options[])
{
	int fs = sys_fsopen(type, RUNGS_FSOPEN_CLOEXEC);
	int result = fs < 0 ? -1 : 0;

	for (; result == 0 && options != NULL && *options != NULL; options++)
		result = configure(fs, *options);
	if (result == 0
	    && sys_fsconfig(fs, RUNGS_CONFIG_CREATE, NULL, NULL) == 0)
		return fs;
	scope_close(&fs);
	return -1;
}

static int
new_mount(const char *type, const char *const options[], unsigned attributes)
{
	autoclose int fs = fsmount_begin(type, options);

	if (fs < 0)
		return -1;
	return sys_fsmount(fs, RUNGS_FSMOUNT_CLOEXEC, attributes);
}

int
fsmount_new(const char *type, const char *const options[], unsigned attributes)
{
	int mount = new_mount(type, options, attributes);

	if (mount >= 0 || (!lacks(EVERYTHING) && !is_too_new(attributes)))
		return mount;
	return oldmount_new(type, options, attributes);
}

int
fsmount_clone(int fd, bool recursive)
{
	int copy = sys_open_tree(fd, "",
	    RUNGS_OPEN_TREE_CLONE | AT_EMPTY_PATH | O_CLOEXEC
		| (recursive ? AT_RECURSIVE : 0));

	if (copy >= 0 || !lacks(EVERYTHING))
		return copy;
	return oldmount_clone(fd, recursive);
}

int
fsmount_clone_file(const char *path)
{
	int copy = sys_open_tree(AT_FDCWD, path,
	    RUNGS_OPEN_TREE_CLONE | AT_SYMLINK_NOFOLLOW | O_CLOEXEC);
	autoclose int file = -1;

	if (copy >= 0 || !lacks(EVERYTHING))
		return copy;
	file = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	return file < 0 ? -1 : oldmount_clone(file, false);
}

int
fsmount_restrict(int mount, unsigned attributes, bool recursive)
{
	struct rungs_mount_attr attr = {
		.set = attributes,
		.propagation = MS_PRIVATE,
	};

	if (sys_mount_setattr(mount, "",
		AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), &attr)
	    == 0)
		return 0;
	if (!lacks(SETATTR) && !is_too_new(attributes))
		return -1;
	return oldmount_restrict(mount, attributes, recursive);
}

int
fsmount_map_ids(int mount, int user_namespace)
{
	struct rungs_mount_attr attr = {
		.set = RUNGS_ATTR_IDMAP,
		.propagation = MS_PRIVATE,
		.userns_fd = (uint64_t)user_namespace,
	};

	if (sys_mount_setattr(mount, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr)
	    == 0)
		return 0;
	if (lacks(SETATTR))
		errno = ENOSYS;
	return -1;
}

int
fsmount_attributes(int fd, unsigned *attributes)
{
	static const struct {
		unsigned long flag; /* of statvfs(3) */
		unsigned attribute;
	} flags[] = {
		{ ST_RDONLY, RUNGS_ATTR_RDONLY },
		{ ST_NOSUID, RUNGS_ATTR_NOSUID },
		{ ST_NODEV, RUNGS_ATTR_NODEV },
		{ ST_NOEXEC, RUNGS_ATTR_NOEXEC },
		{ 0x2000, RUNGS_ATTR_NOSYMFOLLOW },
	};
	struct statvfs st;

	if (fstatvfs(fd, &st) < 0)
		return -1;
	*attributes = 0;
	for (size_t n = 0; n < COUNT(flags); n++)
		if ((st.f_flag & flags[n].flag) != 0)
			*attributes |= flags[n].attribute;
	return 0;
}

int
fsmount_attach(int mount, int target)
{
	int result = sys_move_mount(mount, "", target, "",
	    RUNGS_MOVE_FROM_EMPTY | RUNGS_MOVE_TO_EMPTY);

	if (result == 0 || !lacks(EVERYTHING))
		return result;
	return oldmount_attach(mount, target);
}

int
fsmount_attach_at(int mount, int dir, const char *name)
{
	int result =
	    sys_move_mount(mount, "", dir, name, RUNGS_MOVE_FROM_EMPTY);
	autoclose int target = -1;

	if (result == 0 || !lacks(EVERYTHING))
		return result;
	target = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	return target < 0 ? -1 : oldmount_attach(mount, target);
}

int
fsmount_attach_on_top(int mount)
{
	int result =
	    sys_move_mount(mount, "", AT_FDCWD, "/", RUNGS_MOVE_FROM_EMPTY);

	if (result == 0 || !lacks(EVERYTHING))
		return result;
	return oldmount_attach(mount, -1);
}

/* The common ones that cannot map owners have a name, others a number. */
static const char *
type_of(int fd, char text[32])
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

int
fsmount_hint(int fd, const char *remedy, struct fail *f)
{
	char type[32];

	if (errno == ENOSYS)
		return fail_hint(f, "mount_setattr(2) and its kin are missing "
				    "(they came with Linux 5.12), or a filter "
				    "forbids them: keep the host's ids with "
				    "enterns user=host");
	/* What is short, or not allowed, says nothing of the file system. */
	if (errno == EPERM && !capability_has(CAP_SYS_ADMIN))
		return fail_hint(f, "that takes CAP_SYS_ADMIN");
	if (errno != EINVAL && errno != EPERM && errno != EOPNOTSUPP)
		return -1;
	return fail_hint(f,
	    "its file system (%s), or one mounted below it, cannot do that: "
	    "%s",
	    type_of(fd, type), remedy);
}
