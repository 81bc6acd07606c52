/* SPDX-License-Identifier: ISC */
/* timeout.c - see timeout.h */
#include "timeout.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "fail.h"
#include "number.h"

static const uint64_t second = 1000000000;

const char *const timeout_names[TIMEOUTS] = {
	[TIMEOUT_OPTION] = "timeout",
	[TIMEOUT_WALL] = "wall",
	[TIMEOUT_CPU] = "cpu-time",
};

static int
parse(struct timeout *t, const char *text)
{
	size_t length = strcspn(text, ":");
	struct timeout new = { .grace = 2 * second };

	if (number_duration(text, length, &new.after) < 0
	    || (text[length] == ':'
		&& number_duration(text + length + 1, strlen(text + length + 1),
		       &new.grace)
		       < 0))
		return -1;
	*t = new;
	return 0;
}

static int
bad(struct fail *f, const char *name, const char *text)
{
	return fail(f, 0,
	    "%s=%.120s: expected DURATION or DURATION:GRACE, such as 10s, "
	    "0.5s or 1m:5s",
	    name, text);
}

int
timeout_parse(struct timeout *t, const char *text, struct fail *f)
{
	return parse(t, text) == 0 ? 0 : bad(f, "--timeout", text);
}

int
timeouts_add(void *layer, const char *word, struct fail *f)
{
	struct timeouts *t = layer;
	size_t length = strcspn(word, "=");

	for (int n = TIMEOUT_WALL; n < TIMEOUTS; n++) {
		const char *name = timeout_names[n];

		if (strcmp(word, "none") == 0)
			t->of[n] = (struct timeout){ 0 };
		if (strlen(name) != length || memcmp(name, word, length) != 0)
			continue;
		if (word[length] == '\0')
			return fail(f, 0, "%s: expected %s=LIMIT", word, word);
		if (parse(&t->of[n], word + length + 1) < 0)
			return bad(f, name, word + length + 1);
		return 1;
	}
	return strcmp(word, "none") == 0;
}

/* In seconds, with no digit more than it takes. */
static void
print_duration(uint64_t nanoseconds, FILE *out)
{
	uint64_t rest = nanoseconds % second;
	int digits = 9;

	fprintf(out, "%" PRIu64, nanoseconds / second);
	for (; rest != 0 && rest % 10 == 0; digits--)
		rest /= 10;
	if (rest != 0)
		fprintf(out, ".%0*" PRIu64, digits, rest);
	fputc('s', out);
}

void
timeouts_print(const void *layer, FILE *out)
{
	const struct timeouts *t = layer;

	for (int n = TIMEOUT_WALL; n < TIMEOUTS; n++) {
		if (t->of[n].after == 0)
			continue;
		fprintf(out, " %s=", timeout_names[n]);
		print_duration(t->of[n].after, out);
		fputc(':', out);
		print_duration(t->of[n].grace, out);
	}
}

bool
timeouts_asked(const struct timeouts *t)
{
	for (int n = 0; n < TIMEOUTS; n++)
		if (t->of[n].after > 0)
			return true;
	return false;
}

int
timeout_timer(struct fail *f)
{
	/* Of the clock that nobody can set. */
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	return fd < 0 ? fail(f, errno, "make a timer") : fd;
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
timeout_start(int timer, uint64_t nanoseconds, uint64_t interval,
    struct fail *f)
{
	const struct itimerspec when = {
		.it_value = to_timespec(nanoseconds),
		.it_interval = to_timespec(interval),
	};

	if (timerfd_settime(timer, 0, &when, NULL) < 0)
		return fail(f, errno, "start a timer");
	return 0;
}

uint64_t
timeout_left(int timer)
{
	struct itimerspec now;

	if (timer < 0 || timerfd_gettime(timer, &now) < 0)
		return 0;
	return (uint64_t)now.it_value.tv_sec * second
	       + (uint64_t)now.it_value.tv_nsec;
}
