/* SPDX-License-Identifier: ISC */
/*
 * template.h - how a root is made, as text; the language is in mkroot(1)
 *
 * One operation per line.  A template does one of four things: it names
 * archives with their digests (archive), it names a distribution of Debian's
 * kind (suite), it builds a root step by step (program, applets, dir, file,
 * line, link), or it names a directory that is there (in-place).  To the first
 * and the third, packages can be added (install).
 */
#ifndef TEMPLATE_H
#define TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "root.h"

struct fail;

enum { TEMPLATE_BYTES = 1 << 16 }; /* no template is larger */

enum template_operation {
	TEMPLATE_PROGRAM, /* path, sources */
	TEMPLATE_APPLETS, /* path of an earlier program */
	TEMPLATE_DIR,     /* path, mode */
	TEMPLATE_FILE,    /* path, mode */
	TEMPLATE_LINE,    /* path, text */
	TEMPLATE_LINK,    /* path, text: where it points */
};

struct template_step {
	enum template_operation operation;
	unsigned line;    /* in the template */
	const char *path; /* in the new root; has no ".." and no first "/" */
	const char *text; /* sources with blanks between, or as said above */
	mode_t mode;
};

struct template_archive {
	const char *release, *arch, *digest, *path; /* digest: 64 hex digits */
};

/* Where a list says which archive a release is today; see release.h. */
struct template_index {
	const char *release, *flavor, *path;
};

struct template
{
	char *text;    /* from malloc(3); all the words point into it */
	uint64_t hash; /* of the text as it was read */
	const char *summary, *mirror, *fallback, *hint, *in_place;
	const char *suite, *keyring, *components; /* of Debian's kind */
	enum root_mode mode;
	struct template_step *steps;
	size_t step_count;
	struct template_archive *archives;
	size_t archive_count;
	struct template_index *indexes;
	size_t index_count;
	const char **masks; /* absolute, or begin with "~/" */
	size_t mask_count;
	char *script; /* the lines of install, or NULL; from malloc(3) */
};

/*
 * Read the size bytes at text.  -1 leaves *t empty; the failure names the
 * line but not the file, which only the caller knows.
 */
int template_parse(const char *text, size_t size, struct template *t,
    struct fail *f);

void template_free(struct template *t);

/* Whether name can be a template's: [a-z0-9][a-z0-9._-]* */
bool template_is_name(const char *name);

/* The index for a release of this name, or NULL. */
const struct template_index *template_index(const struct template *t,
    const char *release);

/*
 * The archive for this machine: the first for its arch, or with a release
 * the first whose release is that or begins with it and a ".".  NULL: none;
 * the failure says which there are.
 */
const struct template_archive *template_choose(const struct template *t,
    const char *release, const char *arch, struct fail *f);

#endif
