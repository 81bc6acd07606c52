/* SPDX-License-Identifier: ISC */
/*
 * mkroot-unpack - check an archive's digest and unpack it
 *
 *	mkroot-unpack [--stream] [--sha256=HEX] [--max-size=BYTES] < ARCHIVE
 *
 * The archive comes open on standard input, as a file unless it is said to be
 * a stream, and goes to the working directory, so no path is looked up twice; a
 * list of owners may be made beside that, as owners.h says.  What there is to
 * say goes to standard output for mkroot, one line each: "sha256 HEX", of what
 * was unpacked, "note TEXT", "fail TEXT", "hint TEXT".  The status is 0 or 125.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archivecopy.h"
#include "fail.h"
#include "hashed.h"
#include "nolinks.h"
#include "number.h"
#include "quota.h"
#include "scope.h"
#include "unpack.h"
#include "unpacknote.h"

static int
compare(const char *want, const char *hex, struct fail *f)
{
	if (want != NULL && strcmp(want, hex) != 0)
		return fail(f, 0,
		    "verify the archive: its sha256 is %s, not %s", hex, want);
	return 0;
}

/*
 * Whoever has the archive may write to it at any time, so what counts is the
 * sum of what was read here.
 */
static int
unpack_stream(struct unpack *job, char hex[HASHED_HEX], struct fail *f)
{
	static struct hashed stream = { .fd = STDIN_FILENO };

	job->stream = &stream;
	return unpack_archive(job, f) < 0 ? -1 : hashed_end(&stream, hex, f);
}

static int
unpack_copy(struct unpack *job, const char *digest, char hex[HASHED_HEX],
    struct fail *f)
{
	autoclose int copy = archivecopy_make(STDIN_FILENO, job->root, hex, f);

	job->fd = copy;
	return copy < 0 || compare(digest, hex, f) < 0 ? -1
	                                               : unpack_archive(job, f);
}

/*
 * A file of which one knows what it has to be is read once more before:
 * libarchive need not see what nobody vouches for.
 */
static int
unpack_file(struct unpack *job, const char *digest, char hex[HASHED_HEX],
    struct fail *f)
{
	if (digest != NULL
	    && (hashed_file(STDIN_FILENO, hex, f) < 0
		|| compare(digest, hex, f) < 0))
		return -1;
	if (archivecopy_is_needed(STDIN_FILENO))
		return unpack_copy(job, digest, hex, f);
	if (lseek(STDIN_FILENO, 0, SEEK_SET) < 0)
		return fail(f, errno, "read the archive");
	return unpack_stream(job, hex, f);
}

static int
unpack(bool is_stream, const char *digest, struct quota *quota, struct fail *f)
{
	struct unpack job = { .quota = quota };
	char hex[HASHED_HEX];

	if (nolinks_enter("rootfs", f) < 0)
		return -1;
	job.root = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (job.root < 0)
		return fail(f, errno, "begin to unpack");
	if ((is_stream ? unpack_stream(&job, hex, f)
		       : unpack_file(&job, digest, hex, f))
		< 0
	    || compare(digest, hex, f) < 0)
		return -1;
	printf("sha256 %s\n", hex);
	unpack_print_note(&job.counts);
	return 0;
}

static const struct option options[] = {
	{ "max-size", required_argument, NULL, 'm' },
	{ "sha256", required_argument, NULL, 's' },
	{ "stream", no_argument, NULL, 'i' },
	{ 0 },
};

int
main(int argc, char *argv[])
{
	struct quota quota = { .size = QUOTA_SIZE };
	const char *digest = NULL;
	bool is_stream = false;
	struct fail why;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (option == 's')
			digest = optarg;
		else if (option == 'i')
			is_stream = true;
		else if (option != 'm'
			 || number_parse(optarg, INT64_MAX, &quota.size) < 0)
			return EXIT_TOOL;
	/* Names are UTF-8 in most archives, and modes must be exact. */
	setlocale(LC_CTYPE, "C.UTF-8");
	umask(022);
	return unpack_print_end(unpack(is_stream, digest, &quota, &why), &why);
}
