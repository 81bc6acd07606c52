/* SPDX-License-Identifier: ISC */
/* pressure.c - see pressure.h */
#include "pressure.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cgroupfs.h"
#include "fail.h"
#include "number.h"
#include "scope.h"

static const uint64_t millisecond = 1000000;

/* The kernel's own bounds, in milliseconds. */
enum { WINDOW_LEAST = 500, WINDOW_MOST = 10000, WINDOW_OF_USERS = 2000 };

const char *const pressure_names[PRESSURE_RESOURCES] = {
	[PRESSURE_CPU] = "cpu",
	[PRESSURE_MEMORY] = "memory",
	[PRESSURE_IO] = "io",
};

/* What a command may be told by; the others mean something else. */
static const struct {
	const char *name;
	int signal;
} actions[] = {
	{ "kill", SIGKILL },
	{ "stop", SIGSTOP },
	{ "HUP", SIGHUP },
	{ "INT", SIGINT },
	{ "QUIT", SIGQUIT },
	{ "TERM", SIGTERM },
	{ "USR1", SIGUSR1 },
	{ "USR2", SIGUSR2 },
	{ "WINCH", SIGWINCH },
	{ "ALRM", SIGALRM },
};

static int
parse_resource(struct pressure *p, const char *text, size_t length)
{
	for (int n = 0; n < PRESSURE_RESOURCES; n++) {
		if (strlen(pressure_names[n]) != length
		    || memcmp(pressure_names[n], text, length) != 0)
			continue;
		p->resource = n;
		return 0;
	}
	return -1;
}

static int
parse_percent(struct pressure *p, const char *text, size_t length)
{
	if (length < 2 || text[length - 1] != '%'
	    || number_read(text, length - 1, number_plain, 100, &p->percent)
		   < 0)
		return -1;
	return p->percent > 0 ? 0 : -1;
}

static int
parse_window(struct pressure *p, const char *text, size_t length)
{
	if (number_duration(text, length, &p->window) < 0)
		return -1;
	return p->window >= WINDOW_LEAST * millisecond
	               && p->window <= WINDOW_MOST * millisecond
	           ? 0
	           : -1;
}

static int
parse_action(struct pressure *p, const char *text)
{
	const char *name = strncmp(text, "SIG", 3) == 0 ? text + 3 : text;

	for (size_t n = 0; n < COUNT(actions); n++)
		if (strcmp(actions[n].name, name) == 0) {
			p->signal = actions[n].signal;
			return 0;
		}
	return -1;
}

static int
parse(struct pressure *p, const char *text)
{
	size_t length = strcspn(text, ":");

	if (parse_resource(p, text, length) < 0 || text[length] == '\0')
		return -1;
	text += length + 1;
	length = strcspn(text, ":");
	if (parse_percent(p, text, length) < 0 || text[length] == '\0')
		return -1;
	text += length + 1;
	length = strcspn(text, ":");
	if (parse_window(p, text, length) < 0)
		return -1;
	return text[length] == '\0' ? 0 : parse_action(p, text + length + 1);
}

/* The same resource and the same action: the later word is what counts. */
static struct pressure *
place_for(struct pressures *all, const struct pressure *p)
{
	for (int n = 0; n < all->words; n++)
		if (all->word[n].resource == p->resource
		    && all->word[n].signal == p->signal)
			return &all->word[n];
	return all->words < PRESSURE_WORDS ? &all->word[all->words++] : NULL;
}

int
pressures_add(void *layer, const char *word, struct fail *f)
{
	static const char name[] = "pressure=";
	struct pressure p = { .signal = SIGKILL, .trigger = -1 }, *place;
	struct pressures *all = layer;

	if (strcmp(word, "none") == 0) {
		all->words = 0;
		return 1;
	}
	if (strncmp(word, name, strlen(name) - 1) != 0
	    || (word[strlen(name) - 1] != '='
		&& word[strlen(name) - 1] != '\0'))
		return 0;
	if (word[strlen(name) - 1] == '\0'
	    || parse(&p, word + strlen(name)) < 0)
		return fail(f, 0,
		    "%.120s: expected pressure=cpu|memory|io:PERCENT:WINDOW"
		    "[:kill|stop|SIGNAL], the window from 0.5s to 10s",
		    word);
	if ((place = place_for(all, &p)) == NULL)
		return fail(f, 0, "%s: more than %d of these", word,
		    PRESSURE_WORDS);
	*place = p;
	return 1;
}

static const char *
action_name(int sig)
{
	size_t n = 0;

	while (actions[n].signal != sig)
		n++;
	return actions[n].name;
}

void
pressures_print(const void *layer, FILE *out)
{
	const struct pressures *all = layer;

	for (int n = 0; n < all->words; n++) {
		const struct pressure *p = &all->word[n];
		uint64_t thousandths = p->window / millisecond;

		fprintf(out, " pressure=%s:%" PRIu64 "%%:%" PRIu64,
		    pressure_names[p->resource], p->percent,
		    thousandths / 1000);
		if (thousandths % 1000 != 0)
			fprintf(out, ".%03" PRIu64, thousandths % 1000);
		fprintf(out, "s:%s", action_name(p->signal));
	}
}

static int
watch(struct pressure *p, const struct cgroup_dir *d, struct fail *f)
{
	const char *name = pressure_names[p->resource];
	uint64_t window = p->window / 1000; /* microseconds */
	char file[32], text[64];
	int length, error;

	snprintf(file, sizeof file, "%s.pressure", name);
	length = snprintf(text, sizeof text, "some %" PRIu64 " %" PRIu64,
	    window * p->percent / 100, window);
	p->trigger = openat(d->dir, file, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	/* With its NUL: older kernels cut the last byte off. */
	if (p->trigger >= 0
	    && write(p->trigger, text, (size_t)length + 1) == length + 1)
		return 0;
	error = errno;
	if (error == ENOENT || error == EOPNOTSUPP) {
		fail(f, 0, "pressure=%s: the kernel does not tell it", name);
		return fail_hint(f, "boot it with psi=1");
	}
	fail(f, error, "pressure=%s: watch %s/%s/%s", name, d->path, d->name,
	    file);
	if (error == EINVAL && p->window % (WINDOW_OF_USERS * millisecond) != 0)
		fail_hint(f,
		    "who has no CAP_SYS_RESOURCE may only have windows "
		    "of 2s, 4s, 6s, 8s and 10s");
	return -1;
}

int
pressures_watch(struct pressures *all, const struct cgroup_dir *d,
    struct fail *f)
{
	for (int n = 0; n < all->words; n++)
		if (watch(&all->word[n], d, f) < 0)
			return -1;
	return 0;
}
