/* SPDX-License-Identifier: ISC */
/* telling.c - see telling.h */
#include "telling.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>

#include "aloud.h"
#include "fail.h"
#include "jail.h"
#include "listener.h"
#include "refusal.h"
#include "report.h"
#include "scope.h"
#include "status.h"

enum { LISTENER, AUDIT };
enum { BATCH = 64 };
enum { MOMENT = 50, LONGEST = 500 }; /* milliseconds */

static const char calls[] = "denycall", paths[] = "lockpath";

static void
say_untold(const struct jail *jail, const char *layer, const char *why)
{
	if (jail->trace >= 0 && aloud_has_room(jail->trace, LONGEST))
		aloud_say(jail->trace, "what %s refuses cannot be told: %s",
		    layer, why);
	if (jail->status >= 0)
		status_untold(jail->status, layer, why);
}

/* Whoever reads our lines too slowly must not stop us. */
static bool
has_room(const struct jail *jail)
{
	return (jail->trace < 0 || aloud_has_room(jail->trace, 0))
	       && (jail->status < 0 || aloud_has_plenty(jail->status));
}

static void
say_more(const struct jail *jail, const char *layer, uint64_t count,
    const char *why)
{
	char text[128];

	if (count == 0)
		return;
	snprintf(text, sizeof text, "%" PRIu64 " more: %s", count, why);
	say_untold(jail, layer, text);
}

static void
begin_audit(struct telling *t)
{
	const struct landlock *l = &t->jail->landlock;
	struct fail why;
	char text[64];

	if (l->abi < LANDLOCK_ABI_LOG) {
		snprintf(text, sizeof text,
		    "this takes Landlock of ABI %d, and the kernel has %d",
		    LANDLOCK_ABI_LOG, l->abi);
		say_untold(t->jail, paths, text);
	} else if (audit_open(&t->audit, &why) < 0) {
		say_untold(t->jail, paths, why.text);
	}
}

/* Of what does not come to us. */
static void
say_other_actions(const struct telling *t)
{
	bool kills = false, logs = false;

	for (size_t n = 0; n < t->programs; n++) {
		const struct seccomp_program *p = &t->program[n];

		kills = kills || judge_has(p, SECCOMP_RET_KILL_PROCESS)
		        || judge_has(p, SECCOMP_RET_TRAP);
		logs = logs || judge_has(p, SECCOMP_RET_LOG);
	}
	if (kills)
		say_untold(t->jail, calls,
		    "whom it kills is seen of the command alone");
	if (logs)
		say_untold(t->jail, calls,
		    "what it logs is in the kernel's log alone");
}

void
telling_begin(struct telling *t, struct jail *jail)
{
	t->listener = t->audit.fd = -1;
	if (!jail_tells(jail))
		return;
	t->jail = jail;
	t->programs = seccomp_programs(&jail->seccomp, jail_small_filters(jail),
	    t->program);
	if (landlock_asked(&jail->landlock))
		begin_audit(t);
	jail->hears_lock = t->audit.fd >= 0;
	say_other_actions(t);
	if (jail_joins(jail))
		say_untold(jail, calls,
		    "what is loaded in a jail that is entered is not known");
}

void
telling_listen(struct telling *t, int listener)
{
	t->listener = listener;
	t->listens = true;
}

void
telling_started(const struct telling *t)
{
	if (t->jail != NULL && jail_tells_calls(t->jail) && !t->listens)
		say_untold(t->jail, calls,
		    "the kernel gives a process one listener, and there is "
		    "one already, or none at all, or nofile leaves it no "
		    "number");
}

/* Whether it is news. */
static bool
note(struct telling *t, const struct listener_refusal *r)
{
	const struct told new = { r->arch, r->number, r->way, r->program };

	for (size_t n = 0; n < t->count; n++) {
		const struct told *old = &t->told[n];

		if (old->arch == new.arch && old->number == new.number
		    && old->way == new.way && old->program == new.program)
			return false;
	}
	if (t->count == TELLING_CALLS) {
		t->calls.full++;
		return false;
	}
	t->told[t->count++] = new;
	if (has_room(t->jail))
		return true;
	t->calls.unread++;
	return false;
}

static void
tell_call(const struct telling *t, const struct listener_refusal *r)
{
	const char *word[SECCOMP_WORDS + 1];
	struct refusal refusal = { .arch = r->arch,
		.number = r->number,
		.error = r->error,
		.pid = r->pid };

	seccomp_words(&t->jail->seccomp, &t->program[r->program], word);
	refusal_look_up(&refusal, r->args, word);
	if (t->jail->status >= 0)
		status_refused(t->jail->status, &refusal);
	if (t->jail->trace < 0)
		return;
	if (refusal.name[0] == '\0')
		snprintf(refusal.name, sizeof refusal.name,
		    "system call %u of kind %#x", r->number, r->arch);
	aloud_say(t->jail->trace, "refused: %s, by denycall%s%s: %s",
	    refusal.name, word[0] != NULL && word[1] == NULL ? " " : "",
	    word[0] != NULL && word[1] == NULL ? word[0] : "", refusal.rule);
}

