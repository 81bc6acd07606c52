/* SPDX-License-Identifier: ISC */
/*
 * ttyguard.h - a terminal that is shared is not typed into; seccomp(2)
 *
 * TIOCSTI puts a character into the input of a terminal, as if it had been
 * typed, and TIOCLINUX pastes on the console: the shell outside then runs
 * what a jail wrote.  ioctl_tty(2), ioctl_console(2).
 */
#ifndef TTYGUARD_H
#define TTYGUARD_H

#include <linux/filter.h>
#include <stddef.h>

struct fail;

/*
 * From now on both fail with EPERM, for this process and all that it
 * begins, whichever of the machine's kinds of system call they use.  Any
 * kind that is not known here kills the process.  Needs no_new_privs.
 * -1: there is no guard.
 */
int ttyguard_apply(struct fail *f);

/* The filter, for who wants to read it. */
extern const struct sock_filter ttyguard_filter[];
extern const size_t ttyguard_length;

#endif
