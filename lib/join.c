/* SPDX-License-Identifier: ISC */
/* join.c - see join.h */
#include "join.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capability.h"
#include "cgroupof.h"
#include "compat.h"
#include "credential.h"
#include "fail.h"
#include "number.h"
#include "running.h"
#include "scope.h"

static const struct {
	const char *name;
	unsigned flag;
} kinds[] = {
	{ "cgroup", CLONE_NEWCGROUP },
	{ "ipc", CLONE_NEWIPC },
	{ "mnt", CLONE_NEWNS },
	{ "net", CLONE_NEWNET },
	{ "pid", CLONE_NEWPID },
	{ "time", CLONE_NEWTIME },
	{ "user", CLONE_NEWUSER },
	{ "uts", CLONE_NEWUTS },
};

/*
 * The namespaces of the process that are not ours.  To enter one's own user
 * namespace is an error, and the others are a waste.
 */
static int
find_namespaces(struct join *j, struct fail *f)
{
	for (size_t k = 0; k < COUNT(kinds); k++) {
		char ours[32], theirs[32];
		struct stat here, there;

		snprintf(ours, sizeof ours, "/proc/self/ns/%s", kinds[k].name);
		snprintf(theirs, sizeof theirs, "ns/%s", kinds[k].name);
		if (stat(ours, &here) < 0)
			continue; /* a kernel without this kind */
		if (fstatat(j->proc, theirs, &there, 0) < 0)
			return fail(f, errno, "look at its %s namespace",
			    kinds[k].name);
		if (here.st_ino != there.st_ino || here.st_dev != there.st_dev)
			j->flags |= kinds[k].flag;
	}
	return 0;
}

/* A file of /proc/PID as text, from malloc(3); NULL: errno is set. */
static char *
read_proc(const struct join *j, const char *name)
{
	int fd = openat(j->proc, name, O_RDONLY | O_CLOEXEC);
	FILE *in = fd < 0 ? NULL : fdopen(fd, "r");
	char *text = NULL;
	size_t room = 0;

	if (in == NULL) {
		scope_close(&fd);
		return NULL;
	}
	if (getdelim(&text, &room, '\0', in) < 0) {
		free(text);
		text = NULL;
	}
	fclose(in);
	return text;
}

static const char *
field(const char *status, const char *name)
{
	const char *at = strstr(status, name);

	return at == NULL ? "" : at + strlen(name);
}

/* The primary one is among them, as a file that shuts it out wants it. */
static int
read_groups(struct join *j, const char *list, gid_t primary, struct fail *f)
{
	int length;

	j->groups[0] = primary;
	for (j->group_count = 1;
	     sscanf(list, "%" SCNu32 " %n", &j->groups[j->group_count], &length)
	     == 1;
	     list += length)
		if (++j->group_count == JOIN_GROUPS)
			return fail(f, 0, "it has too many groups");
	return 0;
}

static int
read_status(struct join *j, uint32_t *uid, uint32_t *gid, struct fail *f)
{
	autofree char *status = read_proc(j, "status");
	unsigned nnp, seccomp;

	if (status == NULL)
		return fail(f, errno, "read its status");
	if (sscanf(field(status, "\nUid:\t"), "%" SCNu32, uid) != 1
	    || sscanf(field(status, "\nGid:\t"), "%" SCNu32, gid) != 1
	    || sscanf(field(status, "\nCapPrm:\t"), "%" SCNx64, &j->permitted)
		   != 1
	    || sscanf(field(status, "\nCapBnd:\t"), "%" SCNx64, &j->bounding)
		   != 1
	    || sscanf(field(status, "\nNoNewPrivs:\t"), "%u", &nnp) != 1
	    || sscanf(field(status, "\nSeccomp:\t"), "%u", &seccomp) != 1)
		return fail(f, 0, "read its status: it lacks a field");
	j->no_new_privileges = nnp != 0;
	j->filtered = seccomp != 0;
	return read_groups(j, field(status, "\nGroups:\t"), *gid, f);
}

