/* SPDX-License-Identifier: ISC */
/* order.c - THE order in which the layers of a jail are applied: jail.h */
#include "capability.h"
#include "compat.h"
#include "groups.h"
#include "keyring.h"
#include "network.h"
#include "offspring.h"
#include "numberset.h"
#include "scope.h"
#include "step.h"
#include "take.h"

/* Which steps a jail has; take.c takes them. */
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

static bool
want_paths(const struct jail *jail)
{
	return namespaces_paths(&jail->namespaces) != 0;
}

static bool
want_compile(const struct jail *jail)
{
	return seccomp_is_own(&jail->seccomp);
}

static bool
want_doorstep(const struct jail *jail)
{
	return jail->is_exposed;
}

static bool
want_name(const struct jail *jail)
{
	return jail->running.name != NULL;
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
	return timeouts_asked(&jail->timeouts);
}

static bool
want_cgroup(const struct jail *jail)
{
	return cgroup_asked(&jail->cgroup);
}

static bool
want_processors(const struct jail *jail)
{
	struct numberset set;

	return cgroup_processors(&jail->cgroup, &set);
}

/* Ourselves, while we still have all of our privileges. */
static bool
want_own_priority(const struct jail *jail)
{
	return priority_asked(&jail->priority) && jail_is_in_place(jail);
}

static bool
want_priority(const struct jail *jail)
{
	return (priority_asked(&jail->priority) || jail_joins(jail))
	       && !jail_is_in_place(jail);
}

/* Who is to be ended when the time is over, wherever they have gone. */
static bool
want_orphans(const struct jail *jail)
{
	return (timeouts_asked(&jail->timeouts) || jail->pressures.words > 0)
	       && !jail_has(jail, CLONE_NEWPID);
}

static bool
want_pressure(const struct jail *jail)
{
	return jail->pressures.words > 0;
}

static bool
want_upper(const struct jail *jail)
{
	return mounts_have_upper(&jail->mounts);
}

/* What stays behind in it without a pid namespace outlives its maker. */
static bool
want_hold(const struct jail *jail)
{
	return want_upper(jail) && !jail_closes_descriptors(jail)
	       && !jail_has_init(jail);
}

WANT(maps, CLONE_NEWUSER)

static bool
want_leave_groups(const struct jail *jail)
{
	return want_maps(jail) && jail->namespaces.ids.leave
	       && jail->namespaces.ids.spare == 0;
}

/* Nor in a process that the command can see. */
static bool
want_leave_groups_apart(const struct jail *jail)
{
	return jail_has_init(jail) && jail->credential.asked
	       && !jail->credential.keep_groups;
}

