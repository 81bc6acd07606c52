/* SPDX-License-Identifier: ISC */
/* want.c - see want.h */
#include "want.h"

#include <linux/capability.h>

#include "capability.h"
#include "compat.h"
#include "fsmount.h"
#include "jail.h"
#include "numberset.h"

#define WANT(step, flag)                                                       \
	bool want_##step(const struct jail *jail)                              \
	{                                                                      \
		return jail_has(jail, flag);                                   \
	}

bool
want_detach(const struct jail *jail)
{
	return jail->detached;
}

bool
want_paths(const struct jail *jail)
{
	return namespaces_paths(&jail->namespaces) != 0;
}

bool
want_compile(const struct jail *jail)
{
	return seccomp_is_own(&jail->seccomp);
}

bool
want_doorstep(const struct jail *jail)
{
	return jail->is_exposed;
}

bool
want_name(const struct jail *jail)
{
	return jail->running.name != NULL;
}

/* The rest is in the tree itself, which is not to be looked at yet. */
bool
want_held(const struct jail *jail)
{
	return jail->root.dir != NULL && jail->root.dir[1] != '\0';
}

bool
want_unshare(const struct jail *jail)
{
	return jail_is_in_place(jail) && jail_early_namespaces(jail) != 0;
}

bool
want_process(const struct jail *jail)
{
	return !jail_is_in_place(jail);
}

bool
want_command(const struct jail *jail)
{
	(void)jail;
	return true;
}

bool
want_timeout(const struct jail *jail)
{
	return timeouts_asked(&jail->timeouts);
}

bool
want_cgroup(const struct jail *jail)
{
	return cgroup_asked(&jail->cgroup);
}

bool
want_processors(const struct jail *jail)
{
	struct numberset set;

	return cgroup_processors(&jail->cgroup, &set);
}

/* Ourselves, while we still have all of our privileges. */
bool
want_own_priority(const struct jail *jail)
{
	return priority_asked(&jail->priority) && jail_is_in_place(jail);
}

bool
want_priority(const struct jail *jail)
{
	return (priority_asked(&jail->priority) || jail_joins(jail))
	       && !jail_is_in_place(jail);
}

/* Who is to be ended when the time is over, wherever they have gone. */
bool
want_orphans(const struct jail *jail)
{
	return (timeouts_asked(&jail->timeouts) || jail->pressures.words > 0)
	       && !jail_has(jail, CLONE_NEWPID);
}

bool
want_pressure(const struct jail *jail)
{
	return jail->pressures.words > 0;
}

bool
want_keep(const struct jail *jail)
{
	return jail->keep.dir != NULL;
}

bool
want_upper(const struct jail *jail)
{
	return mounts_have_upper(&jail->mounts);
}

/* What stays behind in it without a pid namespace outlives its maker. */
bool
want_hold(const struct jail *jail)
{
	return want_upper(jail) && !jail_closes_descriptors(jail)
	       && !jail_has_init(jail);
}

WANT(maps, CLONE_NEWUSER)

bool
want_leave_groups(const struct jail *jail)
{
	return want_maps(jail) && jail->namespaces.ids.leave
	       && jail->namespaces.ids.spare == 0;
}

/* Nor in a process that the command can see. */
bool
want_leave_groups_apart(const struct jail *jail)
{
	return jail_has_init(jail) && jail->credential.asked
	       && !jail->credential.keep_groups;
}

bool
want_pick(const struct jail *jail)
{
	return want_maps(jail) && jail->namespaces.ids.kind == IDMAP_PICK;
}

/*
 * The first process is nobody outside, so the caller opens for it what it
 * may have of the host.
 */
bool
want_lend(const struct jail *jail)
{
	return want_maps(jail) && jail_has(jail, CLONE_NEWNS)
	       && idmap_shifts(&jail->namespaces.ids);
}

/* They are made where /dev is lent: mounts_lend(). */
bool
want_nodes(const struct jail *jail)
{
	return want_lend(jail) && mounts_have(&jail->mounts, MOUNT_DEV)
	       && capability_has(CAP_MKNOD);
}

bool
want_become_root(const struct jail *jail)
{
	enum idmap_kind kind = jail->namespaces.ids.kind;

	return want_maps(jail) && kind != IDMAP_SELF && kind != IDMAP_AUTO;
}

/* After joining: the root of the namespace is the group we are in then. */
bool
want_cgroupns(const struct jail *jail)
{
	return jail_has(jail, CLONE_NEWCGROUP & ~jail_early_namespaces(jail));
}

