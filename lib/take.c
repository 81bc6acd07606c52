/* SPDX-License-Identifier: ISC */
/* take.c - see take.h */
#include "take.h"
#include "want.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "affinity.h"
#include "channel.h"
#include "compat.h"
#include "doorstep.h"
#include "empty.h"
#include "fail.h"
#include "inroot.h"
#include "jail.h"
#include "nsfd.h"
#include "numberset.h"
#include "outside.h"
#include "scope.h"
#include "session.h"

int
take_look(struct jail *jail, struct fail *f)
{
	uint32_t owner;

	if (join_open(&jail->join, jail->namespaces.of, jail->namespaces.host,
		f)
	    < 0)
		return -1;
	jail->credential.keep_groups = jail->join.deny_groups;
	jail->is_exposed =
	    doorstep_owner(&owner) || join_reaches(&jail->join, owner);
	if (priority_follow(&jail->priority, jail->join.pid, f) < 0)
		return fail_prefix(f, "of=%d: ", (int)jail->join.pid);
	return 0;
}

int
take_doorstep(struct jail *jail, struct fail *f)
{
	jail->doorstep = doorstep_make(f);
	if (jail->doorstep < 0)
		return -1;
	/* It is O_CLOEXEC: not kept for longer than for that. */
	return descriptors_keep(&jail->kept, jail->doorstep, f);
}

int
take_paths(struct jail *jail, struct fail *f)
{
	return namespaces_enter_paths(&jail->namespaces, f);
}

int
take_entry(struct jail *jail, struct fail *f)
{
	if (join_cgroups(&jail->join, f) < 0)
		return -1;
	return join_namespaces(&jail->join, jail->credential.asked, f);
}

int
take_privileges(struct jail *jail, struct fail *f)
{
	return join_privileges(&jail->join,
	    jail->credential.asked ? &jail->credential : NULL, f);
}

int
take_name(struct jail *jail, struct fail *f)
{
	return running_hold(&jail->running, f);
}

int
take_held(struct jail *jail, struct fail *f)
{
	return root_hold(&jail->root, f);
}

int
take_cgroup(struct jail *jail, struct fail *f)
{
	return cgroup_make(&jail->cgroup, f);
}

int
take_priority(struct jail *jail, struct fail *f)
{
	return priority_apply(&jail->priority, jail->first, f);
}

int
take_pressure(struct jail *jail, struct fail *f)
{
	return pressures_watch(&jail->pressures, cgroup_v2(&jail->cgroup), f);
}

int
take_keep(struct jail *jail, struct fail *f)
{
	return keep_begin(&jail->keep, &jail->root, f);
}

int
take_upper(struct jail *jail, struct fail *f)
{
	return mounts_hold(&jail->mounts, f);
}

/*
 * Open what the first process needs of the host and will not see.  Where
 * there is no namespace for it to begin in, it lets go of the host itself,
 * and nothing has been lost.
 */
int
take_empty(struct jail *jail, struct fail *f)
{
	jail->empty = empty_open();
	jail->begins_empty = jail->empty >= 0;
	if (jail->empty < 0)
		return 0;
	jail->mounts.lends_dev = true;
	namespaces_find_sysctls(&jail->sysctls);
	if (jail_has(jail, CLONE_NEWUSER))
		return 0;
	jail->lent = root_lend(&jail->root, -1, f);
	return jail->lent < 0 ? -1 : mounts_lend(&jail->mounts, -1, f);
}

int
take_maps(struct jail *jail, struct fail *f)
{
	return idmap_write(&jail->namespaces.ids, jail->first, f);
}

int
take_pick(struct jail *jail, struct fail *f)
{
	return idmap_pick(&jail->namespaces.ids, f);
}

int
take_lend(struct jail *jail, struct fail *f)
{
	autoclose int user = nsfd_user(jail->first);

	if (user < 0)
		return fail(f, errno, "user: open the new one");
	if (root_can_be_lent(&jail->root)) {
		jail->lent = root_lend(&jail->root, user, f);
		if (jail->lent < 0)
			return -1;
	}
	jail->mounts.makes_dev = want_nodes(jail);
	return mounts_lend(&jail->mounts, user, f);
}

int
take_join(struct jail *jail, struct fail *f)
{
	return cgroup_join(&jail->cgroup, f);
}

int
take_processors(struct jail *jail, struct fail *f)
{
	struct numberset set;

	if (!cgroup_processors(&jail->cgroup, &set))
		return 0;
	return affinity_set(&set, f);
}

int
take_cgroupns(struct jail *jail, struct fail *f)
{
	(void)jail;
	return namespaces_unshare(CLONE_NEWCGROUP, f);
}

int
take_hostname(struct jail *jail, struct fail *f)
{
	return namespaces_set_hostname(&jail->namespaces, f);
}

int
take_no_nesting(struct jail *jail, struct fail *f)
{
	namespaces_find_sysctls(&jail->sysctls);
	return namespaces_forbid_nesting(jail->sysctls, f);
}

int
take_time(struct jail *jail, struct fail *f)
{
	return namespaces_enter_time(&jail->namespaces, f);
}

int
take_private(struct jail *jail, struct fail *f)
{
	if (mounts_make_private(f) < 0)
		return -1;
	jail->top = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return jail->top < 0 ? fail(f, errno, "open /") : 0;
}

/* The tree is a layer of that, and lent as one. */
static int
root_of_mounts(struct jail *jail, struct fail *f)
{
	int mount = mounts_root(&jail->mounts, f);

	scope_drop(&jail->lent);
	return mount < 0 ? -1 : root_put(&jail->root, mount, f);
}

