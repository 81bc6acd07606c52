/* SPDX-License-Identifier: ISC */
/*
 * nsfd.h - the namespace that a process is in, as a descriptor
 *
 * For namespaces(7) that is a link in /proc, where the first look at a process
 * makes what there is of it in memory, and its end has to clear that up.
 * Linux 6.11 is asked with an ioctl(2) of its pidfd; the rights that it takes
 * are the same.
 */
#ifndef NSFD_H
#define NSFD_H

#include <sys/types.h>

/* Of process pid, or of ourselves, 0.  -1 with errno set. */
int nsfd_user(pid_t pid);
int nsfd_mount(pid_t pid);

#endif
