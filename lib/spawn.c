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
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channel.h"
#include "compat.h"
#include "detach.h"
#include "fail.h"
#include "init.h"
#include "report.h"
#include "scope.h"
#include "status.h"
#include "supervise.h"

/*
 * What the child's side says, a byte each, and with the first a descriptor.
 * The others come only when a line of status.h has to be written.
 */
enum {
	SAY_TERMINAL = 't',
	SAY_READY = 'r',   /* in all namespaces; waits for an answer */
	SAY_ENTERED = 'e', /* by who takes the first process's place */
	SAY_COMMAND = 'c', /* by who is to be the command */
};

/* Replace this process by the command.  Returns only when that failed. */
static int
become(const struct jail *jail, char *command[], struct fail *f)
{
	extern char **environ;
	int error;

	if (jail->environment != NULL)
		environ = jail->environment; /* execvp takes PATH from it */
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

static int
run_in_place(struct jail *jail, char *command[], struct fail *f)
{
	if (jail_enter(jail, STAGE_CALLER, f) < 0
	    || jail_enter(jail, STAGE_BEGIN, f) < 0
	    || namespaces_unshare(jail_early_namespaces(jail), f) < 0
	    || jail_enter(jail, STAGE_MAPS, f) < 0
	    || jail_enter(jail, STAGE_INSIDE, f) < 0
	    || jail_enter(jail, STAGE_COMMAND, f) < 0
	    || jail_enter(jail, STAGE_EXEC, f) < 0)
		return -1;
	if (jail_closes_descriptors(jail))
		descriptors_close_others(&jail->kept, -1);
	return become(jail, command, f);
}

static _Noreturn void
give_up(int channel, const struct fail *f)
{
	/* A parent that is gone needs no report. */
	(void)channel_send(channel, f, sizeof *f, -1);
	_exit(f->status);
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

static void
say(int channel, char word, int fd)
{
	struct fail why;

	if (channel_send(channel, &word, 1, fd) == 0)
		return;
	fail(&why, errno, "tell %s", program_invocation_short_name);
	give_up(channel, &why);
}

/* The command's own process: the last steps, and execve(2). */
static _Noreturn void
command_process(struct jail *jail, char *command[], int channel,
    const struct init_signals *signals)
{
	struct fail why;

	if (jail->status >= 0)
		say(channel, SAY_COMMAND, -1);
	if (jail_enter(jail, STAGE_COMMAND, &why) < 0
	    || jail_enter(jail, STAGE_EXEC, &why) < 0)
		give_up(channel, &why);
	/* Who is behind a pid 1 of ours dies with that. */
	if (!jail_has_init(jail))
		die_with_parent(channel, &why);
	if (jail_closes_descriptors(jail))
		descriptors_close_others(&jail->kept, channel);
	if (!jail_is_contained(jail))
		init_restore_signals(signals);
	else
		init_default_signals(signals);
	become(jail, command, &why);
	give_up(channel, &why);
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
		return fail(f, errno, "tell the jail to begin");
	return 0;
}

/*
 * A pid namespace that is entered is one's children's.  So a child goes on
 * in our place, and it is the caller's, not ours, to wait for.
 */
static void
pass_on(int channel)
{
	struct clone_args args = { .flags = CLONE_PARENT };
	struct fail why;
	pid_t pid = sys_clone3(&args);

	if (pid < 0) {
		fail(&why, errno, "begin a process in the jail");
		give_up(channel, &why);
	}
	if (pid > 0)
		_exit(0);
	die_with_parent(channel, &why);
	say(channel, SAY_ENTERED, -1);
}

/*
 * Be the pid 1, and begin the command, which has to be a copy of us while
 * we still have the privileges for its last steps.  It is only let go, by
 * a byte in a pipe, when we have given ours up.
 */
static _Noreturn void
begin_command(struct jail *jail, char *command[], int channel,
    const struct init_signals *signals, volatile int *ended)
{
	struct fail why;
	int gate[2];
	pid_t pid;
	char byte;

	if (jail_enter(jail, STAGE_FORK, &why) < 0)
		give_up(channel, &why);
	if (pipe2(gate, O_CLOEXEC) < 0 || (pid = fork()) < 0) {
		fail(&why, errno, "fork the command");
		give_up(channel, &why);
	}
	if (pid == 0) {
		close(gate[1]);
		if (read(gate[0], &byte, 1) != 1)
			_exit(EXIT_TOOL);
		close(gate[0]);
		command_process(jail, command, channel, signals);
	}
	if (init_drop(&why) < 0)
		give_up(channel, &why);
	if (write(gate[1], "", 1) != 1) {
		fail(&why, errno, "let the command go");
		give_up(channel, &why);
	}
	init_run(pid, signals, ended);
}

/* The first process: in all new namespaces, with all capabilities there. */
static _Noreturn void
first_process(struct jail *jail, char *command[], int channel,
    const struct init_signals *signals, volatile int *ended)
{
	struct fail why;
	char answer;
	int fd;

	die_with_parent(channel, &why);
	wait_for_go(jail, channel);
	if (jail_enter(jail, STAGE_INSIDE, &why) < 0)
		give_up(channel, &why);
	if (jail_joins(jail))
		pass_on(channel);
	if (jail->master >= 0)
		say(channel, SAY_TERMINAL, jail->master);
	die_with_parent(channel, &why);
	if (jail->status >= 0) {
		say(channel, SAY_READY, -1);
		if (channel_receive(channel, &answer, 1, &fd) != 1)
			_exit(EXIT_TOOL);
	}
	if (!jail_has_init(jail))
		command_process(jail, command, channel, signals);

	begin_command(jail, command, channel, signals, ended);
}

static pid_t
clone_first(struct jail *jail, struct fail *f)
{
	unsigned namespaces = jail_early_namespaces(jail);
	struct clone_args args = {
		.flags = namespaces,
		.exit_signal = SIGCHLD,
	};
	pid_t pid;

	if (jail->cgroup.into >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)jail->cgroup.into;
	}
	if (jail_enter(jail, STAGE_BEGIN, f) < 0)
		return -1;
	pid = sys_clone3(&args);
	if (pid >= 0)
		return pid;
	if (namespaces == 0)
		return fail(f, errno, "clone3");
	return namespaces_fail(f, errno, namespaces);
}

/*
 * Wait until the command runs, and take the terminal over when it comes.
 * -1: it does not run, and f says why.
 */
static int
wait_for_start(struct jail *jail, int channel, struct status_started *started,
    struct fail *f)
{
	union {
		char word;
		struct fail why;
	} message;
	ssize_t got;
	pid_t sender;
	int fd;

	for (;;) {
		got = channel_receive_from(channel, &message, sizeof message,
		    &fd, &sender);
		if (fd >= 0 && terminal_begin(&jail->terminal, fd, f) < 0)
			return -1;
		if (got == sizeof message.why) {
			*f = message.why;
			return -1;
		}
		if (got != 1)
			return 0;
		if (message.word == SAY_ENTERED) {
			waitpid(jail->first, NULL, 0);
			started->first = jail->first = sender;
		}
		if (message.word == SAY_COMMAND)
			started->command = sender;
		if (message.word != SAY_READY)
			continue;
		/* Now: one that has ended has no namespaces any more. */
		status_look(started, jail->first);
		if (channel_send(channel, "", 1, -1) < 0)
			return fail(f, errno, "answer the jail");
	}
}

/*
 * Give up what is the command's: were its standard input and output kept
 * open here, who is at the other end of a pipe would not see that it closed
 * its own.  In the background there is nobody to report to, either.
 */
static void
release(struct jail *jail)
{
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	descriptors_close(&jail->kept);
	if (!jail->detached)
		return;
	close(STDERR_FILENO);
	close(jail->caller);
	if (jail->trace >= 0)
		close(jail->trace);
	jail->caller = jail->trace = -1;
	/* A directory that somebody is in cannot be unmounted. */
	(void)!chdir("/");
}

static int
run_to_end(struct jail *jail, int channel, const struct init_signals *signals,
    const volatile int *ended, struct fail *f)
{
	struct supervised s = {
		.is_init = jail_has_init(jail),
		.own_session = jail_is_contained(jail),
		.signals = signals,
		.terminal = &jail->terminal,
		.timeout = &jail->timeout,
	};
	struct status_started started = { .first = jail->first };
	struct ending e;
	uint64_t began;

	if (jail_enter(jail, STAGE_MAPS, f) == 0
	    && say_go(jail, channel, f) == 0
	    && wait_for_start(jail, channel, &started, f) == 0
	    && report_start(jail, &started, f) == 0
	    && jail_enter(jail, STAGE_RUN, f) == 0) {
		began = jail->status >= 0 ? report_now() : 0;
		release(jail);
		s.first = jail->first;
		if (supervise(&s, &e, f) == 0) {
			/* If it was killed itself, it has said nothing. */
			if (ended == NULL || *ended < 0)
				ended = &e.status;
			if (jail->status >= 0)
				report_end(jail, &e, *ended, began);
			return e.timed_out ? EXIT_TIMEOUT : init_status(*ended);
		}
	}
	kill(jail->first, SIGKILL);
	waitpid(jail->first, NULL, 0);
	return -1;
}

/*
 * A place where the pid 1 can say how the command ended.  Nobody in the
 * jail has it: execve(2) takes it from the command, and who is in the jail
 * cannot look into the pid 1.
 */
static volatile int *
share_ending(void)
{
	int *ended = mmap(NULL, sizeof *ended, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (ended == MAP_FAILED)
		return NULL;
	*ended = -1;
	return ended;
}

static int
run_supervised(struct jail *jail, char *command[], struct fail *f)
{
	autoclose int ours = -1, theirs = -1;
	volatile int *ended = NULL;
	struct init_signals signals;
	int pair[2], result;

	if (channel_open(pair, f) < 0)
		return -1;
	ours = pair[0];
	theirs = pair[1];
	if ((jail->status >= 0 || jail_joins(jail))
	    && channel_ask_sender(ours, f) < 0)
		return -1;
	if (jail->status >= 0 && jail_has_init(jail)
	    && (ended = share_ending()) == NULL)
		return fail(f, errno, "share a page with pid 1");
	init_block_signals(&signals, jail_is_contained(jail));
	if ((jail->first = clone_first(jail, f)) < 0) {
		init_restore_signals(&signals);
		return -1;
	}
	if (jail->first == 0) {
		close(ours);
		first_process(jail, command, theirs, &signals, ended);
	}
	scope_close(&theirs);
	theirs = -1;
	result = run_to_end(jail, ours, &signals, ended, f);
	/*
	 * Signals stay blocked: one that came too late to be forwarded must
	 * not take the place of the command's status.
	 */
	terminal_end(&jail->terminal);
	return result;
}

static int
run(struct jail *jail, char *command[], struct fail *f)
{
	int result = -1;

	if (jail_enter(jail, STAGE_CALLER, f) == 0) {
		result = run_supervised(jail, command, f);
		cgroup_remove(&jail->cgroup);
	}
	running_end(&jail->running);
	return result;
}

/* In the background, steps are told to where the caller had them told. */
static int
run_detached(struct jail *jail, char *command[], struct fail *f)
{
	int result;

	if (jail_enter(jail, STAGE_DETACH, f) < 0)
		return -1;
	if (jail->trace >= 0) {
		jail->trace = fcntl(jail->trace, F_DUPFD_CLOEXEC, 3);
		if (jail->trace < 0)
			return fail(f, errno, "copy standard error");
	}
	if ((result = detach(&jail->caller, f)) <= 0)
		return result;
	result = run(jail, command, f);
	if (result < 0 && jail->caller >= 0)
		(void)detach_tell(jail->caller, f);
	_exit(result < 0 ? f->status : result);
}

int
jail_run(struct jail *jail, char *command[], struct fail *f)
{
	if (jail_is_in_place(jail))
		return run_in_place(jail, command, f);
	return jail->detached ? run_detached(jail, command, f)
	                      : run(jail, command, f);
}
