/* SPDX-License-Identifier: ISC */
/* cgroupfind.c - see cgroupfind.h */
#include "cgroupfind.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroupfs.h"
#include "cgrouplimit.h"
#include "fail.h"
#include "kernfile.h"
#include "mountinfo.h"
#include "scope.h"

/* Whether the list has the word; both lists and words are the kernel's. */
bool
cgroupfind_has_word(const char *list, const char *word, const char *separators)
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
 * The path in the hierarchy that has the controller, from the text of a
 * /proc/PID/cgroup; the one of version 2 when none of version 1 has it, or v1
 * is NULL.
 */
int
cgroupfind_path(const char *theirs, const char *v1, bool *v2,
    char path[PATH_MAX])
{
	char line[PATH_MAX + 256], *names, *group;
	int found = -1;

	for (; *theirs != '\0'; theirs += strcspn(theirs, "\n") + 1) {
		snprintf(line, sizeof line, "%.*s", (int)strcspn(theirs, "\n"),
		    theirs);
		names = strchr(line, ':');
		group = names != NULL ? strchr(names + 1, ':') : NULL;
		if (group == NULL)
			continue;
		*group++ = '\0';
		if (names[1] != '\0'
			? v1 == NULL || !cgroupfind_has_word(names + 1, v1, ",")
			: found == 0)
			continue;
		*v2 = names[1] == '\0';
		snprintf(path, PATH_MAX, "%s", group);
		found = 0;
		if (!*v2)
			break;
	}
	return found;
}

/* The same for the caller. */
static int
find_own_path(const char *v1, bool *v2, char path[PATH_MAX])
{
	autoclose int self =
	    open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char ours[16384];

	if (self < 0 || kernfile_read(self, "cgroup", ours, sizeof ours) < 0)
		return -1;
	return cgroupfind_path(ours, v1, v2, path);
}

/*
 * Where the hierarchy is mounted: /proc/self/mountinfo, proc(5).  root is
 * what of it is mounted there.
 */
int
cgroupfind_mount(const char *v1, bool v2, char mount[PATH_MAX],
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
		    || (!v2 && !cgroupfind_has_word(options, v1, ","))
		    || sscanf(line, "%*s %*s %*s %4095s %4095s", root, mount)
			   != 2)
			continue;
		mountinfo_unescape(root);
		mountinfo_unescape(mount);
		result = 0;
	}
	free(line);
	if (in != NULL)
		fclose(in);
	return result;
}

const char *
cgroupfind_below(const char *group, const char *root)
{
	size_t skip = strcmp(root, "/") == 0 ? 0 : strlen(root);

	if (strncmp(group, root, skip) != 0
	    || (group[skip] != '/' && group[skip] != '\0')
	    || cgroupfind_has_word(group + skip, "..", "/"))
		return NULL;
	return group + skip;
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
	return kernfile_read(dir, "cgroup.type", text, sizeof text) == 0
	       && strcmp(text, "domain\n") == 0
	       && kernfile_read(dir, "cgroup.procs", text, sizeof text) == 0
	       && text[0] == '\0';
}

/* Whether we are all that is in the group. */
static bool
is_alone(int dir, pid_t companion)
{
	char text[64], *rest = NULL, *line;

	if (kernfile_read(dir, "cgroup.procs", text, sizeof text) < 0)
		return false;
	for (line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		pid_t pid = atoi(line);

		if (pid != getpid() && (pid != companion || pid == 0))
			return false;
	}
	return true;
}

/*
 * Whether who is alone in the group can go to one in it: as in a scope of
 * systemd's that was made for us, or behind another setlimit.
 */
static bool
can_lodge(int dir)
{
	char text[64];

	return kernfile_read(dir, "cgroup.type", text, sizeof text) == 0
	       && strcmp(text, "domain\n") == 0
	       && faccessat(dir, ".", W_OK, 0) == 0
	       && faccessat(dir, "cgroup.procs", W_OK, 0) == 0
	       && faccessat(dir, "cgroup.subtree_control", W_OK, 0) == 0;
}

/*
 * Go up to the first group that may have children: ours is then made beside
 * the caller's, if leaving that leaves no limit behind.
 */
