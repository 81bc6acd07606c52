/* SPDX-License-Identifier: ISC */
/* init.c - see init.h */
#include "init.h"

#include <dirent.h>
#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capability.h"
#include "compat.h"
#include "fail.h"

/*
 * Not forwarded: what cannot be caught, what the kernel sends for a fault
 * of our own, SIGCHLD, which is ours, and the stops of job control, which
 * must stop us as they stop the command.
 */
static void
fill_forwarded(sigset_t *set)
{
	static const int not [] = { SIGKILL, SIGSTOP, SIGCHLD, SIGSEGV, SIGBUS,
		SIGILL, SIGFPE, SIGTRAP, SIGSYS, SIGABRT, SIGTSTP, SIGTTIN,
		SIGTTOU, SIGCONT, SIGPIPE };
	struct sigaction action;

	sigfillset(set);
	for (size_t n = 0; n < sizeof not / sizeof *not ; n++)
		sigdelset(set, not [n]);
	/* Blocked, an ignored signal would be kept and then forwarded. */
	for (int sig = 1; sig < NSIG; sig++)
		if (sigaction(sig, NULL, &action) == 0
		    && action.sa_handler == SIG_IGN)
			sigdelset(set, sig);
}

void
init_block_signals(struct init_signals *signals)
{
	struct sigaction reap = { .sa_handler = SIG_DFL };

	fill_forwarded(&signals->waited);
	sigaddset(&signals->waited, SIGCHLD);
	sigaction(SIGCHLD, &reap, &signals->child);
	sigprocmask(SIG_BLOCK, &signals->waited, &signals->mask);
}

void
init_restore_signals(const struct init_signals *signals)
{
	sigaction(SIGCHLD, &signals->child, NULL);
	sigprocmask(SIG_SETMASK, &signals->mask, NULL);
}

/*
 * Wait for the next signal.  A terminal sends its own to the whole
 * foreground group, so the command has those already.
 */
static int
next_signal(const struct init_signals *signals, siginfo_t *info)
{
	int sig;

	do
		sig = sigwaitinfo(&signals->waited, info);
	while (sig < 0 || (sig != SIGCHLD && info->si_code == SI_KERNEL));
	return sig;
}

static int
exit_status(int status)
{
	return WIFSIGNALED(status) ? EXIT_SIGNAL + WTERMSIG(status)
	                           : WEXITSTATUS(status);
}

int
init_wait(pid_t child, const struct init_signals *signals)
{
	siginfo_t info;
	int status;

	for (;;) {
		/* Before we sleep: it may have ended before we looked. */
		if (waitpid(child, &status, WNOHANG) == child)
			return exit_status(status);
		if (next_signal(signals, &info) != SIGCHLD)
			kill(child, info.si_signo);
	}
}

/*
 * The pid 1 is the one process in the jail that was there before the
 * command lost its privileges.  It keeps what it needs to forward signals,
 * and nobody inside may look into it: /proc/1/exe is a file of the host.
 */
static void
drop_privileges(void)
{
	struct fail why;

	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0
	    || capability_limit(UINT64_C(1) << CAP_KILL, &why) < 0
	    || capability_no_new_privileges(&why) < 0)
		_exit(EXIT_TOOL);
}

void
init_run(pid_t command, const struct init_signals *signals)
{
	siginfo_t info;
	pid_t pid;
	int status;

	drop_privileges();
	init_close_from(0);
	for (;;) {
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
			if (pid == command)
				_exit(exit_status(status));
		/* Who is in the jail has no number outside: it is 0. */
		if (next_signal(signals, &info) != SIGCHLD && info.si_pid == 0)
			kill(command, info.si_signo);
	}
}

void
init_close_from(int first)
{
	struct rlimit limit;

	if (sys_close_range((unsigned)first, ~0U) == 0)
		return;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > 1 << 20)
		limit.rlim_cur = 1 << 20;
	for (int fd = first; fd < (int)limit.rlim_cur; fd++)
		close(fd);
}
