/* SPDX-License-Identifier: ISC */
/* usage.c - see usage.h */
#include "usage.h"

#include <stdio.h>
#include <string.h>

#include "cgroup.h"
#include "cgroupfs.h"
#include "kernfile.h"

/* A hierarchy without the controller has no such file: what is known stays. */
static void
take(int64_t *what, int64_t found)
{
	if (found >= 0)
		*what = found;
}

static void
take_nanoseconds(int64_t *what, int64_t found)
{
	take(what, found < 0 ? found : found / 1000);
}

/* Add the number behind each of a name in a text of many lines. */
static int64_t
sum(const char *text, const char *name)
{
	int64_t total = 0;
	long long number;

	for (; (text = strstr(text, name)) != NULL; text += strlen(name))
		if (sscanf(text + strlen(name), "%lld", &number) == 1)
			total += number;
	return total;
}

static void
read_io(const struct cgroup_dir *d, struct usage *u)
{
	char text[16384];

	if (kernfile_read(d->dir,
		d->v2 ? "io.stat" : "blkio.throttle.io_service_bytes_recursive",
		text, sizeof text)
	    < 0)
		return;
	u->read = sum(text, d->v2 ? " rbytes=" : " Read ");
	u->written = sum(text, d->v2 ? " wbytes=" : " Write ");
}

static void
read_v2(const struct cgroup_dir *d, struct usage *u)
{
	char file[32], text[256];
	const char *total;
	long long number;

	take(&u->cpu, cgroupfs_number(d, "cpu.stat", "usage_usec"));
	take(&u->user, cgroupfs_number(d, "cpu.stat", "user_usec"));
	take(&u->system, cgroupfs_number(d, "cpu.stat", "system_usec"));
	take(&u->memory, cgroupfs_number(d, "memory.peak", NULL));
	if (cgroupfs_number(d, "memory.events", "oom_kill") > 0)
		u->oom_killed = true;
	for (int n = 0; n < PRESSURE_RESOURCES; n++) {
		snprintf(file, sizeof file, "%s.pressure", pressure_names[n]);
		if (kernfile_read(d->dir, file, text, sizeof text) == 0
		    && (total = strstr(text, "total=")) != NULL
		    && sscanf(total, "total=%lld", &number) == 1)
			u->stalled[n] = number;
	}
}

/*
 * Version 1 counts all of it exactly, but whose it was by looking now and
 * then: so only the proportion of the two is taken from that.
 */
static void
share_out(struct usage *u)
{
	double both = (double)u->user + (double)u->system;

	if (u->cpu < 0 || u->user < 0 || u->system < 0)
		return;
	u->user = both > 0 ? (int64_t)((double)u->cpu * (double)u->user / both)
	                   : u->cpu;
	u->system = u->cpu - u->user;
}

static void
read_v1(const struct cgroup_dir *d, struct usage *u)
{
	take_nanoseconds(&u->cpu, cgroupfs_number(d, "cpuacct.usage", NULL));
	take_nanoseconds(&u->user,
	    cgroupfs_number(d, "cpuacct.usage_user", NULL));
	take_nanoseconds(&u->system,
	    cgroupfs_number(d, "cpuacct.usage_sys", NULL));
	share_out(u);
	take(&u->memory, cgroupfs_number(d, "memory.max_usage_in_bytes", NULL));
	if (cgroupfs_number(d, "memory.oom_control", "oom_kill") > 0)
		u->oom_killed = true;
}

void
usage_read(const struct cgroup *c, struct usage *usage)
{
	*usage =
	    (struct usage){ -1, -1, -1, -1, -1, -1, -1, { -1, -1, -1 }, false };
	for (int n = 0; n < c->dirs; n++) {
		const struct cgroup_dir *d = &c->dir[n];

		if (d->v2)
			read_v2(d, usage);
		else
			read_v1(d, usage);
		take(&usage->pids, cgroupfs_number(d, "pids.peak", NULL));
		read_io(d, usage);
	}
}

int64_t
usage_cpu(const struct cgroup *c)
{
	int64_t cpu = -1;

	for (int n = 0; n < c->dirs; n++)
		if (c->dir[n].v2)
			take(&cpu, cgroupfs_number(&c->dir[n], "cpu.stat",
				       "usage_usec"));
		else
			take_nanoseconds(&cpu,
			    cgroupfs_number(&c->dir[n], "cpuacct.usage", NULL));
	return cpu;
}
