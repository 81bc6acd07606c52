/* SPDX-License-Identifier: ISC */
/* listing.h - what is in a directory, always in the same order */
#ifndef LISTING_H
#define LISTING_H

#include <stddef.h>

struct listing {
	char **list; /* names, sorted by their bytes; not "." and ".." */
	size_t count;
};

/*
 * Read the open directory fd, which keeps its position.  -1 with errno set:
 * it cannot be read, or there is no memory; *names is empty then.
 */
int listing_read(struct listing *names, int fd);
void listing_free(struct listing *names);

#endif
