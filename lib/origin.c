/* SPDX-License-Identifier: ISC */
/* origin.c - see origin.h */
#include "origin.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "scope.h"

int
origin_write(int dir, const struct root *root, struct fail *f)
{
	struct root note = *root;
	int result,
	    fd = openat(dir, "origin",
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	FILE *out;

	if (fd < 0)
		return fail(f, errno, "origin: make");
	/* The umask of whoever calls us may have taken it from them. */
	if (fchmod(fd, 0600) < 0 || (out = fdopen(fd, "w")) == NULL) {
		close(fd);
		return fail(f, errno, "origin: write");
	}
	fputs("jail 1\nmkroot", out);
	note.mode = ROOT_PLAIN;
	root_print(&note, out);
	fputc('\n', out);
	result = description_end(out, f);
	if (fclose(out) == EOF && result == 0)
		result = fail(f, errno, "origin: write");
	return result;
}

static int
add_word(const char *tool, const char *word, void *context, struct fail *f)
{
	if (strcmp(tool, "mkroot") != 0 || word == NULL
	    || root_add(context, word, f) != 1)
		return fail(f, 0, "not a line of mkroot");
	return 0;
}

int
origin_read(int dir, struct origin *o, struct fail *f)
{
	/* When it was read is not when the root was used: cacheuse.h. */
	autoclose int fd = openat(dir, "origin",
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_NOATIME
		| O_CLOEXEC);
	struct stat st;

	*o = (struct origin){ 0 };
	if (fd < 0 || fstat(fd, &st) < 0)
		return fail(f, errno, "origin: open");
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid())
		return fail(f, 0, "origin: not a file of the caller's");
	if (description_read(fd, &o->text, f) < 0)
		return fail_prefix(f, "origin: ");
	if (description_each(&o->text, add_word, &o->root, f) == 0
	    && (o->root.from != NULL || o->root.dir != NULL))
		return 0;
	origin_free(o);
	return fail(f, 0, "origin: does not say what it is of");
}

void
origin_free(struct origin *o)
{
	description_free(&o->text);
	*o = (struct origin){ 0 };
}