bool
want_hostname(const struct jail *jail)
{
	return jail_has(jail, CLONE_NEWUTS)
	       && jail->namespaces.hostname[0] != '\0';
}

WANT(time, CLONE_NEWTIME)

bool
want_no_nesting(const struct jail *jail)
{
	return jail_has(jail, CLONE_NEWUSER) && !jail->exactly;
}

WANT(lo, CLONE_NEWNET)

/* Without a root of its own, mounts go where everything was. */
bool
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

/* Of two ways to make mounts, it is the one that this kernel has. */
bool
want_new_root(const struct jail *jail)
{
	return want_root(jail) && fsmount_has_calls();
}

bool
want_old_root(const struct jail *jail)
{
	return want_root(jail) && !fsmount_has_calls();
}

bool
want_new_mounts(const struct jail *jail)
{
	return want_mounts(jail) && fsmount_has_calls();
}

bool
want_old_mounts(const struct jail *jail)
{
	return want_mounts(jail) && !fsmount_has_calls();
}

bool
want_empty(const struct jail *jail)
{
	return jail->begins_empty;
}

/* The kernel gives them to who sees the host's, or is of the host. */
bool
want_outside(const struct jail *jail)
{
	return jail->begins_empty && want_maps(jail) && want_mounts(jail);
}

bool
want_pivot(const struct jail *jail)
{
	return want_root(jail) && !jail->begins_empty;
}

bool
want_terminal(const struct jail *jail)
{
	return jail_has_session(jail) && jail->terminal.outer >= 0;
}

/* Who stays behind leads the session: the command can be stopped then. */
bool
want_leader(const struct jail *jail)
{
	return jail_has_session(jail) && jail_has_init(jail);
}

bool
want_terminal_leader(const struct jail *jail)
{
	return want_leader(jail) && want_terminal(jail);
}

/* As early as can be: there may be the command before there are mounts. */
bool
want_quiet_leader(const struct jail *jail)
{
	return want_leader(jail) && !want_terminal(jail);
}

bool
want_lone_session(const struct jail *jail)
{
	return jail_has_session(jail) && !jail_has_init(jail);
}

bool
want_names(const struct jail *jail)
{
	return credential_has_names(&jail->credential);
}

bool
want_lock(const struct jail *jail)
{
	return landlock_asked(&jail->landlock);
}

bool
want_leave(const struct jail *jail)
{
	return want_pivot(jail);
}

/*
 * To let go of the host is to wait for every processor: the command can get
 * ready in that time.  But where a name has to be resolved first, or nobody
 * else would do it, it comes first.
 */
bool
want_leave_first(const struct jail *jail)
{
	return want_leave(jail)
	       && (!jail_has_init(jail) || want_terminal(jail)
		   || want_names(jail) || want_lock(jail));
}

bool
want_leave_apart(const struct jail *jail)
{
	return want_leave(jail) && !want_leave_first(jail);
}

bool
want_owners(const struct jail *jail)
{
	return want_root(jail) && jail->root.gives;
}

bool
want_chroot(const struct jail *jail)
{
	return jail->root.dir != NULL && !jail_has(jail, CLONE_NEWNS);
}

bool
want_directory(const struct jail *jail)
{
	return jail->directory != NULL;
}

bool
want_rlimits(const struct jail *jail)
{
	return rlimits_asked(&jail->rlimits);
}

bool
want_bound(const struct jail *jail)
{
	return jail->capabilities.limited;
}

/* Joining takes both together. */
bool
want_credential(const struct jail *jail)
{
	return jail->credential.asked && !jail_joins(jail);
}

bool
want_ambient(const struct jail *jail)
{
	return jail->capabilities.ambient != 0;
}

bool
want_securebits(const struct jail *jail)
{
	return jail->securebits.asked;
}

/* Whoever is said to be nobody has nothing left of being root. */
bool
want_limit(const struct jail *jail)
{
	return jail_limits(jail) || want_credential(jail);
}

/* A map of one id has to be written before there is a jail to look into. */
bool
want_guess(const struct jail *jail)
{
	return want_names(jail) && want_maps(jail)
	       && idmap_is_open(&jail->namespaces.ids);
}

/* The command's own by then, and not the jail's root's. */
bool
want_keyring(const struct jail *jail)
{
	return jail->keyring.renew || jail_joins(jail);
}

/* The kernel takes a filter or a lock from nobody else, but from root. */
bool
want_no_new_privileges(const struct jail *jail)
{
	return jail->capabilities.nnp || want_lock(jail)
	       || jail_has_filter(jail);
}
