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

/* Go's GOARCH, which the specification refers to, for uname(2)'s words. */
const char *
oci_architecture(void)
{
	static const char *const names[][2] = {
		{ "x86_64", "amd64" },
		{ "aarch64", "arm64" },
		{ "armv7l", "arm" },
		{ "i686", "386" },
		{ "loongarch64", "loong64" },
		{ "ppc64le", "ppc64le" },
		{ "riscv64", "riscv64" },
		{ "s390x", "s390x" },
	};
	struct utsname machine;

	if (uname(&machine) < 0)
		return NULL;
	for (size_t n = 0; n < COUNT(names); n++)
		if (strcmp(machine.machine, names[n][0]) == 0)
			return names[n][1];
	return NULL;
}
