/* SPDX-License-Identifier: ISC */
/* nolinks.c - see nolinks.h */
#include "nolinks.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "aside.h"
#include "compat.h"
#include "fail.h"
#include "fsmount.h"
#include "scope.h"

enum { NO_MOUNT = 255 };

/* A mount of the directory above, made where that is ours to do. */
static _Noreturn void
make_mount(void)
{
	struct fail why;
	int above, mount;

	if (aside_step(&why) < 0
	    || (above = open("..", O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0)
		_exit(NO_MOUNT);
	mount = fsmount_clone(above, false);
	close(above);
	if (mount >= 0 && mount < NO_MOUNT
	    && fsmount_restrict(mount, RUNGS_ATTR_NOSYMFOLLOW, false) == 0)
		_exit(mount);
	scope_close(&mount);
	_exit(NO_MOUNT);
}

/*
 * By a child that has our descriptors: we stay who we are, and where we are.
 * Who has a descriptor of a mount needs no right to use it.
 */
static int
open_mount(void)
{
	struct clone_args args = { .flags = CLONE_FILES,
		.exit_signal = SIGCHLD };
	pid_t child = sys_clone3(&args);
	int status;

	if (child == 0)
		make_mount();
	while (child > 0 && waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	if (child < 0 || !WIFEXITED(status) || WEXITSTATUS(status) == NO_MOUNT)
		return -1;
	return WEXITSTATUS(status);
}

int
nolinks_enter(const char *name, struct fail *f)
{
	autoclose int mount = open_mount(), dir = -1;

	if (mount < 0)
		return 0;
	dir = openat(mount, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || fchdir(dir) < 0)
		return fail(f, errno, "%s: enter it", name);
	return 0;
}
