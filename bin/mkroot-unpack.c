/* SPDX-License-Identifier: ISC */
/*
 * mkroot-unpack - check an archive's digest and unpack it
 *
 *	mkroot-unpack [--stream] [--sha256=HEX] [--max-size=BYTES] < ARCHIVE
 *
 * The archive comes open on standard input and goes to the working
 * directory, so no path is looked up twice; a list of owners may be made
 * beside that, as owners.h says.  What there is to say goes to
 * standard output for mkroot, one line each: "sha256 HEX" (before a byte is
 * unpacked; behind all of a stream, which cannot be read twice), "note TEXT",
 *"fail TEXT", "hint TEXT".  The status is 0 or 125.
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

#include "fail.h"
#include "hashed.h"
#include "nolinks.h"
#include "number.h"
#include "quota.h"
#include "unpack.h"
#include "unpacknote.h"

static int
compare(const char *want, const char *hex, struct fail *f)
{
	if (want != NULL && strcmp(want, hex) != 0)
		return fail(f, 0,
		    "verify the archive: its sha256 is %s, not %s", hex, want);
	printf("sha256 %s\n", hex);
	return 0;
}

/* A file that changes between digest and unpacking is not what it was. */
static int
check_unchanged(const struct stat *before, struct fail *f)
{
	struct stat now;

	if (fstat(STDIN_FILENO, &now) < 0)
		return fail(f, errno, "look at the archive");
	if (now.st_size != before->st_size
	    || now.st_mtim.tv_sec != before->st_mtim.tv_sec
	    || now.st_mtim.tv_nsec != before->st_mtim.tv_nsec
	    || now.st_ctim.tv_sec != before->st_ctim.tv_sec
	    || now.st_ctim.tv_nsec != before->st_ctim.tv_nsec)
		return fail(f, 0, "the archive was changed meanwhile");
	return 0;
}

static int
unpack_file(const char *digest, struct unpack *job, struct fail *f)
{
	char hex[HASHED_HEX];
	struct stat before;

	if (fstat(STDIN_FILENO, &before) < 0)
		return fail(f, errno, "begin to unpack");
	if (hashed_file(STDIN_FILENO, hex, f) < 0 || compare(digest, hex, f) < 0
	    || unpack_archive(job, f) < 0)
		return -1;
	return check_unchanged(&before, f);
}

static int
unpack_stream(const char *digest, struct unpack *job, struct fail *f)
{
	static struct hashed stream = { .fd = STDIN_FILENO };
	char hex[HASHED_HEX];

	job->stream = &stream;
	if (unpack_archive(job, f) < 0 || hashed_end(&stream, hex, f) < 0)
		return -1;
	return compare(digest, hex, f);
}

static int
unpack(bool is_stream, const char *digest, struct quota *quota, struct fail *f)
{
	struct unpack job = { .fd = STDIN_FILENO, .quota = quota };

	if (nolinks_enter("rootfs", f) < 0)
		return -1;
	job.root = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (job.root < 0)
		return fail(f, errno, "begin to unpack");
	if ((is_stream ? unpack_stream : unpack_file)(digest, &job, f) < 0)
		return -1;
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
