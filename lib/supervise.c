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
#include "job.h"
#include "offspring.h"
#include "scope.h"
#include "telling.h"
#include "terminal.h"
#include "watch.h"

/* What changes meanwhile. */
struct state {
	const struct supervised *s;
	struct watch watch;
	struct ending *e;
	bool told_to_stop; /* we were, not the command */
	bool continuing;   /* that it stopped is not news before it went on */
	bool ended;        /* the first process has */
	int told;          /* how it ended, or -1: nobody said so */
};

/*
 * Hand a signal on.  What a terminal sends is for a whole process group;
 * what a process sends is for one.  kill(2) where no more signals can be
 * queued: a storm of them may lose some, but never the last of a kind.
 */
static void
forward(struct state *st, int sig, int how)
{
	const struct supervised *s = st->s;
	union sigval value = { .sival_int = how };

	if (s->news >= 0) {
		st->continuing = st->continuing || sig == SIGCONT;
		if (sigqueue(s->first, sig, value) < 0)
			(void)kill(s->first, sig);
		return;
	}
	/* The leader of a session is stopped by nothing else. */
	if (sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU)
		sig = SIGSTOP;
	if (!(how & INIT_GROUP) || kill(-s->first, sig) < 0)
		(void)kill(s->first, sig);
}

/*
 * Let the command go on: in front at its terminal if it has the caller's by
 * that, or if there is no use in having it wait for that.
 */
static void
go_on(struct state *st, bool in_front)
{
	struct terminal *t = st->s->terminal;

	st->told_to_stop = false;
	if (t->wanted && terminal_take(t))
		in_front = true;
	forward(st, SIGCONT, INIT_GROUP | (in_front ? INIT_FRONT : INIT_BACK));
	watch_resume(&st->watch);
	cgroup_freeze(st->s->cgroup, false);
}

/*
 * Stop, for the caller's shell to see; it lets us go on with SIGCONT.  False:
 * there is nobody who would, and we were not stopped.
 */
static bool
stop_too(const struct state *st, int sig, bool whole)
{
	terminal_release(st->s->terminal);
	return job_stop(sig, whole, watch_left(&st->watch));
}

/*
 * The command has stopped.  If all it wants is the terminal, it gets that
 * when it is ours to give.  Else we stop as it did.  Who stops its keeper by
 * that must not get round a limit: nothing of it runs meanwhile.
 */
static void
follow(struct state *st, int sig)
{
	const struct supervised *s = st->s;
	bool asks = sig == SIGTTIN || sig == SIGTTOU;
	bool whole = s->terminal->raw || (asks && s->own_session);
	bool frozen = watch_needs_us(&st->watch), stopped = false;

	if (job_is_continued())
		return;
	if (asks && terminal_take(s->terminal)) {
		go_on(st, true);
		return;
	}
	if (!frozen || cgroup_freeze(s->cgroup, true))
		stopped = stop_too(st,
		    st->told_to_stop ? SIGSTOP
		    : sig == SIGSTOP ? SIGTSTP
				     : sig,
		    whole);
	if (!stopped && sig != SIGSTOP)
		go_on(st, true);
	else if (!stopped && frozen)
		cgroup_freeze(s->cgroup, false);
}

/*
 * What is frozen takes no key, so that a shell in front is to have its
 * terminal back; without one, it stays as it is.
 */
static void
freeze(struct state *st)
{
	struct terminal *t = st->s->terminal;
	bool raw = t->raw;

	cgroup_freeze(st->s->cgroup, true);
	if (!stop_too(st, SIGTSTP, raw) && raw)
		(void)terminal_take(t);
}

static void
handle(struct state *st, const struct signalfd_siginfo *info)
{
	const struct supervised *s = st->s;
	int sig = (int)info->ssi_signo;
	bool from_terminal = info->ssi_code == SI_KERNEL;
	bool is_stop = sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU;

	/* In one session with us, the command has those already. */
	if (sig == SIGCHLD || (from_terminal && !s->own_session)
	    || init_ignores(sig))
		return;
	if (sig == SIGCONT) {
		if (!s->own_session)
			terminal_remember_again(s->terminal);
		go_on(st, false);
		return;
	}
	if (sig == SIGWINCH && s->terminal->master >= 0) {
		terminal_resize(s->terminal);
		return;
	}
	if (init_is_end(sig))
		s->terminal->hurried = true;
	st->told_to_stop = is_stop && !from_terminal;
	forward(st, sig, from_terminal || is_stop ? INIT_GROUP : 0);
}

