/* SPDX-License-Identifier: ISC */
/*
 * layerdir.h - directories that a layer of an image finds there
 *
 * A layer may put a file into a directory of a lower one and say nothing of
 * the directory: then it stays as it was, its time too.  Or it says anew what
 * the directory is: then nothing of what the lower one said holds any more.
 *
 * An ordinary user may not write to all that is there, such as a /usr/bin of
 * mode 555, and does for a moment.
 *
 * https://github.com/opencontainers/image-spec, layer.md.  For cold helpers.
 */
#ifndef LAYERDIR_H
#define LAYERDIR_H

#include <sys/stat.h>

struct fail;

struct layerdir {
	int fd; /* or -1: there is nothing to do */
	struct stat was;
};

/*
 * What path is in, where that is a directory already, is about to change; and
 * has changed: -1, it is not as it was.  No link is followed.
 */
void layerdir_open(struct layerdir *d, int root, const char *path);
int layerdir_close(struct layerdir *d, struct fail *f);

/*
 * Take the attributes and ACLs of the directory itself away, and have it
 * writable until it gets its new mode.  -1: some may be left.
 */
int layerdir_renew(int root, const char *path, struct fail *f);

#endif
