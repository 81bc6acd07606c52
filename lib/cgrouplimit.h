/* SPDX-License-Identifier: ISC */
/* cgrouplimit.h - the limits that a group has already: cgroup-v2.rst */
#ifndef CGROUPLIMIT_H
#define CGROUPLIMIT_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

struct cgroup_dir;

/*
 * Version 2: whether the group dir itself has a limit of any sort, and in
 * which file.  One that cannot be read counts as one.
 */
bool cgrouplimit_own(int dir, char file[NAME_MAX + 1]);

/*
 * The smallest number that a file of d's parent, or of a group above it that
 * we can see, has: what a limit made there cannot exceed.  UINT64_MAX: there
 * is none.
 */
uint64_t cgrouplimit_least(const struct cgroup_dir *d, const char *file);

#endif
