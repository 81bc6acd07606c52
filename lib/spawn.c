/* SPDX-License-Identifier: ISC */
/*
 * spawn.c - the processes of a jail
 *
 *	jailexec -> the jail's pid 1 (init.c) -> the command
 *
 * jailexec waits, forwards signals and reports; the pid 1 sets the jail up,
 * reaps, and dies with jailexec; the command is an ordinary process.  Where
 * there is no pid namespace the middle one is left out, and where nothing
 * has to be waited for, jailexec itself becomes the command.
 *
 * The two sides of the first clone share a socket pair.  The parent says
 * "go" when the id maps are written, and hands over the root's tree if only
 * it can open that.  The child's side says what failed; it
 * is closed by a successful execve(2), so that end of file means: it runs.
 */
#include "jail.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channel.h"
#include "compat.h"
#include "fail.h"
#include "init.h"
#include "scope.h"
#include "supervise.h"

static bool
has_pid(const struct jail *jail)
{
	return (jail->namespaces.flags & CLONE_NEWPID) != 0;
}

/* Made by the first process itself, when it is where they should begin. */
static unsigned
late_namespaces(const struct jail *jail)
{
	return jail->namespaces.flags & (CLONE_NEWCGROUP | CLONE_NEWTIME);
}

static unsigned
early_namespaces(const struct jail *jail)
{
	return jail->namespaces.flags & ~late_namespaces(jail);
}

/* Replace this process by the command.  Returns only when that failed. */
static int
become(const struct jail *jail, char *command[], struct fail *f)
{
	extern char **environ;
	int error;

	if (jail->environment != NULL)
		environ = jail->environment; /* execvp takes PATH from it */
	jail_trace(jail, "command", "execve(2)", command[0]);
	execvp(command[0], command);
	error = errno;
	if (error == ENOENT && strchr(command[0], '/') != NULL
	    && access(command[0], F_OK) == 0) {
		fail(f, 0,
		    "%s: the interpreter or loader that it names is "
		    "not in the root",
		    command[0]);
		f->status = EXIT_CANNOT_RUN;
		return -1;
	}
	fail(f, error, "%s", command[0]);
	f->status = error == ENOENT || error == ENOTDIR ? EXIT_NOT_FOUND
	                                                : EXIT_CANNOT_RUN;
	return -1;
}

/*
 * A descriptor that the caller leaked to us, of the host's "/" say, would
 * be a way out of any root.  A chain without one keeps them, as env(1) does.
 */
static void
close_leaked(const struct jail *jail, int from)
{
	if (!jail->exactly || jail->root.dir != NULL)
		init_close_from(from);
}

static int
run_in_place(struct jail *jail, char *command[], struct fail *f)
{
	if (early_namespaces(jail) != 0)
		jail_trace(jail, "namespaces", "unshare(2)",
		    "see what the command sees");
	if (namespaces_unshare(early_namespaces(jail), f) < 0
	    || jail_enter(jail, STAGE_MAPS, f) < 0
	    || jail_enter(jail, STAGE_INSIDE, f) < 0
	    || jail_enter(jail, STAGE_COMMAND, f) < 0)
		return -1;
	close_leaked(jail, 3);
	return become(jail, command, f);
}

static _Noreturn void
give_up(int channel, const struct fail *f)
{
	/* A parent that is gone needs no report. */
	(void)channel_send(channel, f, sizeof *f, -1);
	_exit(f->status);
}

/* The command's own process: the last steps, and execve(2). */
static _Noreturn void
command_process(struct jail *jail, char *command[], int channel,
    const struct init_signals *signals)
{
	struct fail why;

	if (jail_enter(jail, STAGE_COMMAND, &why) == 0) {
		/* The channel is the lowest descriptor that may stay open. */
		if (channel != 3 && dup3(channel, 3, O_CLOEXEC) == 3)
			channel = 3;
		close_leaked(jail, 4);
		if (jail->exactly)
			init_restore_signals(signals);
		else
			init_default_signals(signals);
		become(jail, command, &why);
	}
	give_up(channel, &why);
}

/*
 * Die with the parent.  It may have gone before we asked, and a change of
 * ids undoes it, so this is to be called again after one.
 */
static void
die_with_parent(int channel, struct fail *f)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0) {
		fail(f, errno, "ask to die with %s",
		    program_invocation_short_name);
		give_up(channel, f);
	}
	if (channel_is_closed(channel))
		_exit(EXIT_TOOL);
}

/*
 * What the caller opened for us comes first: the sources of binds, each
 * with its number, without a descriptor when there is none and that is no
 * error.  "Go" brings the root's tree, if it is lent to us.
 */
static void
wait_for_go(struct jail *jail, int channel)
{
	ssize_t got;
	int number, fd;

	while ((got = channel_receive(channel, &number, sizeof number, &fd))
	       == sizeof number)
		mounts_borrow(&jail->mounts, number, fd);
	if (got != 1)
		_exit(EXIT_TOOL);
	jail->lent = fd;
}

