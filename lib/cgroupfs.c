/* SPDX-License-Identifier: ISC */
/* cgroupfs.c - see cgroupfs.h */
#include "cgroupfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"
#include "scope.h"

static const char prefix[] = "rungs-";

/* Whether the list has the word; both lists and words are the kernel's. */
static bool
has_word(const char *list, const char *word, const char *separators)
{
	size_t length;

	for (; *list != '\0'; list += length) {
		list += strspn(list, separators);
		length = strcspn(list, separators);
		if (length == strlen(word) && memcmp(list, word, length) == 0)
			return true;
	}
	return false;
}

/*
 * The caller's path in the hierarchy that has the controller, from
 * /proc/self/cgroup; the one of version 2 when none of version 1 has it.
 */
static int
find_own_path(const char *controller, bool *v2, char path[PATH_MAX])
{
	FILE *in = fopen("/proc/self/cgroup", "re");
	char line[PATH_MAX + 256];
	bool found = false;

	while (in != NULL && fgets(line, sizeof line, in) != NULL) {
		char *names = strchr(line, ':');
		char *group = names != NULL ? strchr(names + 1, ':') : NULL;

		if (group == NULL)
			continue;
		*group++ = '\0';
		group[strcspn(group, "\n")] = '\0';
		*v2 = names[1] == '\0';
		if (*v2 && found)
			continue;
		if (!*v2 && !has_word(names + 1, controller, ","))
			continue;
		snprintf(path, PATH_MAX, "%s", group);
		found = true;
		if (!*v2)
			break;
	}
	if (in != NULL)
		fclose(in);
	return found ? 0 : -1;
}

/* Undo the escapes of /proc/self/mountinfo, in place. */
static void
unescape(char *text)
{
	char *to = text;

	for (; *text != '\0'; to++) {
		unsigned byte;

		if (*text == '\\' && sscanf(text + 1, "%3o", &byte) == 1) {
			*to = (char)byte;
			text += 4;
		} else {
			*to = *text++;
		}
	}
	*to = '\0';
}

/*
 * Where the hierarchy is mounted: /proc/self/mountinfo, proc(5).  root is
 * what of it is mounted there.
 */
static int
find_mount(const char *controller, bool v2, char mount[PATH_MAX],
    char root[PATH_MAX])
{
	FILE *in = fopen("/proc/self/mountinfo", "re");
	char *line = NULL;
	size_t room = 0;
	int result = -1;

	while (in != NULL && result < 0 && getline(&line, &room, in) > 0) {
		char type[32], options[512];
		char *dash = strstr(line, " - ");

		if (dash == NULL
		    || sscanf(dash, " - %31s %*s %511s", type, options) != 2
		    || strcmp(type, v2 ? "cgroup2" : "cgroup") != 0
		    || (!v2 && !has_word(options, controller, ","))
		    || sscanf(line, "%*s %*s %*s %4095s %4095s", root, mount)
			   != 2)
			continue;
		unescape(root);
		unescape(mount);
		result = 0;
	}
	free(line);
	if (in != NULL)
		fclose(in);
	return result;
}

static int
read_file(int dir, const char *name, char *text, size_t size)
{
	autoclose int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, text, size - 1);

	if (got < 0)
		return -1;
	text[got] = '\0';
	return 0;
}

static int
write_file(int dir, const char *name, const char *text)
{
	autoclose int fd = openat(dir, name, O_WRONLY | O_CLOEXEC);
	size_t length = strlen(text);

	return fd >= 0 && write(fd, text, length) == (ssize_t)length ? 0 : -1;
}

/*
 * Version 2: let groups in here have all of the controllers.  What is not
 * a controller of this hierarchy is of version 1's.
 */
static int
enable(int dir, const char *names)
{
	char have[512], known[512], list[128], ask[160], *rest = NULL, *name;

	if (read_file(dir, "cgroup.subtree_control", have, sizeof have) < 0
	    || read_file(dir, "cgroup.controllers", known, sizeof known) < 0)
		return -1;
	snprintf(list, sizeof list, "%s", names);
	for (name = strtok_r(list, " ", &rest); name != NULL;
	     name = strtok_r(NULL, " ", &rest)) {
		if (has_word(have, name, " \n")
		    || !has_word(known, name, " \n"))
			continue;
		snprintf(ask, sizeof ask, "+%s", name);
		if (write_file(dir, "cgroup.subtree_control", ask) < 0)
			return -1;
	}
	return 0;
}

/* Version 2: the first limit of this group itself, or NULL. */
static const char *
own_limit(int dir)
{
	static const char *const files[] = { "memory.max", "memory.high",
		"memory.swap.max", "pids.max", "cpu.max", "io.max",
		"cpuset.cpus", "cpuset.mems" };
	char text[256];

	for (size_t n = 0; n < COUNT(files); n++)
		if (read_file(dir, files[n], text, sizeof text) == 0
		    && text[strspn(text, "\n")] != '\0'
		    && strncmp(text, "max", 3) != 0)
			return files[n];
	return NULL;
}

