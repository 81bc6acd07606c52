/* SPDX-License-Identifier: ISC */
/*
 * idmap.h - which ids of a user namespace are which outside
 *
 *	user                  see IDMAP_SELF and IDMAP_PICK below
 *	user=self             IDMAP_SELF, and the caller's groups stay
 *	user=auto             the caller's own id, and its subordinate ids
 *	user=HOSTID:COUNT     0 to COUNT-1 are HOSTID and the following
 *	user=IN:OUT:COUNT,... as in /proc/PID/uid_map
 *
 * user_namespaces(7), "User and group ID mappings"; subuid(5).
 */
#ifndef IDMAP_H
#define IDMAP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "extent.h"

struct fail;

enum idmap_kind {
	IDMAP_SELF, /* the caller's own id, and no other */
	IDMAP_PICK, /* a range of the host's that nobody else has */
	IDMAP_HERE, /* as in the namespace around us, for want of a host */
	IDMAP_LIST, /* as a word said */
	IDMAP_AUTO, /* the caller's own, then /etc/subuid's */
};

struct idmap {
	enum idmap_kind kind;
	uint32_t uid, gid; /* SELF: what the caller's id is called inside */
	uint32_t outside_uid, outside_gid; /* the caller's own */
	bool keep;      /* SELF: a word says that the caller's groups stay */
	bool leave;     /* SELF: they do not, by setgroups(2), */
	uint32_t spare; /* which needs this subordinate group; 0: we may */
	struct extents uids, gids; /* of all but SELF */
	bool borrowed;             /* newuidmap(1) has to write it for us */
	int lock;                  /* PICK: what keeps the range ours, or -1 */
};

/*
 * Read what is behind "user=".  Ids are decimal, 0 to 4294967294; an extent
 * that is empty, too long or overlaps another is refused.  -1: *map is as
 * it was.
 */
int idmap_parse(struct idmap *map, const char *value, struct fail *f);

/* Write it again, "" for the kinds that are chosen and not said. */
void idmap_print(const struct idmap *map, FILE *out);

/*
 * How many ids from 0 on the user namespace around us has: UINT32_MAX, which
 * is all, or what some container was given; 0 if that cannot be told.  map
 * is "uid_map" or "gid_map".
 */
uint32_t idmap_ids_here(const char *map);

/*
 * Settle what no word said, and how the map will be written.  uid and gid
 * are what the caller's own are called inside if there is one of each; pick:
 * a caller who is root gets a range that no one else has.
 */
int idmap_settle(struct idmap *map, uint32_t uid, uint32_t gid, bool pick,
    struct fail *f);

/*
 * After idmap_settle(), for a command that is to have its own groups and no
 * others: see how the caller's supplementary ones, if there are any, can be
 * left behind by a map of one id.  There nobody may call setgroups(2), or
 * who is shut out by a group could shed it.  newgidmap(1) allows it to who
 * has subordinate groups, if one of these is in the map, too.  -1: they
 * cannot be left, and no word said that they stay.
 */
int idmap_leave_groups(struct idmap *map, struct fail *f);

/* PICK: take a range that nobody has; range.h. */
int idmap_pick(struct idmap *map, struct fail *f);

/* PICK: all that had an id of it are gone. */
void idmap_release(struct idmap *map);

/* Whether the jail's ids are other ids than those of a tree's owners. */
bool idmap_shifts(const struct idmap *map);

/*
 * Whether a caller who can give files to nobody outside is 0 inside, and root
 * there can give them to others.
 */
bool idmap_gives(const struct idmap *map);

/* Whether somebody in the namespace has this id of the host's. */
bool idmap_reaches(const struct idmap *map, uint32_t uid);

/* Whether the map is of one id, and nobody has said yet of which. */
bool idmap_is_open(const struct idmap *map);

/* Whether it is for another process to write than the one it is of. */
bool idmap_is_from_outside(const struct idmap *map);

/* Check that the map has these. */
int idmap_check(const struct idmap *map, uint32_t uid, uint32_t gid,
    struct fail *f);

/*
 * Write the maps of the new user namespace that pid is in (0: our own).
 * A single id needs no privilege; setgroups(2) is then denied for good, so
 * that nobody can shed a group that a file's mode shuts out.  More needs
 * CAP_SETUID and CAP_SETGID outside, so it is never written from inside;
 * who has not got them borrows them from newuidmap(1) and newgidmap(1).
 */
int idmap_write(const struct idmap *map, pid_t pid, struct fail *f);

/*
 * Become id 0 of the namespace that we are in: who was root outside is
 * nobody in it until then.
 */
int idmap_become_root(struct fail *f);

#endif
