/* SPDX-License-Identifier: ISC */
/* init.c - see init.h */
#include "init.h"

#include <errno.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capability.h"
#include "descriptor.h"
#include "fail.h"
#include "scope.h"
#include "session.h"

/*
 * Not forwarded: what cannot be caught, what the kernel sends for a fault
 * of our own, SIGCHLD, which is ours, and the stops of job control, which
 * must stop us as they stop the command.
 */
static const int kept[] = { SIGKILL, SIGSTOP, SIGCHLD, SIGSEGV, SIGBUS, SIGILL,
	SIGFPE, SIGTRAP, SIGSYS, SIGABRT, SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT,
	SIGPIPE, SIGXFSZ };

/*
 * sigaddset(3) of one C library keeps signals to itself that are ordinary
 * ones for programs of the other: 34 is SIGRTMIN of glibc, not of musl.
 */
static void
add_every(sigset_t *set)
{
	memset(set, 0xff, NSIG / 8);
}

static void
fill_waited(struct init_signals *signals, bool own_session)
{
	sigset_t *set = &signals->waited;

	sigemptyset(set);
	add_every(set);
	for (size_t n = 0; n < COUNT(kept); n++)
		sigdelset(set, kept[n]);
	if (own_session) {
		sigaddset(set, SIGTSTP);
		sigaddset(set, SIGTTIN);
		sigaddset(set, SIGTTOU);
	}
	sigaddset(set, SIGCONT);
	sigaddset(set, SIGCHLD);
}

void
init_block_signals(struct init_signals *signals, bool own_session)
{
	struct sigaction reap = { .sa_handler = SIG_DFL };

	fill_waited(signals, own_session);
	sigaction(SIGCHLD, &reap, &signals->child);
	sigprocmask(SIG_BLOCK, &signals->waited, &signals->mask);
}

bool
init_ignores(int sig)
{
	struct sigaction action;

	return sigaction(sig, NULL, &action) == 0
	       && action.sa_handler == SIG_IGN;
}

/*
 * SIG_DFL is 0, and all else of the kernel's struct may be.  Not sigaction(3):
 * a C library keeps some to itself, and the command's may be another.
 */
void
init_default_signals(void)
{
	static const uint64_t normal[8];
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		syscall(SYS_rt_sigaction, sig, normal, NULL, NSIG / 8);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

void
init_restore_signals(const struct init_signals *signals)
{
	sigaction(SIGCHLD, &signals->child, NULL);
	sigprocmask(SIG_SETMASK, &signals->mask, NULL);
}

/* What people and services end a process with. */
static const struct end {
	int sig;
	const char *name;
} ends[] = {
	{ SIGHUP, "SIGHUP" },
	{ SIGINT, "SIGINT" },
	{ SIGQUIT, "SIGQUIT" },
	{ SIGTERM, "SIGTERM" },
};

bool
init_is_end(int sig)
{
	for (size_t n = 0; n < COUNT(ends); n++)
		if (ends[n].sig == sig)
			return true;
	return false;
}

int
init_open_end(const struct init_signals *signals, struct fail *f)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	for (size_t n = 0; n < COUNT(ends); n++)
		if (!sigismember(&signals->mask, ends[n].sig))
			sigaddset(&set, ends[n].sig);
	if ((fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)) < 0)
		return fail(f, errno, "wait for signals");
	return fd;
}

int
init_hear_end(int end, struct fail *f)
{
	struct signalfd_siginfo info;
	int sig;

	if (read(end, &info, sizeof info) != sizeof info)
		return 0;
	sig = (int)info.ssi_signo;
	for (size_t n = 0; n < COUNT(ends); n++)
		if (ends[n].sig == sig && !init_ignores(sig)) {
			fail(f, 0, "%s: it came before the command ran",
			    ends[n].name);
			f->status = EXIT_SIGNAL + sig;
			return -1;
		}
	return 0;
}

int
init_status(int status)
{
	return WIFSIGNALED(status) ? EXIT_SIGNAL + WTERMSIG(status)
	                           : WEXITSTATUS(status);
}

/*
 * What jailexec was called with is the host's business, and a command line
 * is readable by everybody.  The kernel puts the environment behind it.
 */
static void
hide_arguments(void)
{
	extern char **environ;
	char *start = program_invocation_name;
	char *end = environ != NULL ? environ[0] : NULL;

	if (end == NULL || end <= start || end - start > 1 << 21)
		return;
	memset(start, 0, (size_t)(end - start));
	memcpy(start, "init", 4);
	(void)prctl(PR_SET_NAME, "init", 0, 0, 0);
}

int
init_drop(struct fail *f)
{
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return fail(f, errno, "close pid 1 to the jail");
	if (capability_limit(UINT64_C(1) << CAP_KILL, 0, f) < 0
	    || capability_no_new_privileges(f) < 0)
		return fail_prefix(f, "pid 1: ");
	hide_arguments();
	return 0;
}

/* The two descriptors that stay. */
enum { NEWS, TERMINAL };

static void
close_others(int news, int terminal)
{
	if (dup2(news, NEWS) < 0)
		close(NEWS);
	if (dup2(terminal, TERMINAL) < 0)
		close(TERMINAL);
	descriptors_close_range(TERMINAL + 1, INT_MAX);
}

/* Nobody waits for what does not fit: the last is our own status, too. */
static void
tell(int status)
{
	(void)!write(NEWS, &status, sizeof status);
}

static void
forward(pid_t command, const siginfo_t *info)
{
	int how = info->si_code == SI_QUEUE    ? info->si_value.sival_int
	          : info->si_code == SI_KERNEL ? INIT_GROUP
	                                       : 0;
	int sig = info->si_signo;

	if (how & INIT_FRONT)
		session_put_in_front(TERMINAL, command);
	if (how & INIT_BACK)
		session_put_in_front(TERMINAL, getpgrp());
	/* With -x it may have stayed in a group of the caller's. */
	if (!(how & INIT_GROUP) || kill(-command, sig) < 0)
		kill(command, sig);
	if (sig == SIGCONT)
		tell(INIT_CONTINUED);
}

/* What is known of the command by now; does not return when it has ended. */
static void
wait_for(pid_t command)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
		if (pid != command)
			continue;
		/* Our own status says the rest, and wakes nobody before. */
		if (!WIFEXITED(status))
			tell(status);
		if (!WIFSTOPPED(status))
			_exit(init_status(status));
	}
}

/*
 * Only what comes from jailexec, whose number is 0 from within a pid
 * namespace, where those inside have others.  What a terminal sends is for a
 * whole group, and came to the command's, too, but for what the leader of a
 * session is to pass on: a hang-up, or a new size while it is in front.
 */
static bool
is_for_command(const siginfo_t *info)
{
	if (info->si_code == SI_KERNEL)
		return getsid(0) == getpid();
	return info->si_pid == getppid();
}

void
init_run(pid_t command, const struct init_signals *signals, int news,
    int terminal)
{
	siginfo_t info;
	int sig;

	close_others(news, terminal);
	for (;;) {
		wait_for(command);
		sig = sigwaitinfo(&signals->waited, &info);
		if (sig > 0 && sig != SIGCHLD && is_for_command(&info)
		    && !init_ignores(sig))
			forward(command, &info);
	}
}
