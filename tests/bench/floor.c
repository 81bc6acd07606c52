/* SPDX-License-Identifier: ISC */
/*
 * floor.c - a container with the fewest system calls that make one
 *
 *	floor ROOT COMMAND
 *
 * What no tool that is one can beat: new pid, mount, uts, ipc and net
 * namespaces, a private bind of ROOT, /proc, a tmpfs on /dev, pivot_root,
 * no capabilities, and a pid 1 that waits.  It checks next to nothing and
 * is not for use.
 */
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void
check(long result)
{
	if (result < 0)
		_exit(125);
}

static void
enter(const char *root)
{
	check(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	check(mount(root, root, NULL, MS_BIND, NULL));
	check(chdir(root));
	check(mount("proc", "proc", "proc", 0, NULL));
	check(mount("dev", "dev", "tmpfs", 0, NULL));
	check(syscall(SYS_pivot_root, ".", "."));
	check(umount2(".", MNT_DETACH));
	check(sethostname("floor", 5));
}

static void
drop(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct none[2] = { { 0 } };

	check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	check(syscall(SYS_capset, &header, none));
}

int
main(int argc, char *argv[])
{
	int flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC
	            | CLONE_NEWNET | SIGCHLD;
	pid_t pid;
	int status;

	if (argc < 3)
		return 125;
	pid = (pid_t)syscall(SYS_clone, flags, 0, 0, 0, 0);
	check(pid);
	if (pid == 0) {
		enter(argv[1]);
		if ((pid = vfork()) == 0) {
			drop();
			execv(argv[2], argv + 2);
			_exit(127);
		}
	}
	check(pid);
	check(waitpid(pid, &status, 0));
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128);
}
