/* SPDX-License-Identifier: ISC */
/* source.h - what a root is made from: a template, or what a user has */
#ifndef SOURCE_H
#define SOURCE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "app.h"
#include "cache.h"
#include "debian.h"
#include "imagesource.h"
#include "root.h"
#include "template.h"

struct fail;
struct work;

enum {
	SOURCE_FROM = PATH_MAX + 288, /* room for "oci-archive:/...:NAME" */
	SOURCE_DIGEST = 7 + 64 + 1,   /* room for "sha256:" and its digits */
};

struct source {
	struct template t;                      /* empty without a template */
	const struct template_archive *archive; /* the one chosen, or NULL */
	const struct template_index *index;     /* that says which it is */
	struct template_archive latest;         /* what that says, and */
	char *releases;                         /* what it points into */
	const char *applets;                    /* those chosen, or NULL */
	bool released;                          /* the user named the release */
	bool progress;     /* show on standard error what is fetched */
	uint64_t max_size; /* of what is unpacked, or 0: quota.h */
	void (*say)(const char *line);
	int file;                   /* the archive if it is here, or -1 */
	bool is_stream;             /* it is, and cannot be read twice */
	int tree;                   /* a directory to be copied, or -1 */
	struct stat status;         /* of the file of tar: */
	const struct root *asked;   /* the words that it was opened with */
	struct debian debian;       /* if the template has a suite */
	bool installs;              /* packages, by what is in it: install.h */
	struct app app;             /* of app:, else empty */
	struct imagesource image;   /* if it is one */
	char digest[SOURCE_DIGEST]; /* "sha256:HEX"; "" if not known */
	char signed_by[DEBIAN_SIGNER]; /* who vouches for it; "" if nobody */
	char key[CACHE_KEY];           /* in the cache; "" if not known */

	/* From here on only first bytes are cleared: these are long. */
	char in_place[PATH_MAX];    /* a directory that is used as it is */
	char from[SOURCE_FROM];     /* what the description says */
	char mirror[PATH_MAX];      /* of the template, "" without one */
	char url[PATH_MAX];         /* once it was fetched from */
	char latest_path[PATH_MAX]; /* what latest.path is */
};

/*
 * Find out what asked->from ("alpine:3.20", "tar:FILE", "dir:PATH",
 * "app:FILE", "oci:DIR") stands for, with its packages and from its mirror.
 * *asked must live as long as *s.  -1: nothing that can be used; source_close
 * is due in any case.
 */
int source_open(struct source *s, const struct root *asked, struct fail *f);
void source_close(struct source *s);

/* Whether the name is that of standard input, "-" or "tar:-". */
bool source_is_stream(const char *name);

/*
 * Read the rest of it: who writes to a pipe that nobody reads fails, and a
 * whole pipeline with it.  Not from a terminal.
 */
void source_drain(void);

/* The key and digest of an archive whose SHA-256 has become known. */
void source_set_digest(struct source *s, const char *hex);

/*
 * Make "rootfs" and "origin" in the work directory, and "archive" if it had
 * to be fetched.  digest is what tar: must have, or NULL.  1: the archive
 * cannot be had, and *f has the reason only; -1: it went wrong.
 */
int source_fill(struct source *s, const struct work *w, const char *digest,
    struct fail *f);

/* Cut "name:release" into its parts; *release is NULL if there is none. */
void source_split(const char *from, char name[NAME_MAX + 1],
    const char **release);

#endif