static bool
want_pick(const struct jail *jail)
{
	return want_maps(jail) && jail->namespaces.ids.kind == IDMAP_PICK;
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

static bool
want_become_root(const struct jail *jail)
{
	enum idmap_kind kind = jail->namespaces.ids.kind;

	return want_maps(jail) && kind != IDMAP_SELF && kind != IDMAP_AUTO;
}

/* After joining: the root of the namespace is the group we are in then. */
static bool
want_cgroupns(const struct jail *jail)
{
	return jail_has(jail, CLONE_NEWCGROUP & ~jail_early_namespaces(jail));
}

static bool
want_hostname(const struct jail *jail)
{
	return jail_has(jail, CLONE_NEWUTS)
	       && jail->namespaces.hostname[0] != '\0';
}

WANT(time, CLONE_NEWTIME)

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

static bool
want_root(const struct jail *jail)
{
	return jail_has(jail, CLONE_NEWNS) && jail->root.dir != NULL;
}

static bool
want_mounts(const struct jail *jail)
{
	return jail->mounts.count > 0;
}

static bool
want_empty(const struct jail *jail)
{
	return jail->begins_empty;
}

/* The kernel gives them to who sees the host's, or is of the host. */
static bool
want_outside(const struct jail *jail)
{
	return jail->begins_empty && want_maps(jail) && want_mounts(jail);
}

static bool
want_pivot(const struct jail *jail)
{
	return want_root(jail) && !jail->begins_empty;
}

static bool
want_terminal(const struct jail *jail)
{
	return jail_has_session(jail) && jail->terminal.outer >= 0;
}

/* Who stays behind leads the session: the command can be stopped then. */
static bool
want_leader(const struct jail *jail)
{
	return jail_has_session(jail) && jail_has_init(jail);
}

static bool
want_terminal_leader(const struct jail *jail)
{
	return want_leader(jail) && want_terminal(jail);
}

/* As early as can be: there may be the command before there are mounts. */
static bool
want_quiet_leader(const struct jail *jail)
{
	return want_leader(jail) && !want_terminal(jail);
}

static bool
want_lone_session(const struct jail *jail)
{
	return jail_has_session(jail) && !jail_has_init(jail);
}

static bool
want_names(const struct jail *jail)
{
	return credential_has_names(&jail->credential);
}

static bool
want_lock(const struct jail *jail)
{
	return landlock_asked(&jail->landlock);
}

/* Without the host's mounts, there is the tree below scratch. */
static bool
want_leave(const struct jail *jail)
{
	return want_root(jail)
	       && (!jail->begins_empty || jail->root.mode == ROOT_SCRATCH);
}

/*
 * To let go of the host is to wait for every processor: the command can get
 * ready in that time.  But where a name has to be resolved first, or nobody
 * else would do it, it comes first.
 */
static bool
want_leave_first(const struct jail *jail)
{
	return want_leave(jail)
	       && (!jail_has_init(jail) || want_terminal(jail)
		   || want_names(jail) || want_lock(jail));
}

static bool
want_leave_apart(const struct jail *jail)
{
	return want_leave(jail) && !want_leave_first(jail);
}

static bool
want_owners(const struct jail *jail)
{
	return want_root(jail) && jail->root.gives;
}

static bool
want_chroot(const struct jail *jail)
{
	return jail->root.dir != NULL && !jail_has(jail, CLONE_NEWNS);
}

static bool
want_directory(const struct jail *jail)
{
	return jail->directory != NULL;
}

static bool
want_rlimits(const struct jail *jail)
{
	return rlimits_asked(&jail->rlimits);
}

static bool
want_bound(const struct jail *jail)
{
	return jail->capabilities.limited;
}

/* Joining takes both together. */
static bool
want_credential(const struct jail *jail)
{
	return jail->credential.asked && !jail_joins(jail);
}

static bool
want_ambient(const struct jail *jail)
{
	return jail->capabilities.ambient != 0;
}

static bool
want_securebits(const struct jail *jail)
{
	return jail->securebits.asked;
}

/* Whoever is said to be nobody has nothing left of being root. */
static bool
want_limit(const struct jail *jail)
{
	return jail_limits(jail) || want_credential(jail);
}

/* A map of one id has to be written before there is a jail to look into. */
static bool
want_guess(const struct jail *jail)
{
	return want_names(jail) && want_maps(jail)
	       && idmap_is_open(&jail->namespaces.ids);
}

/* The command's own by then, and not the jail's root's. */
static bool
want_keyring(const struct jail *jail)
{
	return jail->keyring.renew || jail_joins(jail);
}

/* The kernel takes a filter or a lock from nobody else, but from root. */
static bool
want_no_new_privileges(const struct jail *jail)
{
	return jail->capabilities.nnp || want_lock(jail)
	       || jail_has_filter(jail);
}

const struct step steps[] = {
	{ STAGE_DETACH, "detach", "fork(2), setsid(2)", 1988,
	    "go on in the background, in a session of its own", want_detach,
	    NULL, NULL },
	{ STAGE_CALLER, "streams", "fstat(2)", 1971,
	    "let no directory of the host in as one", jail_closes_descriptors,
	    NULL, descriptors_check_streams },
	{ STAGE_CALLER, "system calls", "fork(2), execve(2)", 1971,
	    "have the words made into a filter by denycall-compile",
	    want_compile, take_compile, NULL },
	{ STAGE_CALLER, "name", "flock(2)", 1983,
	    "hold the name of the jail while it runs", want_name, take_name,
	    NULL },
	{ STAGE_CALLER, "namespaces", "setns(2)", 2011,
	    "enter those that are there already", want_paths, take_paths,
	    NULL },
	{ STAGE_CALLER, "process", "pidfd_open(2)", 2019,
	    "hold on to who is in the jail, and see what holds for it",
	    jail_joins, take_look, NULL },
	{ STAGE_CALLER, "doorstep", "memfd_create(2)", 2014,
	    "let the command begin as no file of the host", want_doorstep,
	    take_doorstep, NULL },
	{ STAGE_CALLER, "names", "openat2(2) RESOLVE_IN_ROOT", 2020,
	    "see which one id the jail should have", want_guess, take_guess,
	    NULL },
	{ STAGE_CALLER, "cgroup", "mkdir(2) in cgroupfs", 2007,
	    "limit all processes of the jail together", want_cgroup,
	    take_cgroup, NULL },
	{ STAGE_CALLER, "orphans", "prctl(2) PR_SET_CHILD_SUBREAPER", 2012,
	    "lose sight of nobody whose time is limited", want_orphans, NULL,
	    offspring_adopt },
	{ STAGE_CALLER, "pressure", "poll(2) on *.pressure", 2018,
	    "be told when the jail waits too much", want_pressure,
	    take_pressure, NULL },
	{ STAGE_CALLER, "overlay", "flock(2)", 1983,
	    "hold each upper layer, so that no other jail writes to it",
	    want_upper, take_upper, NULL },
	{ STAGE_CALLER, "ids", "fcntl(2) F_OFD_SETLK", 2015,
	    "pick 65536 ids of the host that nobody has", want_pick, take_pick,
	    NULL },
	{ STAGE_CALLER, "groups", "setgroups(2)", 1983,
	    "leave those that nobody can leave inside", want_leave_groups, NULL,
	    groups_leave_others },
	{ STAGE_CALLER, "priority", "setpriority(2), ioprio_set(2)", 1983,
	    "take its turn before others or behind them", want_own_priority,
	    take_priority, NULL },
	{ STAGE_CALLER, "mounts", "setns(2)", 2013,
	    "begin where no mount of the host is", want_empty, take_empty,
	    NULL },
	{ STAGE_BEGIN, "namespaces", "unshare(2)", 2006,
	    "see what only the command sees", want_unshare, NULL, NULL },
	{ STAGE_BEGIN, "namespaces", "clone3(2)", 2019,
	    "begin a process that sees only what the jail has", want_process,
	    NULL, NULL },
	{ STAGE_MAPS, "priority", "setpriority(2), ioprio_set(2)", 1983,
	    "take its turn before others or behind them", want_priority,
	    take_priority, NULL },
	{ STAGE_MAPS, "ids", "write uid_map, gid_map", 2013,
	    "make root in the jail nobody outside", want_maps, take_maps,
	    NULL },
	{ STAGE_MAPS, "root", "mount_setattr(2) MOUNT_ATTR_IDMAP", 2021,
	    "let files keep their owners on disk", want_lend, take_lend, NULL },
	{ STAGE_INSIDE, "session", "setsid(2)", 1988,
	    "leave the caller's terminal", want_quiet_leader, take_session,
	    NULL },
	{ STAGE_INSIDE, "entry", "write tasks, setns(2)", 2020,
	    "go into its groups and all its namespaces at once", jail_joins,
	    take_entry, NULL },
	{ STAGE_INSIDE, "cgroup", "write tasks", 2007,
	    "be in the group before anything is used", want_cgroup, take_join,
	    NULL },
	{ STAGE_INSIDE, "processors", "sched_setaffinity(2)", 2002,
	    "run on no others", want_processors, take_processors, NULL },
	{ STAGE_INSIDE, "ids", "setresuid(2)", 1997,
	    "become root of the new namespace", want_become_root, NULL,
	    idmap_become_root },
	{ STAGE_INSIDE, "mounts", "fsopen(2), fsmount(2) outside", 2019,
	    "have proc and sys mounted, where the host's are seen",
	    want_outside, take_outside, NULL },
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
	    want_no_nesting, take_no_nesting, NULL },
	{ STAGE_MOUNTS, "mounts", "mount(2) MS_PRIVATE", 2005,
	    "keep mounts from the host", want_private, take_private, NULL },
	{ STAGE_MOUNTS, "root", "open_tree(2), move_mount(2)", 2019,
	    "put the root where nothing of the host is", want_root, take_root,
	    NULL },
	{ STAGE_MOUNTS, "owners", "fchownat(2)", 2006,
	    "give files to whom their archive says", want_owners, take_owners,
	    NULL },
	{ STAGE_MOUNTS, "mounts", "fsopen(2), move_mount(2)", 2019,
	    "give it proc, sys, a small dev, tmp and run", want_mounts,
	    take_mounts, NULL },
	{ STAGE_MOUNTS, "pivot", "pivot_root(2)", 2000,
	    "make it the root of all that can be named", want_pivot, take_pivot,
	    NULL },
	{ STAGE_MOUNTS, "top", "chroot(2)", 1979,
	    "make it the root of all that can be named", want_empty, take_top,
	    NULL },
	{ STAGE_MOUNTS, "host", "umount2(2) MNT_DETACH", 2001,
	    "let go of every file of the host", want_leave_first, take_leave,
	    NULL },
	{ STAGE_MOUNTS, "names", "openat2(2) RESOLVE_IN_ROOT", 2020,
	    "find the user in the jail's own passwd and group", want_names,
	    take_names, NULL },
	{ STAGE_MOUNTS, "terminal", "open(2) /dev/pts/ptmx", 1998,
	    "a pseudoterminal, so that nobody types into the caller's",
	    want_terminal, take_terminal, NULL },
	{ STAGE_MOUNTS, "chroot", "chroot(2)", 1979,
	    "change the root, and nothing but the root", want_chroot,
	    take_chroot, NULL },
	{ STAGE_MOUNTS, "paths", "landlock_add_rule(2)", 2021,
	    "open all that may be reached", want_lock, take_paths_of_lock,
	    NULL },
	{ STAGE_FORK, "session", "setsid(2), TIOCSCTTY", 1988,
	    "leave the caller's terminal, for one of the jail's own",
	    want_terminal_leader, take_session, NULL },
	{ STAGE_FORK, "pid 1", "fork(2)", 1971,
	    "stay behind, to reap what others leave", jail_has_init, NULL,
	    NULL },
	{ STAGE_APART, "groups", "setgroups(2)", 1983,
	    "leave those of the caller in pid 1, too", want_leave_groups_apart,
	    NULL, groups_leave_others },
	{ STAGE_APART, "host", "umount2(2) MNT_DETACH", 2001,
	    "let go of every file of the host", want_leave_apart, take_leave,
	    NULL },
	{ STAGE_COMMAND, "lo", "ioctl(2) SIOCSIFFLAGS", 2007,
	    "let the jail talk to itself", want_lo, NULL, network_up },
	{ STAGE_COMMAND, "limits", "setrlimit(2)", 1983,
	    "limit the command itself", want_rlimits, take_rlimits, NULL },
	{ STAGE_COMMAND, "overlay", "fcntl(2) F_SETFD", 1983,
	    "hold on to the upper layers for as long as anybody is left",
	    want_hold, take_hold, NULL },
	{ STAGE_COMMAND, "session", "setsid(2), TIOCSCTTY", 1988,
	    "leave the caller's terminal, for one of the jail's own",
	    want_lone_session, take_session, NULL },
	{ STAGE_COMMAND, "job", "setpgid(2), tcsetpgrp(3)", 1988,
	    "be a job of the session, that can be stopped", want_leader,
	    take_job, NULL },
	{ STAGE_COMMAND, "streams", "dup2(2)", 1979,
	    "read and write at the jail's own terminal", want_terminal,
	    take_streams, NULL },
	{ STAGE_COMMAND, "privileges", "setrlimit(2), setresuid(2), capset(2)",
	    1999, "have no more than who is in there has", jail_joins,
	    take_privileges, NULL },
	{ STAGE_COMMAND, "bounding set", "prctl(2) PR_CAPBSET_DROP", 2008,
	    "no program can bring a capability back", want_bound, take_bound,
	    NULL },
	{ STAGE_COMMAND, "ids", "setgroups(2), setresuid(2)", 1997,
	    "be who the command is to be", want_credential, take_credential,
	    NULL },
	{ STAGE_COMMAND, "keyring", "keyctl(2)", 2004,
	    "leave the caller's keys behind, for a keyring that is empty",
	    want_keyring, NULL, keyring_renew },
	{ STAGE_COMMAND, "ambient set", "prctl(2) PR_CAP_AMBIENT", 2015,
	    "have capabilities without being root", want_ambient, take_raise,
	    NULL },
	{ STAGE_COMMAND, "securebits", "prctl(2) PR_SET_SECUREBITS", 2008,
	    "say what it means to be root", want_securebits, take_securebits,
	    NULL },
	{ STAGE_COMMAND, "capabilities", "capset(2)", 1999,
	    "keep what the command needs, and no more", want_limit, take_limit,
	    NULL },
	{ STAGE_COMMAND, "no_new_privs", "prctl(2) PR_SET_NO_NEW_PRIVS", 2012,
	    "no execve can give a privilege", want_no_new_privileges, NULL,
	    capability_no_new_privileges },
	{ STAGE_COMMAND, "lock", "landlock_restrict_self(2)", 2021,
	    "reach no other path, port or process", want_lock, take_lock,
	    NULL },
	{ STAGE_EXEC, "directory", "chdir(2)", 1971,
	    "begin in the working directory", want_directory, take_directory,
	    NULL },
	{ STAGE_EXEC, "descriptors", "close_range(2)", 2020,
	    "leave no file open that the caller forgot",
	    jail_closes_descriptors, NULL, NULL },
	{ STAGE_LAST, "system calls", "prctl(2) PR_SET_SECCOMP", 2012,
	    "make none that no program in a jail needs", jail_has_filter,
	    take_filter, NULL },
	{ STAGE_LAST, "command", "execve(2)", 1971, "become the command",
	    want_command, NULL, NULL },
	{ STAGE_RUN, "time limit", "timerfd_create(2)", 2008,
	    "end the command when its time is over", want_timeout, NULL, NULL },
};

const size_t step_count = COUNT(steps);
