/* SPDX-License-Identifier: ISC */
/* numberset.c - see numberset.h */
#include "numberset.h"

#include <stdint.h>
#include <string.h>

#include "number.h"

static bool
has(const struct numberset *set, unsigned n)
{
	return n <= NUMBERSET_MOST
	       && (set->word[n / NUMBERSET_BITS] >> n % NUMBERSET_BITS & 1)
	              != 0;
}

/* "3" or "0-3", the length bytes at text. */
static int
parse_range(struct numberset *set, const char *text, size_t length)
{
	const char *dash = memchr(text, '-', length);
	size_t first = dash != NULL ? (size_t)(dash - text) : length;
	uint64_t from, to;

	if (number_read(text, first, number_plain, NUMBERSET_MOST, &from) < 0)
		return -1;
	to = from;
	if (dash != NULL
	    && number_read(dash + 1, length - first - 1, number_plain,
		   NUMBERSET_MOST, &to)
		   < 0)
		return -1;
	if (from > to)
		return -1;
	for (; from <= to; from++)
		set->word[from / NUMBERSET_BITS] |= 1UL
		                                    << from % NUMBERSET_BITS;
	return 0;
}

int
numberset_parse(struct numberset *set, const char *text)
{
	memset(set, 0, sizeof *set);
	if (strlen(text) > NUMBERSET_TEXT)
		return -1;
	for (;;) {
		size_t length = strcspn(text, ",");

		if (parse_range(set, text, length) < 0)
			return -1;
		if (text[length] == '\0')
			return 0;
		text += length + 1;
	}
}

void
numberset_print(const struct numberset *set, FILE *out)
{
	const char *comma = "";

	for (unsigned n = 0, last; n <= NUMBERSET_MOST; n = last + 1) {
		last = n;
		if (!has(set, n))
			continue;
		while (has(set, last + 1))
			last++;
		fprintf(out, "%s%u", comma, n);
		if (last > n)
			fprintf(out, "-%u", last);
		comma = ",";
	}
}

bool
numberset_equal(const struct numberset *a, const struct numberset *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}
