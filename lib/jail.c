/* SPDX-License-Identifier: ISC */
/* jail.c - see jail.h */
#include "jail.h"

#include <stddef.h>
#include <linux/capability.h>
#include <string.h>
#include <unistd.h>

#include "capability.h"
#include "compat.h"
#include "description.h"
#include "doorstep.h"
#include "empty.h"
#include "fail.h"
#include "promise.h"
#include "fsmount.h"
#include "scope.h"

/* One row per mechanism: the tool whose line it reads, and its verbs. */
static const struct layer {
	const char *tool, *noun;
	size_t offset;
	int (*add)(void *layer, const char *word, struct fail *f);
	void (*print)(const void *layer, FILE *out);
} layers[] = {
	{ "mkroot", "word", offsetof(struct jail, root), root_add, root_print },
	{ "setlimit", "limit", offsetof(struct jail, rlimits), rlimits_add,
	    rlimits_print },
	{ "setlimit", "limit", offsetof(struct jail, priority), priority_add,
	    priority_print },
	{ "setlimit", "limit", offsetof(struct jail, cgroup), cgroup_add,
	    cgroup_print },
	{ "setlimit", "limit", offsetof(struct jail, timeouts), timeouts_add,
	    timeouts_print },
	{ "setlimit", "limit", offsetof(struct jail, pressures), pressures_add,
	    pressures_print },
	{ "setlimit", "limit", offsetof(struct jail, adjust), adjust_add,
	    adjust_print },
	{ "enterns", "namespace", offsetof(struct jail, namespaces),
	    namespaces_add, namespaces_print },
	{ "droppriv", "privilege", offsetof(struct jail, credential),
	    credential_add, credential_print },
	{ "droppriv", "privilege", offsetof(struct jail, capabilities),
	    capabilities_add, capabilities_print },
	{ "droppriv", "privilege", offsetof(struct jail, securebits),
	    securebits_add, securebits_print },
	{ "droppriv", "privilege", offsetof(struct jail, keyring), keyring_add,
	    keyring_print },
	{ "lockpath", "access", offsetof(struct jail, landlock), landlock_add,
	    landlock_print },
	{ "addmount", "mount", offsetof(struct jail, mounts), mounts_add,
	    mounts_print },
	{ "denycall", "word", offsetof(struct jail, landlock), promise_lock,
	    promise_print },
	{ "denycall", "word", offsetof(struct jail, seccomp), seccomp_add,
	    seccomp_print },
};

void
jail_init(struct jail *jail, bool exactly)
{
	jail->exactly = exactly;
	jail->root = (struct root)ROOT_NONE;
	jail->keep.fd = -1;
	jail->status = jail->report = jail->caller = jail->trace = -1;
	jail->doorstep = jail->kernel_log = -1;
	jail->empty = jail->sysctls = jail->lent = jail->top = -1;
	jail->helper = -1;
	jail->channel = jail->master = jail->slave = -1;
	jail->mounts.outside = jail->mounts.network = -1;
	jail->mounts.nothing = -1;
	jail->join.pidfd = jail->join.proc = -1;
	jail->running.dir = jail->running.file = -1;
	jail->terminal.outer = -1;
	jail->terminal.master = jail->terminal.slave = -1;
	jail->namespaces.ids.lock = -1;
	jail->landlock.ruleset = -1;
	jail->cgroup.into = -1;
	jail->cgroup.lodge.group.parent = jail->cgroup.lodge.group.dir = -1;
	capabilities_init(&jail->capabilities, !exactly);
	if (exactly)
		return;
	mounts_add_defaults(&jail->mounts);
	jail->seccomp.standing = true;
	jail->keyring.renew = true;
	/* Root in the jail. */
	jail->credential.asked = jail->credential.has_user = true;
	jail->credential.is_default = true;
	jail->namespaces.flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID
	                         | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP
	                         | CLONE_NEWNET;
	strcpy(jail->namespaces.hostname, "jail");
}

