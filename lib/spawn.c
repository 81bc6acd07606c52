/* SPDX-License-Identifier: ISC */
/*
 * spawn.c - the processes of a jail
 *
 *	jailexec -> the jail's pid 1 (init.c) -> the command
 *
 * jailexec waits, forwards signals and reports; the pid 1 sets the jail up,
 * reaps, and dies with jailexec; the command is an ordinary process.  Where
 * there is no pid namespace the middle one is left out, unless it leads the
 * session of a terminal; where nothing has to be waited for, jailexec itself
 * becomes the command.
 *
 * The two sides of the first clone share a socket pair.  The parent, which
 * is here, says when the id maps are written, and "go" when it has handed over
 * what only it can open, the root's tree for one.  The child's side, in
 * inside.c, says what failed; it is closed by a successful execve(2), so that
 * end of file means: it runs.
 */
#include "jail.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channel.h"
#include "compat.h"
#include "detach.h"
#include "doorstep.h"
#include "empty.h"
#include "fail.h"
#include "init.h"
#include "inside.h"
#include "outside.h"
#include "refusal.h"
#include "report.h"
#include "scope.h"
#include "status.h"
#include "supervise.h"
#include "telling.h"

static int
run_in_place(struct jail *jail, char *command[], struct fail *f)
{
	if (jail_enter(jail, STAGE_CALLER, f) < 0
	    || jail_enter(jail, STAGE_BEGIN, f) < 0
	    || namespaces_unshare(jail_early_namespaces(jail), f) < 0
	    || jail_enter(jail, STAGE_MAPS, f) < 0
	    || jail_enter(jail, STAGE_LEND, f) < 0
	    || jail_enter(jail, STAGE_INSIDE, f) < 0
	    || jail_enter(jail, STAGE_IDS, f) < 0
	    || jail_enter(jail, STAGE_ASK, f) < 0
	    || jail_enter(jail, STAGE_MOUNTS, f) < 0
	    || jail_enter(jail, STAGE_COMMAND, f) < 0
	    || jail_enter(jail, STAGE_EXEC, f) < 0)
		return -1;
	if (jail_closes_descriptors(jail))
		descriptors_close_others(&jail->kept, jail->trace, -1);
	if (jail_enter(jail, STAGE_LAST, f) < 0)
		return -1;
	return inside_become(jail, command, f);
}

static int
say_go(struct jail *jail, int channel, struct fail *f)
{
	/* Without a user namespace, all was opened before, and is there. */
	bool later = jail_has(jail, CLONE_NEWUSER);

	if (jail_enter(jail, STAGE_LEND, f) < 0)
		return -1;
	if (later && mounts_send(&jail->mounts, channel) < 0)
		return fail(f, errno, "lend the source of a mount");
	if (channel_send(channel, "", 1, later ? jail->lent : -1) < 0)
		return fail(f, errno, "tell the jail to begin");
	return 0;
}

/*
 * The ids are there.  Where the command's process begins early, that is for
 * the first one to do before we go on: it may run on our processor, and the
 * network namespace, which takes longest, is to have another.
 */
static int
say_maps(struct jail *jail, int channel, struct fail *f)
{
	struct fail why;
	ssize_t got;
	int fd;

	if (!jail_forks_early(jail))
		return say_go(jail, channel, f);
	if (channel_send(channel, "", 1, -1) < 0)
		return fail(f, errno, "tell the jail that it has ids");
	/* SAY_BEGUN, or why not: nothing of the description is asked yet. */
	got = channel_receive(channel, &why, sizeof why, &fd);
	if (got == 1)
		return say_go(jail, channel, f);
	if (got == sizeof why)
		*f = why;
	return got == sizeof why ? -1 : 0;
}

/*
 * Step into the empty mount namespace, of which the child gets a copy.
 * Where that is refused, the host's will do.
 */
static int
step_aside(struct jail *jail, struct empty_way *back, struct fail *f)
{
	if (!jail->begins_empty || empty_enter(jail->empty, back) == 0)
		return 0;
	if (errno == EBUSY) {
		fail(f, 0, "/run/rungs/empty: it is not empty");
		return fail_hint(f, "umount /run/rungs/empty takes it away, "
				    "and the next jail makes it anew");
	}
	jail->begins_empty = false;
	return 0;
}

