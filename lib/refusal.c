/* SPDX-License-Identifier: ISC */
/* refusal.c - see refusal.h */
#include "refusal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"
#include "program.h"
#include "seccomp.h"

enum { RECORD = 8192, MOMENTS = 30 };

int
refusal_listen(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0 && lseek(fd, 0, SEEK_END) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* What is behind a name: the kernel's own come before any of the process's. */
static bool
field(const char *record, const char *name, int base, uint64_t *value)
{
	const char *at = strstr(record, name);

	if (at == NULL)
		return false;
	*value = strtoull(at + strlen(name), NULL, base);
	return true;
}

/* 1326 is AUDIT_SECCOMP. */
static bool
is_of(const char *record, pid_t pid, struct refusal *r)
{
	uint64_t of, signal, arch, number;

	if (strstr(record, "audit: type=1326 ") == NULL
	    || !field(record, " pid=", 10, &of)
	    || !field(record, " sig=", 10, &signal)
	    || !field(record, " arch=", 16, &arch)
	    || !field(record, " syscall=", 10, &number))
		return false;
	if (of != (uint64_t)pid || signal != SIGSYS)
		return false;
	r->arch = (uint32_t)arch;
	r->number = (uint32_t)number;
	return true;
}

/* A reader that was too slow hears EPIPE, and goes on behind the gap. */
static bool
look(int log, pid_t pid, struct refusal *r)
{
	char record[RECORD];
	ssize_t got;

	while ((got = read(log, record, sizeof record - 1)) > 0
	       || (got < 0 && (errno == EPIPE || errno == EINTR))) {
		if (got < 0)
			continue;
		record[got] = '\0';
		if (is_of(record, pid, r))
			return true;
	}
	return false;
}

/* A line of text, which is cut off there; "" if there is none. */
static void
take_line(char **text, char *line, size_t size)
{
	const char *next = strsep(text, "\n");

	snprintf(line, size, "%s", next != NULL ? next : "");
}

/* libseccomp has the names, and the helper has the policies. */
void
refusal_look_up(struct refusal *r, const uint32_t args[6],
    const char *const word[])
{
	char path[PATH_MAX], what[128];
	const char *argv[SECCOMP_WORDS + 3] = { path, what };
	struct program p = { .argv = argv, .in = -1, .dir = -1 };
	char *text = NULL, *rest;
	struct fail why;
	int status;

	r->name[0] = r->rule[0] = '\0';
	snprintf(what, sizeof what,
	    "--name=%" PRIu32 ":%" PRIu32 ":%" PRIu32 ":%" PRIu32 ":%" PRIu32
	    ":%" PRIu32 ":%" PRIu32 ":%" PRIu32,
	    r->arch, r->number, args[0], args[1], args[2], args[3], args[4],
	    args[5]);
	for (int n = 0; word != NULL && word[n] != NULL; n++)
		argv[n + 2] = word[n];
	if (program_beside("../libexec/rungs/denycall-compile", path, &why) < 0
	    || program_run(&p, &text, &status, &why) < 0)
		return;
	rest = text;
	if (status == 0) {
		take_line(&rest, r->name, sizeof r->name);
		take_line(&rest, r->rule, sizeof r->rule);
	}
	free(text);
}

bool
refusal_find(int log, pid_t pid, struct refusal *r)
{
	const struct timespec moment = { .tv_nsec = 10000000 };
	static const uint32_t none[6];

	*r = (struct refusal){ .pid = pid };

	for (int n = 0; log >= 0 && pid > 0 && n < MOMENTS; n++) {
		if (look(log, pid, r)) {
			refusal_look_up(r, none, NULL);
			return true;
		}
		nanosleep(&moment, NULL);
	}
	return false;
}
