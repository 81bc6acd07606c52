/* SPDX-License-Identifier: ISC */
/*
 * range.h - ranges of the host's ids, each for one jail at a time
 *
 * A jail holds its range by a lock on one byte of /run/rungs/ids, which ends
 * with the last process of ours that has the file open, however it ends.
 * Somebody may be left even then: who is killed cannot take a command along
 * that has no pid namespace of its own, or asked not to be.  So the byte is
 * 1 from then on until all of the jail are sure to be gone, and in a range
 * with a 1 somebody is looked for first.
 *
 * fcntl(2), F_OFD_SETLK; proc(5), the owner of /proc/PID.
 */
#ifndef RANGE_H
#define RANGE_H

#include <stdint.h>

struct fail;

enum { RANGE_IDS = 65536 }; /* ids 0 to 65535: what a root expects */

/* Take a free range that begins with *first.  Returns what holds it, or -1. */
int range_take(uint32_t *first, struct fail *f);

/* All of the jail are gone.  held is what range_take() returned. */
void range_free(int held, uint32_t first);

#endif
