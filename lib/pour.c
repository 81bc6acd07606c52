/* SPDX-License-Identifier: ISC */
/* pour.c - see pour.h */
#include "pour.h"

#include <errno.h>
#include <unistd.h>

int
pour_bytes(int to, const void *bytes, size_t size)
{
	while (size > 0) {
		ssize_t put = write(to, bytes, size);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		bytes = (const char *)bytes + put;
		size -= (size_t)put;
	}
	return 0;
}

int
pour(int from, int to)
{
	static char buffer[1 << 16];
	ssize_t got;

	while ((got = read(from, buffer, sizeof buffer)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 || pour_bytes(to, buffer, (size_t)got) < 0)
			return -1;
	}
	return 0;
}