static int
say_go(const struct jail *jail, int channel, struct fail *f)
{
	const struct mounts *mounts = &jail->mounts;

	for (int n = 0; n < mounts->count; n++)
		if (mounts->list[n].is_lent
		    && channel_send(channel, &n, sizeof n, mounts->list[n].lent)
			   < 0)
			return fail(f, errno, "lend the source of a bind");
	if (channel_send(channel, "", 1, jail->lent) < 0)
		return fail(f, errno, "lend the root");
	return 0;
}

/* The first process: in all new namespaces, with all capabilities there. */
static _Noreturn void
first_process(struct jail *jail, char *command[], int channel,
    const struct init_signals *signals)
{
	struct fail why;
	pid_t pid;

	die_with_parent(channel, &why);
	wait_for_go(jail, channel);
	if (jail_enter(jail, STAGE_INSIDE, &why) < 0)
		give_up(channel, &why);
	if (jail->master >= 0
	    && channel_send(channel, "", 1, jail->master) < 0) {
		fail(&why, errno, "hand the terminal over");
		give_up(channel, &why);
	}
	die_with_parent(channel, &why);
	if (!has_pid(jail))
		command_process(jail, command, channel, signals);

	/* From here on somebody inside might look into this process. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || (pid = fork()) < 0) {
		fail(&why, errno, "fork the command");
		give_up(channel, &why);
	}
	if (pid == 0)
		command_process(jail, command, channel, signals);
	init_run(pid, signals);
}

static pid_t
clone_first(const struct jail *jail, struct fail *f)
{
	struct clone_args args = {
		.flags = early_namespaces(jail),
		.exit_signal = SIGCHLD,
	};
	pid_t pid;

	if (jail->cgroup.into >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)jail->cgroup.into;
	}
	jail_trace(jail, "namespaces", "clone3(2)",
	    "begin a process that sees only what the jail has");
	pid = sys_clone3(&args);
	if (pid >= 0)
		return pid;
	if (early_namespaces(jail) == 0)
		return fail(f, errno, "clone3");
	return namespaces_fail(f, errno, early_namespaces(jail));
}

/*
 * Wait until the command runs, and take the terminal over when it comes.
 * -1: it does not run, and f says why.
 */
static int
wait_for_start(struct jail *jail, int channel, struct fail *f)
{
	struct fail why;
	ssize_t got;
	int master;

	for (;;) {
		got = channel_receive(channel, &why, sizeof why, &master);
		if (master >= 0
		    && terminal_begin(&jail->terminal, master, f) < 0)
			return -1;
		if (got == 1)
			continue;
		if (got == sizeof why)
			*f = why;
		return got == sizeof why ? -1 : 0;
	}
}

/*
 * Give up our standard input and output: were they kept open here, who is
 * at the other end of a pipe would not see that the command closed its own.
 */
static void
release_streams(void)
{
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
}

static int
run_to_end(struct jail *jail, int channel, const struct init_signals *signals,
    struct fail *f)
{
	const struct supervised s = {
		.first = jail->first,
		.is_init = has_pid(jail),
		.own_session = !jail->exactly,
		.signals = signals,
		.terminal = &jail->terminal,
	};
	int status;

	if (jail_enter(jail, STAGE_MAPS, f) == 0
	    && say_go(jail, channel, f) == 0
	    && wait_for_start(jail, channel, f) == 0) {
		release_streams();
		if ((status = supervise(&s, f)) >= 0)
			return status;
	}
	kill(jail->first, SIGKILL);
	waitpid(jail->first, NULL, 0);
	return -1;
}

static int
run_supervised(struct jail *jail, char *command[], struct fail *f)
{
	autoclose int ours = -1, theirs = -1;
	struct init_signals signals;
	int pair[2], result;

	if (channel_open(pair, f) < 0)
		return -1;
	ours = pair[0];
	theirs = pair[1];
	init_block_signals(&signals, !jail->exactly);
	if ((jail->first = clone_first(jail, f)) < 0) {
		init_restore_signals(&signals);
		return -1;
	}
	if (jail->first == 0) {
		close(ours);
		first_process(jail, command, theirs, &signals);
	}
	scope_close(&theirs);
	theirs = -1;
	result = run_to_end(jail, ours, &signals, f);
	terminal_end(&jail->terminal);
	init_restore_signals(&signals);
	return result;
}

int
jail_run(struct jail *jail, char *command[], struct fail *f)
{
	int result;

	if (jail->exactly && !has_pid(jail) && !cgroup_asked(&jail->cgroup)
	    && !jail_maps_from_outside(jail))
		return run_in_place(jail, command, f);
	if (jail_enter(jail, STAGE_CALLER, f) < 0)
		return -1;
	result = run_supervised(jail, command, f);
	cgroup_remove(&jail->cgroup);
	return result;
}
