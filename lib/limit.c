/* SPDX-License-Identifier: ISC */
/* limit.c - see limit.h */
#include "limit.h"

#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>

#include "description.h"
#include "fail.h"
#include "number.h"
#include "numberset.h"
#include "path.h"
#include "scope.h"

enum {
	PERCENT = 100,       /* in the unit that shares are counted in */
	PROCESSORS = 10000,  /* more than any kernel knows */
	PAGE = 4096,         /* less memory than that is none */
	PID_LIMIT = 1 << 22, /* PID_MAX_LIMIT of the kernel */
	WEIGHT = 10000,      /* the most of version 2's */
	FILE_TEXT = 4095,    /* what a file of cgroupfs takes at once */
};

/* memory before swap: version 1 wants the two limits set in that order. */
const struct limit limits[] = {
	{ "cpu", "cpu", "cpu", "cpu.cfs_quota_us", "cpu.max", LIMIT_SHARE,
	    PERCENT, PROCESSORS * 100 * PERCENT },
	{ "cpu-weight", "cpu", "cpu", "cpu.shares", "cpu.weight",
	    LIMIT_CPU_WEIGHT, 1, WEIGHT },
	{ "cpus", "cpuset", "cpuset", "cpuset.cpus", "cpuset.cpus", LIMIT_SET,
	    0, 0 },
	{ "hugetlb", "hugetlb", "hugetlb", "limit_in_bytes", "max",
	    LIMIT_HUGETLB, 0, INT64_MAX },
	{ "io", "io", "blkio", "blkio.throttle", "io.max", LIMIT_DEVICE, 0, 0 },
	{ "io-weight", "io", "blkio", "blkio.bfq.weight", "io.weight",
	    LIMIT_IO_WEIGHT, 1, WEIGHT },
	{ "memory", "memory", "memory", "memory.limit_in_bytes", "memory.max",
	    LIMIT_BYTES, PAGE, INT64_MAX },
	{ "memory-high", "memory", "memory", NULL, "memory.high", LIMIT_BYTES,
	    PAGE, INT64_MAX },
	{ "memory-low", "memory", "memory", NULL, "memory.low", LIMIT_BYTES, 0,
	    INT64_MAX },
	{ "mems", "cpuset", "cpuset", "cpuset.mems", "cpuset.mems", LIMIT_SET,
	    0, 0 },
	{ "pids", "pids", "pids", "pids.max", "pids.max", LIMIT_NUMBER, 1,
	    PID_LIMIT },
	{ "swap", "memory", "memory", "memory.memsw.limit_in_bytes",
	    "memory.swap.max", LIMIT_SWAP, 0, INT64_MAX },
	{ "cg", NULL, NULL, NULL, NULL, LIMIT_FILE, 0, 0 },
};

const size_t limit_count = COUNT(limits);

const char *const limit_keys[LIMIT_KEYS] = {
	[LIMIT_RBPS] = "rbps",
	[LIMIT_WBPS] = "wbps",
	[LIMIT_RIOPS] = "riops",
	[LIMIT_WIOPS] = "wiops",
};

/* What is wrong with a word, which may be longer than a message. */
static int __attribute__((format(printf, 3, 4)))
bad(struct fail *f, const char *word, const char *format, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	return fail(f, 0, "%.120s%s: %s", word, strlen(word) > 120 ? "..." : "",
	    text);
}

