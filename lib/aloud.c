/* SPDX-License-Identifier: ISC */
/* aloud.c - see aloud.h */
#include "aloud.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "pour.h"

/* dprintf(3) of musl writes what is longer than 80 bytes in parts. */
void
aloud_say(int fd, const char *format, ...)
{
	char line[ALOUD_LINE];
	int size =
	    snprintf(line, sizeof line, "%s: ", program_invocation_short_name);
	size_t used = size < ALOUD_LINE ? (size_t)size : 0;
	va_list ap;

	va_start(ap, format);
	size = vsnprintf(line + used, sizeof line - 1 - used, format, ap);
	va_end(ap);
	if (size < 0)
		return;
	used = strlen(line);
	line[used++] = '\n';
	(void)pour_bytes(fd, line, used);
}

bool
aloud_has_room(int fd, int within)
{
	struct pollfd wait = { .fd = fd, .events = POLLOUT };

	return poll(&wait, 1, within) > 0;
}

/* Two lines at least fit into each page of a pipe: ALOUD_LINE. */
bool
aloud_has_plenty(int fd)
{
	int size = fcntl(fd, F_GETPIPE_SZ), used;

	if (size < 0 || ioctl(fd, FIONREAD, &used) < 0)
		return aloud_has_room(fd, 0);
	return used <= size / 2 && size - used >= 2 * PIPE_BUF;
}
