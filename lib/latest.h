/* SPDX-License-Identifier: ISC */
/*
 * latest.h - a release whose archive changes: "latest-stable", "edge"
 *
 * The template has no digest for it but an index, which is on the mirror.
 * The digest is then the mirror's word: it is taken from where nobody can
 * have changed it on the way, https or this machine, or it must be what the
 * caller says.
 */
#ifndef LATEST_H
#define LATEST_H

struct fail;
struct source;

/*
 * s->index is for this release of the template: ask the mirror or, if the
 * caller said a digest, only when that is not in the cache, by
 * latest_look_up.
 */
int latest_open(struct source *s, const char *name, const char *release,
    struct fail *f);

/* Ask the mirror which archive it is today; s->latest and the digest. */
int latest_look_up(struct source *s, struct fail *f);

#endif
