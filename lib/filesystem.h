/* SPDX-License-Identifier: ISC */
/*
 * filesystem.h - write a root as a file system that can only be read
 *
 * Programs that others wrote do it: sqfstar(1) of squashfs-tools gets the tar
 * of pack.h, so what holds for that holds here; mkfs.erofs(1) of erofs-utils
 * takes no archive, and reads the tree by its names.
 */
#ifndef FILESYSTEM_H
#define FILESYSTEM_H

#include <stdbool.h>

struct fail;
struct pack_job;

bool filesystem_is(const char *format);

/*
 * Write the tree to the descriptor out, a regular file that is overwritten
 * from its beginning: both programs go back and forth in it.  -1: what is in
 * the file is of no use; the failure names the package of a program that is
 * missing.
 */
int filesystem_write(const struct pack_job *job, const char *format, int out,
    struct fail *f);

#endif
