/* SPDX-License-Identifier: ISC */
/* trace.c - see trace.h */
#include "trace.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channel.h"
#include "compat.h"
#include "fail.h"
#include "init.h"
#include "instruction.h"
#include "scope.h"

enum { NATIVE = (int)RUNGS_AUDIT_ARCH };

enum {
	CALLS = 128,       /* a jump of the filter can be no longer than 255 */
	X32 = 1 << 30,     /* marks a call of x32, which no other machine has */
	OTHER_CLONE = 120, /* of the 32-bit kind, i386's and ARM's */
	GUARD = 10,
};

struct tracing {
	const int *calls;
	size_t count;
	trace_look *look;
	void *context;
	char **command;
	struct fail *f;
	int status; /* what trace_run() returns */
};

/*
 * Nobody begins whom we would not see: each of its calls would fail with
 * ENOSYS, exit_group(2) too, so that it could not even end.
 */
static struct sock_filter *
put_guard(struct sock_filter *at)
{
	static const struct sock_filter guard[GUARD] = {
		BPF_STMT(LOAD, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(IF_EQUAL, (unsigned)NATIVE, 0, 3),
		BPF_STMT(LOAD, offsetof(struct seccomp_data, nr)),
		BPF_STMT(AND, ~(unsigned)X32),
		BPF_JUMP(IF_EQUAL, SYS_clone, 2, 5),
		BPF_STMT(LOAD, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(IF_EQUAL, OTHER_CLONE, 0, 3),
		BPF_STMT(LOAD, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_UNTRACED, 0, 1),
		BPF_STMT(RETURN, SECCOMP_RET_ERRNO | EPERM),
	};

	memcpy(at, guard, sizeof guard);
	return at + GUARD;
}

/* For these calls and clone3, or for all. */
static int
install(const int calls[], size_t count, struct fail *f)
{
	struct sock_filter line[GUARD + CALLS + 7], *at = put_guard(line);
	struct sock_fprog program = { .filter = line };
	unsigned char to_end = (unsigned char)(count + 2);

	if (calls != NULL) {
		*at++ = (struct sock_filter)BPF_STMT(LOAD,
		    offsetof(struct seccomp_data, arch));
		*at++ = (struct sock_filter)BPF_JUMP(IF_EQUAL, (unsigned)NATIVE,
		    0, (unsigned char)(to_end + 2));
		*at++ = (struct sock_filter)BPF_STMT(LOAD,
		    offsetof(struct seccomp_data, nr));
		*at++ = (struct sock_filter)BPF_JUMP(IF_LEAST, X32, to_end, 0);
		*at++ = (struct sock_filter)BPF_JUMP(IF_EQUAL, __NR_clone3,
		    (unsigned char)(count + 1), 0);
		for (size_t n = 0; n < count; n++)
			*at++ = (struct sock_filter)BPF_JUMP(IF_EQUAL,
			    (unsigned)calls[n], (unsigned char)(count - n), 0);
		*at++ = (struct sock_filter)BPF_STMT(RETURN, SECCOMP_RET_ALLOW);
	}
	*at++ = (struct sock_filter)BPF_STMT(RETURN, SECCOMP_RET_TRACE);
	program.len = (unsigned short)(at - line);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return fail(f, errno, "set no_new_privs");
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		return fail(f, errno, "look at system calls");
	return 0;
}

/* From the filter on, each of its calls is one of the command's. */
static _Noreturn void
be_command(const struct tracing *t, int channel)
{
	struct fail why;
	char go;
	int none;

	/* Nobody writes when it cannot be traced, or nobody is there. */
	if (channel_receive(channel, &go, 1, &none) != 1)
		_exit(EXIT_TOOL);
	if (install(t->calls, t->count, &why) == 0) {
		execvp(t->command[0], t->command);
		fail(&why, errno, "%s", t->command[0]);
		why.status = errno == ENOENT || errno == ENOTDIR
		                 ? EXIT_NOT_FOUND
		                 : EXIT_CANNOT_RUN;
	}
	(void)channel_send(channel, &why, sizeof why, -1);
	_exit(why.status);
}

/*
 * The same for clone3(2), which has its flags in memory: the first of its
 * words.  Who sets the flag again meanwhile harms itself.
 */
static void
have_child_traced(const struct trace_call *c)
{
	uint64_t flags;
	struct iovec ours = { &flags, sizeof flags };
	struct iovec theirs = { (void *)(uintptr_t)c->args[0], sizeof flags };

	if (trace_read(c->pid, c->args[0], &flags, sizeof flags) < 0
	    || !(flags & CLONE_UNTRACED))
		return;
	flags &= ~(uint64_t)CLONE_UNTRACED;
	(void)process_vm_writev(c->pid, &ours, 1, &theirs, 1, 0);
}

static void
look_at(pid_t pid, const struct tracing *t)
{
	struct __ptrace_syscall_info info = { .op = 0 };
	struct trace_call call = { .pid = pid };

	/* -1: it has been killed meanwhile. */
	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof info, &info) < 0
	    || info.op != PTRACE_SYSCALL_INFO_SECCOMP)
		return;
	call.arch = info.arch;
	call.number = (int)info.seccomp.nr;
	call.is_foreign = call.arch != (unsigned)NATIVE || call.number >= X32;
	for (int a = 0; a < 6; a++)
		call.args[a] = info.seccomp.args[a];
	/* It has the same number everywhere. */
	if ((call.number & ~X32) == __NR_clone3)
		have_child_traced(&call);
	t->look(&call, t->context);
}

