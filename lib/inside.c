/* SPDX-License-Identifier: ISC */
/* inside.c - see inside.h */
#include "inside.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "channel.h"
#include "compat.h"
#include "descriptor.h"
#include "doorstep.h"
#include "fail.h"
#include "init.h"
#include "jail.h"
#include "network.h"
#include "outside.h"
#include "path.h"
#include "scope.h"

int
inside_explain(const struct jail *jail, const char *command, int error,
    bool is_there, struct fail *f)
{
	bool missing = error == ENOENT || error == ENOTDIR;

	if (error == ENOENT && is_there)
		fail(f, 0,
		    "%s: the interpreter or loader that it names is "
		    "not in the root",
		    command);
	else
		fail(f, error, "%s", command);
	if (error == EACCES && jail->landlock.files != 0)
		fail_hint(f, "a lock of paths has to name with exec= the "
			     "command, its loader and what its #! line says");
	f->status = missing && !is_there ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN;
	return -1;
}

int
inside_become(const struct jail *jail, char *command[], struct fail *f)
{
	extern char **environ;
	int error;

	if (jail->environment != NULL)
		environ = jail->environment; /* execvp takes PATH from it */
	execvp(command[0], command);
	error = errno;
	return inside_explain(jail, command[0], error,
	    strchr(command[0], '/') != NULL && access(command[0], F_OK) == 0,
	    f);
}

