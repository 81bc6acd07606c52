/* SPDX-License-Identifier: ISC */
/*
 * packtree.h - the part of pack.h that reads the tree
 *
 * Only a cold helper links this: libarchive writes.
 */
#ifndef PACKTREE_H
#define PACKTREE_H

#include <stdbool.h>

struct archive;
struct fail;
struct pack_job;

/* Write an entry for each file of the tree to an archive that is open. */
int packtree(const struct pack_job *job, struct archive *out, bool is_cpio,
    struct fail *f);

/* What libarchive says of a failure of its own; -1. */
int packtree_failed(struct archive *a, struct fail *f);

#endif
