/* SPDX-License-Identifier: ISC */
/*
 * packroot-write - write the working directory as one file
 *
 *	packroot-write FORMAT
 *
 * For packroot, which has checked the words and entered the root.  All goes
 * to standard output; "digest" writes the digest of the tree.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "filesystem.h"
#include "number.h"
#include "pack.h"

/* reproducible-builds.org, SOURCE_DATE_EPOCH; without it, as it is. */
static int
newest(int64_t *seconds, struct fail *f)
{
	const char *text = getenv("SOURCE_DATE_EPOCH");
	uint64_t value;

	*seconds = INT64_MAX;
	if (text == NULL)
		return 0;
	if (number_parse(text, INT64_MAX, &value) < 0)
		return fail(f, 0, "SOURCE_DATE_EPOCH=%s: expected seconds",
		    text);
	*seconds = (int64_t)value;
	return 0;
}

static void
say(const char *before, unsigned long count, const char *after)
{
	if (count > 0)
		fprintf(stderr, "packroot: %s%lu %s\n", before, count, after);
}

static int
write_as(const char *format, const struct pack_job *job, struct fail *f)
{
	char hex[PACK_DIGEST];

	if (filesystem_is(format))
		return filesystem_write(job, format, STDOUT_FILENO, f);
	if (strcmp(format, "digest") != 0)
		return pack_root(job, format, STDOUT_FILENO, f);
	if (pack_digest(job, hex, f) < 0)
		return -1;
	printf("sha256:%s\n", hex);
	return fflush(stdout) == 0 ? 0 : fail(f, errno, "standard output");
}

static int
run(const char *format, struct fail *f)
{
	struct pack_counts counts = { 0 };
	struct pack_job job = { .counts = &counts };

	job.root = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (job.root < 0)
		return fail(f, errno, "open the root");
	if (newest(&job.newest, f) < 0 || write_as(format, &job, f) < 0)
		return -1;
	say("", counts.sockets, "sockets left out");
	say("attributes of ", counts.attributes, "entries left out");
	say("owners of ", counts.owners, "entries left out");
	return 0;
}

int
main(int argc, char *argv[])
{
	struct fail why;

	if (argc != 2)
		return EXIT_TOOL;
	/* Whoever reads may have seen enough; then say so, and end with 125. */
	signal(SIGPIPE, SIG_IGN);
	setlocale(LC_CTYPE, "C.UTF-8");
	if (run(argv[1], &why) == 0)
		return 0;
	fprintf(stderr, "packroot: %s\n", why.text);
	if (why.hint[0] != '\0')
		fprintf(stderr, "packroot: %s\n", why.hint);
	return why.status;
}
