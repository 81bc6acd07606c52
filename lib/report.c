/* SPDX-License-Identifier: ISC */
/* report.c - see report.h */
#include "report.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>

#include "aloud.h"
#include "detach.h"
#include "fail.h"
#include "jail.h"
#include "refusal.h"
#include "status.h"
#include "supervise.h"

int
report_start(struct jail *jail, const struct status_started *started,
    struct fail *f)
{
	if (running_record(&jail->running, jail->first, f) < 0)
		return -1;
	if (jail->status >= 0)
		status_started(jail->status, started);
	if (jail->caller >= 0 && detach_tell(jail->caller, NULL) < 0)
		return fail(f, errno, "nobody waits for the jail to start");
	return 0;
}

uint64_t
report_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static int64_t
microseconds(const struct timeval *t)
{
	return (int64_t)t->tv_sec * 1000000 + (int64_t)t->tv_usec;
}

void
report_refusal(const struct jail *jail, int ended)
{
	struct refusal refusal;
	bool known;

	if (!WIFSIGNALED(ended) || WTERMSIG(ended) != SIGSYS
	    || !jail_is_watched(jail))
		return;
	known = refusal_find(jail->kernel_log, jail->command, &refusal);
	if (jail->status >= 0)
		status_refused(jail->status, known ? &refusal : NULL);
	if (jail->trace < 0)
		return;
	if (!known)
		aloud_say(jail->trace,
		    "refused: a system call, unless somebody sent SIGSYS; "
		    "which one cannot be told");
	else
		aloud_say(jail->trace,
		    "refused: %s, system call %u of kind %#x, by a filter of "
		    "denycall",
		    refusal.name[0] != '\0' ? refusal.name : "?",
		    refusal.number, refusal.arch);
}

void
report_end(struct jail *jail, const struct ending *e, int ended, uint64_t began)
{
	struct status_exited exited = {
		.status = e->timed_out ? EXIT_TIMEOUT : init_status(ended),
		.signal = WIFSIGNALED(ended) ? WTERMSIG(ended) : 0,
		.wall = report_now() - began,
		.limit = e->limit,
	};
	struct usage *usage = &exited.usage;

	usage_read(&jail->cgroup, usage);
	/* Without groups: what pid 1, or the command itself, has waited for. */
	if (usage->user < 0 || usage->system < 0) {
		usage->user = microseconds(&e->usage.ru_utime);
		usage->system = microseconds(&e->usage.ru_stime);
	}
	if (usage->cpu < 0)
		usage->cpu = usage->user + usage->system;
	if (e->limit == NULL && usage->oom_killed
	    && exited.status == EXIT_SIGNAL + SIGKILL)
		exited.limit = "memory";
	/* Who reads the line may begin another such jail. */
	mounts_release(&jail->mounts);
	cgroup_remove(&jail->cgroup);
	running_end(&jail->running);
	if (jail->status >= 0)
		status_exited(jail->status, &exited);
	if (jail->report >= 0)
		status_exited(jail->report, &exited);
}