int
jail_add(struct jail *jail, const char *tool, const char *word, struct fail *f)
{
	const char *noun = NULL;
	bool taken = false;

	if (word != NULL && description_check(word, f) < 0)
		return -1;
	for (size_t n = 0; n < COUNT(layers); n++) {
		int result;

		if (strcmp(layers[n].tool, tool) != 0)
			continue;
		noun = layers[n].noun;
		if (word == NULL)
			return 0;
		result =
		    layers[n].add((char *)jail + layers[n].offset, word, f);
		if (result < 0)
			return -1;
		taken = taken || result > 0;
		/* All that are of one tool forget their words together. */
		if (taken && strcmp(word, "none") != 0)
			return 0;
	}
	if (taken)
		return 0;
	/* To skip what we do not know would be to weaken the jail. */
	if (noun == NULL)
		return fail(f, 0, "%s: no such layer", tool);
	fail(f, 0, "%s: no such %s", word, noun);
	if (word[0] == '-')
		return fail_hint(f, "options come before all words");
	return fail_hint(f, "%s(1) has all there are%s", tool,
	    strchr(word, '=') == NULL ? "; a command comes behind --" : "");
}

static int
read_word(const char *tool, const char *word, void *context, struct fail *f)
{
	return jail_add(context, tool, word, f);
}

int
jail_read(struct jail *jail, struct description *d, struct fail *f)
{
	return description_each(d, read_word, jail, f);
}

void
jail_print(const struct jail *jail, const char *tool, FILE *out)
{
	for (size_t n = 0; n < COUNT(layers); n++)
		if (strcmp(layers[n].tool, tool) == 0)
			layers[n].print((const char *)jail + layers[n].offset,
			    out);
}

bool
jail_has(const struct jail *jail, unsigned flag)
{
	return (jail->namespaces.flags & flag) != 0;
}

/*
 * A caller who is root outside should be nobody there: unless a word said
 * which ids, a jail gets a range that no one else has.
 */
static int
settle_ids(struct jail *jail, struct fail *f)
{
	struct credential *c = &jail->credential;
	struct idmap *ids = &jail->namespaces.ids;

	if (!jail_has(jail, CLONE_NEWUSER))
		return 0;
	if (idmap_settle(ids, c->uid, c->gid, !jail->exactly, f) < 0)
		return -1;
	if (c->asked && idmap_leave_groups(ids, f) < 0)
		return fail_prefix(f, "user: ");
	c->one_group = ids->kind == IDMAP_SELF;
	c->keep_groups = c->one_group && ids->spare == 0;
	/*
	 * Names are looked up later, and checked then.  With nobody asked for,
	 * the one that there is will do.
	 */
	if (credential_has_names(c) || (!c->asked && ids->kind == IDMAP_SELF))
		return 0;
	return idmap_check(ids, c->uid, c->gid, f);
}

bool
jail_joins(const struct jail *jail)
{
	return jail->namespaces.of != NULL;
}

bool
jail_is_contained(const struct jail *jail)
{
	return !jail->exactly || jail_joins(jail);
}

bool
jail_has_session(const struct jail *jail)
{
	return jail_is_contained(jail) && !jail->shares_terminal;
}

bool
jail_limits(const struct jail *jail)
{
	return jail->capabilities.limited || jail->capabilities.has_ambient;
}

bool
jail_has_filter(const struct jail *jail)
{
	const struct join *join = &jail->join;

	/* Before it is looked at, who is joined may have one. */
	return seccomp_asked(&jail->seccomp) || jail_small_filters(jail) != 0
	       || (jail_joins(jail) && (join->filtered || join->pid == 0));
}

unsigned
jail_small_filters(const struct jail *jail)
{
	return (jail->shares_terminal ? SECCOMP_TTY : 0)
	       | (jail->landlock.network != 0 ? SECCOMP_PORTS : 0);
}

/* Whoever goes into a jail takes what holds there, and brings nothing. */
static int
settle_join(const struct jail *jail, struct fail *f)
{
	if (jail->exactly && jail->namespaces.flags == 0
	    && jail->root.dir == NULL && jail->mounts.count == 0
	    && !jail_limits(jail) && !jail->capabilities.nnp
	    && !jail->securebits.asked && !jail->keyring.renew
	    && !cgroup_asked(&jail->cgroup))
		return 0;
	fail(f, 0, "of=%s: nothing but KIND=host and a user goes with it",
	    jail->namespaces.of);
	return fail_hint(f, "the jail that is entered has its own root, "
			    "namespaces, limits and ids");
}

int
jail_gives_up(struct jail *jail, char *line, size_t size, struct fail *f)
{
	struct landlock *l = &jail->landlock;

	line[0] = '\0';
	if (!l->best_effort)
		return 0;
	if (landlock_settle(l, f) < 0)
		return -1;
	landlock_gives_up(l, line, size);
	return 0;
}

