/* SPDX-License-Identifier: ISC */
/*
 * again.h - run this tool again, in a control group that systemd gives us
 *
 * After a login the caller's group is systemd's, and its user may not make
 * others in it.  systemd-run(1) begins a program in one that is the user's;
 * it is below the same slice of that user, so no limit is left behind.
 */
#ifndef AGAIN_H
#define AGAIN_H

#include <stdbool.h>

struct description;
struct fail;

/*
 * To be called first: forget that we were run again, so that no command
 * learns of it.  -1: the command line is not the one that was handed on.
 */
int again_begin(int argc, char *argv[], struct fail *f);

/* Whether there is a systemd to ask, which we have not asked before. */
bool again_is_possible(void);

/*
 * Hand the description that was read on to who will read it again: d is
 * NULL if there was none, file NULL if it came from standard input.  False:
 * what it came from cannot be read twice.
 */
bool again_hand_on(const struct description *d, const char *file);

/*
 * Become systemd-run(1), and behind that this program with the same
 * arguments.  Returns only when that failed.
 */
int again_run(int argc, char *argv[], struct fail *f);

#endif
