/* SPDX-License-Identifier: ISC */
/* cgroup.c - see cgroup.h */
#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroupfind.h"
#include "fail.h"
#include "kernfile.h"
#include "limiting.h"
#include "numberset.h"
#include "scope.h"
#include "usage.h"

int
cgroup_add(void *layer, const char *word, struct fail *f)
{
	struct cgroup *c = layer;
	struct limit_word w;
	int taken, n = 0;

	if (strcmp(word, "none") == 0) {
		c->words = 0;
		return 1;
	}
	if ((taken = limit_read(&w, word, f)) <= 0)
		return taken;
	while (n < c->words && !limit_replaces(&w, &c->word[n]))
		n++;
	if (n < c->words) {
		c->words--;
		memmove(&c->word[n], &c->word[n + 1],
		    (size_t)(c->words - n) * sizeof w);
	}
	if (c->words == CGROUP_WORDS)
		return fail(f, 0, "%.120s: more than %d limits of a group",
		    word, CGROUP_WORDS);
	for (n = c->words; n > 0 && c->word[n - 1].limit > w.limit; n--)
		c->word[n] = c->word[n - 1];
	c->word[n] = w;
	c->words++;
	return 1;
}

void
cgroup_print(const void *layer, FILE *out)
{
	const struct cgroup *c = layer;

	for (int n = 0; n < c->words; n++) {
		fputc(' ', out);
		limit_print(&c->word[n], out);
	}
}

bool
cgroup_asked(const struct cgroup *c)
{
	return c->words > 0 || c->counts_cpu || c->is_watched;
}

/* A group of our own in d's parent, which is ours from here on. */
static int
make_dir(struct cgroup *c, const char *controller, struct fail *f)
{
	struct cgroup_dir *d = &c->dir[c->dirs];

	(void)cgroupfs_sweep(d->parent);
	if (d->occupied && lodge_enter(&c->lodge, d, f) < 0)
		return -1;
	if (cgroupfind_enable(d, controller, f) < 0 || cgroupfs_make(d, f) < 0)
		return -1;
	c->into = d->v2 ? d->dir : c->into;
	c->dirs++;
	return 0;
}

/*
 * The group for a controller, by its names in both versions, and for a limit
 * or NULL: one that is there already, or a new one.
 */
static struct cgroup_dir *
dir_for(struct cgroup *c, const char *v1, const char *v2,
    const struct limit_word *w, struct fail *f)
{
	const struct cgroup_caller caller = {
		.home = c->lodge.group.dir >= 0 ? &c->lodge.group : NULL,
		.companion = c->companion,
	};
	struct cgroup_dir *d = &c->dir[c->dirs];

	if (c->dirs == CGROUP_DIRS) {
		fail(f, 0, "there are too many hierarchies");
		return NULL;
	}
	if (cgroupfind_open(d, v1, v2, &caller, f) < 0)
		return NULL;
	if (w != NULL && limit_check(w, d, f) < 0)
		goto failed;
	/* cpu and memory are often in one hierarchy, version 2's always. */
	for (int n = 0; n < c->dirs; n++) {
		if (strcmp(c->dir[n].path, d->path) != 0)
			continue;
		if (cgroupfind_enable(d, v2, f) < 0)
			goto failed;
		close(d->parent);
		d->parent = -1;
		return &c->dir[n];
	}
	/* We can be in one only: a limit takes another place than a count. */
	if (d->v2 && cgroup_v2(c) != NULL)
		fail(f, 0, "our group is not in %s", d->path);
	else if (make_dir(c, v2, f) == 0)
		return d;
failed:
	cgroupfs_remove(d);
	return NULL;
}

/*
 * What needs no limit.  Any group of version 2 counts processor time and
 * feels pressure, whatever its controllers.
 */
static int
make_others(struct cgroup *c, struct fail *f)
{
	if (c->counts_cpu && usage_cpu(c) < 0
	    && dir_for(c, "cpuacct", "", NULL, f) == NULL)
		return fail_prefix(f, "cpu-time: ");
	if (c->is_watched && cgroup_v2(c) == NULL
	    && dir_for(c, NULL, "", NULL, f) == NULL)
		return fail_prefix(f, "pressure: ");
	return 0;
}

/*
 * For a report: what no limit is for is counted, too.  Who may not make all
 * of these groups goes without what they would count.
 */
