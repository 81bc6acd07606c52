/* SPDX-License-Identifier: ISC */
/* watch.c - see watch.h */
#include "watch.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "cgroup.h"
#include "fail.h"
#include "report.h"
#include "scope.h"
#include "usage.h"

/* Processor time is looked at so often at most, however near its end is. */
static const uint64_t tick = 10000000; /* nanoseconds */

/*
 * How much of its processor time is left; all that it can be over by then
 * is what all processors do in a tick.
 */
static uint64_t
cpu_left(const struct watch *w)
{
	int64_t used = usage_cpu(w->cgroup);
	uint64_t after = w->timeouts->of[TIMEOUT_CPU].after;

	if (used < 0)
		return after;
	return (uint64_t)used * 1000 < after ? after - (uint64_t)used * 1000
	                                     : 0;
}

/* It cannot be over before all processors have worked on nothing else. */
static int
start_cpu(const struct watch *w, uint64_t left, struct fail *f)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t next = left / (uint64_t)(processors > 0 ? processors : 1);

	return timeout_start(w->timer[TIMEOUT_CPU], next > tick ? next : tick,
	    0, f);
}

static int
start(const struct watch *w, int n, struct fail *f)
{
	const struct timeout *t = &w->timeouts->of[n];

	if (n == TIMEOUT_CPU)
		return start_cpu(w, t->after, f);
	return timeout_start(w->timer[n], t->after, t->grace, f);
}

int
watch_open(struct watch *w, struct fail *f)
{
	w->asked = -1;
	w->resumed = 0;
	for (int n = 0; n < TIMEOUTS; n++)
		w->timer[n] = -1;
	for (int n = 0; n < TIMEOUTS; n++) {
		if (w->timeouts->of[n].after == 0)
			continue;
		w->timer[n] = timeout_timer(f);
		if (w->timer[n] < 0 || start(w, n, f) < 0) {
			watch_close(w);
			return -1;
		}
	}
	return 0;
}

void
watch_close(const struct watch *w)
{
	for (int n = 0; n < TIMEOUTS; n++)
		scope_close(&w->timer[n]);
}

uint64_t
watch_left(const struct watch *w)
{
	uint64_t left, least = 0;

	for (int n = 0; n < TIMEOUTS; n++) {
		left = n == TIMEOUT_CPU ? 0 : timeout_left(w->timer[n]);
		if (left > 0 && (least == 0 || left < least))
			least = left;
	}
	return least;
}

bool
watch_needs_us(const struct watch *w)
{
	return w->timer[TIMEOUT_CPU] >= 0 || w->pressures->words > 0;
}

void
watch_wait(const struct watch *w, struct pollfd wanted[WATCH_FDS])
{
	for (int n = 0; n < TIMEOUTS; n++)
		wanted[n] = (struct pollfd){ w->timer[n], POLLIN, 0 };
	for (int n = 0; n < PRESSURE_WORDS; n++)
		wanted[TIMEOUTS + n] =
		    (struct pollfd){ n < w->pressures->words
					 ? w->pressures->word[n].trigger
					 : -1,
			    POLLPRI, 0 };
}

/*
 * A clock has come to its end: the first asks, and the same one, when the
 * grace is over, does not ask again.
 */
static bool
ring(struct watch *w, int n, struct verdict *v)
{
	struct fail ignored;
	uint64_t times, left;

	if (read(w->timer[n], &times, sizeof times) != sizeof times)
		return false;
	if (w->asked >= 0 && w->asked != n)
		return false;
	if (n == TIMEOUT_CPU && w->asked < 0) {
		if ((left = cpu_left(w)) > 0) {
			(void)start_cpu(w, left, &ignored);
			return false;
		}
		(void)timeout_start(w->timer[n], w->timeouts->of[n].grace,
		    w->timeouts->of[n].grace, &ignored);
	}
	v->what = w->asked < 0 ? VERDICT_END : VERDICT_KILL;
	v->over = timeout_names[n];
	v->of_time = true;
	w->asked = n;
	return true;
}

static bool
press(const struct watch *w, const struct pressure *p, struct verdict *v)
{
	if (p->signal == SIGSTOP && w->resumed != 0
	    && report_now() < w->resumed + p->window)
		return false;
	v->what = p->signal == SIGKILL   ? VERDICT_KILL
	          : p->signal == SIGSTOP ? VERDICT_STOP
	                                 : VERDICT_TELL;
	v->signal = p->signal;
	v->over = "pressure";
	v->of_time = false;
	return true;
}

void
watch_resume(struct watch *w)
{
	w->resumed = report_now();
}

bool
watch_next(struct watch *w, struct pollfd wanted[WATCH_FDS], struct verdict *v)
{
	for (int n = 0; n < WATCH_FDS; n++) {
		short got = wanted[n].revents;

		wanted[n].revents = 0;
		if (n < TIMEOUTS && (got & POLLIN) && ring(w, n, v))
			return true;
		/* The group is gone: nothing in it can be held up any more. */
		if (got & POLLERR)
			wanted[n].fd = -1;
		else if (n >= TIMEOUTS && (got & POLLPRI)
			 && press(w, &w->pressures->word[n - TIMEOUTS], v))
			return true;
	}
	return false;
}
