/* SPDX-License-Identifier: ISC */
/* limiting.h - how a limit of limit.h is given to a group */
#ifndef LIMITING_H
#define LIMITING_H

struct cgroup_dir;
struct fail;
struct limit_word;

/* Whether the version that d is of has such a limit; -1: f says it. */
int limit_check(const struct limit_word *w, const struct cgroup_dir *d,
    struct fail *f);

/*
 * Set the limit in our group.  -1: the kernel does not have it, or not all
 * of it, and f says what.
 */
int limit_set(const struct limit_word *w, const struct cgroup_dir *d,
    struct fail *f);

#endif