static void
hear_calls(struct telling *t)
{
	struct pollfd more = { .fd = t->listener, .events = POLLIN };
	struct listener_refusal r;

	/* Others want to be heard, too: to look up a name takes long. */
	for (int n = 0; n < BATCH && poll(&more, 1, 0) > 0; n++) {
		if (!(more.revents & POLLIN)) {
			/* Nobody is left who has the filter. */
			scope_drop(&t->listener);
			return;
		}
		if (listener_answer(t->listener, t->program, t->programs, &r)
		    && note(t, &r)) {
			tell_call(t, &r);
			return;
		}
	}
}

/* The same for what a lock refused; FNV-1a. */
static bool
note_lock(struct telling *t, const struct audit_refusal *r)
{
	const char *texts[] = { r->blockers, r->object };
	uint32_t hash = 2166136261;

	for (size_t n = 0; n < COUNT(texts); n++)
		for (const char *c = texts[n]; *c != '\0'; c++)
			hash = (hash ^ (unsigned char)*c) * 16777619;
	for (size_t n = 0; n < t->locks; n++)
		if (t->locked[n] == hash)
			return false;
	if (t->locks == TELLING_LOCKS) {
		t->paths.full++;
		return false;
	}
	t->locked[t->locks++] = hash;
	if (has_room(t->jail))
		return true;
	t->paths.unread++;
	return false;
}

static void
hear_audit(struct telling *t, pid_t command)
{
	const struct jail *jail = t->jail;
	struct audit_refusal r;

	while (audit_next(&t->audit, command, &r)) {
		if (!note_lock(t, &r))
			continue;
		if (jail->trace >= 0)
			aloud_say(jail->trace, "refused: %s, by lockpath: %s",
			    r.blockers, r.object);
		if (jail->status >= 0)
			status_locked(jail->status, r.blockers, r.object);
	}
}

void
telling_wait(const struct telling *t, struct pollfd wanted[TELLING_FDS])
{
	wanted[LISTENER] = (struct pollfd){ t->listener, POLLIN, 0 };
	wanted[AUDIT] = (struct pollfd){ t->audit.fd, POLLIN, 0 };
}

void
telling_hear(struct telling *t, const struct pollfd wanted[TELLING_FDS],
    pid_t command)
{
	if (t->listener >= 0 && wanted[LISTENER].revents != 0)
		hear_calls(t);
	if (t->audit.fd >= 0 && wanted[AUDIT].revents != 0)
		hear_audit(t, command);
}

bool
telling_wait_for(struct telling *t, int fd, int end, int peer)
{
	struct pollfd wanted[3 + TELLING_FDS] = { { fd, POLLIN, 0 },
		{ end, POLLIN, 0 }, { peer, 0, 0 } };

	for (;;) {
		telling_wait(t, wanted + 3);
		wanted[3 + AUDIT].fd = -1;
		/* Where a filter forbids it, who reads fd waits there. */
		if (poll(wanted, COUNT(wanted), -1) < 0 && errno != EINTR)
			return true;
		if (wanted[0].revents != 0)
			return true;
		if (wanted[1].revents != 0 || wanted[2].revents != 0)
			return false;
		telling_hear(t, wanted + 3, 0);
	}
}

static void
say_rest(const struct telling *t)
{
	static const char unread[] = "nobody read what was said before";
	char full[64];

	snprintf(full, sizeof full, "%d different ones were told",
	    TELLING_CALLS);
	say_more(t->jail, calls, t->calls.full, full);
	say_more(t->jail, calls, t->calls.unread, unread);
	snprintf(full, sizeof full, "%d different ones were told",
	    TELLING_LOCKS);
	say_more(t->jail, paths, t->paths.full, full);
	say_more(t->jail, paths, t->paths.unread, unread);
	if (t->audit.missed)
		say_untold(t->jail, paths,
		    "there were too many audit records, and some may be "
		    "missing");
}

/*
 * The kernel writes its records when it comes to it.  Those of others, which
 * may never end, are no reason to wait for longer.
 */
void
telling_end(struct telling *t, pid_t command)
{
	struct pollfd wanted[TELLING_FDS];
	uint64_t until = 0;

	if (t->listener >= 0)
		hear_calls(t);
	telling_wait(t, wanted);
	if (t->audit.fd >= 0)
		until = report_now() + UINT64_C(1000000) * LONGEST;
	while (until > 0 && poll(&wanted[AUDIT], 1, MOMENT) > 0) {
		hear_audit(t, command);
		if (report_now() < until)
			continue;
		t->audit.missed = true;
		break;
	}
	t->audit.missed = t->audit.fd >= 0 && audit_has_missed(&t->audit);
	scope_close(&t->listener);
	audit_close(&t->audit);
	t->listener = -1;
	if (t->jail != NULL)
		say_rest(t);
}
