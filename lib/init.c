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
init_block_signals(struct init_signals *old)
{
	struct sigaction reap = { .sa_handler = SIG_DFL };
	sigset_t set;

	fill_forwarded(&set);
	sigaddset(&set, SIGCHLD);
	sigaction(SIGCHLD, &reap, &old->child);
	sigprocmask(SIG_BLOCK, &set, &old->mask);
}

void
init_restore_signals(const struct init_signals *old)
{
	sigaction(SIGCHLD, &old->child, NULL);
	sigprocmask(SIG_SETMASK, &old->mask, NULL);
}

/*
 * Wait for the next signal that is blocked.  A terminal sends its own to
 * the whole foreground group, so the command has those already.
 */
static int
next_signal(siginfo_t *info)
{
	sigset_t set;
	int sig;

	fill_forwarded(&set);
	sigaddset(&set, SIGCHLD);
	do
		sig = sigwaitinfo(&set, info);
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
init_wait(pid_t child)
{
	siginfo_t info;
	int status;

	for (;;) {
		/* Before we sleep: it may have ended before we looked. */
		if (waitpid(child, &status, WNOHANG) == child)
			return exit_status(status);
		if (next_signal(&info) != SIGCHLD)
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
init_run(pid_t command)
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
		if (next_signal(&info) != SIGCHLD && info.si_pid == 0)
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
