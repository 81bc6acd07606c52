/* SPDX-License-Identifier: ISC */
/* lodge.c - see lodge.h */
#include "lodge.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "descriptor.h"
#include "fail.h"
#include "kernfile.h"
#include "scope.h"

/* Move all processes of one group to another. */
static int
move_all(int from, int to)
{
	char text[256], *rest = NULL, *line;

	if (kernfile_read(from, "cgroup.procs", text, sizeof text) < 0)
		return -1;
	for (line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		if (kernfile_write(to, "cgroup.procs", line) < 0
		    && errno != ESRCH)
			return -1;
	return 0;
}

/* Write "-NAME" for each controller that groups in dir have. */
static int
disable_all(int dir)
{
	char have[512], ask[1024] = "", *rest = NULL, *name;

	if (kernfile_read(dir, "cgroup.subtree_control", have, sizeof have) < 0)
		return -1;
	for (name = strtok_r(have, " \n", &rest); name != NULL;
	     name = strtok_r(NULL, " \n", &rest)) {
		strcat(ask, " -");
		strcat(ask, name);
	}
	return ask[0] == '\0'
	           ? 0
	           : kernfile_write(dir, "cgroup.subtree_control", ask);
}

/* False: a group that is still in use needs the controllers. */
static bool
undo(struct cgroup_dir *d)
{
	if (!cgroupfs_is_there(d))
		return true;
	return cgroupfs_sweep(d->parent) == 1 && disable_all(d->parent) == 0
	       && move_all(d->dir, d->parent) == 0
	       && unlinkat(d->parent, d->name, AT_REMOVEDIR) == 0;
}

/*
 * Nothing of the caller's may be kept open here.  Of the command nobody tells
 * us when it ends; a second is soon enough for who was killed.
 */
static _Noreturn void
keep(struct cgroup_dir *d, int alive)
{
	struct timespec pause = { .tv_nsec = 10000000 };
	sigset_t all;
	char byte;

	/* Who kills all that have our name does not mean this. */
	(void)prctl(PR_SET_NAME, "rungs-keeper", 0, 0, 0);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	if (dup2(alive, 0) < 0 || dup2(d->parent, 1) < 0 || dup2(d->dir, 2) < 0
	    || setsid() < 0 || chdir("/") < 0)
		_exit(EXIT_TOOL);
	descriptors_close_range(3, INT_MAX);
	d->parent = 1;
	d->dir = 2;
	(void)!read(0, &byte, 1);
	while (!undo(d)) {
		nanosleep(&pause, NULL);
		if (pause.tv_nsec < 500000000)
			pause.tv_nsec *= 2;
	}
	_exit(0);
}

/*
 * The parent is divided only after this.  One of our own is removed with all
 * that is in it.
 */
static int
have_it_kept(struct lodge *l, struct fail *f)
{
	int ends[2];

	if (cgroupfs_is_ours(&l->group))
		return 0;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return fail(f, errno, "open a pipe");
	if ((l->keeper = fork()) == 0)
		keep(&l->group, ends[0]);
	close(ends[0]);
	l->alive = ends[1];
	return l->keeper < 0
	           ? fail(f, errno, "have %s put right", l->group.path)
	           : 0;
}

static void
close_all(struct lodge *l)
{
	scope_close(&l->group.dir);
	scope_close(&l->group.parent);
	scope_close(&l->alive);
	l->group.dir = l->group.parent = l->alive = -1;
}

int
lodge_enter(struct lodge *l, const struct cgroup_dir *d, struct fail *f)
{
	l->group = *d;
	l->keeper = l->alive = -1;
	l->group.parent = fcntl(d->parent, F_DUPFD_CLOEXEC, 3);
	if (l->group.parent < 0)
		return fail(f, errno, "open %s", d->path);
	if (cgroupfs_make(&l->group, f) < 0) {
		close_all(l);
		return -1;
	}
	if (move_all(d->parent, l->group.dir) < 0)
		fail(f, errno, "join %s/%s", d->path, l->group.name);
	else if (have_it_kept(l, f) == 0)
		return 0;
	(void)move_all(l->group.dir, d->parent);
	cgroupfs_remove(&l->group);
	close_all(l);
	return -1;
}

void
lodge_leave(struct lodge *l)
{
	bool done;

	if (l->group.dir < 0)
		return;
	done = undo(&l->group);
	close_all(l);
	/* Who comes next must find us alone. */
	if (done && l->keeper > 0)
		waitpid(l->keeper, NULL, 0);
}
