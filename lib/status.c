/* SPDX-License-Identifier: ISC */
/* status.c - see status.h */
#include "status.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"
#include "refusal.h"
#include "number.h"

/* As the files in /proc/PID/ns have them. */
static const char *const kinds[STATUS_KINDS] = { "cgroup", "ipc", "mnt", "net",
	"pid", "time", "user", "uts" };

/* A line: up to PIPE_BUF, so that none is mixed with another's. */
struct line {
	char text[4096];
	size_t used;
};

/* The longest text is a failure's, and six bytes for each of its own. */
_Static_assert(sizeof((struct line *)0)->text
		   > 6 * sizeof((struct fail *)0)->text + 128,
    "a line has room for all that is written to it");

__attribute__((format(printf, 2, 3))) static void
add(struct line *line, const char *format, ...)
{
	size_t room = sizeof line->text - line->used;
	va_list ap;
	int length;

	va_start(ap, format);
	length = vsnprintf(line->text + line->used, room, format, ap);
	va_end(ap);
	if (length > 0)
		line->used += (size_t)length < room ? (size_t)length : room - 1;
}

/* The length of the UTF-8 sequence at text, 0: it is none; RFC 3629. */
static int
sequence(const unsigned char *text)
{
	static const struct {
		unsigned char first, last, low, high; /* of the second byte */
		int length;
	} forms[] = {
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	for (size_t n = 0; n < sizeof forms / sizeof *forms; n++) {
		if (*text < forms[n].first || *text > forms[n].last)
			continue;
		if (text[1] < forms[n].low || text[1] > forms[n].high)
			return 0;
		for (int k = 2; k < forms[n].length; k++)
			if ((text[k] & 0xc0) != 0x80)
				return 0;
		return forms[n].length;
	}
	return 0;
}

/* A text may hold a file's name, so any bytes: RFC 8259, section 7. */
static void
add_string(struct line *line, const char *string)
{
	const unsigned char *c = (const unsigned char *)string;
	int length;

	add(line, "\"");
	while (*c != '\0') {
		if (*c == '"' || *c == '\\')
			add(line, "\\%c", *c++);
		else if (*c < ' ')
			add(line, "\\u%04x", *c++);
		else if (*c < 0x80)
			add(line, "%c", *c++);
		else if ((length = sequence(c)) > 0) {
			add(line, "%.*s", length, (const char *)c);
			c += length;
		} else {
			add(line, "\\ufffd");
			c++;
		}
	}
	add(line, "\"");
}

/*
 * Write it, and take back the SIGPIPE that a write to nobody sends: it is
 * blocked meanwhile, and one that was there before stays.
 */
static void
write_line(int fd, struct line *line)
{
	static const struct timespec now;
	sigset_t pipe, pending, before;
	ssize_t done;

	add(line, "\n");
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	sigpending(&pending);
	sigprocmask(SIG_BLOCK, &pipe, &before);
	do
		done = write(fd, line->text, line->used);
	while (done < 0 && errno == EINTR);
	if (done < 0 && errno == EPIPE && sigismember(&pending, SIGPIPE) != 1)
		while (sigtimedwait(&pipe, NULL, &now) < 0 && errno == EINTR)
			;
	/* Not SIG_SETMASK: musl leaves three signals out of what was before. */
	if (sigismember(&before, SIGPIPE) != 1)
		sigprocmask(SIG_UNBLOCK, &pipe, NULL);
}

static int
take_descriptor(const char *option, int fd, struct fail *f)
{
	int mode = fcntl(fd, F_GETFL), copy;

	if (mode < 0)
		return fail(f, errno, "%s=%d", option, fd);
	if ((mode & O_ACCMODE) == O_RDONLY || (mode & O_PATH) != 0)
		return fail(f, 0, "%s=%d: it is not open for writing", option,
		    fd);
	copy = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (copy < 0
	    || (fd > STDERR_FILENO && fcntl(fd, F_SETFD, FD_CLOEXEC) < 0))
		return fail(f, errno, "%s=%d: take it", option, fd);
	return copy;
}

int
status_open(int fd, struct fail *f)
{
	return take_descriptor("--status-fd", fd, f);
}

int
status_open_report(const char *where, struct fail *f)
{
	uint64_t number;
	int fd;

	if (number_parse(where, INT_MAX, &number) == 0)
		return take_descriptor("--report", (int)number, f);
	fd = open(where, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY,
	    0666);
	return fd < 0 ? fail(f, errno, "--report=%s", where) : fd;
}

void
status_look(struct status_started *s, pid_t pid)
{
	struct stat st;
	char path[64];

	for (int n = 0; n < STATUS_KINDS; n++) {
		snprintf(path, sizeof path, "/proc/%d/ns/%s", (int)pid,
		    kinds[n]);
		s->inode[n] = stat(path, &st) == 0 ? st.st_ino : 0;
	}
}

void
status_started(int fd, const struct status_started *s)
{
	struct line line = { .used = 0 };
	const char *comma = "";

	add(&line,
	    "{\"event\":\"started\",\"pid\":%d,\"child-pid\":%d,"
	    "\"namespaces\":{",
	    (int)s->first, (int)s->command);
	for (int n = 0; n < STATUS_KINDS; n++) {
		if (s->inode[n] == 0)
			continue;
		add(&line, "%s\"%s\":%" PRIu64, comma, kinds[n], s->inode[n]);
		comma = ",";
	}
	add(&line, "}}");
	write_line(fd, &line);
}

/* In seconds. */
static void
add_time(struct line *line, const char *name, int64_t microseconds)
{
	if (microseconds < 0)
		add(line, "\"%s\":null", name);
	else
		add(line, "\"%s\":%" PRId64 ".%06" PRId64, name,
		    microseconds / 1000000, microseconds % 1000000);
}

static void
add_number(struct line *line, const char *name, int64_t number)
{
	if (number < 0)
		add(line, ",\"%s\":null", name);
	else
		add(line, ",\"%s\":%" PRId64, name, number);
}

static void
add_usage(struct line *line, const struct usage *u)
{
	add(line, ",");
	add_time(line, "cpu", u->cpu);
	add(line, ",");
	add_time(line, "cpu-user", u->user);
	add(line, ",");
	add_time(line, "cpu-system", u->system);
	add_number(line, "memory-peak", u->memory);
	add_number(line, "pids-peak", u->pids);
	add_number(line, "io-read", u->read);
	add_number(line, "io-written", u->written);
	add(line, ",\"stalled\":{");
	for (int n = 0; n < PRESSURE_RESOURCES; n++) {
		add(line, n > 0 ? "," : "");
		add_time(line, pressure_names[n], u->stalled[n]);
	}
	add(line, "},\"oom-killed\":%s", u->oom_killed ? "true" : "false");
}

void
status_exited(int fd, const struct status_exited *s)
{
	struct line line = { .used = 0 };

	add(&line,
	    "{\"event\":\"exited\",\"status\":%d,\"signal\":", s->status);
	if (s->signal != 0)
		add(&line, "%d", s->signal);
	else
		add(&line, "null");
	add(&line, ",\"limit\":");
	if (s->limit != NULL)
		add_string(&line, s->limit);
	else
		add(&line, "null");
	add(&line, ",\"wall\":%" PRIu64 ".%06" PRIu64, s->wall / 1000000000,
	    s->wall % 1000000000 / 1000);
	add_usage(&line, &s->usage);
	add(&line, "}");
	write_line(fd, &line);
}

/* A text that is not known is "". */
static void
add_text(struct line *line, const char *name, const char *text)
{
	add(line, ",\"%s\":", name);
	if (text[0] != '\0')
		add_string(line, text);
	else
		add(line, "null");
}

void
status_refused(int fd, const struct refusal *r)
{
	struct line line = { .used = 0 };
	bool known = r != NULL, failed = known && r->error != 0;

	add(&line, "{\"event\":\"refused\",\"layer\":\"denycall\"");
	add_text(&line, "call", known ? r->name : "");
	add_number(&line, "number", known ? (int64_t)r->number : -1);
	add_number(&line, "kind", known ? (int64_t)r->arch : -1);
	add_number(&line, "errno", failed ? r->error : -1);
	add_text(&line, "rule", failed ? r->rule : "");
	add_number(&line, "pid", known ? r->pid : -1);
	add(&line, "}");
	write_line(fd, &line);
}

void
status_locked(int fd, const char *blockers, const char *object)
{
	struct line line = { .used = 0 };

	add(&line, "{\"event\":\"refused\",\"layer\":\"lockpath\"");
	add_text(&line, "blockers", blockers);
	add_text(&line, "object", object);
	add(&line, "}");
	write_line(fd, &line);
}

void
status_untold(int fd, const char *layer, const char *why)
{
	struct line line = { .used = 0 };

	add(&line, "{\"event\":\"untold\"");
	add_text(&line, "layer", layer);
	add_text(&line, "reason", why);
	add(&line, "}");
	write_line(fd, &line);
}

void
status_failed(int fd, const struct fail *why)
{
	struct line line = { .used = 0 };

	add(&line,
	    "{\"event\":\"failed\",\"status\":%d,\"error\":", why->status);
	add_string(&line, why->text);
	add(&line, "}");
	write_line(fd, &line);
}
