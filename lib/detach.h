/* SPDX-License-Identifier: ISC */
/* detach.h - go on in the background: fork(2), setsid(2), daemon(7) */
#ifndef DETACH_H
#define DETACH_H

struct fail;

/*
 * Go on in a process of a session of its own.
 *
 *  1	there, with *caller for detach_tell(); those standard streams that
 *	were a terminal are /dev/null, the others as they were
 *  0	in the caller: detach_tell() was called with NULL
 * -1	in the caller: it was called with a failure, or never
 */
int detach(int *caller, struct fail *f);

/*
 * Tell the caller, who waits for it, that all is well (NULL) or why not.
 * -1: nobody waits any more.
 */
int detach_tell(int caller, const struct fail *why);

#endif