/* False: there is none by now. */
static bool
hear(struct state *st)
{
	int status;

	if (read(st->s->news, &status, sizeof status) != sizeof status)
		return false;
	if (WIFCONTINUED(status))
		st->continuing = false;
	else if (!WIFSTOPPED(status))
		st->told = status;
	else if (!st->continuing && !st->ended)
		follow(st, WSTOPSIG(status));
	return true;
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
tell_all(struct state *st, int sig)
{
	const struct supervised *s = st->s;
	bool kills = sig == SIGKILL;

	if (!kills && (s->takes_along || s->own_session))
		forward(st, sig, INIT_GROUP);
	else if (s->takes_along)
		(void)kill(s->first, sig);
	else if ((!cgroup_signal(s->cgroup, sig) || kills) && !s->own_session)
		offspring_signal(sig);
	if (kills && s->own_session)
		(void)kill(-s->command, sig);
}

/* A limit of ours has been reached. */
static void
enforce(struct state *st, const struct verdict *v)
{
	if (v->what == VERDICT_TELL) {
		forward(st, v->signal, 0);
		return;
	}
	if (v->what == VERDICT_STOP) {
		freeze(st);
		return;
	}
	st->s->terminal->hurried = true;
	st->e->limit = v->over;
	st->e->timed_out = v->of_time;
	/* It could not hear us if it were stopped. */
	cgroup_freeze(st->s->cgroup, false);
	if (v->what == VERDICT_KILL) {
		tell_all(st, SIGKILL);
		return;
	}
	tell_all(st, SIGTERM);
	tell_all(st, SIGCONT);
}

/* Whether the first process has ended; what is told of the command counts. */
static bool
has_ended(struct state *st)
{
	int status;
	pid_t pid;

	while ((pid = wait4(-1, &status, WNOHANG | WUNTRACED, &st->e->usage))
	       > 0) {
		if (pid != st->s->first)
			continue;
		if (!WIFSTOPPED(status)) {
			st->ended = true;
			while (st->s->news >= 0 && hear(st))
				;
			st->e->status = st->told >= 0 ? st->told : status;
			return true;
		}
		if (st->s->news < 0)
			follow(st, WSTOPSIG(status));
	}
	return false;
}

/* What is waited for: the terminal's two come first. */
enum {
	SIGNALS = 2,
	NEWS,
	TOLD,
	WATCHED = TOLD + TELLING_FDS,
	FDS = WATCHED + WATCH_FDS
};

static int
wait_for_end(struct state *st, int signals)
{
	const struct supervised *s = st->s;
	struct pollfd wanted[FDS] = { [SIGNALS] = { signals, POLLIN, 0 },
		[NEWS] = { s->news, POLLIN, 0 } };
	struct signalfd_siginfo info;
	struct verdict v;

	watch_wait(&st->watch, &wanted[WATCHED]);
	for (;;) {
		/* Before we sleep: it may have ended before we looked. */
		if (has_ended(st))
			return 0;
		while (watch_next(&st->watch, &wanted[WATCHED], &v))
			enforce(st, &v);
		telling_wait(s->telling, &wanted[TOLD]);
		wanted[SIGNALS].revents = 0;
		if (poll(wanted, FDS, terminal_poll(s->terminal, wanted)) < 0)
			continue;
		if (terminal_copy(s->terminal, wanted)
		    && terminal_take(s->terminal))
			go_on(st, true);
		if ((wanted[SIGNALS].revents & POLLIN)
		    && read(signals, &info, sizeof info) == sizeof info)
			handle(st, &info);
		if (wanted[NEWS].revents != 0)
			(void)hear(st);
		telling_hear(s->telling, &wanted[TOLD], s->command);
	}
}

int
supervise(const struct supervised *s, struct ending *e, struct fail *f)
{
	autoclose int signals =
	    signalfd(-1, &s->signals->waited, SFD_CLOEXEC | SFD_NONBLOCK);
	struct state st = {
		.s = s,
		.watch = { .timeouts = s->timeouts,
		    .pressures = s->pressures,
		    .cgroup = s->cgroup },
		.e = e,
		.told = -1,
	};
	int result;

	e->limit = NULL;
	e->timed_out = false;
	if (signals < 0)
		return fail(f, errno, "wait for signals");
	if (watch_open(&st.watch, f) < 0)
		return -1;
	result = wait_for_end(&st, signals);
	/* It may have ended before we heard that we are continued. */
	if (!s->own_session && job_is_continued())
		terminal_remember_again(s->terminal);
	/* Time was over for all, not only for who ended when it was asked. */
	if (result == 0 && e->limit != NULL && !s->takes_along)
		tell_all(&st, SIGKILL);
	watch_close(&st.watch);
	return result;
}