/*
 * Whether the file that this program is could be written to by who is in the
 * jail, if they got hold of it: by its owner, or by root where ids are not
 * mapped.  A root that can be left keeps nobody from any file.
 */
static bool
is_exposed(const struct jail *jail)
{
	uint32_t owner;

	if (jail_joins(jail))
		return true; /* take_look() knows more */
	if (jail->root.dir == NULL || !jail_has(jail, CLONE_NEWNS)
	    || (jail->exactly && !jail_has(jail, CLONE_NEWUSER)))
		return false;
	return doorstep_owner(&owner) || !jail_has(jail, CLONE_NEWUSER)
	       || idmap_reaches(&jail->namespaces.ids, owner);
}

/*
 * What comes from the host into a namespace that has nothing of it can be
 * unmounted by who may unmount anything, and what it covers is seen then.
 */
static bool
may_unmount(const struct capabilities *c)
{
	return !c->limited || (c->keep >> CAP_SYS_ADMIN & 1) != 0;
}

/* What a jail of its own kind is built on. */
static const unsigned deep_namespaces =
    CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUSER;

/* What is missing, what does not go together, and what brings what along. */
static int
check_words(struct jail *jail, struct fail *f)
{
	if (!jail->exactly && jail->root.dir == NULL) {
		fail(f, 0, "no root");
		return fail_hint(f,
		    "start with mkroot (mkroot host for this system's own "
		    "files)");
	}
	if (keep_settle(&jail->keep, &jail->root, &jail->mounts, f) < 0)
		return -1;
	if (root_needs_mounts(&jail->root) || jail->mounts.count > 0) {
		if (jail->namespaces.host & CLONE_NEWNS) {
			fail(f, 0,
			    "enterns mount=host: this jail has mounts, and "
			    "they would be the host's");
			return fail_hint(f, "-x runs without the default ones");
		}
		jail->namespaces.flags |= CLONE_NEWNS;
	}
	if (jail->is_bare && !jail_has(jail, CLONE_NEWPID)) {
		fail(f, 0, "--pid1: this jail has the caller's process ids");
		return fail_hint(f, "enterns pid gives it its own");
	}
	if (jail->detached && jail->running.name == NULL)
		return fail(f, 0,
		    "--detach: expected --name=NAME, to find it again by");
	if (jail->detached && jail->shares_terminal)
		return fail(f, 0, "-T: --detach leaves the terminal");
	if (jail->adjust.of != NULL)
		return fail(f, 0,
		    "of=%s: it runs already: setlimit changes it, alone and "
		    "without a command",
		    jail->adjust.of);
	if (jail_joins(jail) && settle_join(jail, f) < 0)
		return -1;
	if (!jail->exactly
	    && (namespaces_paths(&jail->namespaces) & deep_namespaces) != 0)
		return fail(f, 0,
		    "enterns: mount, pid and user of others go with -x only");
	return 0;
}

int
jail_settle(struct jail *jail, struct fail *f)
{
	if (check_words(jail, f) < 0)
		return -1;
	if (jail_has_session(jail) && !jail->detached)
		terminal_find(&jail->terminal, !jail->is_bare);
	jail->cgroup.counts_cpu = jail->timeouts.of[TIMEOUT_CPU].after > 0;
	jail->cgroup.is_watched = jail->pressures.words > 0;
	jail->cgroup.is_reported = jail_reports(jail);
	jail->mounts.new_ipc = jail_has(jail, CLONE_NEWIPC);
	jail->mounts.host_proc =
	    jail_has(jail, CLONE_NEWUSER) && !jail_has(jail, CLONE_NEWPID);
	jail->mounts.host_sys =
	    jail_has(jail, CLONE_NEWUSER) && !jail_has(jail, CLONE_NEWNET);
	jail->mounts.lends_sys =
	    jail->mounts.host_sys && !may_unmount(&jail->capabilities);
	if (capabilities_settle(&jail->capabilities, f) < 0
	    || landlock_settle(&jail->landlock, f) < 0
	    || settle_ids(jail, f) < 0)
		return -1;
	jail->is_exposed = is_exposed(jail);
	jail->root.gives = jail_has(jail, CLONE_NEWUSER)
	                   && jail->root.mode != ROOT_PLAIN
	                   && idmap_gives(&jail->namespaces.ids);
	jail->begins_empty = jail_may_begin_empty(jail);
	/* Whoever is told the steps is told those that are to be taken. */
	if (jail->trace >= 0)
		jail->begins_empty = jail->begins_empty && empty_expected();
	return 0;
}

