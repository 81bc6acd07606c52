/* SPDX-License-Identifier: ISC */
/* takeprivileges.c - the steps of take.h that leave a process less to do */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "capability.h"
#include "fail.h"
#include "inside.h"
#include "jail.h"
#include "listener.h"
#include "scope.h"
#include "take.h"

int
take_rlimits(struct jail *jail, struct fail *f)
{
	return rlimits_apply(&jail->rlimits, 0, f);
}

int
take_bound(struct jail *jail, struct fail *f)
{
	return capability_bound(jail->capabilities.keep, f);
}

int
take_credential(struct jail *jail, struct fail *f)
{
	/* Who is not root any more has nothing left for the steps behind. */
	bool hold = jail->capabilities.ambient != 0 || jail->securebits.asked;

	if (hold && capability_hold(f) < 0)
		return -1;
	if (credential_apply(&jail->credential, f) < 0)
		return -1;
	return hold ? capability_regain(f) : 0;
}

/* Of the host's as the caller names them, magic links and all. */
int
take_paths_of_lock(struct jail *jail, struct fail *f)
{
	bool own = jail->root.dir != NULL || jail_joins(jail);
	autoclose int root =
	    own ? open("/", O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;

	if (own && root < 0)
		return fail(f, errno, "open the root");
	return landlock_prepare(&jail->landlock, root, jail->directory, f);
}

int
take_lock(struct jail *jail, struct fail *f)
{
	return landlock_restrict(&jail->landlock, jail->hears_lock, f);
}

int
take_raise(struct jail *jail, struct fail *f)
{
	const struct capabilities *c = &jail->capabilities;

	return capability_raise(c->ambient & c->keep, f);
}

int
take_securebits(struct jail *jail, struct fail *f)
{
	return securebits_apply(&jail->securebits, f);
}

/* What execve(2) would take from who is not root is not kept, either. */
int
take_limit(struct jail *jail, struct fail *f)
{
	const struct capabilities *c = &jail->capabilities;
	uint64_t ambient = c->ambient & c->keep;

	return capability_limit(geteuid() == 0 ? c->keep : ambient, ambient, f);
}

int
take_compile(struct jail *jail, struct fail *f)
{
	return seccomp_compile(&jail->seccomp, f);
}

/*
 * Whoever goes into a jail gets the default policy, too: what exactly was
 * loaded in there cannot be asked for.  The guard is in that.
 */
int
take_filter(struct jail *jail, struct fail *f)
{
	const struct seccomp *s = &jail->seccomp;
	bool held = jail_joins(jail) && jail->join.filtered;
	struct seccomp_program program[SECCOMP_PROGRAMS];
	unsigned small = jail_small_filters(jail);
	size_t count = seccomp_programs(s, small, program);

	if (held && seccomp_apply_default(f) < 0)
		return -1;
	if (jail_tells_calls(jail)) {
		int loaded =
		    listener_load(program, count, jail->channel, SAY_LISTENER);

		/* What might be said by now would have to be allowed. */
		if (loaded < 0)
			__builtin_trap();
		if (loaded > 0)
			return 0;
	}
	return seccomp_apply(s, held ? small & ~(unsigned)SECCOMP_TTY : small,
	    f);
}
