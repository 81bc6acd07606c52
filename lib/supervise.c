/* SPDX-License-Identifier: ISC */
/* supervise.c - see supervise.h */
#include "supervise.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "fail.h"
#include "offspring.h"
#include "scope.h"
#include "terminal.h"
#include "watch.h"

/*
 * Hand a signal on.  What a terminal sends is for a whole process group;
 * what a process sends is for one.  kill(2) where no more signals can be
 * queued: a storm of them may lose some, but never the last of a kind.
 */
static void
forward(const struct supervised *s, int sig, bool group)
{
	union sigval value = { .sival_int = group ? INIT_GROUP : 0 };

	if (s->is_init) {
		if (sigqueue(s->first, sig, value) < 0)
			(void)kill(s->first, sig);
		return;
	}
	if (sig == SIGTSTP)
		sig = SIGSTOP;
	if (!group || kill(-s->first, sig) < 0)
		(void)kill(s->first, sig);
}

/* Stop as asked, after the jail, and go on as soon as we may. */
static void
stop(const struct supervised *s)
{
	forward(s, SIGTSTP, true);
	terminal_suspend(s->terminal);
	raise(SIGSTOP);
	terminal_resume(s->terminal);
	forward(s, SIGCONT, true);
}

static void
handle(const struct supervised *s, struct watch *w,
    const struct signalfd_siginfo *info)
{
	int sig = (int)info->ssi_signo;
	bool from_terminal = info->ssi_code == SI_KERNEL;

	/* In one session with us, the command has those already. */
	if (sig == SIGCHLD || (from_terminal && !s->own_session))
		return;
	if (sig == SIGTSTP)
		stop(s);
	else if (sig == SIGWINCH && s->terminal->master >= 0)
		terminal_resize(s->terminal);
	else
		forward(s, sig, from_terminal || sig == SIGCONT);
	if (sig != SIGCONT)
		return;
	watch_resume(w);
	cgroup_freeze(s->cgroup, false);
	/* We may have been brought to the foreground. */
	terminal_resume(s->terminal);
}

/*
 * To all processes of the command.  Where they have a pid namespace, who is
 * the first in it takes all others along; where they have not, they are in a
 * group of ours, in a session of their own, or descend from us.  From the
 * group somebody may have moved to another, so that the last word is for all
 * who descend from us, too.  In a session of its own a command may have a
 * terminal: its guardian is our child, too.
 */
static void
tell_all(const struct supervised *s, int sig)
{
	bool kills = sig == SIGKILL;

	if (!kills && (s->takes_along || s->own_session))
		forward(s, sig, true);
	else if (s->takes_along)
		(void)kill(s->first, sig);
	else if ((!cgroup_signal(s->cgroup, sig) || kills) && !s->own_session)
		offspring_signal(sig);
	if (kills && s->own_session)
		(void)kill(-s->first, sig);
}

/* A limit of ours has been reached. */
static void
enforce(const struct supervised *s, const struct verdict *v, struct ending *e)
{
	if (v->what == VERDICT_TELL) {
		forward(s, v->signal, false);
		return;
	}
	if (v->what == VERDICT_STOP) {
		cgroup_freeze(s->cgroup, true);
		return;
	}
	e->limit = v->over;
	e->timed_out = v->of_time;
	/* It could not hear us if it were stopped. */
	cgroup_freeze(s->cgroup, false);
	if (v->what == VERDICT_KILL) {
		tell_all(s, SIGKILL);
		return;
	}
	tell_all(s, SIGTERM);
	tell_all(s, SIGCONT);
}

/* What is waited for: the terminal's two come first. */
enum { SIGNALS = 2, WATCHED, FDS = WATCHED + WATCH_FDS };

static int
wait_for_end(const struct supervised *s, int signals, struct watch *w,
    struct ending *e)
{
	struct pollfd wanted[FDS] = { [SIGNALS] = { signals, POLLIN, 0 } };
	struct signalfd_siginfo info;
	struct verdict v;
	pid_t pid;

	watch_wait(w, &wanted[WATCHED]);
	for (;;) {
		/* Before we sleep: it may have ended before we looked. */
		while ((pid = wait4(-1, &e->status, WNOHANG, &e->usage)) > 0)
			if (pid == s->first)
				return 0;
		while (watch_next(w, &wanted[WATCHED], &v))
			enforce(s, &v, e);
		wanted[SIGNALS].revents = 0;
		terminal_poll(s->terminal, wanted);
		if (poll(wanted, FDS, -1) < 0)
			continue;
		terminal_copy(s->terminal, wanted);
		if ((wanted[SIGNALS].revents & POLLIN)
		    && read(signals, &info, sizeof info) == sizeof info)
			handle(s, w, &info);
	}
}

int
supervise(const struct supervised *s, struct ending *e, struct fail *f)
{
	autoclose int signals = signalfd(-1, &s->signals->waited, SFD_CLOEXEC);
	struct watch w = { .timeouts = s->timeouts,
		.pressures = s->pressures,
		.cgroup = s->cgroup };
	int result;

	e->limit = NULL;
	e->timed_out = false;
	if (signals < 0)
		return fail(f, errno, "wait for signals");
	if (watch_open(&w, f) < 0)
		return -1;
	result = wait_for_end(s, signals, &w, e);
	/* Time was over for all, not only for who ended when it was asked. */
	if (result == 0 && e->limit != NULL && !s->takes_along)
		tell_all(s, SIGKILL);
	watch_close(&w);
	return result;
}
