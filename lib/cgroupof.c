/* SPDX-License-Identifier: ISC */
/* cgroupof.c - see cgroupof.h */
#include "cgroupof.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroupfind.h"
#include "cgroupfs.h"
#include "fail.h"
#include "kernfile.h"
#include "scope.h"

/* Split a path at the first component that is a group of ours. */
static char *
split_at_ours(char *path)
{
	static const char prefix[] = "/rungs-";
	char *ours = strstr(path, prefix);

	if (ours == NULL)
		return NULL;
	*ours++ = '\0';
	ours[strcspn(ours, "/")] = '\0';
	return strlen(ours) < CGROUP_NAME ? ours : NULL;
}

int
cgroupof_ours(struct cgroup_dir *d, const char *theirs, const char *v1,
    const char *v2, struct fail *f)
{
	char group[PATH_MAX], mount[PATH_MAX], root[PATH_MAX];
	autoclose int above = -1;
	const char *below;
	char *name;

	d->parent = d->dir = -1;
	if (cgroupfind_path(theirs, v1, &d->v2, group) < 0
	    || cgroupfind_mount(v1, d->v2, mount, root) < 0)
		return fail(f, 0, "no %s controller is mounted here", v2);
	below = cgroupfind_below(group, root);
	name = below != NULL ? split_at_ours(group + (below - group)) : NULL;
	if (name == NULL) {
		fail(f, 0, "it has no group of its own for that");
		return fail_hint(f,
		    "only what began with a limit of that sort can be given "
		    "another");
	}
	if (snprintf(d->path, sizeof d->path, "%s%s", mount, below)
	    >= (int)sizeof d->path)
		return fail(f, ENAMETOOLONG, "%s", mount);
	memcpy(d->name, name, strlen(name) + 1);
	d->mounted = strlen(mount);
	above = open(d->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (above >= 0)
		d->dir = openat(above, name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (d->dir < 0)
		return fail(f, errno, "open %s/%s", d->path, name);
	return 0;
}

/* Open the file by which the group of one line of /proc/PID/cgroup is joined */
static int
open_member(const char *line, struct fail *f)
{
	char names[256], group[PATH_MAX], mount[PATH_MAX], root[PATH_MAX];
	char path[2 * PATH_MAX + 16];
	const char *below;
	bool v2;
	int fd;

	names[0] = '\0';
	v2 = sscanf(line, "%*d::%4095[^\n]", group) == 1;
	if (!v2 && sscanf(line, "%*d:%255[^:]:%4095[^\n]", names, group) != 2)
		return fail(f, 0, "'%s': no line of a cgroup file", line);
	names[strcspn(names, ",")] = '\0';
	if (cgroupfind_mount(names, v2, mount, root) < 0)
		return fail(f, 0, "its control group %s is not mounted here",
		    line);
	if ((below = cgroupfind_below(group, root)) == NULL)
		return fail(f, 0, "its control group %s is not below %s", group,
		    mount);
	snprintf(path, sizeof path, "%s%s/%s", mount, below,
	    v2 ? "cgroup.procs" : "tasks");
	if ((fd = open(path, O_WRONLY | O_CLOEXEC)) < 0)
		return fail(f, errno, "open %s", path);
	return fd;
}

int
cgroupof_members(const char *theirs, int fds[], int room, struct fail *f)
{
	char ours[16384], line[PATH_MAX + 256];
	autoclose int self =
	    open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int count = 0;

	if (self < 0 || kernfile_read(self, "cgroup", ours, sizeof ours) < 0)
		return fail(f, errno, "read our control groups");
	for (; *theirs != '\0'; theirs += strcspn(theirs, "\n") + 1) {
		snprintf(line, sizeof line, "%.*s", (int)strcspn(theirs, "\n"),
		    theirs);
		if (cgroupfind_has_word(ours, line, "\n"))
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
