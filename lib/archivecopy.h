/* SPDX-License-Identifier: ISC */
/*
 * archivecopy.h - a copy of an archive that is not read in one go
 *
 * Zip, 7-Zip and ISO 9660 are read back and forth, so no sum of what was read
 * says which file that was, and whoever has the file may write to it
 * meanwhile.  A copy is nobody's but ours.  As unpack.h, this is for cold
 * helpers.
 */
#ifndef ARCHIVECOPY_H
#define ARCHIVECOPY_H

#include <stdbool.h>

#include "hashed.h"

struct fail;

/* Whether what is in a regular file is such an archive. */
bool archivecopy_is_needed(int file);

/*
 * Copy what can be read there to a file without a name beside the open
 * directory root, and say what its SHA-256 is.  A descriptor at its beginning,
 * which is the caller's, or -1.
 */
int archivecopy_make(int file, int root, char hex[HASHED_HEX], struct fail *f);

#endif
