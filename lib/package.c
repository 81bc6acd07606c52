/* SPDX-License-Identifier: ISC */
/* package.c - see package.h */
#include "package.h"

#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "hash.h"

#define ALPHANUMERIC                                                           \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

bool
package_is_name(const char *name)
{
	size_t length = strlen(name);

	return length > 0 && length < PACKAGE_BYTES
	       && strspn(name, ALPHANUMERIC "._+-") == length
	       && strchr("._+-", name[0]) == NULL && name[length - 1] != '-';
}

int
package_add(struct packages *p, const char *name, struct fail *f)
{
	size_t at = 0;
	int order = 1;

	if (!package_is_name(name))
		return fail(f, 0, "+%s: not the name of a package", name);
	while (at < p->count && (order = strcmp(p->names[at], name)) < 0)
		at++;
	if (at < p->count && order == 0)
		return 0;
	if (p->count == PACKAGES)
		return fail(f, 0, "+%s: more than %d packages", name, PACKAGES);
	memmove(p->names + at + 1, p->names + at,
	    (p->count - at) * sizeof p->names[0]);
	p->names[at] = name;
	p->count++;
	return 0;
}

const char *
package_missing(const struct packages *all, const struct packages *some)
{
	size_t n, at = 0;

	for (n = 0; n < some->count; n++) {
		while (at < all->count
		       && strcmp(all->names[at], some->names[n]) < 0)
			at++;
		if (at == all->count
		    || strcmp(all->names[at], some->names[n]) != 0)
			return some->names[n];
	}
	return NULL;
}

char *
package_join(const char *option, const struct packages *p)
{
	char *text = malloc(strlen(option) + p->count * PACKAGE_BYTES + 1);
	char *stop;

	if (text == NULL)
		return NULL;
	stop = stpcpy(text, option);
	for (size_t n = 0; n < p->count; n++) {
		if (n > 0)
			*stop++ = ',';
		stop = stpcpy(stop, p->names[n]);
	}
	return text;
}

uint64_t
package_hash(uint64_t hash, const struct packages *p)
{
	for (size_t n = 0; n < p->count; n++)
		hash = hash_bytes(hash, p->names[n], strlen(p->names[n]) + 1);
	return hash;
}
