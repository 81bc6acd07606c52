/* SPDX-License-Identifier: ISC */
/*
 * idmap.h - which ids of a user namespace are which outside
 *
 * user_namespaces(7), "User and group ID mappings".
 */
#ifndef IDMAP_H
#define IDMAP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct fail;

enum { IDMAP_RANGE = 65536 }; /* ids 0 to 65535: what a root expects */

struct idmap {
	bool range;        /* 0-65535; otherwise one id alone: */
	uint32_t uid, gid; /* what it is called inside */
	uint32_t outside_uid, outside_gid; /* the caller's own */
};

/*
 * Write the maps of the new user namespace that pid is in (0: our own).
 * A single id needs no privilege; setgroups(2) is then denied for good, so
 * that nobody can shed a group that a file's mode shuts out.  A range needs
 * CAP_SETUID and CAP_SETGID outside, so it is never written from inside.
 */
int idmap_write(const struct idmap *map, pid_t pid, struct fail *f);

#endif
