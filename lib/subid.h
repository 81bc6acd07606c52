/* SPDX-License-Identifier: ISC */
/* subid.h - the subordinate ids of an ordinary user; subuid(5), subgid(5) */
#ifndef SUBID_H
#define SUBID_H

#include <stdint.h>
#include <sys/types.h>

struct fail;

/*
 * Map 0 inside to the caller's own ids, and 1 and up to its first range in
 * /etc/subuid and /etc/subgid, by newuidmap(1) and newgidmap(1): they have
 * the privilege that we have not.
 */
int subid_write(pid_t pid, uint32_t uid, uint32_t gid, struct fail *f);

#endif
