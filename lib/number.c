/* SPDX-License-Identifier: ISC */
/* number.c - see number.h */
#include "number.h"

#include <string.h>

const struct unit number_plain[] = { { 0 } };

const struct unit number_bytes[] = {
	{ 'K', UINT64_C(1) << 10 },
	{ 'M', UINT64_C(1) << 20 },
	{ 'G', UINT64_C(1) << 30 },
	{ 'T', UINT64_C(1) << 40 },
	{ 0 },
};

const struct unit number_seconds[] = {
	{ 's', 1 },
	{ 'm', 60 },
	{ 'h', 3600 },
	{ 'd', 86400 },
	{ 0 },
};

static uint64_t
unit_size(const struct unit *units, char letter)
{
	for (; units->letter != '\0'; units++)
		if (units->letter == letter)
			return units->each;
	return 0;
}

int
number_read(const char *text, size_t length, const struct unit *units,
    uint64_t max, uint64_t *value)
{
	uint64_t each = 1, result = 0;

	if (length > 0 && (text[length - 1] < '0' || text[length - 1] > '9')) {
		if ((each = unit_size(units, text[--length])) == 0)
			return -1;
	}
	if (length == 0)
		return -1;
	for (size_t n = 0; n < length; n++) {
		if (text[n] < '0' || text[n] > '9')
			return -1;
		if (__builtin_mul_overflow(result, 10, &result)
		    || __builtin_add_overflow(result, text[n] - '0', &result))
			return -1;
	}
	if (__builtin_mul_overflow(result, each, &result) || result > max)
		return -1;
	*value = result;
	return 0;
}

int
number_parse(const char *text, uint64_t max, uint64_t *value)
{
	return number_read(text, strlen(text), number_plain, max, value);
}

int
number_duration(const char *text, size_t length, uint64_t *nanoseconds)
{
	const char *point = memchr(text, '.', length);
	size_t whole = point != NULL ? (size_t)(point - text) : length;
	uint64_t value, fraction = 0, each = 1, digits;

	if (point == NULL) {
		if (number_read(text, length, number_seconds,
			INT64_MAX / 1000000000, &value)
		    < 0)
			return -1;
		value *= 1000000000;
	} else {
		if (text[length - 1] > '9')
			each = unit_size(number_seconds, text[--length]);
		digits = length - whole - 1;
		if (each == 0 || digits > 9
		    || number_read(text, whole, number_plain,
			   INT64_MAX / 1000000000, &value)
			   < 0
		    || number_read(point + 1, digits, number_plain, 999999999,
			   &fraction)
			   < 0)
			return -1;
		for (; digits < 9; digits++)
			fraction *= 10;
		if (__builtin_mul_overflow(value * 1000000000 + fraction, each,
			&value)
		    || value > INT64_MAX)
			return -1;
	}
	if (value == 0)
		return -1;
	*nanoseconds = value;
	return 0;
}
