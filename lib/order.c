/* SPDX-License-Identifier: ISC */
/* order.c - THE order in which the layers of a jail are applied: jail.h */
#include "jail.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "capability.h"
#include "compat.h"
#include "fail.h"
#include "inroot.h"
#include "network.h"
#include "scope.h"
#include "step.h"

/*
 * The steps.  "wanted" says whether a jail has the step at all, "take"
 * takes it.
 */
#define WANT(step, flag)                                                       \
	static bool want_##step(const struct jail *jail)                       \
	{                                                                      \
		return jail_has(jail, flag);                                   \
	}

static bool
want_detach(const struct jail *jail)
{
	return jail->detached;
}

static int
take_look(struct jail *jail, struct fail *f)
{
	return join_open(&jail->join, jail->namespaces.of,
	    jail->namespaces.host, f);
}

static bool
want_paths(const struct jail *jail)
{
	return namespaces_paths(&jail->namespaces) != 0;
}

static int
take_paths(struct jail *jail, struct fail *f)
{
	return namespaces_enter_paths(&jail->namespaces, f);
}

static int
take_entry(struct jail *jail, struct fail *f)
{
	if (join_cgroups(&jail->join, f) < 0)
		return -1;
	return join_namespaces(&jail->join, f);
}

static int
take_privileges(struct jail *jail, struct fail *f)
{
	return join_privileges(&jail->join, f);
}

static bool
want_name(const struct jail *jail)
{
	return jail->running.name != NULL;
}

static int
take_name(struct jail *jail, struct fail *f)
{
	return running_hold(&jail->running, f);
}

static bool
want_unshare(const struct jail *jail)
{
	return jail_is_in_place(jail) && jail_early_namespaces(jail) != 0;
}

static bool
want_process(const struct jail *jail)
{
	return !jail_is_in_place(jail);
}

static bool
want_command(const struct jail *jail)
{
	(void)jail;
	return true;
}

static bool
want_timeout(const struct jail *jail)
{
	return jail->timeout.after > 0;
}

static bool
want_cgroup(const struct jail *jail)
{
	return cgroup_asked(&jail->cgroup);
}

static int
take_cgroup(struct jail *jail, struct fail *f)
{
	return cgroup_make(&jail->cgroup, f);
}

WANT(maps, CLONE_NEWUSER)

static int
take_maps(struct jail *jail, struct fail *f)
{
	return idmap_write(&jail->namespaces.ids, jail->first, f);
}

static bool
want_pick(const struct jail *jail)
{
	return want_maps(jail) && jail->namespaces.ids.kind == IDMAP_PICK;
}

static int
take_pick(struct jail *jail, struct fail *f)
{
	return idmap_pick(&jail->namespaces.ids, f);
}

/*
 * The first process is nobody outside, so the caller opens for it what it
 * may have of the host.
 */
static bool
want_lend(const struct jail *jail)
{
	return want_maps(jail) && jail_has(jail, CLONE_NEWNS)
	       && idmap_shifts(&jail->namespaces.ids);
}

