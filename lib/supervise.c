/* SPDX-License-Identifier: ISC */
/* supervise.c - see supervise.h */
#include "supervise.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "scope.h"
#include "terminal.h"

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
handle(const struct supervised *s, const struct signalfd_siginfo *info)
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
	/* We may have been brought to the foreground. */
	if (sig == SIGCONT)
		terminal_resume(s->terminal);
}

/*
 * The time is over: ask, and go on if it is stopped, for it could not hear
 * us.  After that nothing is asked: the first process takes all others of
 * its namespace along, and its group where it has none.
 */
static void
end(const struct supervised *s, struct ending *e)
{
	if (e->timed_out) {
		if (s->own_session)
			(void)kill(-s->first, SIGKILL);
		(void)kill(s->first, SIGKILL);
		return;
	}
	e->timed_out = true;
	forward(s, SIGTERM, true);
	forward(s, SIGCONT, true);
}

static int
watch(const struct supervised *s, int signals, int timer, struct ending *e)
{
	struct pollfd wanted
	    [4] = { [2] = { signals, POLLIN, 0 }, [3] = { timer, POLLIN, 0 } };
	struct signalfd_siginfo info;
	uint64_t times;
	pid_t pid;

	for (;;) {
		/* Before we sleep: it may have ended before we looked. */
		pid = wait4(s->first, &e->status, WNOHANG, &e->usage);
		if (pid == s->first)
			return 0;
		if ((wanted[3].revents & POLLIN)
		    && read(timer, &times, sizeof times) == sizeof times)
			end(s, e);
		wanted[2].revents = wanted[3].revents = 0;
		terminal_poll(s->terminal, wanted);
		if (poll(wanted, 4, -1) < 0)
			continue;
		terminal_copy(s->terminal, wanted);
		if ((wanted[2].revents & POLLIN)
		    && read(signals, &info, sizeof info) == sizeof info)
			handle(s, &info);
	}
}

int
supervise(const struct supervised *s, struct ending *e, struct fail *f)
{
	autoclose int signals = signalfd(-1, &s->signals->waited, SFD_CLOEXEC);
	autoclose int timer = -1;

	e->timed_out = false;
	if (signals < 0)
		return fail(f, errno, "wait for signals");
	if (s->timeout->after > 0 && (timer = timeout_start(s->timeout, f)) < 0)
		return -1;
	return watch(s, signals, timer, e);
}