/* "50%", "12.5%" or "1.5", which is 150%, in hundredths of a percent. */
static int
parse_share(const char *text, uint64_t *share)
{
	size_t length = strlen(text), whole;
	bool percent = length > 0 && text[length - 1] == '%';
	uint64_t value, fraction = 0, scale = percent ? 100 : 10000;

	length -= percent;
	whole = strcspn(text, ".%");
	if (number_read(text, whole, number_plain, UINT32_MAX, &value) < 0)
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
parse_bytes(struct limit_word *w)
{
	size_t length = strlen(w->text);

	w->percent = length > 0 && w->text[length - 1] == '%';
	if (w->percent)
		return parse_share(w->text, &w->value);
	return number_read(w->text, length, number_bytes, UINT64_MAX,
	    &w->value);
}

/* One "KEY=NUMBER", the length bytes at text. */
static int
parse_rate(struct limit_word *w, const char *word, const char *text,
    size_t length, struct fail *f)
{
	size_t name = strcspn(text, "=");

	for (int k = 0; k < LIMIT_KEYS; k++) {
		bool operations = k == LIMIT_RIOPS || k == LIMIT_WIOPS;
		uint64_t most = operations ? UINT32_MAX : INT64_MAX;

		if (name >= length || strlen(limit_keys[k]) != name
		    || memcmp(limit_keys[k], text, name) != 0)
			continue;
		if (w->rate[k] != 0)
			return bad(f, word, "%s is there twice", limit_keys[k]);
		/* 0 is unlimited in version 1, and an error in version 2. */
		if (number_read(text + name + 1, length - name - 1,
			number_bytes, most, &w->rate[k])
			< 0
		    || w->rate[k] == 0)
			return bad(f, word, "bad %s", limit_keys[k]);
		return 0;
	}
	return bad(f, word, "expected rbps, wbps, riops or wiops =NUMBER");
}

/*
 * The path of a device, absolute: a description may be read in another
 * directory.
 */
static int
device_path(const struct limit_word *w, char path[PATH_MAX])
{
	autofree char *name = strndup(w->text, w->subject);
	autofree char *whole = name != NULL ? path_absolute(name) : NULL;

	if (whole == NULL || strlen(whole) >= PATH_MAX)
		return -1;
	strcpy(path, whole);
	return 0;
}

/*
 * "PATH:KEY=NUMBER,...": there is no colon behind the path, so it may have
 * as many as it likes.
 */
static int
parse_device(struct limit_word *w, const char *word, struct fail *f)
{
	const char *colon = strrchr(w->text, ':'), *text;
	char path[PATH_MAX];

	if (colon == NULL || colon == w->text)
		return bad(f, word, "expected io=PATH:KEY=NUMBER,...");
	if (colon - w->text >= PATH_MAX)
		return bad(f, word, "the path is too long");
	w->subject = (size_t)(colon - w->text);
	if (device_path(w, path) < 0)
		return bad(f, word, "it has no absolute path");
	for (text = colon + 1;; text++) {
		size_t length = strcspn(text, ",");

		if (parse_rate(w, word, text, length, f) < 0)
			return -1;
		text += length;
		if (*text == '\0')
			return 1;
	}
}

static int
parse_hugetlb(struct limit_word *w, const char *word, struct fail *f)
{
	const char *colon = strchr(w->text, ':');

	if (colon == NULL)
		return bad(f, word, "expected hugetlb=SIZE:BYTES");
	w->subject = (size_t)(colon - w->text);
	if (number_read(w->text, w->subject, number_bytes, INT64_MAX, &w->size)
		< 0
	    || w->size < 1024 || (w->size & (w->size - 1)) != 0)
		return bad(f, word, "bad size of a page");
	if (number_read(colon + 1, strlen(colon + 1), number_bytes,
		w->limit->most, &w->value)
	    < 0)
		return bad(f, word, "bad limit");
	return 1;
}

/*
 * cg:FILE=TEXT.  The name is one of a file in our own group, and of one that
 * is a controller's: those of the group itself are ours.
 */
static int
parse_file(struct limit_word *w, const char *word, struct fail *f)
{
	size_t length = strcspn(w->text, "=");
	size_t controller = strcspn(w->text, ".=");
	const char *dots;

	w->subject = length;
	if (w->text[length] == '\0' || length > NAME_MAX
	    || strspn(w->text, "abcdefghijklmnopqrstuvwxyz0123456789_.")
		   != length
	    || controller == 0 || controller > 31 || controller + 1 >= length)
		return bad(f, word, "expected cg:CONTROLLER.FILE=TEXT");
	dots = strstr(w->text, "..");
	if (dots != NULL && dots < w->text + length)
		return bad(f, word, "no such file");
	if (controller == strlen("cgroup")
	    && memcmp(w->text, "cgroup", controller) == 0)
		return bad(f, word, "the group itself is not for words");
	for (const char *c = w->text + length + 1; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 127)
			return bad(f, word, "control byte %#04x", *c);
	length = strlen(w->text + length + 1);
	if (length == 0 || length > FILE_TEXT)
		return bad(f, word, "expected 1 to %d bytes to write",
		    FILE_TEXT);
	return 1;
}

static int
check_value(const struct limit_word *w, const char *word, struct fail *f)
{
	const struct limit *l = w->limit;

	if (w->value == 0 && l->least > 0)
		return bad(f, word, "nothing can run with none of it");
	if (w->percent && w->value > 100 * PERCENT)
		return bad(f, word, "there is no more than 100%%");
	if (w->percent)
		return 1;
	if (w->value < l->least && l->kind == LIMIT_SHARE)
		return bad(f, word, "the least is 1%%");
	if (w->value > l->most && l->kind == LIMIT_SHARE)
		return bad(f, word, "the most is %d processors", PROCESSORS);
	if (w->value < l->least)
		return bad(f, word, "the least is %" PRIu64, l->least);
	if (l->most > 0 && w->value > l->most)
		return bad(f, word, "the most is %" PRIu64, l->most);
	return 1;
}

/* What is no number of the sort that the limit takes. */
static int
misread(const struct limit_word *w, const char *word, struct fail *f)
{
	switch (w->limit->kind) {
	case LIMIT_BYTES:
	case LIMIT_SWAP:
		return bad(f, word,
		    "expected bytes, such as 65536, 64M or 2G, or 50%% of what "
		    "there is");
	case LIMIT_SHARE:
		return bad(f, word,
		    "expected a share of the processors, such as 50%% or 1.5");
	default:
		return bad(f, word, "expected a number");
	}
}

static int
parse(struct limit_word *w, const char *word, struct fail *f)
{
	struct numberset set;
	int result;

	switch (w->limit->kind) {
	case LIMIT_DEVICE:
		return parse_device(w, word, f);
	case LIMIT_HUGETLB:
		return parse_hugetlb(w, word, f);
	case LIMIT_FILE:
		return parse_file(w, word, f);
	case LIMIT_SET:
		if (numberset_parse(&set, w->text) == 0)
			return 1;
		return bad(f, word, "expected a list such as 0-3,5");
	case LIMIT_SHARE:
		result = parse_share(w->text, &w->value);
		break;
	case LIMIT_BYTES:
	case LIMIT_SWAP:
		result = parse_bytes(w);
		break;
	default:
		result = number_parse(w->text, UINT64_MAX, &w->value);
		break;
	}
	return result < 0 ? misread(w, word, f) : check_value(w, word, f);
}

int
limit_read(struct limit_word *w, const char *word, struct fail *f)
{
	size_t length = strcspn(word, "=:");

	for (const struct limit *l = limits; l < limits + limit_count; l++) {
		char sign = l->kind == LIMIT_FILE ? ':' : '=';

		if (strlen(l->name) != length
		    || memcmp(l->name, word, length) != 0)
			continue;
		if (word[length] != sign)
			return bad(f, word, "expected %s%c%s", l->name, sign,
			    sign == ':' ? "FILE=TEXT" : "LIMIT");
		*w = (struct limit_word){ .limit = l,
			.text = word + length + 1 };
		return parse(w, word, f);
	}
	return 0;
}

/* In hundredths of a percent. */
static void
print_percent(uint64_t value, FILE *out)
{
	fprintf(out, "%" PRIu64, value / PERCENT);
	if (value % PERCENT != 0)
		fprintf(out, ".%02" PRIu64, value % PERCENT);
	fputc('%', out);
}

static void
print_device(const struct limit_word *w, FILE *out)
{
	char path[PATH_MAX], sign = ':';

	if (device_path(w, path) == 0)
		description_escape(path, out);
	for (int k = 0; k < LIMIT_KEYS; k++) {
		if (w->rate[k] == 0)
			continue;
		fprintf(out, "%c%s=%" PRIu64, sign, limit_keys[k], w->rate[k]);
		sign = ',';
	}
}

void
limit_print(const struct limit_word *w, FILE *out)
{
	struct numberset set;

	fprintf(out, "%s%c", w->limit->name,
	    w->limit->kind == LIMIT_FILE ? ':' : '=');
	switch (w->limit->kind) {
	case LIMIT_DEVICE:
		print_device(w, out);
		break;
	case LIMIT_FILE:
		description_escape(w->text, out);
		break;
	case LIMIT_SET:
		if (numberset_parse(&set, w->text) == 0)
			numberset_print(&set, out);
		break;
	case LIMIT_HUGETLB:
		fprintf(out, "%" PRIu64 ":%" PRIu64, w->size, w->value);
		break;
	default:
		if (w->percent || w->limit->kind == LIMIT_SHARE)
			print_percent(w->value, out);
		else
			fprintf(out, "%" PRIu64, w->value);
		break;
	}
}

bool
limit_replaces(const struct limit_word *a, const struct limit_word *b)
{
	char path[2][PATH_MAX];

	if (a->limit != b->limit)
		return false;
	switch (a->limit->kind) {
	case LIMIT_DEVICE:
		return device_path(a, path[0]) == 0
		       && device_path(b, path[1]) == 0
		       && strcmp(path[0], path[1]) == 0;
	case LIMIT_HUGETLB:
		return a->size == b->size;
	case LIMIT_FILE:
		return a->subject == b->subject
		       && memcmp(a->text, b->text, a->subject) == 0;
	default:
		return true;
	}
}

void
limit_controller(const struct limit_word *w, char name[32])
{
	if (w->limit->controller != NULL)
		snprintf(name, 32, "%s", w->limit->controller);
	else
		snprintf(name, 32, "%.*s", (int)strcspn(w->text, "."), w->text);
}
