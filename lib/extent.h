/* SPDX-License-Identifier: ISC */
/*
 * extent.h - a list of ranges of ids, as a line each of uid_map and gid_map
 *
 * user_namespaces(7), "User and group ID mappings"
 */
#ifndef EXTENT_H
#define EXTENT_H

#include <stdbool.h>
#include <stdint.h>

enum { EXTENTS_ROOM = 16 };

struct extent {
	uint32_t in, out, count; /* in to in+count-1 are out and up outside */
};

struct extents {
	struct extent list[EXTENTS_ROOM];
	int count;
};

/*
 * Add a range.  -1: it is empty, has an id above 4294967294, meets another
 * one inside or outside, or there is no room.
 */
int extents_add(struct extents *e, uint64_t in, uint64_t out, uint64_t count);

/* Whether this id is there inside. */
bool extents_have(const struct extents *e, uint32_t id);

#endif
