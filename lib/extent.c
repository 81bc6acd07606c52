/* SPDX-License-Identifier: ISC */
/* extent.c - see extent.h */
#include "extent.h"

static bool
overlap(uint32_t a, uint32_t b, const struct extent *x, uint32_t count)
{
	return a < (uint64_t)b + x->count && b < (uint64_t)a + count;
}

int
extents_add(struct extents *e, uint64_t in, uint64_t out, uint64_t count)
{
	struct extent new = { (uint32_t)in, (uint32_t)out, (uint32_t)count };

	if (e->count == EXTENTS_ROOM || count == 0 || count > UINT32_MAX
	    || in > UINT32_MAX || out > UINT32_MAX || in + count > UINT32_MAX
	    || out + count > UINT32_MAX)
		return -1;
	for (int n = 0; n < e->count; n++) {
		const struct extent *x = &e->list[n];

		if (overlap(new.in, x->in, x, new.count)
		    || overlap(new.out, x->out, x, new.count))
			return -1;
	}
	e->list[e->count++] = new;
	return 0;
}

bool
extents_have(const struct extents *e, uint32_t id)
{
	for (int n = 0; n < e->count; n++)
		if (id >= e->list[n].in
		    && id - e->list[n].in < e->list[n].count)
			return true;
	return false;
}