static pid_t
clone_first(struct jail *jail, struct fail *f)
{
	struct clone_args args = { .exit_signal = SIGCHLD };
	struct empty_way back;
	unsigned namespaces;
	int error;
	pid_t pid;

	if (jail_enter(jail, STAGE_BEGIN, f) < 0
	    || step_aside(jail, &back, f) < 0)
		return -1;
	args.flags = namespaces = jail_early_namespaces(jail);
	if (jail->cgroup.into >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)jail->cgroup.into;
	}
	if ((pid = sys_clone3(&args)) == 0)
		return 0;
	error = errno;
	if (!jail->begins_empty || empty_leave(&back, f) == 0) {
		if (pid < 0 && namespaces == 0)
			return fail(f, error, "clone3");
		if (pid < 0)
			return namespaces_fail(f, error, namespaces);
		return pid;
	}
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return -1;
}

static int
explain_doorstep(const struct jail *jail, int error, struct fail *f)
{
	if (error < 0)
		return inside_explain(jail, jail->words[2], -error, true, f);
	inside_explain(jail, jail->words[2], error, true, f);
	return fail_hint(f,
	    "execveat(2) has to be allowed where somebody in the jail could "
	    "write to the file of %s",
	    program_invocation_short_name);
}

/*
 * Wait for a word of the jail.  -1: there will be none, and f says why.  Who
 * has a jail made in the background waits for it, and may be told to end.
 */
static int
await_word(const struct jail *jail, struct telling *telling, int channel,
    int end, struct fail *f)
{
	while (!telling_wait_for(telling, channel, end, jail->caller)) {
		if (init_hear_end(end, f) < 0)
			return -1;
		if (jail->caller >= 0 && channel_is_closed(jail->caller))
			return fail(f, 0, "the caller waits no more");
	}
	return 0;
}

/* The first process is gone, and had not yet let the command go. */
static int
explain_end(const struct jail *jail, struct fail *f)
{
	siginfo_t info = { .si_code = 0 };

	(void)waitid(P_PID, (id_t)jail->first, &info, WEXITED | WNOWAIT);
	if (info.si_code != CLD_KILLED && info.si_code != CLD_DUMPED)
		return fail(f, 0, "the jail ended before the command ran");
	fail(f, 0, "signal %d ended the jail before the command ran",
	    info.si_status);
	if (info.si_status != SIGKILL)
		return -1;
	return fail_hint(f, "that is SIGKILL: a limit of memory or of "
			    "processor time is too low, or somebody sent it");
}

/* Whether a pid 1 let it go: the channel ends when it is killed, too. */
static int
check_go(const struct jail *jail, int news, struct fail *f)
{
	int word;

	if (news < 0
	    || (read(news, &word, sizeof word) == sizeof word
		&& word == INIT_GO))
		return 0;
	return explain_end(jail, f);
}

/*
 * Wait until the command runs, and take the terminal over when it comes.
 * -1: it does not run, and f says why.
 */
static int
wait_for_start(struct jail *jail, int channel, int end,
    struct status_started *started, struct telling *telling, struct fail *f)
{
	union {
		char word;
		int error;
		struct fail why;
	} message;
	bool by_doorstep = false, goes = false;
	ssize_t got;
	pid_t sender;
	int fd;