/* It has stopped: for a call, a signal, a new thread, or for job control. */
static void
go_on(pid_t pid, int status, const struct tracing *t)
{
	int event = status >> 16, signal = WSTOPSIG(status);

	if (event == PTRACE_EVENT_SECCOMP)
		look_at(pid, t);
	if (event == PTRACE_EVENT_STOP && signal != SIGTRAP)
		ptrace(PTRACE_LISTEN, pid, NULL, NULL); /* till SIGCONT */
	else
		ptrace(PTRACE_CONT, pid, NULL,
		    (void *)(long)(event == 0 ? signal : 0));
}

/* Until nobody is left, and the command's status. */
static int
serve(pid_t command, const struct tracing *t)
{
	int status, result = 0;

	for (;;) {
		/* Not for who was there before us: a reader of ours, say. */
		pid_t pid = waitpid(-1, &status, __WALL | __WNOTHREAD);

		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			return result;
		if (WIFSTOPPED(status))
			go_on(pid, status, t);
		else if (pid == command)
			result = init_status(status);
	}
}

static int
begin(pid_t pid, int channel, struct fail *f)
{
	const long options = PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL
	                     | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK
	                     | PTRACE_O_TRACECLONE;

	if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)options) < 0) {
		fail(f, errno, "trace the command");
		return fail_hint(f, "one tracer at a time: no strace(1), "
				    "gdb(1) or second --learn");
	}
	if (channel_send(channel, "", 1, -1) < 0)
		return fail(f, errno, "start the command");
	return 0;
}

/* Whoever types Ctrl-C means the command; what was learned is not lost. */
static void
ignore_keys(void (*handler)(int))
{
	signal(SIGINT, handler);
	signal(SIGQUIT, handler);
}

static int
run(const struct tracing *t)
{
	autoclose int ours = -1;
	struct fail why;
	int pair[2], status, none, got;
	pid_t pid;

	if (channel_open(pair, t->f) < 0)
		return -1;
	ours = pair[0];
	pid = fork();
	if (pid == 0) {
		close(ours);
		be_command(t, pair[1]);
	}
	close(pair[1]);
	if (pid < 0)
		return fail(t->f, errno, "fork the command");
	ignore_keys(SIG_IGN);
	got = begin(pid, ours, t->f);
	if (got < 0)
		shutdown(ours, SHUT_WR);
	status = serve(pid, t);
	ignore_keys(SIG_DFL);
	if (got < 0)
		return -1;
	if (channel_receive(ours, &why, sizeof why, &none) != sizeof why)
		return status;
	*t->f = why;
	return -1;
}

static void *
run_thread(void *tracing)
{
	struct tracing *t = tracing;

	t->status = run(t);
	return NULL;
}

/*
 * The command belongs to a thread of its own, which waits for it and for
 * whom it traces and for nobody else: __WNOTHREAD, waitpid(2).
 */
int
trace_run(const int calls[], size_t count, trace_look *look, void *context,
    char *command[], struct fail *f)
{
	struct tracing t = { calls, count, look, context, command, f, -1 };
	pthread_t thread;
	int error;

	if (NATIVE == 0 || count > CALLS)
		return fail(f, 0, "nothing is known of this machine's calls");
	error = pthread_create(&thread, NULL, run_thread, &t);
	if (error != 0)
		return fail(f, error, "start a thread to trace from");
	pthread_join(thread, NULL);
	return t.status;
}

int
trace_read(pid_t pid, uint64_t address, void *buffer, size_t size)
{
	struct iovec ours = { buffer, size };
	struct iovec theirs = { (void *)(uintptr_t)address, size };

	return process_vm_readv(pid, &ours, 1, &theirs, 1, 0) == (ssize_t)size
	           ? 0
	           : -1;
}

/* A string may end just in front of a page that is not there. */
int
trace_string(pid_t pid, uint64_t address, char *buffer, size_t size)
{
	enum { PAGE = 4096 };
	size_t length = 0;

	while (length < size) {
		size_t part = PAGE - (size_t)((address + length) % PAGE);

		if (part > size - length)
			part = size - length;
		if (trace_read(pid, address + length, buffer + length, part)
		    < 0)
			return -1;
		if (memchr(buffer + length, '\0', part) != NULL)
			return 0;
		length += part;
	}
	return -1;
}
