/* SPDX-License-Identifier: ISC */
/* job.c - see job.h */
#include "job.h"

#include <signal.h>
#include <time.h>

/* The kernel lets who is stopped go on by the SIGCONT of a timer, too. */
static bool
start_alarm(timer_t *timer, uint64_t after)
{
	struct sigevent ring = { .sigev_notify = SIGEV_SIGNAL,
		.sigev_signo = SIGCONT };
	const struct itimerspec when = {
		.it_value.tv_sec = (time_t)(after / 1000000000),
		.it_value.tv_nsec = (long)(after % 1000000000),
	};

	if (timer_create(CLOCK_MONOTONIC, &ring, timer) < 0)
		return false;
	if (timer_settime(*timer, 0, &when, NULL) == 0)
		return true;
	timer_delete(*timer);
	return false;
}

bool
job_is_continued(void)
{
	sigset_t pending;

	return sigpending(&pending) == 0 && sigismember(&pending, SIGCONT) == 1;
}

bool
job_stop(int sig, bool whole, uint64_t wake)
{
	sigset_t stop, before;
	timer_t timer;

	if (wake > 0 && !start_alarm(&timer, wake))
		return false;
	sigemptyset(&stop);
	sigaddset(&stop, sig);
	(void)(whole ? kill(0, sig) : raise(sig));
	/* If it is blocked, it is here that we stop. */
	sigprocmask(SIG_UNBLOCK, &stop, &before);
	if (sigismember(&before, sig) == 1)
		sigprocmask(SIG_BLOCK, &stop, NULL);
	if (wake > 0)
		timer_delete(timer);
	return job_is_continued();
}
