/* SPDX-License-Identifier: ISC */
/* demand.c - see demand.h */
#include "demand.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "root.h"
#include "source.h"

static const char remedy[] = "name another directory, or remove that one";

int
demand_digest(const struct root *asked, const char *from, const char *digest,
    struct fail *f)
{
	const char *want = asked->digest;

	if (want == NULL)
		return 0;
	if (digest == NULL || *digest == '\0')
		return fail(f, 0, "%s: %s: it has no digest", from, want);
	if (strcmp(want, digest) != 0)
		return fail(f, 0, "%s: its digest is %s, not %s", from, digest,
		    want);
	return 0;
}

int
demand_checked(const struct root *asked, const struct root *there,
    struct fail *f)
{
	const char *want = asked->signed_by;

	if (demand_digest(asked, there->from, there->digest, f) < 0)
		return -1;
	if (want == NULL)
		return 0;
	if (there->signed_by == NULL)
		return fail(f, 0, "%s: nobody signed it", there->from);
	if (strcmp(want, there->signed_by) != 0)
		return fail(f, 0, "%s: it is signed by %s, not %s", there->from,
		    there->signed_by, want);
	return 0;
}

/* Whether a release that was asked for is the one that is there. */
static bool
same_release(const char *asked, const char *there)
{
	size_t length = asked != NULL ? strlen(asked) : 0;

	return asked == NULL
	       || (there != NULL && strncmp(asked, there, length) == 0
		   && (there[length] == '\0' || there[length] == '.'));
}

int
demand_same(const char *from, const char *there, const char *path,
    struct fail *f)
{
	char want[NAME_MAX + 1], have[NAME_MAX + 1], real[SOURCE_FROM];
	const char *asked, *release;
	bool same_name, is_exact;

	if (imagesource_is(from)) {
		imagesource_name(from, real, sizeof real);
		if (strcmp(real, there) == 0)
			return 0;
	}
	source_split(from, want, &asked);
	source_split(there, have, &release);
	is_exact = strcmp(want, "tar") == 0 || strcmp(want, "dir") == 0
	           || strcmp(want, "app") == 0 || imagesource_is(from);
	if (is_exact && strcmp(want, "app") != 0 && asked != NULL
	    && !source_is_stream(from) && realpath(asked, real) != NULL)
		asked = real;
	same_name = strcmp(want, have) == 0;
	if (same_name
	    && (is_exact ? asked != NULL && release != NULL
			       && strcmp(asked, release) == 0
			 : same_release(asked, release)))
		return 0;
	fail(f, 0, "dir=%s: holds %s, %s %s", path, there,
	    same_name && !is_exact ? "another release than" : "not", from);
	return fail_hint(f, "%s", remedy);
}

int
demand_packages(const struct root *asked, const struct root *there,
    const char *path, struct fail *f)
{
	const char *name = package_missing(&there->packages, &asked->packages);

	if (name == NULL)
		return 0;
	fail(f, 0, "dir=%s: holds %s without +%s", path, there->from, name);
	return fail_hint(f, "%s", remedy);
}
