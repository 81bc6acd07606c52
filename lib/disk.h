/* SPDX-License-Identifier: ISC */
/* disk.h - block devices, as /sys shows them */
#ifndef DISK_H
#define DISK_H

#include <stdbool.h>

struct fail;

enum { DISK_NAME = 32 }; /* bytes of "MAJOR:MINOR" */

/*
 * Find the whole disk that a path stands for, "MAJOR:MINOR": a block device
 * itself, or the one that a file's file system is on.  A partition is its
 * disk, which is what the kernel's limits are for.  -1: it is none.
 */
int disk_find(const char *path, char name[DISK_NAME], struct fail *f);

/* Whether some disk has that scheduler ("bfq") now. */
bool disk_has_scheduler(const char *scheduler);

#endif
