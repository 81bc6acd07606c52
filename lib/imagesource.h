/* SPDX-License-Identifier: ISC */
/*
 * imagesource.h - a root from an image: where it is, and its helper
 *
 *	oci:DIR[:NAME]               an image layout
 *	oci-archive:FILE[:NAME]      the same, as a tar
 *	docker-archive:FILE[:NAME]   what "docker save" writes
 *
 * As other tools have it, the path ends at the first colon; but where there
 * is a file with all of that for a name, it is that.
 */
#ifndef IMAGESOURCE_H
#define IMAGESOURCE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "description.h"

struct fail;
struct launch;

struct imagesource {
	const char *kind;    /* "oci", ..., or NULL: it is none */
	char path[PATH_MAX]; /* without links */
	char ref[256];       /* "" without a name */
	struct description launch;
};

/* Whether it is the name of an image. */
bool imagesource_is(const char *name);

/* What a description calls it; name itself, if nothing is there any more. */
void imagesource_name(const char *name, char *text, size_t size);

/*
 * Open what holds the image, and say what file tells whether it has changed.
 * A descriptor, or -1.
 */
int imagesource_open(struct imagesource *i, const char *name, struct stat *st,
    struct fail *f);

/*
 * The arguments of the helper, behind its path: room for three and NULL.
 * The texts live as long as *i and room do.
 */
void imagesource_arguments(const struct imagesource *i, const char *argv[4],
    char room[PATH_MAX]);

/*
 * Read what the helper left in the open directory dir about the program, and
 * remove it.  The words live as long as *i.
 */
int imagesource_launch(struct imagesource *i, int dir, struct launch *launch,
    struct fail *f);

void imagesource_close(struct imagesource *i);

#endif
