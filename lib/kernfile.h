/* SPDX-License-Identifier: ISC */
/*
 * kernfile.h - a small file that the kernel makes, such as those of cgroupfs,
 * /proc and /sys: read or written in one go, as it wants them to be
 */
#ifndef KERNFILE_H
#define KERNFILE_H

#include <stddef.h>

/*
 * Read a file of the directory dir into text, up to size and with a NUL
 * behind it.  -1 with errno set: text is not changed.
 */
int kernfile_read(int dir, const char *file, char *text, size_t size);

/* Write the text to it.  -1 with errno set: the kernel has not taken it. */
int kernfile_write(int dir, const char *file, const char *text);

#endif
