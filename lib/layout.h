/* SPDX-License-Identifier: ISC */
/*
 * layout.h - the files of an image, in a directory or as an archive
 *
 * Only a cold helper links this: libarchive writes.
 */
#ifndef LAYOUT_H
#define LAYOUT_H

#include <stdint.h>

struct fail;

enum { LAYOUT_FILES = 8 };

struct layout_file {
	char path[96];
	const char *text; /* what is in it, or NULL: */
	int fd;           /* what can be read there, from its beginning */
	uint64_t size;
};

struct layout {
	struct layout_file
	    files[LAYOUT_FILES]; /* in the order of their paths */
	int count;
	int64_t time; /* of them all, in an archive */
};

/* Add a file; text must live as long as *l.  There is room for all. */
void layout_add_text(struct layout *l, const char *path, const char *text);
void layout_add(struct layout *l, const char *path, int fd, uint64_t size);

/*
 * Write them as a tar, with the directories that they are in, or make them
 * below the open directory dir.  -1: some of it may be there.
 */
int layout_archive(const struct layout *l, int out, struct fail *f);
int layout_make(const struct layout *l, int dir, struct fail *f);

#endif
