/* SPDX-License-Identifier: ISC */
/* lockfile.c - see lockfile.h */
#include "lockfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cacheuse.h"
#include "description.h"
#include "fail.h"
#include "program.h"
#include "root.h"
#include "scope.h"

enum { SIZE = 1 << 18 };

/* All lines, from malloc(3); a file that is not there has none if !must. */
static char *
read_lines(const char *file, bool must, struct fail *f)
{
	autoclose int fd = open(file, O_RDONLY | O_NOCTTY | O_CLOEXEC);
	char *text = calloc(1, SIZE);
	size_t used = 0;
	ssize_t got = fd < 0 ? -1 : 1;

	if (text != NULL && fd < 0 && errno == ENOENT && !must)
		return text;
	while (text != NULL && got > 0 && used < SIZE - 1) {
		got = read(fd, text + used, SIZE - 1 - used);
		used += got > 0 ? (size_t)got : 0;
	}
	if (text != NULL && got == 0)
		return text;
	fail(f, got > 0 ? EFBIG : errno, "%s: read", file);
	free(text);
	return NULL;
}

char *
lockfile_name(const struct root *root, struct fail *f)
{
	char *name = NULL;
	size_t size;
	FILE *out = open_memstream(&name, &size);

	if (out != NULL) {
		fputs(root->from, out);
		for (size_t n = 0; n < root->packages.count; n++)
			fprintf(out, "+%s", root->packages.names[n]);
		if (fclose(out) == 0)
			return name;
	}
	free(name);
	fail(f, errno, "memory for a name");
	return NULL;
}

/* As it is in the file: "NAME DIGEST" and a newline, from malloc(3). */
static char *
make_line(const char *name, const char *digest, struct fail *f)
{
	char *line = NULL;
	size_t size;
	FILE *out = open_memstream(&line, &size);

	if (out != NULL) {
		description_escape(name, out);
		fprintf(out, " %s\n", digest);
		if (fclose(out) == 0)
			return line;
	}
	free(line);
	fail(f, errno, "memory for a line");
	return NULL;
}

/* Whether line begins with the first word of want, up to its blank. */
static bool
same_name(const char *line, const char *want)
{
	return strncmp(line, want, strcspn(want, " ") + 1) == 0;
}

/* The line that is about the same source, or NULL. */
static const char *
find(const char *text, const char *want)
{
	size_t archive = strncmp(want, "tar:", 4) == 0 ? strcspn(want, " ") : 0;

	for (; *text != '\0';
	     text += strcspn(text, "\n"), text += *text == '\n') {
		const char *digest = text + strcspn(text, " \n");

		if (archive > 0 && strncmp(text, "tar:", 4) == 0
		    && strncmp(digest, want + archive, strlen(want + archive))
			   == 0)
			return text;
		if (archive == 0 && same_name(text, want))
			return text;
	}
	return NULL;
}

int
lockfile_check(const char *file, const char *name, const char *digest,
    struct fail *f)
{
	autofree char *text = read_lines(file, true, f);
	autofree char *want = make_line(name, digest, f);
	const char *there;

	if (text == NULL || want == NULL)
		return -1;
	if ((there = find(text, want)) == NULL)
		return fail(f, 0, "%s: not in %s", name, file);
	there += strcspn(there, " \n");
	if (strncmp(there, want + strcspn(want, " "),
		strlen(want + strcspn(want, " ")))
	    == 0)
		return 0;
	return fail(f, 0, "%s: its digest is %s, and%.*s in %s", name, digest,
	    (int)strcspn(there, "\n"), there, file);
}

int
lockfile_add(const char *file, const char *name, const char *digest,
    struct fail *f)
{
	autofree char *text = read_lines(file, false, f);
	autofree char *line = make_line(name, digest, f);
	autoclose int fd = -1;
	ssize_t put;

	if (text == NULL || line == NULL)
		return -1;
	if (find(text, line) != NULL) {
		if (lockfile_check(file, name, digest, f) == 0)
			return 0;
		return fail_hint(f, "remove its line from %s to lock another",
		    file);
	}
	/* One write(2), so that several can add theirs at a time. */
	fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (fd < 0)
		return fail(f, errno, "%s: open", file);
	if ((put = write(fd, line, strlen(line))) != (ssize_t)strlen(line))
		return fail(f, put < 0 ? errno : ENOSPC, "%s: write", file);
	return 0;
}

char *
lockfile_tree(const char *dir, struct fail *f)
{
	char path[PATH_MAX], *output = NULL, *digest = NULL;
	const char *const argv[] = { path, "digest", NULL };
	autoclose int hold = -1, tree = -1;
	struct program p = { .argv = argv, .in = -1 };
	int status;

	if (cacheuse_hold(dir, &hold, f) < 0)
		return NULL;
	p.dir = tree = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (tree < 0) {
		fail(f, errno, "%s: open", dir);
		return NULL;
	}
	if (program_beside("../libexec/rungs/packroot-write", path, f) < 0
	    || program_run(&p, &output, &status, f) < 0)
		return NULL;
	output[strcspn(output, "\n")] = '\0';
	if (status != 0 || strncmp(output, "sha256:", 7) != 0)
		fail(f, 0, "%s: packroot-write cannot tell its digest", dir);
	else if (asprintf(&digest, "tree:%s", output + 7) < 0) {
		digest = NULL;
		fail(f, errno, "memory for a digest");
	}
	free(output);
	return digest;
}
