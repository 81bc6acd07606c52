/* SPDX-License-Identifier: ISC */
/*
 * doorstep.h - what a process is when it is about to become the command
 *
 * It is in the jail then, and still the program that made the jail: a file
 * of the host's.  A script in the root can name /proc/self/exe as what it is
 * to be run by, and so has that file run in the jail, where others find it
 * below /proc and, if they have its owner's id, can write to it: CVE-2019-5736.
 *
 * So where they might have, it becomes something else first: a program of a
 * few instructions, in memory of its own, which does nothing but to become
 * the command.  Who writes to that has changed no file of anybody's.
 * memfd_create(2), execveat(2).
 */
#ifndef DOORSTEP_H
#define DOORSTEP_H

#include <stdbool.h>
#include <stdint.h>

struct fail;

/*
 * Who owns the file that this program is.  True: so many others may write to
 * it that the owner does not matter, or it cannot be told.
 */
bool doorstep_owner(uint32_t *owner);

/*
 * Make the program.  Returns a descriptor, to be passed on to the command's
 * process.
 */
int doorstep_make(struct fail *f);

/*
 * The words of a command with room for two in front, for doorstep_become();
 * from malloc(3).  NULL: no memory.
 */
const char **doorstep_words(char *command[]);

/*
 * Get ready to become the file at path, with that channel.  No descriptor is
 * open but the standard streams and what descriptors_close_others() leaves.
 */
int doorstep_prepare(int channel, const char *path, const char *words[],
    struct fail *f);

/*
 * Become it.  Returns only if it cannot begin, with errno.  If it began, and
 * the file cannot be run, errno is sent through the channel, negative, as an
 * int.
 */
int doorstep_enter(int doorstep, const char *words[]);

#endif
