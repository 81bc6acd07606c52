/* SPDX-License-Identifier: ISC */
/* terminal.c - see terminal.h */
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compat.h"
#include "fail.h"
#include "init.h"
#include "report.h"
#include "scope.h"

static const int moment = 100; /* milliseconds */

/* Others may read from it, or write to it, at the same time. */
static bool
is_pipe(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0
	       && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
}

/* One that is nobody's session's has no job control. */
static bool
is_in_front(const struct terminal *t)
{
	pid_t group = tcgetpgrp(t->outer);

	return group == getpgrp() || (group < 0 && errno == ENOTTY);
}

/*
 * Our own, whichever of the streams it is, for both directions: who has the
 * same must not find it changed, and where poll(2) says that there is room,
 * there may be too little for all that we have.
 */
static void
open_outer(struct terminal *t)
{
	const int flags = O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;

	for (int fd = 0; fd < 3; fd++)
		t->streams[fd] = isatty(fd);
	if (!t->streams[0] && !t->streams[1])
		return;
	t->outer = open("/dev/tty", flags);
	/* One that is not our session's. */
	if (t->outer < 0)
		t->outer =
		    open(t->streams[0] ? "/proc/self/fd/0" : "/proc/self/fd/1",
			flags);
	if (t->outer < 0)
		t->outer = fcntl(t->streams[0] ? 0 : 1, F_DUPFD_CLOEXEC, 3);
}

void
terminal_find(struct terminal *t, bool can_ask)
{
	open_outer(t);
	if (t->outer < 0)
		return;
	t->wanted = !can_ask || (!is_pipe(0) && !is_pipe(1));
	t->front = !can_ask || (t->wanted && is_in_front(t));
	t->alike = t->front;
}

/* Whether who writes from the background is stopped holds there, too. */
void
terminal_prepare(const struct terminal *t, int slave)
{
	struct termios outer, inner;
	struct winsize size;

	if (ioctl(t->outer, TIOCGWINSZ, &size) == 0)
		(void)ioctl(slave, TIOCSWINSZ, &size);
	if (tcgetattr(t->outer, &outer) < 0 || tcgetattr(slave, &inner) < 0)
		return;
	inner.c_lflag |= outer.c_lflag & TOSTOP;
	(void)tcsetattr(slave, TCSANOW, t->alike ? &outer : &inner);
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
 * sends to who touches a terminal from the background.  Nothing is waited
 * for, as a terminal that was stopped with Ctrl-S may take no output.
 */
static void
set_attributes(int fd, const struct termios *attributes)
{
	sigset_t stop, before;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTTOU);
	sigprocmask(SIG_BLOCK, &stop, &before);
	while (tcsetattr(fd, TCSANOW, attributes) < 0 && errno == EINTR)
		;
	/* Not SIG_SETMASK: musl leaves three signals out of what was before. */
	if (sigismember(&before, SIGTTOU) != 1)
		sigprocmask(SIG_UNBLOCK, &stop, NULL);
}

/* Keys, echo, UTF-8: the jail's is as its user knows it. */
static void
make_alike(struct terminal *t, const struct termios *modes)
{
	if (!t->alike)
		set_attributes(t->master, modes);
	t->alike = true;
}

/* That of a terminal whose session's leader has it to itself. */
static bool
is_behind(const struct terminal *t)
{
	pid_t group = tcgetpgrp(t->master);

	return group > 0 && group == tcgetsid(t->master);
}

/*
 * Make the jail's terminal look as if a line had been typed.  Who waits there
 * with poll(2) tries to read it then, and as that is in the background, does
 * not get it but is stopped: it has asked.
 */
static void
knock(struct terminal *t)
{
	struct pollfd line = { .fd = t->slave, .events = POLLIN };
	struct termios quiet;

	if (poll(&line, 1, 0) != 0 || tcgetattr(t->slave, &t->inner) < 0)
		return;
	quiet = t->inner;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	set_attributes(t->slave, &quiet);
	t->knocked = true;
	/* What echoes, or takes it away again, must not come before it. */
	if (write(t->master, "\n", 1) == 1)
		(void)poll(&line, 1, moment);
}

