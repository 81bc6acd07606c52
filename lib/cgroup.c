/* SPDX-License-Identifier: ISC */
/* cgroup.c - see cgroup.h */
#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "cgroupfind.h"
#include "fail.h"
#include "number.h"
#include "scope.h"

enum { PERIOD_US = 100000 }; /* of cpu.max; the kernel's own default */

static const char *const controllers[CGROUP_LIMITS] = {
	[CGROUP_CPU] = "cpu",
	[CGROUP_MEMORY] = "memory",
	[CGROUP_PIDS] = "pids",
};

/* "50%", "12.5%" or "1.5" as hundredths of a percent of one processor. */
static int
parse_share(const char *text, uint64_t *share)
{
	size_t length = strlen(text), whole;
	bool percent = length > 0 && text[length - 1] == '%';
	uint64_t value, fraction = 0, scale = percent ? 100 : 10000;

	length -= percent;
	whole = strcspn(text, ".%");
	if (number_read(text, whole, number_plain, 1000000, &value) < 0)
		return -1;
	if (whole < length) { /* at most two digits behind the point */
		size_t digits = length - whole - 1;

		if (digits > 2
		    || number_read(text + whole + 1, digits, number_plain, 99,
			   &fraction)
			   < 0)
			return -1;
		fraction *= digits == 1 ? scale / 10 : scale / 100;
	}
	*share = value * scale + fraction;
	return 0;
}

static int
parse_value(enum cgroup_limit limit, const char *text, uint64_t *value)
{
	switch (limit) {
	case CGROUP_CPU:
		return parse_share(text, value);
	case CGROUP_MEMORY:
		return number_read(text, strlen(text), number_bytes, INT64_MAX,
		    value);
	default:
		return number_parse(text, 4194304, value); /* PID_MAX_LIMIT */
	}
}

int
cgroup_add(void *layer, const char *word, struct fail *f)
{
	struct cgroup *c = layer;
	size_t length = strcspn(word, "=");
	uint64_t value;

	if (strcmp(word, "none") == 0) {
		memset(c->value, 0, sizeof c->value);
		return 1;
	}
	for (int n = 0; n < CGROUP_LIMITS; n++) {
		if (strlen(controllers[n]) != length
		    || memcmp(controllers[n], word, length) != 0)
			continue;
		if (word[length] == '\0')
			return fail(f, 0, "%s: expected %s=LIMIT", word, word);
		if (parse_value(n, word + length + 1, &value) < 0)
			return fail(f, 0, "%s: bad limit", word);
		if (value == 0)
			return fail(f, 0, "%s: nothing can run with none of it",
			    word);
		if (n == CGROUP_CPU && value < 100)
			return fail(f, 0, "%s: the least is 1%%", word);
		c->value[n] = value;
		return 1;
	}
	return 0;
}

void
cgroup_print(const void *layer, FILE *out)
{
	const struct cgroup *c = layer;
	uint64_t cpu = c->value[CGROUP_CPU];

	if (cpu != 0) {
		fprintf(out, " cpu=%" PRIu64, cpu / 100);
		if (cpu % 100 != 0)
			fprintf(out, ".%02" PRIu64, cpu % 100);
		fputc('%', out);
	}
	if (c->value[CGROUP_MEMORY] != 0)
		fprintf(out, " memory=%" PRIu64, c->value[CGROUP_MEMORY]);
	if (c->value[CGROUP_PIDS] != 0)
		fprintf(out, " pids=%" PRIu64, c->value[CGROUP_PIDS]);
}

bool
cgroup_asked(const struct cgroup *c)
{
	for (int n = 0; n < CGROUP_LIMITS; n++)
		if (c->value[n] != 0)
			return true;
	return false;
}

/* The group for a controller: one that is there already, or a new one. */
static struct cgroup_dir *
dir_for(struct cgroup *c, const char *controller, struct fail *f)
{
	struct cgroup_dir *d = &c->dir[c->dirs];

	if (cgroupfind_open(d, controller, controller, f) < 0)
		return NULL;
	/* cpu and memory are often in one hierarchy, version 2's always. */
	for (int n = 0; n < c->dirs; n++) {
		if (strcmp(c->dir[n].path, d->path) != 0)
			continue;
		close(d->parent);
		return &c->dir[n];
	}
	cgroupfs_sweep(d);
	if (cgroupfs_make(d, f) < 0) {
		cgroupfs_remove(d);
		return NULL;
	}
	if (d->v2)
		c->into = d->dir;
	c->dirs++;
	return d;
}