static int
take_lend(struct jail *jail, struct fail *f)
{
	autoclose int user = -1;
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/ns/user", (int)jail->first);
	if ((user = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return fail(f, errno, "%s: open it", path);
	if (root_can_be_lent(&jail->root)) {
		jail->lent = root_lend(&jail->root, user, f);
		if (jail->lent < 0)
			return -1;
	}
	return mounts_lend(&jail->mounts, user, f);
}

static bool
want_become_root(const struct jail *jail)
{
	return jail_maps_from_outside(jail)
	       && jail->namespaces.ids.kind != IDMAP_AUTO;
}

static int
take_join(struct jail *jail, struct fail *f)
{
	return cgroup_join(&jail->cgroup, f);
}

/* After joining: the root of the namespace is the group we are in then. */
static bool
want_cgroupns(const struct jail *jail)
{
	return jail_has(jail, CLONE_NEWCGROUP & ~jail_early_namespaces(jail));
}

static int
take_cgroupns(struct jail *jail, struct fail *f)
{
	(void)jail;
	return namespaces_unshare(CLONE_NEWCGROUP, f);
}

static bool
want_hostname(const struct jail *jail)
{
	return jail_has(jail, CLONE_NEWUTS)
	       && jail->namespaces.hostname[0] != '\0';
}

static int
take_hostname(struct jail *jail, struct fail *f)
{
	return namespaces_set_hostname(&jail->namespaces, f);
}

WANT(time, CLONE_NEWTIME)

static int
take_time(struct jail *jail, struct fail *f)
{
	return namespaces_enter_time(&jail->namespaces, f);
}

static bool
want_no_nesting(const struct jail *jail)
{
	return jail_has(jail, CLONE_NEWUSER) && !jail->exactly;
}

WANT(lo, CLONE_NEWNET)

/* Without a root of its own, mounts go where everything was. */
static bool
want_private(const struct jail *jail)
{
	return jail_has(jail, CLONE_NEWNS) && jail->root.dir == NULL;
}

static int
take_private(struct jail *jail, struct fail *f)
{
	if (mounts_make_private(f) < 0)
		return -1;
	jail->top = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return jail->top < 0 ? fail(f, errno, "open /") : 0;
}

static bool
want_root(const struct jail *jail)
{
	return jail_has(jail, CLONE_NEWNS) && jail->root.dir != NULL;
}

static int
take_root(struct jail *jail, struct fail *f)
{
	if (mounts_make_private(f) < 0)
		return -1;
	jail->top = root_mount(&jail->root, jail->lent, f);
	return jail->top < 0 ? -1 : 0;
}

static bool
want_mounts(const struct jail *jail)
{
	return jail->mounts.count > 0;
}

static int
take_mounts(struct jail *jail, struct fail *f)
{
	return mounts_apply(&jail->mounts, jail->top, f);
}

static int
take_pivot(struct jail *jail, struct fail *f)
{
	int result = root_enter(jail->top, f);

	close(jail->top);
	jail->top = -1;
	return result;
}

static bool
want_terminal(const struct jail *jail)
{
	return jail_is_contained(jail) && jail->terminal.outer >= 0;
}

/* The command, who may be another user, can open it by name, too. */
static int
take_terminal(struct jail *jail, struct fail *f)
{
	bool joins = jail_joins(jail);
	uid_t uid = joins ? jail->join.uid : jail->credential.uid;
	gid_t gid = joins ? jail->join.gid : jail->credential.gid;

	jail->master = terminal_open(&jail->slave, f);
	/* A jail that is entered may have no terminals: then there is none. */
	if (jail->master < 0)
		return joins ? 0 : -1;
	if (fchown(jail->slave, uid, gid) < 0)
		return fail(f, errno, "terminal: give it to the command");
	return 0;
}

static int
take_session(struct jail *jail, struct fail *f)
{
	return terminal_enter(&jail->terminal, jail->slave, f);
}

static bool
want_chroot(const struct jail *jail)
{
	return jail->root.dir != NULL && !jail_has(jail, CLONE_NEWNS);
}

static int
take_chroot(struct jail *jail, struct fail *f)
{
	return root_chroot(&jail->root, f);
}

static bool
want_directory(const struct jail *jail)
{
	return jail->directory != NULL;
}

/*
 * Below our root, and never through a magic link: /proc/self/fd/7 may be a
 * directory of the host that the caller left open.
 */
static int
take_directory(struct jail *jail, struct fail *f)
{
	autoclose int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	autoclose int fd = -1;

	if (!jail_closes_descriptors(jail))
		fd = open(jail->directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	else if (root >= 0)
		fd =
		    inroot_open(root, jail->directory, O_PATH | O_DIRECTORY, 0);
	if (fd < 0 || fchdir(fd) < 0)
		return fail(f, errno, "%s: change to it", jail->directory);
	return 0;
}

static bool
want_rlimits(const struct jail *jail)
{
	return rlimits_asked(&jail->rlimits);
}

static int
take_rlimits(struct jail *jail, struct fail *f)
{
	return rlimits_apply(&jail->rlimits, f);
}

static bool
want_drop(const struct jail *jail)
{
	return !jail->exactly;
}

static int
take_bound(struct jail *jail, struct fail *f)
{
	(void)jail;
	return capability_bound(capability_default, f);
}

static bool
want_credential(const struct jail *jail)
{
	return jail->credential.asked;
}

static int
take_credential(struct jail *jail, struct fail *f)
{
	return credential_apply(&jail->credential, f);
}

static int
take_limit(struct jail *jail, struct fail *f)
{
	bool root = jail->credential.uid == 0;

	return capability_limit(root ? capability_default : 0, f);
}

const struct step steps[] = {
	{ STAGE_DETACH, "detach", "fork(2), setsid(2)", 1988,
	    "go on in the background, in a session of its own", want_detach,
	    NULL, NULL },
	{ STAGE_CALLER, "name", "flock(2)", 1983,
	    "hold the name of the jail while it runs", want_name, take_name,
	    NULL },
	{ STAGE_CALLER, "namespaces", "setns(2)", 2011,
	    "enter those that are there already", want_paths, take_paths,
	    NULL },
	{ STAGE_CALLER, "process", "pidfd_open(2)", 2019,
	    "hold on to who is in the jail, and see what holds for it",
	    jail_joins, take_look, NULL },
	{ STAGE_CALLER, "cgroup", "mkdir(2) in cgroupfs", 2007,
	    "limit all processes of the jail together", want_cgroup,
	    take_cgroup, NULL },
	{ STAGE_CALLER, "ids", "fcntl(2) F_OFD_SETLK", 2015,
	    "pick 65536 ids of the host that nobody has", want_pick, take_pick,
	    NULL },
	{ STAGE_BEGIN, "namespaces", "unshare(2)", 2006,
	    "see what only the command sees", want_unshare, NULL, NULL },
	{ STAGE_BEGIN, "namespaces", "clone3(2)", 2019,
	    "begin a process that sees only what the jail has", want_process,
	    NULL, NULL },
	{ STAGE_MAPS, "ids", "write uid_map, gid_map", 2013,
	    "make root in the jail nobody outside", want_maps, take_maps,
	    NULL },
	{ STAGE_MAPS, "root", "mount_setattr(2) MOUNT_ATTR_IDMAP", 2021,
	    "let files keep their owners on disk", want_lend, take_lend, NULL },
	{ STAGE_INSIDE, "entry", "write tasks, setns(2)", 2020,
	    "go into its groups and all its namespaces at once", jail_joins,
	    take_entry, NULL },
	{ STAGE_INSIDE, "cgroup", "write tasks", 2007,
	    "be in the group before anything is used", want_cgroup, take_join,
	    NULL },
	{ STAGE_INSIDE, "ids", "setresuid(2)", 1997,
	    "become root of the new namespace", want_become_root, NULL,
	    idmap_become_root },
	{ STAGE_INSIDE, "cgroup namespace", "unshare(2)", 2016,
	    "hide where in the host's groups the jail is", want_cgroupns,
	    take_cgroupns, NULL },
	{ STAGE_INSIDE, "host name", "sethostname(2)", 2006, "name the jail",
	    want_hostname, take_hostname, NULL },
	{ STAGE_INSIDE, "time", "unshare(2), setns(2)", 2020,
	    "set the clocks that count from the start", want_time, take_time,
	    NULL },
	{ STAGE_INSIDE, "nesting", "write max_user_namespaces", 2016,
	    "no one in the jail is root of a namespace of their own",
	    want_no_nesting, NULL, namespaces_forbid_nesting },
	{ STAGE_INSIDE, "lo", "ioctl(2) SIOCSIFFLAGS", 2007,
	    "let the jail talk to itself", want_lo, NULL, network_up },
	{ STAGE_INSIDE, "mounts", "mount(2) MS_PRIVATE", 2005,
	    "keep mounts from the host", want_private, take_private, NULL },
	{ STAGE_INSIDE, "root", "open_tree(2), move_mount(2)", 2019,
	    "put the root where nothing of the host is", want_root, take_root,
	    NULL },
	{ STAGE_INSIDE, "mounts", "fsopen(2), move_mount(2)", 2019,
	    "give it proc, sys, a small dev, tmp and run", want_mounts,
	    take_mounts, NULL },
	{ STAGE_INSIDE, "pivot", "pivot_root(2), umount2(2)", 2000,
	    "let go of every file of the host", want_root, take_pivot, NULL },
	{ STAGE_INSIDE, "terminal", "open(2) /dev/pts/ptmx", 1998,
	    "a pseudoterminal, so that nobody types into the caller's",
	    want_terminal, take_terminal, NULL },
	{ STAGE_INSIDE, "chroot", "chroot(2)", 1979,
	    "change the root, and nothing but the root", want_chroot,
	    take_chroot, NULL },
	{ STAGE_FORK, "pid 1", "fork(2)", 1971,
	    "stay behind, to reap what others leave", jail_has_init, NULL,
	    NULL },
	{ STAGE_COMMAND, "limits", "setrlimit(2)", 1983,
	    "limit the command itself", want_rlimits, take_rlimits, NULL },
	{ STAGE_COMMAND, "session", "setsid(2), TIOCSCTTY", 1988,
	    "leave the caller's terminal, for one of the jail's own",
	    jail_is_contained, take_session, NULL },
	{ STAGE_COMMAND, "privileges", "setrlimit(2), setresuid(2), capset(2)",
	    1999, "have no more than who is in there has", jail_joins,
	    take_privileges, NULL },
	{ STAGE_COMMAND, "bounding set", "prctl(2) PR_CAPBSET_DROP", 2008,
	    "no program can bring a capability back", want_drop, take_bound,
	    NULL },
	{ STAGE_COMMAND, "ids", "setgroups(2), setresuid(2)", 1997,
	    "be who the command is to be", want_credential, take_credential,
	    NULL },
	{ STAGE_COMMAND, "capabilities", "capset(2)", 1999,
	    "keep what root in a jail needs", want_drop, take_limit, NULL },
	{ STAGE_COMMAND, "directory", "chdir(2)", 1971,
	    "begin in the working directory", want_directory, take_directory,
	    NULL },
	{ STAGE_COMMAND, "no_new_privs", "prctl(2) PR_SET_NO_NEW_PRIVS", 2012,
	    "no execve can give a privilege", want_drop, NULL,
	    capability_no_new_privileges },
	{ STAGE_EXEC, "descriptors", "close_range(2)", 2020,
	    "leave no file open that the caller forgot",
	    jail_closes_descriptors, NULL, NULL },
	{ STAGE_EXEC, "command", "execve(2)", 1971, "become the command",
	    want_command, NULL, NULL },
	{ STAGE_RUN, "time limit", "timerfd_create(2)", 2008,
	    "end the command when its time is over", want_timeout, NULL, NULL },
};

const size_t step_count = COUNT(steps);
