/* SPDX-License-Identifier: ISC */
/* oci.c - see oci.h */
#include "oci.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "scope.h"

json_t *
oci_descriptor(const char *media_type, const char *hex, uint64_t size)
{
	char digest[sizeof "sha256:" + 64];

	snprintf(digest, sizeof digest, "sha256:%s", hex);
	return json_pack("{s:s, s:s, s:I}", "mediaType", media_type, "digest",
	    digest, "size", (json_int_t)size);
}

const char *
oci_string(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text : "";
}

/*
 * Go's GOARCH, which the specification refers to, for uname(2)'s words; and
 * the variant that image-index.md has for the least of them.
 */
static const struct machine {
	const char *uname, *name, *variant;
} machines[] = {
	{ "x86_64", "amd64", "v1" },
	{ "aarch64", "arm64", "v8" },
	{ "armv7l", "arm", "v7" },
	{ "i686", "386", NULL },
	{ "loongarch64", "loong64", NULL },
	{ "ppc64le", "ppc64le", NULL },
	{ "riscv64", "riscv64", NULL },
	{ "s390x", "s390x", NULL },
};

static const struct machine *
this_machine(void)
{
	struct utsname here;

	if (uname(&here) < 0)
		return NULL;
	for (size_t n = 0; n < COUNT(machines); n++)
		if (strcmp(here.machine, machines[n].uname) == 0)
			return &machines[n];
	return NULL;
}

const char *
oci_architecture(void)
{
	const struct machine *here = this_machine();

	return here != NULL ? here->name : NULL;
}

const char *
oci_variant(void)
{
	const struct machine *here = this_machine();

	return here != NULL ? here->variant : NULL;
}