static int
set_limit(struct cgroup *c, enum cgroup_limit limit, const struct cgroup_dir *d)
{
	uint64_t value = c->value[limit];
	char text[64];

	snprintf(text, sizeof text, "%" PRIu64, value);
	switch (limit) {
	case CGROUP_MEMORY:
		return cgroupfs_write(d->dir,
		    d->v2 ? "memory.max" : "memory.limit_in_bytes", text);
	case CGROUP_PIDS:
		return cgroupfs_write(d->dir, "pids.max", text);
	default:
		break;
	}
	snprintf(text, sizeof text, "%" PRIu64, value * PERIOD_US / 10000);
	if (!d->v2)
		return cgroupfs_write(d->dir, "cpu.cfs_quota_us", text);
	snprintf(text + strlen(text), sizeof text - strlen(text), " %d",
	    PERIOD_US);
	return cgroupfs_write(d->dir, "cpu.max", text);
}

static int
make_one(struct cgroup *c, enum cgroup_limit limit, struct fail *f)
{
	struct cgroup_dir *d = dir_for(c, controllers[limit], f);

	if (d == NULL)
		return -1;
	if (set_limit(c, limit, d) < 0)
		return fail(f, errno, "write the limit in %s/%s", d->path,
		    d->name);
	return 0;
}

static int
open_tasks(struct cgroup *c, struct fail *f)
{
	for (int n = 0; n < c->dirs; n++) {
		const struct cgroup_dir *d = &c->dir[n];

		if (d->v2)
			continue;
		c->tasks[n] = openat(d->dir, "tasks", O_WRONLY | O_CLOEXEC);
		if (c->tasks[n] < 0)
			return fail(f, errno, "open %s/%s/tasks", d->path,
			    d->name);
	}
	return 0;
}

int
cgroup_make(struct cgroup *c, struct fail *f)
{
	c->into = -1;
	c->dirs = 0;
	for (int n = 0; n < CGROUP_LIMITS; n++)
		c->tasks[n] = -1;
	for (int n = 0; n < CGROUP_LIMITS; n++) {
		if (c->value[n] == 0 || make_one(c, n, f) == 0)
			continue;
		fail_prefix(f, "%s: ", controllers[n]);
		cgroup_remove(c);
		return -1;
	}
	if (open_tasks(c, f) == 0)
		return 0;
	cgroup_remove(c);
	return -1;
}

int
cgroup_join(const struct cgroup *c, struct fail *f)
{
	for (int n = 0; n < c->dirs; n++)
		if (c->tasks[n] >= 0 && write(c->tasks[n], "0", 1) != 1)
			return fail(f, errno, "join %s/%s", c->dir[n].path,
			    c->dir[n].name);
	return 0;
}

void
cgroup_usage(const struct cgroup *c, struct cgroup_usage *usage)
{
	*usage = (struct cgroup_usage){ .cpu = -1, .memory = -1 };
	for (int n = 0; n < c->dirs; n++) {
		const struct cgroup_dir *d = &c->dir[n];
		int64_t cpu, memory, killed;

		/* A hierarchy without the controller has no such file. */
		if (d->v2) {
			cpu = cgroupfs_number(d, "cpu.stat", "usage_usec");
			memory = cgroupfs_number(d, "memory.peak", NULL);
			killed =
			    cgroupfs_number(d, "memory.events", "oom_kill");
		} else {
			cpu = cgroupfs_number(d, "cpuacct.usage", NULL);
			cpu = cpu < 0 ? cpu : cpu / 1000;
			memory = cgroupfs_number(d, "memory.max_usage_in_bytes",
			    NULL);
			killed = cgroupfs_number(d, "memory.oom_control",
			    "oom_kill");
		}
		usage->cpu = cpu < 0 ? usage->cpu : cpu;
		usage->memory = memory < 0 ? usage->memory : memory;
		usage->oom_killed = usage->oom_killed || killed > 0;
	}
}

void
cgroup_remove(struct cgroup *c)
{
	for (int n = 0; n < c->dirs; n++) {
		if (c->tasks[n] >= 0)
			close(c->tasks[n]);
		cgroupfs_remove(&c->dir[n]);
	}
	c->dirs = 0;
	c->into = -1;
}
