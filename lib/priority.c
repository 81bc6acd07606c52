/* SPDX-License-Identifier: ISC */
/* priority.c - see priority.h */
#include "priority.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fail.h"
#include "number.h"
#include "scope.h"

enum {
	OOM_MOST = 1000, /* OOM_SCORE_ADJ_MAX of the kernel */
	IO_LEVEL = 4,    /* IOPRIO_NORM */
	IO_SHIFT = 13,   /* IOPRIO_CLASS_SHIFT */
	IO_PROCESS = 1,  /* IOPRIO_WHO_PROCESS */
};

/* A kind of turn, which may have levels, and need not be given one. */
struct class
{
	const char *name;
	int number;
	int least, most, usual; /* most 0: it has no levels */
};

static const struct class io_classes[] = {
	{ "realtime", 1, 0, 7, IO_LEVEL },
	{ "best-effort", 2, 0, 7, IO_LEVEL },
	{ "idle", 3, 0, 0, 0 },
};

static const struct class policies[] = {
	{ "other", SCHED_OTHER, 0, 0, 0 },
	{ "batch", SCHED_BATCH, 0, 0, 0 },
	{ "idle", SCHED_IDLE, 0, 0, 0 },
	{ "fifo", SCHED_FIFO, 1, 99, 0 },
	{ "rr", SCHED_RR, 1, 99, 0 },
};

/* A number that may have a minus in front of it. */
static int
parse_signed(const char *text, int least, int most, int *number)
{
	bool minus = text[0] == '-';
	uint64_t value;

	if (number_parse(text + minus, 1 << 20, &value) < 0)
		return -1;
	*number = minus ? -(int)value : (int)value;
	return *number < least || *number > most ? -1 : 0;
}

/* "best-effort:4": the row of the table, and the level. */
static int
parse_class(const char *text, const struct class *table, size_t count, int *row,
    int *level)
{
	size_t length = strcspn(text, ":");

	for (size_t n = 0; n < count; n++) {
		const struct class *c = &table[n];

		if (strlen(c->name) != length
		    || memcmp(c->name, text, length) != 0)
			continue;
		*row = (int)n;
		*level = c->usual;
		if (text[length] == '\0')
			return c->usual == 0 && c->most > 0 ? -1 : 0;
		return c->most == 0 ? -1
		                    : parse_signed(text + length + 1, c->least,
					c->most, level);
	}
	return -1;
}

static int
add_nice(struct priority *p, const char *text)
{
	p->has_nice = true;
	return parse_signed(text, -20, 19, &p->nice);
}

static int
add_ionice(struct priority *p, const char *text)
{
	p->has_io = true;
	return parse_class(text, io_classes, COUNT(io_classes), &p->io_class,
	    &p->io_level);
}

static int
add_sched(struct priority *p, const char *text)
{
	p->has_sched = true;
	return parse_class(text, policies, COUNT(policies), &p->policy,
	    &p->level);
}

static int
add_oom(struct priority *p, const char *text)
{
	p->has_oom = true;
	return parse_signed(text, -OOM_MOST, OOM_MOST, &p->oom);
}

static const struct {
	const char *name, *expected;
	int (*add)(struct priority *p, const char *text);
} words[] = {
	{ "nice", "NUMBER, from -20 to 19", add_nice },
	{ "ionice", "idle, best-effort[:0-7] or realtime[:0-7]", add_ionice },
	{ "sched", "other, batch, idle, fifo:1-99 or rr:1-99", add_sched },
	{ "oom-score", "NUMBER, from -1000 to 1000", add_oom },
};

int
priority_add(void *layer, const char *word, struct fail *f)
{
	struct priority *p = layer, parsed = *p;
	size_t length = strcspn(word, "=");

	if (strcmp(word, "none") == 0) {
		*p = (struct priority){ .has_nice = false };
		return 1;
	}
	for (size_t n = 0; n < COUNT(words); n++) {
		if (strlen(words[n].name) != length
		    || memcmp(words[n].name, word, length) != 0)
			continue;
		if (word[length] == '\0'
		    || words[n].add(&parsed, word + length + 1) < 0) {
			fail(f, 0, "%.60s: expected %s=%s", word, words[n].name,
			    words[n].expected);
			if (words[n].add == add_nice)
				fail_hint(f, "the limit of setrlimit(2) is "
					     "called rlimit-nice");
			return -1;
		}
		*p = parsed;
		return 1;
	}
	return 0;
}

static void
print_class(const char *word, const struct class *c, int level, FILE *out)
{
	fprintf(out, " %s=%s", word, c->name);
	if (c->most > 0)
		fprintf(out, ":%d", level);
}

void
priority_print(const void *layer, FILE *out)
{
	const struct priority *p = layer;

	if (p->has_nice)
		fprintf(out, " nice=%d", p->nice);
	if (p->has_io)
		print_class("ionice", &io_classes[p->io_class], p->io_level,
		    out);
	if (p->has_sched)
		print_class("sched", &policies[p->policy], p->level, out);
	if (p->has_oom)
		fprintf(out, " oom-score=%d", p->oom);
}

bool
priority_asked(const struct priority *p)
{
	return p->has_nice || p->has_io || p->has_sched || p->has_oom;
}

static int
find_class(const struct class *table, size_t count, long number)
{
	for (size_t n = 0; n < count; n++)
		if (table[n].number == number)
			return (int)n;
	return -1;
}

static int
follow_nice(struct priority *p, pid_t pid, struct fail *f)
{
	int own = p->has_nice ? p->nice : getpriority(PRIO_PROCESS, 0), theirs;

	errno = 0;
	if ((theirs = getpriority(PRIO_PROCESS, (id_t)pid)) == -1 && errno != 0)
		return fail(f, errno, "read its nice value");
	if (theirs > own) {
		p->has_nice = true;
		p->nice = theirs;
	}
	return 0;
}

