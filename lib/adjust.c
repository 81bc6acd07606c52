/* SPDX-License-Identifier: ISC */
/* adjust.c - see adjust.h */
#include "adjust.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cgroupof.h"
#include "cgroupfs.h"
#include "compat.h"
#include "description.h"
#include "fail.h"
#include "jail.h"
#include "kernfile.h"
#include "limiting.h"
#include "scope.h"

int
adjust_add(void *layer, const char *word, struct fail *f)
{
	struct adjust *a = layer;

	if (strcmp(word, "none") == 0) {
		a->of = NULL;
		return 1;
	}
	if (strncmp(word, "of=", 3) != 0)
		return 0;
	if (word[3] == '\0')
		return fail(f, 0, "%s: expected of=PID or of=NAME", word);
	a->of = word + 3;
	return 1;
}

void
adjust_print(const void *layer, FILE *out)
{
	const struct adjust *a = layer;

	if (a->of == NULL)
		return;
	fputs(" of=", out);
	description_escape(a->of, out);
}

/* What jailexec watches over itself was settled when it began. */
static int
check(const struct jail *jail, struct fail *f)
{
	if (jail->pressures.words > 0 || timeouts_asked(&jail->timeouts))
		return fail(f, 0,
		    "wall, cpu-time and pressure cannot be changed while it "
		    "runs");
	if (!cgroup_asked(&jail->cgroup) && !rlimits_asked(&jail->rlimits)
	    && !priority_asked(&jail->priority))
		return fail(f, 0, "no limit is said");
	return 0;
}

static int
set_limit(const struct limit_word *w, const char *groups, struct fail *f)
{
	struct cgroup_dir d = { .in_use = true };
	char controller[32];
	int result;

	limit_controller(w, controller);
	if (cgroupof_ours(&d, groups, w->limit->v1_controller, controller, f)
	    < 0)
		return -1;
	result = limit_check(w, &d, f);
	if (result == 0)
		result = limit_set(w, &d, f);
	close(d.dir);
	return result;
}

static int
set_group(const struct cgroup *c, const char *groups, struct fail *f)
{
	for (int n = 0; n < c->words; n++)
		if (set_limit(&c->word[n], groups, f) < 0)
			return fail_prefix(f, "%s: ", c->word[n].limit->name);
	return 0;
}

static int
set_all(const struct jail *jail, pid_t pid, int pidfd, struct fail *f)
{
	char path[32], groups[16384];
	autoclose int proc = -1;

	snprintf(path, sizeof path, "/proc/%d", (int)pid);
	proc = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (proc < 0
	    || kernfile_read(proc, "cgroup", groups, sizeof groups) < 0)
		return fail(f, errno, "read its control groups");
	/* Now that all is read: the number was still its own. */
	if (sys_pidfd_send_signal(pidfd, 0) < 0 && errno != EPERM)
		return fail(f, errno, "look at it");
	if (set_group(&jail->cgroup, groups, f) < 0
	    || rlimits_apply(&jail->rlimits, pid, f) < 0)
		return -1;
	return priority_asked(&jail->priority)
	           ? priority_apply(&jail->priority, pid, f)
	           : 0;
}

int
adjust_apply(const struct jail *jail, struct fail *f)
{
	const char *of = jail->adjust.of;
	autoclose int pidfd = -1;
	pid_t pid;

	if (check(jail, f) < 0 || (pid = join_find(of, f)) < 0)
		return fail_prefix(f, "of=%s: ", of);
	if ((pidfd = sys_pidfd_open(pid)) < 0)
		return fail(f, errno, "of=%s: open it", of);
	if (set_all(jail, pid, pidfd, f) < 0)
		return fail_prefix(f, "of=%s: ", of);
	return 0;
}