	for (;;) {
		if (await_word(jail, telling, channel, end, f) < 0)
			return -1;
		got = channel_receive_from(channel, &message, sizeof message,
		    &fd, &sender);
		if (by_doorstep) {
			scope_close(&fd);
			return got == sizeof message.error
			           ? explain_doorstep(jail, message.error, f)
			           : 0;
		}
		if (got == 1 && message.word == SAY_TERMINAL
		    && terminal_begin(&jail->terminal, fd, f) < 0)
			return -1;
		if (got == sizeof message.why) {
			*f = message.why;
			return -1;
		}
		if (got < 0)
			return fail(f, errno, "hear from the jail");
		if (got != 1)
			return goes || jail_has_init(jail)
			           ? 0
			           : explain_end(jail, f);
		goes = goes || message.word == SAY_GO;
		if (message.word == SAY_LISTENER) {
			telling_listen(telling, fd);
			continue;
		}
		/* Who has given up meanwhile says why. */
		if (message.word != SAY_TERMINAL)
			(void)outside_answer(channel, message.word, fd);
		if (message.word == SAY_ENTERED) {
			waitpid(jail->first, NULL, 0);
			started->first = jail->first = sender;
		}
		by_doorstep = message.word == SAY_DOORSTEP;
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
 * its own.  Nobody is left at the other end of the channel, and in the
 * background there is nobody to report to, either.
 */
static void
release(struct jail *jail, int *channel)
{
	scope_drop(channel);
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	descriptors_close(&jail->kept);
	mounts_let_go(&jail->mounts);
	scope_drop(&jail->lent);
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
run_to_end(struct jail *jail, int *channel, const struct init_signals *signals,
    int news, struct telling *telling, struct fail *f)
{
	struct supervised s = {
		.news = news,
		.takes_along = jail_has(jail, CLONE_NEWPID),
		.own_session = jail_has_session(jail),
		.signals = signals,
		.terminal = &jail->terminal,
		.timeouts = &jail->timeouts,
		.pressures = &jail->pressures,
		.cgroup = &jail->cgroup,
		.telling = telling,
	};
	struct status_started started = { .first = jail->first };
	struct ending e;
	uint64_t began;
	autoclose int end = -1;

	if (jail_enter(jail, STAGE_MAPS, f) == 0
	    && say_maps(jail, *channel, f) == 0
	    && (end = init_open_end(signals, f)) >= 0
	    && wait_for_start(jail, *channel, end, &started, telling, f) == 0
	    && check_go(jail, news, f) == 0
	    && report_start(jail, &started, f) == 0
	    && jail_enter(jail, STAGE_RUN, f) == 0) {
		scope_drop(&end);
		began = jail_reports(jail) ? report_now() : 0;
		telling_started(telling);
		release(jail, channel);
		s.first = s.command = jail->first;
		if (started.command != 0)
			s.command = started.command;
		if (supervise(&s, &e, f) == 0) {
			jail->command = started.command;
			telling_end(telling, s.command);
			report_refusal(jail, e.status);
			if (jail_reports(jail))
				report_end(jail, &e, e.status, began);
			if (WIFSIGNALED(e.status) && !s.own_session)
				terminal_put_right(&jail->terminal);
			return e.timed_out ? EXIT_TIMEOUT
			                   : init_status(e.status);
		}
	}
	kill(jail->first, SIGKILL);
	waitpid(jail->first, NULL, 0);
	return -1;
}

/*
 * Where the pid 1 can say how the command is.  Neither end waits: who does
 * not read it must not hold the pid 1 up.
 */
static int
open_news(const struct jail *jail, int news[2], struct fail *f)
{
	news[0] = news[1] = -1;
	if (!jail_has_init(jail) || pipe2(news, O_CLOEXEC | O_NONBLOCK) == 0)
		return 0;
	return fail(f, errno, "open a pipe to pid 1");
}

static int
run_supervised(struct jail *jail, char *command[], struct fail *f)
{
	autoclose int ours = -1, theirs = -1, news = -1, told = -1, end = -1;
	static struct telling telling; /* large */
	struct fail ignored;
	struct init_signals signals;
	int pair[2], result;

	if (channel_open(pair, f) < 0)
		return -1;
	ours = pair[0];
	theirs = pair[1];
	if ((jail_tells_command(jail) || jail_joins(jail))
	    && channel_ask_sender(ours, f) < 0)
		return -1;
	if (open_news(jail, pair, f) < 0)
		return -1;
	news = pair[0];
	told = pair[1];
	if (jail_is_watched(jail) && jail_has_filter(jail))
		jail->kernel_log = refusal_listen();
	if (!jail_has_session(jail))
		terminal_remember(&jail->terminal);
	init_block_signals(&signals, jail_has_session(jail));
	telling_begin(&telling, jail);
	if ((jail->first = clone_first(jail, f)) < 0) {
		init_restore_signals(&signals);
		return -1;
	}
	if (jail->first == 0) {
		close(ours);
		inside_first(jail, command, theirs, &signals, told);
	}
	/* The end that tells stays open here: that it closes is no news. */
	scope_drop(&theirs);
	result = run_to_end(jail, &ours, &signals, news, &telling, f);
	/*
	 * Signals stay blocked: one that came too late to be forwarded must
	 * not take the place of the command's status.  Who ends us while the
	 * terminal takes nothing means that, though.
	 */
	if (jail->terminal.master >= 0)
		end = init_open_end(&signals, &ignored);
	terminal_end(&jail->terminal, end);
	return result;
}

static int
run(struct jail *jail, char *command[], struct fail *f)
{
	int result = -1;

	if (jail->is_exposed && (jail->words = doorstep_words(command)) == NULL)
		return fail(f, errno, "copy the command");
	if (jail_enter(jail, STAGE_CALLER, f) == 0)
		result = run_supervised(jail, command, f);
	/* Process 1 of a pid namespace ends when all others there have. */
	if (jail_has(jail, CLONE_NEWPID))
		idmap_release(&jail->namespaces.ids);
	cgroup_remove(&jail->cgroup);
	mounts_release(&jail->mounts);
	if (keep_end(&jail->keep, &jail->root, result >= 0, f) < 0)
		result = -1;
	running_end(&jail->running);
	free(jail->words);
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
	jail->cgroup.companion = getppid();
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
