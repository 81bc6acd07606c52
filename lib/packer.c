/* SPDX-License-Identifier: ISC */
/* packer.c - see packer.h */
#include "packer.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "fail.h"
#include "program.h"

static const char helper[] = "../libexec/rungs/packroot-write";

int
packer_become(const char *dir, const char *format, struct fail *f)
{
	char path[PATH_MAX];

	if (program_beside(helper, path, f) < 0)
		return -1;
	if (chdir(dir) < 0)
		return fail(f, errno, "%s: open the root", dir);
	execl(path, "packroot-write", format, NULL);
	fail(f, errno, "%s", path);
	return fail_hint(f, "is rungs installed completely?");
}