static int
climb(struct cgroup_dir *d, pid_t companion, struct fail *f)
{
	char limit[NAME_MAX + 1];
	int above;

	if (!may_have_children(d->parent)) {
		d->crowded = !is_alone(d->parent, companion);
		d->occupied = !d->crowded && can_lodge(d->parent);
	}
	while (!d->occupied && !may_have_children(d->parent)) {
		if (cgrouplimit_own(d->parent, limit)) {
			fail(f, 0,
			    "%s has processes and a %s of its own: a group "
			    "beside it would escape that",
			    d->path, limit);
			return fail_hint(f,
			    "move them to a group below it first, or put "
			    "systemd-run --user --scope -p Delegate=yes in "
			    "front");
		}
		if (strlen(d->path) <= d->mounted) {
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

/* Where the caller's own group is. */
static int
find_own(struct cgroup_dir *d, const char *v1, const char *v2, struct fail *f)
{
	char own[PATH_MAX], mount[PATH_MAX], root[PATH_MAX];
	const char *below;

	if (find_own_path(v1, &d->v2, own) < 0
	    || cgroupfind_mount(v1, d->v2, mount, root) < 0) {
		if (*v2 == '\0')
			fail(f, 0,
			    "version 2 of control groups is not mounted");
		else
			fail(f, 0, "no %s controller is mounted here", v2);
		return fail_hint(f,
		    "mount -t cgroup2 none /sys/fs/cgroup gives one, if the "
		    "kernel has it");
	}
	if ((below = cgroupfind_below(own, root)) == NULL)
		return fail(f, 0,
		    "our group %s is outside of what is mounted on %s", own,
		    mount);
	if (snprintf(d->path, sizeof d->path, "%s%s", mount,
		strcmp(below, "/") == 0 ? "" : below)
	    >= (int)sizeof d->path)
		return fail(f, ENAMETOOLONG, "%s", mount);
	d->mounted = strlen(mount);
	return 0;
}

static bool
has_controller(int dir, const char *name)
{
	char have[512];

	return kernfile_read(dir, "cgroup.controllers", have, sizeof have) == 0
	       && cgroupfind_has_word(have, name, " \n");
}

static int
enable(int dir, const char *name)
{
	char have[512], ask[64];

	if (kernfile_read(dir, "cgroup.subtree_control", have, sizeof have) < 0)
		return -1;
	if (cgroupfind_has_word(have, name, " \n"))
		return 0;
	snprintf(ask, sizeof ask, "+%s", name);
	return kernfile_write(dir, "cgroup.subtree_control", ask);
}

/*
 * Another tool of ours in front of us made this group, and enabled only what
 * it needed itself.  What others made stays as they want it.
 */
static int
enable_above(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');
	char above[PATH_MAX];
	autoclose int dir = -1;

	if (slash == NULL
	    || strncmp(slash + 1, cgroupfs_prefix, strlen(cgroupfs_prefix))
		   != 0)
		return -1;
	snprintf(above, sizeof above, "%.*s", (int)(slash - path), path);
	dir = open(above, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0
	    || (!has_controller(dir, name) && enable_above(above, name) < 0))
		return -1;
	return enable(dir, name);
}

/* Version 2: whether groups in d->parent can have the controller. */
static int
check_controller(const struct cgroup_dir *d, const char *name, struct fail *f)
{
	char path[PATH_MAX];
	bool v2;

	if (has_controller(d->parent, name)
	    || (enable_above(d->path, name) == 0
		&& has_controller(d->parent, name)))
		return 0;
	/* Asked by its name in version 2: it may have the same in version 1. */
	if (find_own_path(name, &v2, path) == 0 && !v2)
		return fail(f, 0,
		    "the %s controller is in version 1 of control groups here",
		    name);
	fail(f, 0, "%s does not have the %s controller", d->path, name);
	f->undelegated = cgroupfs_is_login(d);
	return fail_hint(f,
	    "the group above must enable it: "
	    "echo +%s > .../cgroup.subtree_control",
	    name);
}

int
cgroupfind_open(struct cgroup_dir *d, const char *v1, const char *v2,
    const struct cgroup_caller *caller, struct fail *f)
{
	const struct cgroup_dir *home = caller->home;

	d->parent = d->dir = -1;
	d->occupied = d->crowded = false;
	if (find_own(d, v1, v2, f) < 0)
		return -1;
	if (d->v2 && home != NULL)
		*d = *home;
	d->dir = -1;
	d->parent = open(d->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->parent < 0)
		return fail(f, errno, "open %s", d->path);
	if (!d->v2 || *v2 == '\0'
	    || ((home != NULL || climb(d, caller->companion, f) == 0)
		&& check_controller(d, v2, f) == 0))
		return 0;
	close(d->parent);
	d->parent = -1;
	return -1;
}

int
cgroupfind_enable(const struct cgroup_dir *d, const char *name, struct fail *f)
{
	if (!d->v2 || *name == '\0' || enable(d->parent, name) == 0)
		return 0;
	fail(f, errno, "enable %s in %s", name, d->path);
	return cgroupfs_hint(f, d);
}
