/* SPDX-License-Identifier: ISC */
/* helper.c - see helper.h */
#include "helper.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "program.h"
#include "scope.h"
#include "source.h"

/* One line that the helper printed. */
static void
helper_line(struct source *s, const char *line, struct fail *why)
{
	struct fail note;

	if (strncmp(line, "sha256 ", 7) == 0)
		source_set_digest(s, line + 7);
	else if (strncmp(line, "signed-by ", 10) == 0)
		snprintf(s->signed_by, sizeof s->signed_by, "%s", line + 10);
	else if (strncmp(line, "note ", 5) == 0 && s->say != NULL) {
		fail(&note, 0, "%s: %s", s->from, line + 5);
		s->say(note.text);
	} else if (strncmp(line, "fail ", 5) == 0)
		fail(why, 0, "%s", line + 5);
	else if (strncmp(line, "hint ", 5) == 0)
		fail_hint(why, "%s", line + 5);
}

int
helper_result(struct source *s, const char *name, char *output, int status,
    struct fail *f)
{
	char *rest = NULL, *line;
	struct fail why = { .text = "" };

	for (line = strtok_r(output, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		helper_line(s, line, &why);
	if (why.text[0] != '\0') {
		*f = why;
		return -1;
	}
	if (status > EXIT_SIGNAL)
		return fail(f, 0, "%s died of signal %d", name,
		    status - EXIT_SIGNAL);
	return status == 0 ? 0 : fail(f, 0, "%s failed", name);
}

/* argv has room for a path in front, and for an option and NULL behind. */
static int
run_helper(struct source *s, const char *name, const char *argv[], int in,
    int root, struct fail *f)
{
	char relative[64], path[PATH_MAX], most[64];
	struct program p = { .argv = argv, .in = in, .dir = root };
	autofree char *output = NULL;
	int status, count = 1;

	while (argv[count] != NULL)
		count++;
	if (s->max_size > 0) {
		snprintf(most, sizeof most, "--max-size=%" PRIu64, s->max_size);
		argv[count++] = most;
		argv[count] = NULL;
	}
	snprintf(relative, sizeof relative, "../libexec/rungs/%s", name);
	if (program_beside(relative, path, f) < 0)
		return -1;
	argv[0] = path;
	if (program_run(&p, &output, &status, f) < 0)
		return fail_hint(f, "is rungs installed completely?");
	if (helper_result(s, name, output, status, f) < 0)
		return -1;
	return s->digest[0] != '\0' ? 0 : fail(f, 0, "%s failed", name);
}

int
helper_unpack(struct source *s, int archive, int root, const char *digest,
    struct fail *f)
{
	char sum[SOURCE_DIGEST + 16];
	const char *argv[6] = { NULL };
	int count = 1;

	if (digest != NULL) {
		snprintf(sum, sizeof sum, "--sha256=%s",
		    digest + strlen("sha256:"));
		argv[count++] = sum;
	}
	if (s->is_stream) {
		/* With a digest, what is in the cache needs no archive. */
		if (isatty(archive)) {
			fail(f, 0, "standard input is a terminal");
			return fail_hint(f, "an archive comes down a pipe: "
					    "curl URL | mkroot -");
		}
		argv[count++] = "--stream";
	}
	return run_helper(s, "mkroot-unpack", argv, archive, root, f);
}

int
helper_unpack_image(struct source *s, int root, const char *digest,
    struct fail *f)
{
	const char *argv[6] = { NULL };
	char room[PATH_MAX];

	imagesource_arguments(&s->image, argv + 1, room);
	if (run_helper(s, "mkroot-image", argv, s->file, root, f) < 0)
		return -1;
	if (digest != NULL && strcmp(digest, s->digest) != 0)
		return fail(f, 0, "its digest is %s, not %s", s->digest,
		    digest);
	return 0;
}
