/* SPDX-License-Identifier: ISC */
/* guardian.c - see guardian.h */
#include "guardian.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "descriptor.h"
#include "fail.h"

/*
 * Nothing of the caller's or the jail's may be kept open here.  A shell that
 * saw us die may have set the terminal for its own next line already: what is
 * not raw any more is not ours to set.
 */
static _Noreturn void
guard(const struct guardian_orders *orders, int terminal, int alive)
{
	struct termios now;
	char byte;

	/* Who kills all that have our name does not mean this. */
	(void)prctl(PR_SET_NAME, "rungs-guardian", 0, 0, 0);
	if (dup2(alive, 0) < 0 || dup2(terminal, 1) < 0 || setsid() < 0)
		_exit(EXIT_TOOL);
	descriptors_close_range(2, INT_MAX);
	(void)!read(0, &byte, 1);
	if (orders->raw && tcgetattr(1, &now) == 0
	    && (now.c_lflag & (ICANON | ECHO | ISIG)) == 0)
		(void)tcsetattr(1, TCSANOW, &orders->right);
	_exit(0);
}

int
guardian_start(struct guardian *g, int terminal, struct fail *f)
{
	struct guardian_orders *orders = mmap(NULL, sizeof *orders,
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int ends[2];

	if (orders == MAP_FAILED || pipe2(ends, O_CLOEXEC) < 0)
		return fail(f, errno, "terminal: have it put right");
	if ((g->pid = fork()) == 0)
		guard(orders, terminal, ends[0]);
	close(ends[0]);
	if (g->pid < 0) {
		close(ends[1]);
		return fail(f, errno, "terminal: have it put right");
	}
	g->alive = ends[1];
	g->orders = orders;
	return 0;
}

void
guardian_end(const struct guardian *g)
{
	close(g->alive);
	waitpid(g->pid, NULL, 0);
}