static void
make_counters(struct cgroup *c)
{
	static const struct {
		const char *v1, *v2;
	} counters[] = {
		{ "cpuacct", "" },
		{ "memory", "memory" },
		{ "pids", "pids" },
		{ "blkio", "io" },
		{ NULL, "" },
	};
	struct fail ignored;

	for (size_t n = 0; n < COUNT(counters); n++)
		(void)dir_for(c, counters[n].v1, counters[n].v2, NULL,
		    &ignored);
}

static const struct limit_word *
find_processors(const struct cgroup *c)
{
	for (int n = 0; n < c->words; n++)
		if (strcmp(c->word[n].limit->name, "cpus") == 0)
			return &c->word[n];
	return NULL;
}

bool
cgroup_processors(const struct cgroup *c, struct numberset *set)
{
	const struct limit_word *w = find_processors(c);

	return w != NULL && numberset_parse(set, w->text) == 0;
}

static int
make_one(struct cgroup *c, const struct limit_word *w, struct fail *f)
{
	struct cgroup_dir *d;
	char controller[32];

	limit_controller(w, controller);
	d = dir_for(c, w->limit->v1_controller, controller, w, f);
	if (d == NULL && w == find_processors(c))
		return 0;
	if (d != NULL && limit_set(w, d, f) == 0)
		return 0;
	if (w->subject == 0)
		return fail_prefix(f, "%s: ", w->limit->name);
	return fail_prefix(f, "%s%c%.*s: ", w->limit->name, w->text[-1],
	    (int)w->subject, w->text);
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
	bool made = true;

	c->into = -1;
	c->dirs = 0;
	for (int n = 0; n < CGROUP_DIRS; n++)
		c->tasks[n] = -1;
	for (int n = 0; made && n < c->words; n++)
		made = make_one(c, &c->word[n], f) == 0;
	made = made && make_others(c, f) == 0;
	if (made && c->dirs > 0 && c->is_reported)
		make_counters(c);
	if (made && open_tasks(c, f) == 0)
		return 0;
	cgroup_remove(c);
	return -1;
}

int
cgroup_join(const struct cgroup *c, struct fail *f)
{
	for (int n = 0; n < c->dirs; n++) {
		const struct cgroup_dir *d = &c->dir[n];

		if (c->tasks[n] < 0 || write(c->tasks[n], "0", 1) == 1)
			continue;
		fail(f, errno, "join %s/%s", d->path, d->name);
		if (errno == EINVAL
		    && faccessat(d->dir, "cpu.rt_runtime_us", F_OK, 0) == 0)
			fail_hint(f, "a new group of version 1 has no time "
				     "for sched=fifo and sched=rr");
		return -1;
	}
	return 0;
}

const struct cgroup_dir *
cgroup_v2(const struct cgroup *c)
{
	for (int n = 0; n < c->dirs; n++)
		if (c->dir[n].v2)
			return &c->dir[n];
	return NULL;
}

/* Returns how many were told. */
static int
tell_members(const struct cgroup_dir *d, int sig)
{
	int fd = openat(d->dir, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	FILE *in = fd < 0 ? NULL : fdopen(fd, "r");
	int count = 0, pid;

	while (in != NULL && fscanf(in, "%d", &pid) == 1)
		count += kill(pid, sig) == 0;
	if (in != NULL)
		fclose(in);
	return count;
}

bool
cgroup_signal(const struct cgroup *c, int sig)
{
	int tries = sig == SIGKILL ? 1000 : 1;

	if (c->dirs == 0)
		return false;
	/* cgroup.kill is of Linux 5.14, and of version 2. */
	if (sig == SIGKILL && cgroup_v2(c) != NULL
	    && kernfile_write(cgroup_v2(c)->dir, "cgroup.kill", "1") == 0)
		return true;
	while (tries-- > 0 && tell_members(&c->dir[0], sig) > 0)
		if (tries > 0)
			usleep(1000);
	return true;
}

bool
cgroup_freeze(const struct cgroup *c, bool freeze)
{
	const struct cgroup_dir *d = cgroup_v2(c);

	return d != NULL
	       && kernfile_write(d->dir, "cgroup.freeze", freeze ? "1" : "0")
	              == 0;
}

void
cgroup_remove(struct cgroup *c)
{
	for (int n = 0; n < c->dirs; n++) {
		if (c->tasks[n] >= 0)
			close(c->tasks[n]);
		cgroupfs_remove(&c->dir[n]);
	}
	lodge_leave(&c->lodge);
	c->dirs = 0;
	c->into = -1;
}