/*
 * The "no internal process" rule: a group with processes, as the caller's
 * is, cannot have children with limits unless it is the root of all, which
 * has no type.  To enable pids or cpu there all the same would work, and
 * turn it into a "threaded" one for good.
 */
static bool
may_have_children(int dir)
{
	char text[64];

	if (faccessat(dir, "cgroup.type", F_OK, 0) < 0)
		return true;
	return read_file(dir, "cgroup.type", text, sizeof text) == 0
	       && strcmp(text, "domain\n") == 0
	       && read_file(dir, "cgroup.procs", text, sizeof text) == 0
	       && text[0] == '\0';
}

/*
 * Go up to the first group that may have children: ours is then made beside
 * the caller's, if leaving that leaves no limit behind.
 */
static int
climb(struct cgroup_dir *d, size_t mount_length, struct fail *f)
{
	const char *limit;
	int above;

	while (!may_have_children(d->parent)) {
		if ((limit = own_limit(d->parent)) != NULL) {
			fail(f, 0,
			    "%s has processes and a %s of its own: a group "
			    "beside it would escape that",
			    d->path, limit);
			return fail_hint(f,
			    "move them to a group below it first");
		}
		if (strlen(d->path) <= mount_length) {
			fail(f, 0,
			    "%s has processes, so that no group in it "
			    "can have limits",
			    d->path);
			return fail_hint(f,
			    "move them to a group below it first");
		}
		above =
		    openat(d->parent, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (above < 0)
			return fail(f, errno, "open the group above %s",
			    d->path);
		close(d->parent);
		d->parent = above;
		*strrchr(d->path, '/') = '\0';
	}
	return 0;
}

static int
hint_delegation(struct fail *f, bool v2)
{
	if (v2)
		return fail_hint(f,
		    "it is not delegated to this user: try "
		    "systemd-run --user --scope -p Delegate=yes in front, "
		    "or be root");
	return fail_hint(f,
	    "cgroup v1 limits need root, or a group that root made and gave "
	    "to this user with chown(1)");
}

static int
open_parent(struct cgroup_dir *d, const char *controller, size_t *mounted,
    struct fail *f)
{
	char own[PATH_MAX], mount[PATH_MAX], root[PATH_MAX];
	size_t skip;

	if (find_own_path(controller, &d->v2, own) < 0
	    || find_mount(controller, d->v2, mount, root) < 0) {
		fail(f, 0, "no %s controller is mounted here", controller);
		return fail_hint(f,
		    "mount -t cgroup2 none /sys/fs/cgroup gives one, if the "
		    "kernel has it");
	}
	skip = strcmp(root, "/") == 0 ? 0 : strlen(root);
	if (strncmp(own, "/..", 3) == 0 || strncmp(own, root, skip) != 0
	    || (own[skip] != '/' && own[skip] != '\0'))
		return fail(f, 0,
		    "our group %s is outside of what is mounted on %s", own,
		    mount);
	if (snprintf(d->path, sizeof d->path, "%s%s", mount,
		strcmp(own + skip, "/") == 0 ? "" : own + skip)
	    >= (int)sizeof d->path)
		return fail(f, ENAMETOOLONG, "%s", mount);
	*mounted = strlen(mount);
	d->parent = open(d->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->parent < 0)
		return fail(f, errno, "open %s", d->path);
	return 0;
}

int
cgroupfs_find(struct cgroup_dir *d, const char *controller, const char *names,
    struct fail *f)
{
	char have[512];
	size_t mounted;

	d->parent = d->dir = -1;
	if (open_parent(d, controller, &mounted, f) < 0)
		return -1;
	if (!d->v2)
		return 0;
	if (read_file(d->parent, "cgroup.controllers", have, sizeof have) < 0
	    || !has_word(have, controller, " \n")) {
		fail(f, 0, "%s does not have the %s controller", d->path,
		    controller);
		fail_hint(f,
		    "the group above must enable it: "
		    "echo +%s > .../cgroup.subtree_control",
		    controller);
		goto failed;
	}
	if (climb(d, mounted, f) < 0)
		goto failed;
	if (enable(d->parent, names) == 0)
		return 0;
	fail(f, errno, "enable %s in %s", names, d->path);
	hint_delegation(f, d->v2);
failed:
	close(d->parent);
	d->parent = -1;
	return -1;
}

/*
 * Hold the group that was just made.  A sweep may have taken it for a
 * left-over before we had the lock: then it is no longer in its place.
 */
static bool
hold(struct cgroup_dir *d)
{
	struct stat held, named;

	d->dir = openat(d->parent, d->name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (d->dir < 0)
		return false;
	if (flock(d->dir, LOCK_EX) == 0 && fstat(d->dir, &held) == 0
	    && fstatat(d->parent, d->name, &named, AT_SYMLINK_NOFOLLOW) == 0
	    && held.st_ino == named.st_ino)
		return true;
	close(d->dir);
	d->dir = -1;
	return false;
}

int
cgroupfs_make(struct cgroup_dir *d, struct fail *f)
{
	for (int n = 0; n < 1000; n++) {
		snprintf(d->name, sizeof d->name, "%s%d-%d", prefix,
		    (int)getpid(), n);
		if (mkdirat(d->parent, d->name, 0755) < 0) {
			if (errno == EEXIST)
				continue;
			fail(f, errno, "make a group in %s", d->path);
			if (errno == EACCES || errno == EPERM || errno == EROFS)
				hint_delegation(f, d->v2);
			return -1;
		}
		if (hold(d))
			return 0;
	}
	return fail(f, 0, "no name is free in %s", d->path);
}

void
cgroupfs_sweep(const struct cgroup_dir *d)
{
	int fd = openat(d->parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int looks = 64;

	while (list != NULL && looks > 0 && (entry = readdir(list)) != NULL) {
		autoclose int group = -1;

		if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0)
			continue;
		looks--;
		group = openat(d->parent, entry->d_name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (group >= 0 && flock(group, LOCK_EX | LOCK_NB) == 0)
			(void)unlinkat(d->parent, entry->d_name, AT_REMOVEDIR);
	}
	if (list != NULL)
		closedir(list);
	else if (fd >= 0)
		close(fd);
}

/*
 * A process that has been waited for may still be on its way out, and in
 * the group until it is; one that lives on keeps its limits.
 */
static void
remove_group(const struct cgroup_dir *d)
{
	const struct timespec moment = { .tv_nsec = 1000000 };

	for (int tries = 0; tries < 20; tries++) {
		if (unlinkat(d->parent, d->name, AT_REMOVEDIR) == 0
		    || errno != EBUSY)
			return;
		nanosleep(&moment, NULL);
	}
}

void
cgroupfs_remove(struct cgroup_dir *d)
{
	if (d->dir >= 0) {
		remove_group(d);
		close(d->dir);
	}
	if (d->parent >= 0)
		close(d->parent);
	d->parent = d->dir = -1;
}

int
cgroupfs_write(const struct cgroup_dir *d, const char *file, const char *text)
{
	return write_file(d->dir, file, text);
}

int64_t
cgroupfs_number(const struct cgroup_dir *d, const char *file, const char *key)
{
	char text[4096], *line = text;
	size_t length = key != NULL ? strlen(key) : 0;
	long long number;

	if (read_file(d->dir, file, text, sizeof text) < 0)
		return -1;
	while (line != NULL) {
		line += *line == '\n';
		if (strncmp(line, key != NULL ? key : "", length) == 0
		    && (key == NULL || line[length] == ' ')
		    && sscanf(line + length, "%lld", &number) == 1)
			return number;
		line = strchr(line, '\n');
	}
	return -1;
}

/* Open the file by which the group of one line of /proc/PID/cgroup is joined */
static int
open_member(const char *line, struct fail *f)
{
	char names[256], group[PATH_MAX], mount[PATH_MAX], root[PATH_MAX];
	char path[2 * PATH_MAX + 16];
	size_t skip;
	bool v2;
	int fd;

	names[0] = '\0';
	v2 = sscanf(line, "%*d::%4095[^\n]", group) == 1;
	if (!v2 && sscanf(line, "%*d:%255[^:]:%4095[^\n]", names, group) != 2)
		return fail(f, 0, "'%s': no line of a cgroup file", line);
	names[strcspn(names, ",")] = '\0';
	if (find_mount(names, v2, mount, root) < 0)
		return fail(f, 0, "its control group %s is not mounted here",
		    line);
	skip = strcmp(root, "/") == 0 ? 0 : strlen(root);
	if (strncmp(group, root, skip) != 0)
		return fail(f, 0, "its control group %s is not below %s", group,
		    mount);
	snprintf(path, sizeof path, "%s%s/%s", mount, group + skip,
	    v2 ? "cgroup.procs" : "tasks");
	if ((fd = open(path, O_WRONLY | O_CLOEXEC)) < 0)
		return fail(f, errno, "open %s", path);
	return fd;
}

int
cgroupfs_open_members(const char *theirs, int fds[], int room, struct fail *f)
{
	char ours[16384], line[PATH_MAX + 256];
	autoclose int self =
	    open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int count = 0;

	if (self < 0 || read_file(self, "cgroup", ours, sizeof ours) < 0)
		return fail(f, errno, "read our control groups");
	for (; *theirs != '\0'; theirs += strcspn(theirs, "\n") + 1) {
		snprintf(line, sizeof line, "%.*s", (int)strcspn(theirs, "\n"),
		    theirs);
		if (has_word(ours, line, "\n"))
			continue;
		if (count == room)
			fail(f, 0, "it is in too many control groups");
		if (count == room || (fds[count] = open_member(line, f)) < 0) {
			while (count > 0)
				close(fds[--count]);
			return -1;
		}
		count++;
	}
	return count;
}
