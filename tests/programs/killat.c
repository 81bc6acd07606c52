/* SPDX-License-Identifier: ISC */
/*
 * killat [-g FILE] COMMAND [ARGUMENT ...] - kill it at any moment, and again
 *
 * The command is begun as often as it takes, and killed behind its first
 * system call, then behind the second, and so on, until it comes to its end:
 * between two of them nothing changes for anybody else.  Nor does it by those
 * that are left out, of which there are many.  What it has begun itself is
 * left alone, as it would be by any other killer.  Writes how many times it
 * was killed; the status is that of the last run.  With -g, each run first
 * joins the control group that has this file, as soon as that takes it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Nobody but the process itself sees that one of these was made. */
static const long unseen[] = { SYS_brk, SYS_fcntl, SYS_fstat, SYS_getpid,
	SYS_lseek, SYS_mmap, SYS_munmap, SYS_newfstatat, SYS_read,
	SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_set_tid_address };

static void
join(const char *file)
{
	int fd = open(file, O_WRONLY | O_CLOEXEC);

	while (write(fd, "0", 1) != 1) {
		if (errno != EBUSY)
			_exit(125);
		usleep(1000);
	}
}

static pid_t
begin(char *command[], const char *group)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (group != NULL)
			join(group);
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		execvp(command[0], command);
		_exit(127);
	}
	/* It stops when it has become the command. */
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		exit(125);
	ptrace(PTRACE_SETOPTIONS, pid, NULL,
	    PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
	return pid;
}

static bool
is_seen(long call)
{
	for (size_t n = 0; n < sizeof unseen / sizeof *unseen; n++)
		if (unseen[n] == call)
			return false;
	return true;
}

/* It stops where a call begins, and where that ends. */
static bool
has_ended(pid_t pid, bool *counts)
{
	struct __ptrace_syscall_info info = { .op = 0 };

	ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info);
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
		*counts = is_seen((long)info.entry.nr);
	return info.op == PTRACE_SYSCALL_INFO_EXIT && *counts;
}

/* Its status, if it has ended before that; or -1: it was killed. */
static int
run(char *command[], const char *group, int calls)
{
	pid_t pid = begin(command, group);
	bool counts = false;
	int status, sig = 0;

	while (calls > 0) {
		ptrace(PTRACE_SYSCALL, pid, NULL, sig);
		if (waitpid(pid, &status, 0) != pid)
			exit(125);
		if (!WIFSTOPPED(status))
			return WIFEXITED(status) ? WEXITSTATUS(status)
			                         : 128 + WTERMSIG(status);
		sig = WSTOPSIG(status);
		if (sig == (SIGTRAP | 0x80)) {
			sig = 0;
			calls -= has_ended(pid, &counts);
		}
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return -1;
}

int
main(int argc, char *argv[])
{
	const char *group = NULL;
	int calls = 0, status;

	if (argc > 2 && strcmp(argv[1], "-g") == 0) {
		group = argv[2];
		argv += 2;
		argc -= 2;
	}
	if (argc < 2)
		return 125;
	do
		status = run(argv + 1, group, ++calls);
	while (status < 0);
	printf("%d\n", calls - 1);
	return status;
}
