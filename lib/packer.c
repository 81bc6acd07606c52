/* SPDX-License-Identifier: ISC */
/* packer.c - see packer.h */
#include "packer.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "cacheuse.h"
#include "fail.h"
#include "program.h"
#include "scope.h"

static const char helper[] = "../libexec/rungs/packroot-write";

int
packer_add(struct packer *p, const char *word, struct fail *f)
{
	if (p->count == PACKER_WORDS)
		return fail(f, 0, "more than %d words", PACKER_WORDS);
	p->words[p->count++] = word;
	return 0;
}

/* Nobody removes a root of the cache until what we become has ended. */
static int
hold_root(const char *dir, struct fail *f)
{
	int hold;

	if (cacheuse_hold(dir, &hold, f) < 0)
		return -1;
	return hold < 0 || fcntl(hold, F_SETFD, 0) == 0
	           ? 0
	           : fail(f, errno, "%s: hold it", dir);
}

/* Standard output becomes the directory that to is to be in. */
static int
open_above(char *to, struct fail *f)
{
	autoclose int above =
	    open(dirname(to), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (above >= 0 && dup2(above, STDOUT_FILENO) >= 0)
		return 0;
	return fail(f, errno, "%s: open the directory", to);
}

int
packer_become(const struct packer *p, const char *dir, struct fail *f)
{
	const char *words[PACKER_WORDS + 5] = { "packroot-write" };
	char path[PATH_MAX], above[PATH_MAX], name[PATH_MAX];
	int count = 1;

	if (program_beside(helper, path, f) < 0)
		return -1;
	if (p->how != NULL)
		words[count++] = p->how;
	if (p->to != NULL) {
		if (strlen(p->to) >= sizeof name)
			return fail(f, ENAMETOOLONG, "%s", p->to);
		words[count++] = "-o";
		words[count++] = basename(strcpy(name, p->to));
		if (open_above(strcpy(above, p->to), f) < 0)
			return -1;
	}
	memcpy(words + count, p->words, (size_t)p->count * sizeof *words);
	words[count + p->count] = NULL;
	if (hold_root(dir, f) < 0)
		return -1;
	if (chdir(dir) < 0)
		return fail(f, errno, "%s: open the root", dir);
	execv(path, (char *const *)words);
	fail(f, errno, "%s", path);
	return fail_hint(f, "is rungs installed completely?");
}
