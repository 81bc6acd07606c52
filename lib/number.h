/* SPDX-License-Identifier: ISC */
/*
 * number.h - numbers as people write them, read strictly
 *
 * strtoul(3) takes blanks, signs, "0x" and wraps what is too large; each of
 * these has been a hole in some sandbox.  Here a number is decimal digits
 * and at most one unit, all of the text, and it fits or it is refused.
 */
#ifndef NUMBER_H
#define NUMBER_H

#include <stddef.h>
#include <stdint.h>

struct unit {
	char letter;   /* '\0' ends a table */
	uint64_t each; /* how many of the plain unit it stands for */
};

extern const struct unit number_plain[];   /* digits only */
extern const struct unit number_bytes[];   /* K M G T, powers of 1024 */
extern const struct unit number_seconds[]; /* s m h d */

/*
 * Read the length bytes at text.  Return 0 and set *value, or -1 and leave
 * it alone when they are not a number in these units or above max.
 */
int number_read(const char *text, size_t length, const struct unit *units,
    uint64_t max, uint64_t *value);

/* The same for a whole string of plain digits. */
int number_parse(const char *text, uint64_t max, uint64_t *value);

/*
 * Read a time such as 10s, 1.5m or 0.25 as nanoseconds, with at most nine
 * digits behind the point.  0 is none, and refused as all nonsense is.
 */
int number_duration(const char *text, size_t length, uint64_t *nanoseconds);

#endif