/* What a host's id is called in the user namespace of the process. */
static int
map_id(const struct join *j, const char *name, uint32_t outside,
    uint32_t *inside, struct fail *f)
{
	autofree char *map = read_proc(j, name);
	char *rest = NULL, *line;
	uint32_t in, out, count;

	*inside = outside;
	if ((j->flags & CLONE_NEWUSER) == 0)
		return 0;
	if (map == NULL)
		return fail(f, errno, "read its %s", name);
	for (line = strtok_r(map, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		if (sscanf(line, "%" SCNu32 " %" SCNu32 " %" SCNu32, &in, &out,
			&count)
			!= 3
		    || outside < out || outside - out >= count)
			continue;
		*inside = in + (outside - out);
		return 0;
	}
	return fail(f, 0, "its id %" PRIu32 " is not in its %s", outside, name);
}

static int
read_ids(struct join *j, struct fail *f)
{
	autofree char *setgroups = NULL;
	uint32_t uid, gid;

	if (read_status(j, &uid, &gid, f) < 0
	    || map_id(j, "uid_map", uid, &j->uid, f) < 0
	    || map_id(j, "gid_map", gid, &j->gid, f) < 0)
		return -1;
	setgroups = read_proc(j, "setgroups");
	j->deny_groups =
	    setgroups != NULL && strncmp(setgroups, "deny", 4) == 0;
	return 0;
}

static int
read_limits(struct join *j, struct fail *f)
{
	for (int n = 0; n < RLIM_NLIMITS; n++)
		if (prlimit(j->pid, n, NULL, &j->limit[n]) < 0)
			return fail(f, errno, "read its resource limits");
	return 0;
}

static int
open_cgroups(struct join *j, struct fail *f)
{
	autofree char *groups = read_proc(j, "cgroup");

	if (groups == NULL)
		return fail(f, errno, "read its control groups");
	j->cgroups = cgroupof_members(groups, j->cgroup, JOIN_CGROUPS, f);
	if (j->cgroups >= 0)
		return 0;
	j->cgroups = 0;
	return -1;
}

/* The number may have been given to another process while we looked. */
static int
check_alive(const struct join *j, struct fail *f)
{
	if (sys_pidfd_send_signal(j->pidfd, 0) == 0 || errno == EPERM)
		return 0;
	return fail(f, errno, "look at it");
}

/*
 * The first child of a process that is the pid 1 of its namespace, or the
 * process itself.
 */
static pid_t
find_model(pid_t pid)
{
	struct join j = { .proc = -1 };
	autofree char *status = NULL, *children = NULL;
	char path[64];
	const char *numbers;
	size_t length;
	int child;

	snprintf(path, sizeof path, "/proc/%d", (int)pid);
	if ((j.proc = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0)
		return pid;
	snprintf(path, sizeof path, "task/%d/children", (int)pid);
	status = read_proc(&j, "status");
	children = read_proc(&j, path);
	close(j.proc);
	/* "NSpid: 4711 1": what it is called here, and in there. */
	numbers = status != NULL ? field(status, "\nNSpid:\t") : "";
	length = strcspn(numbers, "\n");
	if (length < 3 || memcmp(numbers + length - 2, "\t1", 2) != 0
	    || children == NULL || sscanf(children, "%d", &child) != 1)
		return pid;
	return child;
}

static void
close_all(struct join *j)
{
	for (int n = 0; n < j->cgroups; n++)
		close(j->cgroup[n]);
	scope_close(&j->pidfd);
	scope_close(&j->proc);
	*j = (struct join){ .pidfd = -1, .proc = -1 };
}

static int
open_process(struct join *j, pid_t pid, unsigned except, struct fail *f)
{
	char path[32];

	*j = (struct join){ .pid = pid, .pidfd = -1, .proc = -1 };
	snprintf(path, sizeof path, "/proc/%d", (int)pid);
	if ((j->pidfd = sys_pidfd_open(pid)) < 0)
		fail(f, errno, "open it");
	else if ((j->proc = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0)
		fail(f, errno, "open %s", path);
	else if (find_namespaces(j, f) == 0 && read_ids(j, f) == 0
		 && read_limits(j, f) == 0 && open_cgroups(j, f) == 0
		 && check_alive(j, f) == 0) {
		j->flags &= ~except;
		return 0;
	}
	close_all(j);
	return -1;
}

pid_t
join_find(const char *of, struct fail *f)
{
	uint64_t number;
	pid_t pid;

	pid = number_parse(of, INT_MAX, &number) == 0 ? (pid_t)number
	                                              : running_find(of, f);
	return pid < 0 ? -1 : find_model(pid);
}

int
join_open(struct join *j, const char *of, unsigned except, struct fail *f)
{
	pid_t pid = join_find(of, f);

	if (pid >= 0 && open_process(j, pid, except, f) == 0)
		return 0;
	return fail_prefix(f, "of=%s: ", of);
}

bool
join_reaches(const struct join *j, uint32_t uid)
{
	uint32_t inside;
	struct fail why;

	return map_id(j, "uid_map", uid, &inside, &why) == 0;
}

int
join_cgroups(const struct join *j, struct fail *f)
{
	for (int n = 0; n < j->cgroups; n++)
		if (write(j->cgroup[n], "0", 1) != 1)
			return fail(f, errno, "of=%d: join its control group",
			    (int)j->pid);
	return 0;
}

static bool
has_group(const struct join *j, gid_t gid)
{
	for (int n = 0; n < j->group_count; n++)
		if (j->groups[n] == gid)
			return true;
	return false;
}

/*
 * Where setgroups(2) is denied, groups that we bring stay with us, and who is
 * in there may look into us.  So root takes the others' while it can, and
 * somebody else must not have more than they have.
 */
static int
take_groups(const struct join *j, struct fail *f)
{
	gid_t own[JOIN_GROUPS];
	int count;

	if (!j->deny_groups
	    || sys_setgroups((size_t)j->group_count, j->groups) == 0)
		return 0;
	if ((count = getgroups(JOIN_GROUPS, own)) < 0)
		return fail(f, errno, "of=%d: read our groups", (int)j->pid);
	for (int n = 0; n < count; n++)
		if (!has_group(j, own[n])) {
			fail(f, 0,
			    "of=%d: we are in the group %u, which it is not, "
			    "and could not leave it in there",
			    (int)j->pid, own[n]);
			return fail_hint(f,
			    "begin the jail with the same groups, "
			    "or leave them with setpriv(1)");
		}
	return 0;
}

static int
take_ids(const struct join *j, struct fail *f)
{
	struct credential c = { .uid = j->uid,
		.gid = j->gid,
		.has_user = true,
		.has_group = true,
		.keep_groups = j->deny_groups };

	if (credential_apply(&c, f) == 0)
		return 0;
	return fail_prefix(f, "of=%d: ", (int)j->pid);
}

int
join_namespaces(const struct join *j, bool keep, struct fail *f)
{
	/* Or who is in there could look into us while we come in. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return fail(f, errno, "of=%d: be closed to others",
		    (int)j->pid);
	if (take_groups(j, f) < 0)
		return -1;
	if (j->flags != 0 && setns(j->pidfd, (int)j->flags) < 0) {
		fail(f, errno, "of=%d: enter its namespaces", (int)j->pid);
		if (errno == EPERM)
			fail_hint(f, "only root, and who made its user "
				     "namespace, may");
		return -1;
	}
	if (keep && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		return fail(f, errno, "of=%d: keep capabilities", (int)j->pid);
	/* What we open in there from here on is to be the command's. */
	if (take_ids(j, f) < 0)
		return -1;
	/* Kept are the permitted ones; this makes them effective again. */
	return keep ? capability_limit(UINT64_MAX, 0, f) : 0;
}

/* Its limits as far as they are below ours: we may have been given less. */
static int
take_limits(const struct join *j, struct fail *f)
{
	struct rlimit own, value;

	for (int n = 0; n < RLIM_NLIMITS; n++) {
		if (getrlimit(n, &own) < 0)
			return fail(f, errno, "read our resource limits");
		value = j->limit[n];
		if (value.rlim_max > own.rlim_max)
			value.rlim_max = own.rlim_max;
		if (value.rlim_cur > value.rlim_max)
			value.rlim_cur = value.rlim_max;
		if (setrlimit(n, &value) < 0)
			return fail(f, errno, "of=%d: take its resource limits",
			    (int)j->pid);
	}
	return 0;
}

int
join_privileges(const struct join *j, const struct credential *c,
    struct fail *f)
{
	uint64_t keep = c == NULL || c->uid == 0 ? j->permitted : 0;

	if (take_limits(j, f) < 0)
		return -1;
	if (capability_bound(j->bounding, f) < 0
	    || (c != NULL && credential_apply(c, f) < 0)
	    || capability_limit(keep, 0, f) < 0
	    || (j->no_new_privileges && capability_no_new_privileges(f) < 0))
		return fail_prefix(f, "of=%d: ", (int)j->pid);
	return 0;
}
