/* SPDX-License-Identifier: ISC */
/* supervise.c - see supervise.h */
#include "supervise.h"

#include <errno.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "scope.h"
#include "terminal.h"

/*
 * Hand a signal on.  What a terminal sends is for a whole process group;
 * what a process sends is for one.
 */
static void
forward(const struct supervised *s, int sig, bool group)
{
	union sigval value = { .sival_int = group ? INIT_GROUP : 0 };

	if (s->is_init)
		(void)sigqueue(s->first, sig, value);
	else
		(void)kill(group ? -s->first : s->first,
		    sig == SIGTSTP ? SIGSTOP : sig);
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

int
supervise(const struct supervised *s, struct fail *f)
{
	autoclose int fd = signalfd(-1, &s->signals->waited, SFD_CLOEXEC);
	struct signalfd_siginfo info;
	struct pollfd wanted[3];
	int status;

	if (fd < 0)
		return fail(f, errno, "wait for signals");
	for (;;) {
		/* Before we sleep: it may have ended before we looked. */
		if (waitpid(s->first, &status, WNOHANG) == s->first)
			return init_status(status);
		terminal_poll(s->terminal, wanted);
		wanted[2] = (struct pollfd){ .fd = fd, .events = POLLIN };
		if (poll(wanted, 3, -1) < 0)
			continue;
		terminal_copy(s->terminal, wanted);
		if ((wanted[2].revents & POLLIN)
		    && read(fd, &info, sizeof info) == sizeof info)
			handle(s, &info);
	}
}
