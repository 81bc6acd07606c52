/* SPDX-License-Identifier: ISC */
/*
 * aloud.h - say a line to somebody who may not be listening
 *
 * Who waits until a line is read keeps no time limit and answers nobody.
 */
#ifndef ALOUD_H
#define ALOUD_H

#include <stdbool.h>

enum { ALOUD_LINE = 2048 };

/*
 * Write "TOOL: " and a line, with one write(2), so that what others write to
 * the same file or pipe is before or behind it, write(2) and pipe(7).  What
 * is longer than ALOUD_LINE is cut off; who cannot be written to is not told.
 */
__attribute__((format(printf, 2, 3))) void aloud_say(int fd, const char *format,
    ...);

/* Whether a line can be written within this time, in milliseconds. */
bool aloud_has_room(int fd, int within);

/*
 * The same at once, and so that there is room for some lines behind it: a
 * pipe is at most half full.
 */
bool aloud_has_plenty(int fd);

#endif
