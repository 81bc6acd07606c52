/* SPDX-License-Identifier: ISC */
/* pin.c - see pin.h */
#include "pin.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "compat.h"
#include "fsmount.h"
#include "nsfd.h"
#include "scope.h"

enum { NSFS = 0x6e736673 }; /* <linux/magic.h> */

/*
 * Leave the host for an empty directory; root_leave_host() has the how.  In a
 * chroot(2), the host's root is still above that: setns(2) leads there.
 */
static int
make_empty(void)
{
	static const char *const options[] = { "mode=0555", "nr_inodes=2",
		NULL };
	const unsigned safe =
	    RUNGS_ATTR_NOSUID | RUNGS_ATTR_NODEV | RUNGS_ATTR_NOEXEC;
	autoclose int self = -1;
	int top;

	if (unshare(CLONE_NEWNS) < 0
	    || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0
	    || (self = nsfd_mount(0)) < 0)
		return -1;
	top = fsmount_new("tmpfs", options, safe);
	if (top < 0 || mkdirat(top, EMPTY_ASIDE, 0555) < 0
	    || fsmount_restrict(top, RUNGS_ATTR_RDONLY, false) < 0
	    || fsmount_attach_on_top(top) < 0 || fchdir(top) < 0
	    || syscall(SYS_pivot_root, ".", ".") < 0
	    || umount2(".", MNT_DETACH) < 0)
		return -1;
	return setns(self, CLONE_NEWNS);
}

/* Be in it until we are told that this is not needed any more. */
static _Noreturn void
dwell(int channel)
{
	char byte = 0;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || make_empty() < 0
	    || write(channel, &byte, 1) != 1)
		_exit(1);
	(void)!read(channel, &byte, 1);
	_exit(0);
}

/* Whether all that a process can see is one mount, of a tmpfs on "/". */
static bool
sees_nothing(pid_t pid)
{
	char path[64], text[512];
	autoclose int fd = -1;
	ssize_t got;

	snprintf(path, sizeof path, "/proc/%d/mountinfo", (int)pid);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0
	    || (got = read(fd, text, sizeof text - 1)) <= 0)
		return false;
	text[got] = '\0';
	return strchr(text, '\n') == text + got - 1
	       && strstr(text, " / / ro,") != NULL
	       && strstr(text, " - tmpfs ") != NULL;
}

/*
 * Unbindable, or a bind of all that the host has would take it along, and
 * with a namespace in it the kernel lets no jail have that.
 */
static int
attach(pid_t pid, const char *path)
{
	char namespace[64];

	snprintf(namespace, sizeof namespace, "/proc/%d/ns/mnt", (int)pid);
	if (mount(namespace, path, NULL, MS_BIND, NULL) < 0)
		return -1;
	if (mount(NULL, path, NULL, MS_UNBINDABLE, NULL) == 0)
		return 0;
	(void)umount2(path, MNT_DETACH);
	return -1;
}

/* -1, EINVAL: not from this processor, or not at this place. */
static int
try(const char *path)
{
	int pair[2], result = -1, error = ECHILD;
	char byte;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	if ((pid = fork()) == 0) {
		close(pair[0]);
		dwell(pair[1]);
	}
	close(pair[1]);
	if (pid > 0 && read(pair[0], &byte, 1) == 1) {
		error = EPERM;
		if (sees_nothing(pid)) {
			result = attach(pid, path);
			error = errno;
		}
	}
	close(pair[0]);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	errno = error;
	return result;
}

/*
 * The kernel takes only a namespace that is younger than our own, by numbers
 * that each processor hands out from its own heap: so from one processor a
 * new one may count as older, but not from that where ours was made.
 */
static int
try_everywhere(const char *path)
{
	cpu_set_t all, one;
	int result = -1;

	if (try(path) == 0)
		return 0;
	if (errno != EINVAL || sched_getaffinity(0, sizeof all, &all) < 0)
		return -1;
	for (int cpu = 0; cpu < CPU_SETSIZE && result < 0; cpu++) {
		if (!CPU_ISSET(cpu, &all))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (sched_setaffinity(0, sizeof one, &one) == 0)
			result = try(path);
	}
	if (sched_setaffinity(0, sizeof all, &all) < 0)
		return -1;
	return result;
}

/*
 * Where mounts are shared with other mount namespaces, as systemd has it,
 * the kernel refuses: it would have to be there in those, too.  So the file
 * becomes a mount of its own that is not shared.
 */
static int
try_apart(const char *path)
{
	if (try_everywhere(path) == 0)
		return 0;
	if (errno != EINVAL || mount(path, path, NULL, MS_BIND, NULL) < 0)
		return -1;
	if (mount(NULL, path, NULL, MS_PRIVATE, NULL) == 0
	    && try_everywhere(path) == 0)
		return 0;
	(void)umount2(path, MNT_DETACH);
	errno = EINVAL;
	return -1;
}

/* Whether it is a namespace, and no longer a file: somebody was faster. */
static bool
is_pinned(const char *path)
{
	struct statfs fs;

	return statfs(path, &fs) == 0 && fs.f_type == NSFS;
}

int
pin_empty(const char *path)
{
	autoclose int file = open(path,
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);

	if (file < 0)
		return is_pinned(path) ? 0 : -1;
	if (flock(file, LOCK_EX) < 0)
		return -1;
	return is_pinned(path) ? 0 : try_apart(path);
}
