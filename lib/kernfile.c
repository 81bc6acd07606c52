/* SPDX-License-Identifier: ISC */
/* kernfile.c - see kernfile.h */
#include "kernfile.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "scope.h"

int
kernfile_read(int dir, const char *file, char *text, size_t size)
{
	autoclose int fd = openat(dir, file, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, text, size - 1);

	if (got < 0)
		return -1;
	text[got] = '\0';
	return 0;
}

int
kernfile_write(int dir, const char *file, const char *text)
{
	autoclose int fd = openat(dir, file, O_WRONLY | O_CLOEXEC);
	size_t length = strlen(text);

	return fd >= 0 && write(fd, text, length) == (ssize_t)length ? 0 : -1;
}
