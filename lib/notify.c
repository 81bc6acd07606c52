/* SPDX-License-Identifier: ISC */
/* notify.c - see notify.h */
#include "notify.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channel.h"
#include "compat.h"
#include "fail.h"
#include "init.h"
#include "scope.h"

#if defined __x86_64__
enum { NATIVE = (int)AUDIT_ARCH_X86_64 };
#elif defined __aarch64__
enum { NATIVE = (int)AUDIT_ARCH_AARCH64 };
#else
enum { NATIVE = 0 };
#endif

enum {
	CALLS = 128,   /* a jump of the filter can be no longer than 255 */
	HIGH = 1000,   /* no command has so many descriptors open */
	X32 = 1 << 30, /* marks a call of x32, which no other machine has */
};

static int
load(struct sock_filter *line, const struct sock_filter *end, struct fail *f)
{
	const struct sock_fprog program = {
		.len = (unsigned short)(end - line),
		.filter = line,
	};
	int fd;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return fail(f, errno, "set no_new_privs");
	/*
	 * Without the second flag, a signal that comes while we look would
	 * fail a call with EINTR that never fails so, pipe(2) for one.
	 */
	fd = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
	    SECCOMP_FILTER_FLAG_NEW_LISTENER | RUNGS_SECCOMP_WAIT_KILLABLE,
	    &program);
	if (fd < 0 && errno == EINVAL)
		fd = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		    SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
	return fd < 0 ? fail(f, errno, "look at system calls") : fd;
}

/*
 * For every call but the one that sends the listener off: who answers would
 * have to have it by then.
 */
static int
install_all(int channel, struct fail *f)
{
	struct sock_filter line[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)NATIVE, 0, 5),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sendmsg, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)channel, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
	};

	return load(line, line + COUNT(line), f);
}

/* The listener, or -1. */
static int
install(const int calls[], size_t count, struct fail *f)
{
	struct sock_filter line[CALLS + 6], *at = line;
	unsigned char to_end = (unsigned char)(count + 1);

	*at++ = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	    offsetof(struct seccomp_data, arch));
	*at++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
	    (unsigned)NATIVE, 0, (unsigned char)(to_end + 2));
	*at++ = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	    offsetof(struct seccomp_data, nr));
	*at++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32,
	    to_end, 0);
	for (size_t n = 0; n < count; n++)
		*at++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
		    (unsigned)calls[n], (unsigned char)(count - n), 0);
	*at++ =
	    (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	*at++ = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
	    SECCOMP_RET_USER_NOTIF);
	return load(line, at, f);
}

static _Noreturn void
be_command(const int calls[], size_t count, int channel, char *command[])
{
	struct fail why;
	int listener, high = fcntl(channel, F_DUPFD_CLOEXEC, HIGH);

	/* Without us it could make no call. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	/* Its number is told apart from those of the command's. */
	if (calls == NULL && high >= 0)
		channel = high;
	listener = calls != NULL ? install(calls, count, &why)
	                         : install_all(channel, &why);
	if (listener >= 0 && channel_send(channel, "", 1, listener) < 0)
		fail(&why, errno, "hand on its system calls");
	else if (listener >= 0) {
		execvp(command[0], command);
		fail(&why, errno, "%s", command[0]);
		why.status = errno == ENOENT || errno == ENOTDIR
		                 ? EXIT_NOT_FOUND
		                 : EXIT_CANNOT_RUN;
	}
	(void)channel_send(channel, &why, sizeof why, -1);
	_exit(why.status);
}

static void
serve(int listener, notify_look *look, void *context)
{
	struct pollfd wait = { .fd = listener, .events = POLLIN };
	struct seccomp_notif_resp go = {
		.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE,
	};

	/* POLLHUP comes when nobody is left who has the filter. */
	for (;;) {
		struct seccomp_notif n = { .id = 0 };
		struct notify_call call;

		if (poll(&wait, 1, -1) < 0 && errno == EINTR)
			continue;
		if (!(wait.revents & POLLIN))
			return;
		/* It may have been killed meanwhile. */
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &n) < 0)
			continue;
		call.pid = (pid_t)n.pid;
		call.is_foreign =
		    n.data.arch != (unsigned)NATIVE || n.data.nr >= X32;
		call.arch = n.data.arch;
		call.number = n.data.nr;
		for (int a = 0; a < 6; a++)
			call.args[a] = n.data.args[a];
		look(&call, context);
		go.id = n.id;
		(void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &go);
	}
}

/* Whoever types Ctrl-C means the command; what was learned is not lost. */
static void
ignore_keys(void (*handler)(int))
{
	signal(SIGINT, handler);
	signal(SIGQUIT, handler);
}

int
notify_run(const int calls[], size_t count, notify_look *look, void *context,
    char *command[], struct fail *f)
{
	autoclose int ours = -1, listener = -1;
	struct fail why;
	int pair[2], status;
	ssize_t got;
	pid_t pid;

	if (NATIVE == 0 || count > CALLS)
		return fail(f, 0, "nothing is known of this machine's calls");
	if (channel_open(pair, f) < 0)
		return -1;
	ours = pair[0];
	pid = fork();
	if (pid == 0)
		be_command(calls, count, pair[1], command);
	close(pair[1]);
	if (pid < 0)
		return fail(f, errno, "fork the command");
	ignore_keys(SIG_IGN);
	got = channel_receive(ours, &why, sizeof why, &listener);
	if (got == 1 && listener >= 0) {
		serve(listener, look, context);
		got = channel_receive(ours, &why, sizeof why, &status);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	ignore_keys(SIG_DFL);
	if (got != sizeof why)
		return init_status(status);
	*f = why;
	return -1;
}

int
notify_read(pid_t pid, uint64_t address, void *buffer, size_t size)
{
	struct iovec ours = { buffer, size };
	struct iovec theirs = { (void *)(uintptr_t)address, size };

	return process_vm_readv(pid, &ours, 1, &theirs, 1, 0) == (ssize_t)size
	           ? 0
	           : -1;
}

/* A string may end just in front of a page that is not there. */
int
notify_string(pid_t pid, uint64_t address, char *buffer, size_t size)
{
	enum { PAGE = 4096 };
	size_t length = 0;

	while (length < size) {
		size_t part = PAGE - (size_t)((address + length) % PAGE);

		if (part > size - length)
			part = size - length;
		if (notify_read(pid, address + length, buffer + length, part)
		    < 0)
			return -1;
		if (memchr(buffer + length, '\0', part) != NULL)
			return 0;
		length += part;
	}
	return -1;
}
