/* SPDX-License-Identifier: ISC */
/* terminal.c - see terminal.h */
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "descriptor.h"
#include "fail.h"

#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41) /* Linux 4.13 */
#endif

void
terminal_find(struct terminal *t)
{
	*t = (struct terminal){
		.outer = -1,
		.master = -1,
		.slave = -1,
		.alive = -1,
	};
	for (int fd = 0; fd < 3; fd++)
		t->streams[fd] = isatty(fd);
	if (!t->streams[0] && !t->streams[1])
		return;
	/* Our own, whichever of the streams it is: for both directions. */
	t->outer = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (t->outer < 0)
		t->outer = fcntl(t->streams[0] ? 0 : 1, F_DUPFD_CLOEXEC, 3);
}

int
terminal_open(int *slave, struct fail *f)
{
	int master =
	    open("/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
	int unlock = 0;
	struct statfs fs;
	struct stat st;

	if (master < 0)
		return fail(f, errno, "terminal: open /dev/pts/ptmx");
	if (fstatfs(master, &fs) < 0 || fs.f_type != DEVPTS_SUPER_MAGIC
	    || fstat(master, &st) < 0 || st.st_rdev != makedev(5, 2)) {
		close(master);
		return fail(f, 0, "terminal: /dev/pts is not ours");
	}
	/* By descriptor: no name of the other end is ever resolved. */
	if (ioctl(master, TIOCSPTLCK, &unlock) < 0
	    || (*slave = ioctl(master, TIOCGPTPEER,
		    O_RDWR | O_NOCTTY | O_CLOEXEC))
		   < 0) {
		fail(f, errno, "terminal: open the jail's end");
		close(master);
		return -1;
	}
	return master;
}

int
terminal_enter(const struct terminal *t, int slave, struct fail *f)
{
	if (setsid() < 0)
		return fail(f, errno, "begin a session");
	if (slave < 0)
		return 0;
	if (ioctl(slave, TIOCSCTTY, 0) < 0)
		return fail(f, errno, "terminal: make it the session's");
	for (int fd = 0; fd < 3; fd++)
		if (t->streams[fd] && dup2(slave, fd) < 0)
			return fail(f, errno, "terminal: make it stream %d",
			    fd);
	return 0;
}

void
terminal_resize(const struct terminal *t)
{
	struct winsize size;

	if (t->master >= 0 && ioctl(t->outer, TIOCGWINSZ, &size) == 0)
		(void)ioctl(t->master, TIOCSWINSZ, &size);
}

/*
 * tcsetattr(3) without being stopped for it: SIGTTOU is what the kernel
 * sends to who touches a terminal from the background.
 */
static void
set_attributes(int fd, const struct termios *attributes)
{
	sigset_t stop, before;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTTOU);
	sigprocmask(SIG_BLOCK, &stop, &before);
	while (tcsetattr(fd, TCSADRAIN, attributes) < 0 && errno == EINTR)
		;
	/* Not SIG_SETMASK: musl leaves three signals out of what was before. */
	if (sigismember(&before, SIGTTOU) != 1)
		sigprocmask(SIG_UNBLOCK, &stop, NULL);
}

void
terminal_suspend(struct terminal *t)
{
	if (t->raw)
		set_attributes(t->outer, &t->saved);
	t->raw = false;
}

void
terminal_resume(struct terminal *t)
{
	struct termios raw;

	if (t->master < 0 || t->raw || tcgetpgrp(t->outer) != getpgrp())
		return;
	if (tcgetattr(t->outer, &t->saved) < 0)
		return;
	raw = t->saved;
	cfmakeraw(&raw);
	set_attributes(t->outer, &raw);
	t->raw = true;
}

/*
 * kill -9 gives us no chance to leave raw mode.  This process sees our end
 * of the pipe go, puts the terminal right unless we said that we had, and
 * is gone, too.
 */
static int
start_guardian(struct terminal *t)
{
	int ends[2];
	char done;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	if ((t->guardian = fork()) < 0) {
		close(ends[0]);
		close(ends[1]);
		return -1;
	}
	if (t->guardian > 0) {
		close(ends[0]);
		t->alive = ends[1];
		return 0;
	}
	/* Nothing of the caller's or the jail's may be kept open here. */
	if (dup2(ends[0], 0) < 0 || dup2(t->outer, 1) < 0 || setsid() < 0)
		_exit(EXIT_TOOL);
	descriptors_close_range(2, INT_MAX);
	if (read(0, &done, 1) != 1)
		set_attributes(1, &t->saved);
	_exit(0);
}

int
terminal_begin(struct terminal *t, int master, struct fail *f)
{
	t->master = master;
	t->slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	terminal_resize(t);
	if (tcgetattr(t->outer, &t->saved) < 0 || start_guardian(t) < 0)
		return fail(f, errno, "terminal: take it over");
	if (fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK) < 0)
		return fail(f, errno, "terminal: do not wait for it");
	terminal_resume(t);
	return 0;
}

void
terminal_poll(const struct terminal *t, struct pollfd wanted[2])
{
	bool reads = t->raw && t->pending == 0;

	wanted[0] =
	    (struct pollfd){ .fd = reads ? t->outer : -1, .events = POLLIN };
	wanted[1] = (struct pollfd){ .fd = t->master,
		.events = (short)(POLLIN | (t->pending > 0 ? POLLOUT : 0)) };
}

static void
show(int fd, const char *text, size_t length)
{
	while (length > 0) {
		ssize_t done = write(fd, text, length);

		if (done < 0 && errno == EAGAIN) {
			/* A caller may have made its terminal nonblocking. */
			struct pollfd room = { .fd = fd, .events = POLLOUT };

			(void)poll(&room, 1, -1);
		} else if (done < 0 && errno != EINTR) {
			return;
		}
		text += done > 0 ? done : 0;
		length -= done > 0 ? (size_t)done : 0;
	}
}

/* Whether there may be more. */
static bool
copy_output(struct terminal *t)
{
	char text[4096];
	ssize_t got = read(t->master, text, sizeof text);

	if (got > 0)
		show(t->outer, text, (size_t)got);
	return got > 0 || (got < 0 && errno == EINTR);
}

static void
pass_input(struct terminal *t)
{
	ssize_t done = write(t->master, t->input, t->pending);

	if (done <= 0)
		return;
	t->pending -= (size_t)done;
	memmove(t->input, t->input + done, t->pending);
}

void
terminal_copy(struct terminal *t, const struct pollfd got[2])
{
	ssize_t length;

	if (got[0].revents != 0) {
		length = read(t->outer, t->input, sizeof t->input);
		if (length > 0)
			t->pending = (size_t)length;
		else if (length == 0 || (errno != EINTR && errno != EAGAIN))
			terminal_suspend(t); /* hung up: nothing to read */
	}
	if (t->pending > 0)
		pass_input(t);
	if (got[1].revents & POLLIN)
		(void)copy_output(t);
}

void
terminal_end(struct terminal *t)
{
	if (t->master < 0)
		return;
	/*
	 * The last words of the jail may still be on their way through the
	 * kernel: with our own end closed, they are followed by a hang-up.
	 * If somebody outlives the command, a moment must do.
	 */
	close(t->slave);
	for (;;) {
		struct pollfd rest = { .fd = t->master, .events = POLLIN };

		if (!copy_output(t)
		    && (errno != EAGAIN || poll(&rest, 1, 50) <= 0))
			break;
	}
	terminal_suspend(t);
	(void)!write(t->alive, "", 1);
	close(t->alive);
	close(t->master);
	waitpid(t->guardian, NULL, 0);
	t->master = t->slave = t->alive = -1;
}