static void
end_knock(struct terminal *t)
{
	if (!t->knocked)
		return;
	(void)tcflush(t->slave, TCIFLUSH);
	set_attributes(t->slave, &t->inner);
	t->knocked = false;
}

/*
 * SIGSTOP gave us no chance to leave raw mode.  Who is in front since, or the
 * shell before it put us there again, has set modes that are not ours to
 * change back, and reads what is typed.
 */
static void
look_again(struct terminal *t)
{
	struct termios now;

	if (t->raw
	    && (!is_in_front(t) || tcgetattr(t->outer, &now) < 0
		|| (now.c_lflag & ICANON)))
		t->guardian.orders->raw = t->raw = false;
}

bool
terminal_take(struct terminal *t)
{
	struct termios modes;

	if (t->master < 0 || !is_in_front(t))
		return false;
	end_knock(t);
	t->wanted = true;
	look_again(t);
	if (t->raw)
		return true;
	if (tcgetattr(t->outer, &modes) < 0)
		return false;
	make_alike(t, &modes);
	terminal_resize(t);
	t->guardian.orders->right = modes;
	t->guardian.orders->raw = true;
	cfmakeraw(&modes);
	set_attributes(t->outer, &modes);
	t->raw = true;
	return true;
}

void
terminal_release(struct terminal *t)
{
	look_again(t);
	if (!t->raw)
		return;
	set_attributes(t->outer, &t->guardian.orders->right);
	t->guardian.orders->raw = t->raw = false;
}

int
terminal_begin(struct terminal *t, int master, struct fail *f)
{
	t->master = master;
	t->slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (t->slave < 0 || fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK) < 0)
		return fail(f, errno, "terminal: take it over");
	if (guardian_start(&t->guardian, t->outer, f) < 0)
		return -1;
	terminal_resize(t);
	if (t->wanted)
		(void)terminal_take(t);
	return 0;
}

/*
 * The caller's has hung up.  So does the jail's: who reads there, or leads
 * its session, is told.
 */
static void
hang_up(struct terminal *t)
{
	terminal_release(t);
	close(t->slave);
	close(t->master);
	t->slave = t->master = -1;
	t->typed.length = t->shown.length = 0;
	t->knocked = false;
}

static bool
is_passing(void)
{
	return errno == EINTR || errno == EAGAIN;
}

/* False: nothing more comes. */
static bool
fill(struct flow *w, int fd)
{
	ssize_t got = read(fd, w->text, sizeof w->text);

	if (got > 0)
		w->length = (size_t)got;
	return got > 0 || (got < 0 && is_passing());
}

/* What nobody takes any more is lost. */
static void
drain(struct flow *w, int fd)
{
	ssize_t done = write(fd, w->text, w->length);

	if (done < 0 && is_passing())
		return;
	w->length -= done > 0 ? (size_t)done : w->length;
	memmove(w->text, w->text + (done > 0 ? done : 0), w->length);
}

static struct pollfd
flows(int fd, bool in, const struct flow *out)
{
	int events = (in ? POLLIN : 0) | (out->length > 0 ? POLLOUT : 0);

	/* With nothing to wait for, a hang-up would be told for ever. */
	return (struct pollfd){ events != 0 ? fd : -1, (short)events, 0 };
}

int
terminal_poll(const struct terminal *t, struct pollfd wanted[2])
{
	bool reads =
	    t->raw ? t->typed.length == 0 : t->master >= 0 && t->unread == 0;

	wanted[0] = flows(t->outer, reads, &t->shown);
	wanted[1] = flows(t->master, t->shown.length == 0, &t->typed);
	return t->unread != 0 ? moment : -1;
}

