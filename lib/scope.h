/* SPDX-License-Identifier: ISC */
/* scope.h - resources that end with the block that owns them */
#ifndef SCOPE_H
#define SCOPE_H

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* int fd = -1 or an open descriptor; errno survives the close. */
#define autoclose __attribute__((cleanup(scope_close)))
static inline void
scope_close(const int *fd)
{
	int error = errno;

	if (*fd >= 0)
		close(*fd);
	errno = error;
}

/* Close one now, whoever owns it; there is none then. */
static inline void
scope_drop(int *fd)
{
	scope_close(fd);
	*fd = -1;
}

/* char *text = NULL or something from malloc(3). */
#define autofree __attribute__((cleanup(scope_free)))
static inline void
scope_free(char **text)
{
	free(*text);
}

#endif
