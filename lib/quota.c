/* SPDX-License-Identifier: ISC */
/* quota.c - see quota.h */
#include "quota.h"

#include <inttypes.h>

#include "fail.h"

int
quota_bytes(struct quota *q, uint64_t bytes, struct fail *f)
{
	if (bytes <= q->size - q->bytes) {
		q->bytes += bytes;
		return 0;
	}
	fail(f, 0, "with it, there is more than %" PRIu64 " bytes to unpack",
	    q->size);
	return fail_hint(f, "if one trusts who made it: --max-size=SIZE");
}

int
quota_entry(struct quota *q, int64_t bytes, struct fail *f)
{
	if (q->entries == QUOTA_ENTRIES)
		return fail(f, 0, "more than %d entries", QUOTA_ENTRIES);
	q->entries++;
	/* A size below 0 is one above all others. */
	return quota_bytes(q, (uint64_t)bytes, f);
}

int
quota_stream(const struct quota *q, int64_t decompressed, struct fail *f)
{
	uint64_t most = q->bytes + q->entries * QUOTA_AROUND + QUOTA_SLACK;

	if (decompressed < 0 || (uint64_t)decompressed <= most)
		return 0;
	return fail(f, 0,
	    "%" PRId64 " bytes are unpacked to find %" PRIu64
	    " bytes of content",
	    decompressed, q->bytes);
}