/*
 * Sources of mounts are paths of the host, so they are opened first: with
 * the root on top of it, "/usr/.." is in the root.
 */
int
take_root(struct jail *jail, struct fail *f)
{
	if (mounts_make_private(f) < 0 || mounts_lend(&jail->mounts, -1, f) < 0)
		return -1;
	jail->root.leaves_host = !jail->begins_empty;
	if (jail->begins_empty && jail_has(jail, CLONE_NEWUSER))
		jail->mounts.nothing = empty_directory();
	jail->top = mounts_have_root(&jail->mounts)
	                ? root_of_mounts(jail, f)
	                : root_mount(&jail->root, jail->lent, f);
	if (jail->top < 0)
		return -1;
	/* Who is to be the command is there, and has a "/" of its own. */
	if (jail->helper >= 0
	    && channel_send(jail->helper, "", 1, jail->top) < 0)
		return fail(f, errno, "hand the root on to the command");
	return 0;
}

int
take_owners(struct jail *jail, struct fail *f)
{
	return root_give(&jail->root, jail->top, f);
}

int
take_outside(struct jail *jail, struct fail *f)
{
	struct mounts *mounts = &jail->mounts;

	mounts->outside = jail->channel;
	if (outside_ask(mounts, MOUNT_PROC, f) < 0)
		return -1;
	/* A network namespace that is still made is asked for later. */
	return mounts->network < 0 ? outside_ask(mounts, MOUNT_SYS, f) : 0;
}

int
take_mounts(struct jail *jail, struct fail *f)
{
	return mounts_apply(&jail->mounts, jail->top, f);
}

int
take_pivot(struct jail *jail, struct fail *f)
{
	int result = root_pivot(&jail->root, jail->top, f);

	close(jail->top);
	jail->top = -1;
	return result;
}

int
take_top(struct jail *jail, struct fail *f)
{
	int top = jail->top;

	jail->top = -1;
	return root_enter(top, f);
}

/*
 * A look at the tree before there is a jail, for a map of one id.  What is
 * not there may come with a mount, so that only take_names() complains.
 */
int
take_guess(struct jail *jail, struct fail *f)
{
	struct credential guess = jail->credential;
	const char *path = jail->root.dir != NULL ? jail->root.dir : "/";
	autoclose int root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (root < 0 || credential_resolve(&guess, root, "", NULL, f) < 0)
		return 0;
	jail->namespaces.ids.uid = guess.uid;
	jail->namespaces.ids.gid = guess.gid;
	return 0;
}

/*
 * What the jail itself sees counts, with all mounts that came over it.  A
 * chroot(2) without a mount namespace is still to come.
 */
int
take_names(struct jail *jail, struct fail *f)
{
	bool own = jail->root.dir != NULL;
	bool later = own && !jail_has(jail, CLONE_NEWNS);
	const char *path = later ? jail->root.dir : "/";
	autoclose int root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct credential *c = &jail->credential;

	if (root < 0)
		return fail(f, errno, "%s: open the root", path);
	if (credential_resolve(c, root, own ? " of the jail" : "", jail->home,
		f)
	    < 0)
		return -1;
	if (!jail_has(jail, CLONE_NEWUSER))
		return 0;
	if (idmap_check(&jail->namespaces.ids, c->uid, c->gid, f) == 0)
		return 0;
	if (idmap_is_open(&jail->namespaces.ids))
		fail_hint(f,
		    "%s%" PRIu32 "%s%" PRIu32 " names them before there is a "
		    "jail to look into",
		    c->is_option ? "-u " : "user=", c->uid,
		    c->is_option ? ":" : " group=", c->gid);
	return credential_blame(c, f);
}

/* The command, who may be another user, can open it by name, too. */
int
take_leave(struct jail *jail, struct fail *f)
{
	(void)jail;
	return root_leave_host(f);
}

int
take_terminal(struct jail *jail, struct fail *f)
{
	bool joins = jail_joins(jail), asked = jail->credential.asked;
	uid_t uid = joins && !asked ? jail->join.uid : jail->credential.uid;
	gid_t gid = joins && !asked ? jail->join.gid : jail->credential.gid;

	jail->master = session_open_terminal(&jail->slave, f);
	/* A jail that is entered may have no terminals: then there is none. */
	if (jail->master < 0)
		return joins ? 0 : -1;
	terminal_prepare(&jail->terminal, jail->slave);
	if (fchown(jail->slave, uid, gid) < 0)
		return fail(f, errno, "terminal: give it to the command");
	return 0;
}

int
take_hold(struct jail *jail, struct fail *f)
{
	return mounts_pass_on(&jail->mounts, f);
}

int
take_session(struct jail *jail, struct fail *f)
{
	return session_begin(jail->slave, f);
}

int
take_job(struct jail *jail, struct fail *f)
{
	return session_be_job(jail->slave, jail->terminal.front, f);
}

int
take_streams(struct jail *jail, struct fail *f)
{
	return session_give_streams(jail->slave, jail->terminal.streams, f);
}

int
take_chroot(struct jail *jail, struct fail *f)
{
	return root_chroot(&jail->root, f);
}

/*
 * Below our root, and never through a magic link: /proc/self/fd/7 may be a
 * directory of the host that the caller left open.
 */
int
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
		fail(f, errno, "%s: change to it", jail->directory);
	else
		return 0;
	return errno == ENOENT && jail->root.dir != NULL
	           ? fail_hint(f, "it has to be in the root of the jail")
	           : -1;
}
