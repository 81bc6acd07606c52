/* SPDX-License-Identifier: ISC */
/* timeout.c - see timeout.h */
#include "timeout.h"

#include <errno.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "fail.h"
#include "number.h"

static const uint64_t second = 1000000000;

int
timeout_parse(struct timeout *t, const char *text, struct fail *f)
{
	size_t length = strcspn(text, ":");
	struct timeout new = { .grace = 2 * second };

	if (number_duration(text, length, &new.after) < 0
	    || (text[length] == ':'
		&& number_duration(text + length + 1, strlen(text + length + 1),
		       &new.grace)
		       < 0))
		return fail(f, 0,
		    "--timeout=%s: expected DURATION or DURATION:GRACE, such "
		    "as 10s, 0.5s or 1m:5s",
		    text);
	*t = new;
	return 0;
}

static struct timespec
to_timespec(uint64_t nanoseconds)
{
	return (struct timespec){
		.tv_sec = (time_t)(nanoseconds / second),
		.tv_nsec = (long)(nanoseconds % second),
	};
}

int
timeout_start(const struct timeout *t, struct fail *f)
{
	struct itimerspec when = {
		.it_value = to_timespec(t->after),
		.it_interval = to_timespec(t->grace),
	};
	int fd;

	/* Of the clock that nobody can set. */
	fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (fd >= 0 && timerfd_settime(fd, 0, &when, NULL) == 0)
		return fd;
	fail(f, errno, "make a timer");
	if (fd >= 0)
		close(fd);
	return -1;
}
