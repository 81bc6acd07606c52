/* SPDX-License-Identifier: ISC */
/* fetch.h - get a file from a mirror, with curl(1) */
#ifndef FETCH_H
#define FETCH_H

#include <limits.h>
#include <stdbool.h>

struct fail;

/*
 * The mirror of a template: what the caller said or, if that is NULL, what
 * RUNGS_MIRROR says or, if it says nothing, what the template does.  It is a
 * URL of bytes that mean nothing to a shell or to sources.list(5), and has
 * no "/" at its end.  -1: it is none that we take.
 */
int fetch_mirror(const char *said, const char *template, char mirror[PATH_MAX],
    struct fail *f);

/* The address of path below a mirror.  -1: it is too long. */
int fetch_url(const char *mirror, const char *path, char url[PATH_MAX],
    struct fail *f);

/*
 * Fetch url into the directory dir as name.  1: it cannot be had (no curl,
 * no network, no such file), and *f says why in a few words; -1: something
 * else is wrong, such as a full disk or a certificate.
 */
int fetch(const char *url, int dir, const char *name, bool progress,
    struct fail *f);

/*
 * Fetch url, which has a text of at most 64 KiB, to *text, from malloc(3).
 * What is returned is as for fetch().
 */
int fetch_text(const char *url, char **text, struct fail *f);

#endif
