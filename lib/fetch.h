/* SPDX-License-Identifier: ISC */
/* fetch.h - get a file from a mirror, with curl(1) */
#ifndef FETCH_H
#define FETCH_H

#include <limits.h>
#include <stdbool.h>

struct fail;

/*
 * The address of path below RUNGS_MIRROR or, where that is not set, below
 * mirror.  -1: the mirror is none that we take.
 */
int fetch_url(const char *mirror, const char *path, char url[PATH_MAX],
    struct fail *f);

/*
 * Fetch url into the directory dir as name.  1: it cannot be had (no curl,
 * no network, no such file), and *f says why in a few words; -1: something
 * else is wrong, such as a full disk or a certificate.
 */
int fetch(const char *url, int dir, const char *name, bool progress,
    struct fail *f);

#endif