/* Nobody else could be told what the command is refused. */
static bool
has_to_tell(const struct jail *jail)
{
	return jail_tells_calls(jail)
	       || (jail_tells(jail) && landlock_asked(&jail->landlock));
}

bool
jail_is_in_place(const struct jail *jail)
{
	return jail->exactly && !jail_joins(jail) && !jail->is_exposed
	       && !has_to_tell(jail)
	       && (namespaces_paths(&jail->namespaces) & CLONE_NEWPID) == 0
	       && !jail_has(jail, CLONE_NEWPID) && !cgroup_asked(&jail->cgroup)
	       && !jail_maps_from_outside(jail) && jail->status < 0
	       && jail->report < 0 && !timeouts_asked(&jail->timeouts)
	       && jail->running.name == NULL
	       && !mounts_have_upper(&jail->mounts);
}

bool
jail_reports(const struct jail *jail)
{
	return jail->status >= 0 || jail->report >= 0;
}

bool
jail_is_watched(const struct jail *jail)
{
	return jail_reports(jail) || jail->trace >= 0;
}

bool
jail_tells(const struct jail *jail)
{
	return jail->trace >= 0 || jail->status >= 0;
}

/* What holds in a jail that is entered cannot be looked at. */
bool
jail_tells_calls(const struct jail *jail)
{
	return jail_tells(jail) && !jail_joins(jail) && jail_has_filter(jail);
}

bool
jail_has_init(const struct jail *jail)
{
	return !jail->is_bare
	       && (jail_has(jail, CLONE_NEWPID)
		   || (jail_has_session(jail) && jail->terminal.outer >= 0));
}

bool
jail_tells_command(const struct jail *jail)
{
	return jail_is_watched(jail)
	       || (jail_has_init(jail) && !jail_has(jail, CLONE_NEWPID));
}

unsigned
jail_early_namespaces(const struct jail *jail)
{
	unsigned late = CLONE_NEWTIME;

	/* Its root is the group that its maker is in: first to be joined. */
	if (cgroup_asked(&jail->cgroup))
		late |= CLONE_NEWCGROUP;
	if (jail_forks_early(jail))
		late |= CLONE_NEWNET;
	return jail->namespaces.flags & ~late;
}

/*
 * Whether the namespaces are all new, but for a time namespace, which only
 * children begin in, and the root is put together by descriptor.
 */
static bool
is_built_anew(const struct jail *jail)
{
	return jail_has(jail, CLONE_NEWNS) && !jail_has(jail, CLONE_NEWTIME)
	       && namespaces_paths(&jail->namespaces) == 0
	       && root_can_be_lent(&jail->root) && fsmount_is_whole();
}

/*
 * Where a user namespace is to have the ids of its maker, mounts that come
 * from the host are kept together by the kernel, so that none can be taken
 * away to show what it covers: so they have to be the namespace's own.
 */
bool
jail_may_begin_empty(const struct jail *jail)
{
	return !jail_is_in_place(jail)
	       && (!jail_has(jail, CLONE_NEWUSER)
		   || idmap_shifts(&jail->namespaces.ids))
	       && !mounts_need_host(&jail->mounts) && geteuid() == 0
	       && capability_has(CAP_SYS_ADMIN) && is_built_anew(jail);
}

bool
jail_forks_early(const struct jail *jail)
{
	return jail_has(jail, CLONE_NEWUSER) && jail_has_init(jail)
	       && is_built_anew(jail) && jail->trace < 0 && jail->status < 0
	       && (!jail_has_session(jail) || jail->terminal.outer < 0)
	       && !credential_has_names(&jail->credential)
	       && !landlock_asked(&jail->landlock);
}

bool
jail_filters_early(const struct jail *jail)
{
	return jail->trace < 0 && jail->directory == NULL && !jail->is_exposed
	       && !jail->shares_terminal && !jail_joins(jail)
	       && !seccomp_is_own(&jail->seccomp);
}

bool
jail_closes_descriptors(const struct jail *jail)
{
	/* A chain without a root passes them on, as env(1) does. */
	return jail_is_contained(jail) || jail->root.dir != NULL;
}

bool
jail_maps_from_outside(const struct jail *jail)
{
	return jail_has(jail, CLONE_NEWUSER)
	       && idmap_is_from_outside(&jail->namespaces.ids);
}
