/* SPDX-License-Identifier: ISC */
/* subid.h - the subordinate ids of an ordinary user; subuid(5), subgid(5) */
#ifndef SUBID_H
#define SUBID_H

#include <stdint.h>
#include <sys/types.h>

struct extents;
struct fail;

/*
 * Make a map of each kind: 0 inside is the caller's own id, and 1 and up
 * are the first range that /etc/subuid and /etc/subgid give to user uid.
 */
int subid_find(uint32_t uid, uint32_t gid, struct extents *uids,
    struct extents *gids, struct fail *f);

/* Find the first id that /etc/subgid gives to user uid. */
int subid_find_group(uint32_t uid, uint32_t *gid, struct fail *f);

/*
 * Write the maps of the user namespace that pid is in, by newuidmap(1) and
 * newgidmap(1): they have the privilege that we have not, and look whether
 * the ids are the caller's to give.
 */
int subid_write(pid_t pid, const struct extents *uids,
    const struct extents *gids, struct fail *f);

/*
 * Write gid_map alone, by newgidmap(1), which lets setgroups(2) be allowed if
 * a subordinate id is among the gids.
 */
int subid_write_groups(pid_t pid, const struct extents *gids, struct fail *f);

#endif
