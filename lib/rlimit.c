/* SPDX-License-Identifier: ISC */
/* rlimit.c - see rlimit.h */
#include "rlimit.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "fail.h"
#include "number.h"
#include "scope.h"

static const struct {
	int resource;
	const char *name;
	const struct unit *units;
	bool is_needed; /* with none of it no program gets started */
} kinds[] = {
	{ RLIMIT_AS, "as", number_bytes, true },
	{ RLIMIT_CORE, "core", number_bytes, false },
	{ RLIMIT_CPU, "cpu", number_seconds, true },
	{ RLIMIT_DATA, "data", number_bytes, true },
	{ RLIMIT_FSIZE, "fsize", number_bytes, false },
	{ RLIMIT_LOCKS, "locks", number_bytes, false },
	{ RLIMIT_MEMLOCK, "memlock", number_bytes, false },
	{ RLIMIT_MSGQUEUE, "msgqueue", number_bytes, false },
	{ RLIMIT_NICE, "rlimit-nice", number_plain, false },
	{ RLIMIT_NOFILE, "nofile", number_bytes, false },
	{ RLIMIT_NPROC, "nproc", number_bytes, false },
	{ RLIMIT_RSS, "rss", number_bytes, false },
	{ RLIMIT_RTPRIO, "rtprio", number_plain, false },
	{ RLIMIT_RTTIME, "rttime", number_plain, false }, /* microseconds */
	{ RLIMIT_SIGPENDING, "sigpending", number_bytes, false },
	{ RLIMIT_STACK, "stack", number_bytes, true },
};

_Static_assert(COUNT(kinds) == RLIM_NLIMITS, "a resource limit is missing");

static int
parse_value(const char *text, size_t length, const struct unit *units,
    rlim_t *value, bool *hard)
{
	uint64_t number;

	*hard = length == 1 && text[0] == '=';
	if (*hard)
		return 0;
	if (length == 9 && memcmp(text, "unlimited", 9) == 0) {
		*value = RLIM_INFINITY;
		return 0;
	}
	/* RLIM_INFINITY itself can only be said as a word. */
	if (number_read(text, length, units, UINT64_MAX - 1, &number) < 0)
		return -1;
	*value = (rlim_t)number;
	return 0;
}

static int
bad_value(size_t k, const char *word, struct fail *f)
{
	const struct unit *units = kinds[k].units;

	return fail(f, 0,
	    "%.120s: expected %s=SOFT[:HARD], each %s or unlimited", word,
	    kinds[k].name,
	    units == number_bytes     ? "a number such as 64 or 64M"
	    : units == number_seconds ? "a time such as 90s or 1h"
				      : "a number");
}

static int
parse_word(size_t k, const char *word, const char *text, struct rlimit_word *w,
    struct fail *f)
{
	size_t length = strcspn(text, ":");
	const char *hard = text[length] == ':' ? text + length + 1 : NULL;

	if (parse_value(text, length, kinds[k].units, &w->value.rlim_cur,
		&w->soft_is_hard)
	    < 0)
		return bad_value(k, word, f);
	if (hard == NULL) {
		w->value.rlim_max = w->value.rlim_cur;
		w->keep_hard = w->soft_is_hard;
	} else if (parse_value(hard, strlen(hard), kinds[k].units,
		       &w->value.rlim_max, &w->keep_hard)
		   < 0) {
		return bad_value(k, word, f);
	}
	if (!w->soft_is_hard && !w->keep_hard
	    && w->value.rlim_cur > w->value.rlim_max)
		return fail(f, 0, "%s: the soft limit is above the hard one",
		    word);
	if (kinds[k].is_needed && !w->soft_is_hard && w->value.rlim_cur == 0)
		return fail(f, 0, "%s: nothing can run with none of it", word);
	w->asked = true;
	return 1;
}

/* "cpu=50%" and "cpu=1.5" are shares of the processors: see cgroup.h. */
static bool
is_share(const char *value)
{
	return strpbrk(value, "%.") != NULL;
}

int
rlimits_add(void *layer, const char *word, struct fail *f)
{
	struct rlimits *limits = layer;
	size_t length = strcspn(word, "=");
	struct rlimit_word parsed = { .asked = false };

	if (strcmp(word, "none") == 0) {
		*limits = (struct rlimits){ .none = true };
		return 1;
	}
	for (size_t k = 0; k < COUNT(kinds); k++) {
		if (strlen(kinds[k].name) != length
		    || memcmp(kinds[k].name, word, length) != 0)
			continue;
		if (word[length] == '\0')
			return bad_value(k, word, f);
		if (kinds[k].resource == RLIMIT_CPU
		    && is_share(word + length + 1))
			return 0;
		if (parse_word(k, word, word + length + 1, &parsed, f) < 0)
			return -1;
		limits->word[k] = parsed;
		return 1;
	}
	return 0;
}

static void
print_value(rlim_t value, bool hard, FILE *out)
{
	if (hard)
		fputc('=', out);
	else if (value == RLIM_INFINITY)
		fputs("unlimited", out);
	else
		fprintf(out, "%ju", (uintmax_t)value);
}

void
rlimits_print(const void *layer, FILE *out)
{
	const struct rlimits *limits = layer;

	if (limits->none)
		fputs(" none", out);
	for (size_t k = 0; k < COUNT(kinds); k++) {
		const struct rlimit_word *w = &limits->word[k];

		if (!w->asked)
			continue;
		fprintf(out, " %s=", kinds[k].name);
		print_value(w->value.rlim_cur, w->soft_is_hard, out);
		fputc(':', out);
		print_value(w->value.rlim_max, w->keep_hard, out);
	}
}

bool
rlimits_asked(const struct rlimits *limits)
{
	for (size_t k = 0; k < COUNT(kinds); k++)
		if (limits->word[k].asked)
			return true;
	return false;
}

static int
apply_word(size_t k, const struct rlimit_word *w, pid_t pid, struct fail *f)
{
	struct rlimit old, value = w->value;

	if (prlimit(pid, kinds[k].resource, NULL, &old) < 0)
		return fail(f, errno, "%s: prlimit", kinds[k].name);
	if (w->keep_hard)
		value.rlim_max = old.rlim_max;
	if (w->soft_is_hard)
		value.rlim_cur = value.rlim_max;
	if (prlimit(pid, kinds[k].resource, &value, NULL) == 0)
		return 0;
	fail(f, errno, "%s: prlimit", kinds[k].name);
	if (errno == EPERM && value.rlim_max > old.rlim_max)
		fail_hint(f,
		    "the hard limit is lower already; raising it needs "
		    "CAP_SYS_RESOURCE outside of any user namespace");
	if (errno == EINVAL && value.rlim_cur > value.rlim_max)
		fail_hint(f, "the soft limit is above the hard one");
	return -1;
}

int
rlimits_apply(const struct rlimits *limits, pid_t pid, struct fail *f)
{
	for (size_t k = 0; k < COUNT(kinds); k++)
		if (limits->word[k].asked
		    && apply_word(k, &limits->word[k], pid, f) < 0)
			return -1;
	return 0;
}