/* Who has to wait for whom. */
static int
rank(long policy)
{
	return policy == SCHED_IDLE    ? 3
	       : policy == SCHED_BATCH ? 2
	       : policy == SCHED_OTHER ? 1
	                               : 0;
}

static int
follow_sched(struct priority *p, pid_t pid, struct fail *f)
{
	long own = syscall(SYS_sched_getscheduler, 0);
	long theirs = syscall(SYS_sched_getscheduler, pid);

	if (own < 0 || theirs < 0)
		return fail(f, errno, "read its scheduling policy");
	own = p->has_sched ? policies[p->policy].number
	                   : own & ~SCHED_RESET_ON_FORK;
	theirs &= ~SCHED_RESET_ON_FORK;
	if (rank(theirs) <= rank(own))
		return 0;
	p->has_sched = true;
	p->policy = find_class(policies, COUNT(policies), theirs);
	p->level = 0;
	return p->policy < 0 ? fail(f, 0, "no such scheduling policy") : 0;
}

static int
follow_io(struct priority *p, pid_t pid, struct fail *f)
{
	long own = syscall(SYS_ioprio_get, IO_PROCESS, 0);
	long theirs = syscall(SYS_ioprio_get, IO_PROCESS, pid);

	if (own < 0 || theirs < 0)
		return fail(f, errno, "read its turn at disks");
	if (p->has_io)
		own = io_classes[p->io_class].number << IO_SHIFT | p->io_level;
	/* Larger is later.  What was not set is best-effort. */
	if (theirs >> IO_SHIFT == 0 && own >> IO_SHIFT == 1)
		theirs = 2 << IO_SHIFT | IO_LEVEL;
	if (theirs >> IO_SHIFT == 0 || theirs <= own)
		return 0;
	p->has_io = true;
	p->io_class =
	    find_class(io_classes, COUNT(io_classes), theirs >> IO_SHIFT);
	p->io_level = (int)(theirs & ((1 << IO_SHIFT) - 1));
	return p->io_class < 0 ? fail(f, 0, "no such turn at disks") : 0;
}

static int
read_oom(pid_t pid, int *score)
{
	char path[64] = "/proc/self/oom_score_adj", text[16];
	autoclose int fd = -1;
	ssize_t got;

	if (pid != 0)
		snprintf(path, sizeof path, "/proc/%d/oom_score_adj", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	got = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	if (got <= 0)
		return -1;
	text[got] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return parse_signed(text, -OOM_MOST, OOM_MOST, score);
}

static int
follow_oom(struct priority *p, pid_t pid, struct fail *f)
{
	int own = p->oom, theirs;

	if ((!p->has_oom && read_oom(0, &own) < 0)
	    || read_oom(pid, &theirs) < 0)
		return fail(f, errno, "read its oom_score_adj");
	if (theirs > own) {
		p->has_oom = true;
		p->oom = theirs;
	}
	return 0;
}

int
priority_follow(struct priority *p, pid_t pid, struct fail *f)
{
	if (follow_nice(p, pid, f) < 0 || follow_sched(p, pid, f) < 0
	    || follow_io(p, pid, f) < 0)
		return -1;
	return follow_oom(p, pid, f);
}

static int
refuse(const char *word, const char *call, const char *capability,
    struct fail *f)
{
	bool refused = errno == EPERM || errno == EACCES;

	fail(f, errno, "%s: %s", word, call);
	if (refused)
		fail_hint(f, "it needs %s outside of any user namespace",
		    capability);
	return -1;
}

/*
 * The pid is one of our own namespace.  If /proc is another's, that number
 * is somebody else there.
 */
static int
apply_oom(int score, pid_t pid, struct fail *f)
{
	char path[64] = "/proc/self/oom_score_adj", text[16], own[16];
	autoclose int fd = -1;
	ssize_t length;

	if (pid != 0) {
		snprintf(own, sizeof own, "%d", (int)getpid());
		length = readlink("/proc/self", text, sizeof text);
		if (length != (ssize_t)strlen(own)
		    || memcmp(text, own, strlen(own)) != 0)
			return fail(f, 0,
			    "oom-score: /proc is none of our pid namespace");
		snprintf(path, sizeof path, "/proc/%d/oom_score_adj", (int)pid);
	}
	length = snprintf(text, sizeof text, "%d", score);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, (size_t)length) != length)
		return refuse("oom-score", "write oom_score_adj",
		    "CAP_SYS_RESOURCE", f);
	return 0;
}

int
priority_apply(const struct priority *p, pid_t pid, struct fail *f)
{
	/* Not sched_setscheduler(3): musl has it refuse all. */
	const struct sched_param param = { .sched_priority = p->level };
	int io = io_classes[p->io_class].number << IO_SHIFT | p->io_level;

	if (p->has_sched
	    && syscall(SYS_sched_setscheduler, pid, policies[p->policy].number,
		   &param)
		   < 0)
		return refuse("sched", "sched_setscheduler", "CAP_SYS_NICE", f);
	if (p->has_nice && setpriority(PRIO_PROCESS, (id_t)pid, p->nice) < 0)
		return refuse("nice", "setpriority", "CAP_SYS_NICE", f);
	if (p->has_io && syscall(SYS_ioprio_set, IO_PROCESS, pid, io) < 0)
		return refuse("ionice", "ioprio_set", "CAP_SYS_NICE", f);
	if (p->has_oom)
		return apply_oom(p->oom, pid, f);
	return 0;
}