/* Find the file of a command as execvp(3) does.  -1: errno is set. */
static int
find_file(const char *name, char path[PATH_MAX])
{
	const char *dirs = getenv("PATH");

	if (strchr(name, '/') == NULL || strlen(name) >= PATH_MAX)
		return path_find(dirs != NULL ? dirs : PATH_OF_JAIL, name,
		    path);
	strcpy(path, name);
	return access(path, F_OK);
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

/* Become the command by way of what has no file. */
static void
become_by_doorstep(struct jail *jail, int channel, struct fail *f)
{
	extern char **environ;
	char path[PATH_MAX], word = SAY_DOORSTEP;
	int error;

	if (jail->environment != NULL)
		environ = jail->environment;
	if (find_file(jail->words[2], path) < 0) {
		inside_explain(jail, jail->words[2], errno, false, f);
		return;
	}
	if (doorstep_prepare(channel, path, jail->words, f) < 0
	    || jail_enter(jail, STAGE_LAST, f) < 0)
		return;
	/* A filter may know no more than write(2) by now. */
	if (write(channel, &word, 1) == 1) {
		error = doorstep_enter(jail->doorstep, jail->words);
		(void)!write(channel, &error, sizeof error);
	}
	_exit(EXIT_TOOL);
}

/* pid 1 lets the command go with a byte, or never.  Returns -1: no gate. */
static int
wait_at(int gate)
{
	char byte;

	if (gate >= 0 && (read(gate, &byte, 1) != 1 || close(gate) < 0))
		_exit(EXIT_TOOL);
	return -1;
}

/*
 * The command's own process: the last steps, and execve(2).  While pid 1 is
 * not ready the host may still be above "/", so until then no path may be
 * resolved here.  What has to wait until then may do so behind the filter,
 * where that is sure to let it.
 */
static _Noreturn void
command_process(struct jail *jail, char *command[], int channel,
    const struct init_signals *signals, int gate)
{
	pid_t parent = getppid();
	struct fail why;

	if (jail_tells_command(jail))
		say(channel, SAY_COMMAND, -1);
	/* What is traced happens in the order in which it is explained. */
	if (jail->trace >= 0)
		gate = wait_at(gate);
	if (jail_enter(jail, STAGE_COMMAND, &why) < 0)
		give_up(channel, &why);
	if (!jail_filters_early(jail))
		gate = wait_at(gate);
	if (jail_enter(jail, STAGE_EXEC, &why) < 0)
		give_up(channel, &why);
	/* Who is behind a pid 1 dies with that. */
	if (!jail_has(jail, CLONE_NEWPID) || jail->is_bare)
		die_with_parent(channel, &why);
	/* It was gone before that was asked for. */
	if (getppid() != parent)
		_exit(EXIT_TOOL);
	if (jail_closes_descriptors(jail))
		descriptors_close_others(&jail->kept, channel,
		    gate >= 0 ? gate : jail->trace);
	if (!jail_is_contained(jail))
		init_restore_signals(signals);
	else
		init_default_signals();
	if (!jail_has_init(jail))
		say(channel, SAY_GO, -1);
	if (jail->is_exposed) {
		become_by_doorstep(jail, channel, &why);
	} else if (jail_enter(jail, STAGE_LAST, &why) == 0) {
		(void)wait_at(gate);
		inside_become(jail, command, &why);
	}
	give_up(channel, &why);
}

/*
 * What the caller opened for us comes first: what mounts are made of, each
 * with the word that it is for, without a descriptor when there is none and
 * that is no error.  "Go" brings the root's tree, if it is lent to us.
 */
static void
wait_for_go(struct jail *jail, int channel)
{
	struct loan loan;
	ssize_t got;
	int fd;

	while ((got = channel_receive(channel, &loan, sizeof loan, &fd))
	       == sizeof loan)
		mounts_borrow(&jail->mounts, &loan, fd);
	if (got != 1)
		_exit(EXIT_TOOL);
	if (fd >= 0)
		jail->lent = fd;
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

/* What is handed on comes with a byte.  Who is gone has said why. */
static int
take_over(int gate)
{
	char byte;
	int fd;

	if (channel_receive(gate, &byte, 1, &fd) != 1)
		_exit(EXIT_TOOL);
	return fd;
}

/* Make the network namespace, and hand it to pid 1. */
static void
make_network(int channel, int gate)
{
	struct fail why;
	int namespace = -1;

	if (namespaces_unshare(CLONE_NEWNET, &why) < 0
	    || (namespace = network_open(&why)) < 0)
		give_up(channel, &why);
	say(gate, SAY_READY, namespace);
	close(namespace);
}

/*
 * What the command's process does early: it makes the network namespace.
 * pid 1 hands it the root in which it makes the mounts meanwhile.
 *
 * The kernel may have begun us on pid 1's own processor.  There that is to
 * come first, for it has hardly more to do than to fall asleep, and is woken
 * on an idle one then.  Who was only put off for us would stay behind us
 * until the namespace is made: nobody moves what has run just now.
 */
static void
help(struct jail *jail, int channel, int gate)
{
	struct fail why;

	sched_yield();
	if (jail_has(jail, CLONE_NEWNET))
		make_network(channel, gate);
	if (root_enter(take_over(gate), &why) < 0)
		give_up(channel, &why);
}

/* The command's process, and our end of what it waits at. */
struct begun {
	pid_t pid;
	int gate;
};

/*
 * Begin the command, which has to be a copy of us while we still have the
 * privileges for its last steps.
 */
static struct begun
begin_command(struct jail *jail, char *command[], int channel,
    const struct init_signals *signals, bool early)
{
	struct clone_args args = { .exit_signal = SIGCHLD };
	struct fail why;
	int gate[2];
	pid_t pid;

	if (channel_open(gate, &why) < 0)
		give_up(channel, &why);
	if ((pid = sys_clone3(&args)) < 0) {
		fail(&why, errno, "fork the command");
		give_up(channel, &why);
	}
	if (pid == 0) {
		close(gate[1]);
		scope_close(&jail->root.layers);
		if (early)
			help(jail, channel, gate[0]);
		command_process(jail, command, channel, signals, gate[0]);
	}
	close(gate[0]);
	return (struct begun){ .pid = pid, .gate = gate[1] };
}

/*
 * Begin the command as soon as there are ids, so that it is root of the user
 * namespace, too.  What we need of the caller comes when that is done.
 */
static struct begun
begin_early(struct jail *jail, char *command[], int channel,
    const struct init_signals *signals)
{
	struct begun begun;
	struct fail why;

	(void)take_over(channel);
	if (jail_enter(jail, STAGE_IDS, &why) < 0)
		give_up(channel, &why);
	begun = begin_command(jail, command, channel, signals, true);
	jail->helper = begun.gate;
	if (jail_has(jail, CLONE_NEWNET))
		jail->mounts.network = begun.gate;
	say(channel, SAY_BEGUN, -1);
	wait_for_go(jail, channel);
	return begun;
}

/*
 * Be the pid 1.  The command gets ready while we let go of the host, and is
 * only let go itself, by a byte, when we have given our own privileges up.
 * What scratch is made of is ours to close, behind that: it is to wait for
 * every processor.
 */
static _Noreturn void
be_init(struct jail *jail, struct begun begun, int channel,
    const struct init_signals *signals, int news)
{
	static const int go = INIT_GO;
	struct fail why;

	if (jail_enter(jail, STAGE_APART, &why) < 0 || init_drop(&why) < 0)
		give_up(channel, &why);
	/* In the pipe, where nobody has to wake up for it. */
	if (write(news, &go, sizeof go) != sizeof go) {
		fail(&why, errno, "tell that the jail is there");
		give_up(channel, &why);
	}
	if (channel_send(begun.gate, "", 1, -1) < 0) {
		fail(&why, errno, "let the command go");
		give_up(channel, &why);
	}
	init_run(begun.pid, signals, news, jail->slave);
}

_Noreturn void
inside_first(struct jail *jail, char *command[], int channel,
    const struct init_signals *signals, int news)
{
	bool early = jail_forks_early(jail);
	struct begun begun = { .gate = -1 };
	struct fail why;
	char answer;
	int fd;

	jail->channel = channel;
	if (!early)
		wait_for_go(jail, channel);
	if (jail_enter(jail, STAGE_INSIDE, &why) < 0)
		give_up(channel, &why);
	if (early)
		begun = begin_early(jail, command, channel, signals);
	else if (jail_enter(jail, STAGE_IDS, &why) < 0)
		give_up(channel, &why);
	/* Before the mounts: what they are made of may never come. */
	die_with_parent(channel, &why);
	if (jail_enter(jail, STAGE_ASK, &why) < 0
	    || jail_enter(jail, STAGE_MOUNTS, &why) < 0)
		give_up(channel, &why);
	if (jail->mounts.network >= 0
	    && outside_enter_network(&jail->mounts, &why) < 0)
		give_up(channel, &why);
	if (jail_joins(jail))
		pass_on(channel);
	if (jail->master >= 0)
		say(channel, SAY_TERMINAL, jail->master);
	if (jail->status >= 0) {
		say(channel, SAY_READY, -1);
		if (channel_receive(channel, &answer, 1, &fd) != 1)
			_exit(EXIT_TOOL);
	}
	if (!jail_has_init(jail))
		command_process(jail, command, channel, signals, -1);
	if (jail_enter(jail, STAGE_FORK, &why) < 0)
		give_up(channel, &why);
	if (!early)
		begun = begin_command(jail, command, channel, signals, false);
	be_init(jail, begun, channel, signals, news);
}