/* A line that is nobody's: who reads keys, less(1) say, wants no lines. */
static bool
is_left(const struct terminal *t)
{
	struct pollfd typed = { .fd = t->outer, .events = POLLIN };
	struct termios modes;

	return poll(&typed, 1, 0) > 0 && (typed.revents & POLLIN)
	       && is_in_front(t) && tcgetattr(t->outer, &modes) == 0
	       && (modes.c_lflag & ICANON);
}

/*
 * What somebody typed may be for who is behind us in the pipeline, however
 * late that reads it.  So when it has been left for a moment we only ask
 * whether somebody in the jail wants it.  True: that is known already.
 */
static bool
look_at_typed(struct terminal *t, bool something)
{
	uint64_t now;

	if (t->raw || t->master < 0 || (t->unread == 0 && !something))
		return false;
	now = report_now();
	if (t->unread == 0)
		t->unread = now;
	if (now - t->unread < (uint64_t)moment * 1000000)
		return false;
	t->unread = 0;
	if (t->knocked) {
		end_knock(t);
		return false;
	}
	if (!is_left(t))
		return false;
	if (!is_behind(t))
		return true;
	knock(t);
	/* The answer is waited for as long, whoever reads it meanwhile. */
	t->unread = now;
	return false;
}

bool
terminal_copy(struct terminal *t, const struct pollfd got[2])
{
	if (got[0].revents != 0 && t->shown.length > 0)
		drain(&t->shown, t->outer);
	if ((got[1].revents & POLLIN) && t->shown.length == 0)
		(void)fill(&t->shown, t->master);
	if (got[0].revents & POLLIN)
		look_again(t);
	if ((got[0].revents & POLLHUP)
	    || (t->raw && (got[0].revents & POLLIN) && t->typed.length == 0
		&& !fill(&t->typed, t->outer)))
		hang_up(t);
	if (t->typed.length > 0)
		drain(&t->typed, t->master);
	return look_at_typed(t, got[0].revents & POLLIN);
}

/* False: it is not waited for any more. */
static bool
takes_more(struct terminal *t, int end)
{
	struct pollfd wanted[] = { { t->outer, POLLOUT, 0 },
		{ end, POLLIN, 0 } };
	struct fail told;

	if (poll(wanted, COUNT(wanted), t->hurried ? moment : -1) == 0)
		return false;
	if (wanted[0].revents == 0 && init_hear_end(end, &told) < 0)
		t->hurried = true;
	return true;
}

/*
 * The last words of the jail may still be on their way through the kernel:
 * with our own end closed, they are followed by a hang-up.  If somebody
 * outlives the command, a moment must do.
 */
static void
show_rest(struct terminal *t, int end)
{
	struct pollfd in = { .fd = t->master, .events = POLLIN };

	do {
		while (t->shown.length > 0) {
			if (!takes_more(t, end))
				return;
			drain(&t->shown, t->outer);
		}
	} while (fill(&t->shown, t->master)
		 && (t->shown.length > 0 || poll(&in, 1, 50) > 0));
}

void
terminal_end(struct terminal *t, int end)
{
	if (t->guardian.orders == NULL)
		return;
	if (t->master >= 0) {
		close(t->slave);
		show_rest(t, end);
		terminal_release(t);
		close(t->master);
	}
	guardian_end(&t->guardian);
	t->master = t->slave = -1;
}

void
terminal_remember(struct terminal *t)
{
	open_outer(t);
	if (t->outer >= 0 && tcgetattr(t->outer, &t->saved) < 0) {
		close(t->outer);
		t->outer = -1;
	}
}

void
terminal_remember_again(struct terminal *t)
{
	struct termios now;

	if (t->outer >= 0 && is_in_front(t) && tcgetattr(t->outer, &now) == 0
	    && (now.c_lflag & ICANON))
		t->saved = now;
}

void
terminal_put_right(const struct terminal *t)
{
	if (t->outer >= 0 && is_in_front(t))
		set_attributes(t->outer, &t->saved);
}
