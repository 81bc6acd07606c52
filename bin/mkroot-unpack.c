/* SPDX-License-Identifier: ISC */
/*
 * mkroot-unpack - check an archive's digest and unpack it
 *
 *	mkroot-unpack [--sha256=HEX] < ARCHIVE
 *
 * The archive comes open on standard input and goes to the working
 * directory, so no path is looked up twice; a list of owners may be made
 * beside that, as owners.h says.  What there is to say goes to
 * standard output for mkroot, one line each: "sha256 HEX" (before a byte is
 * unpacked), "note TEXT", "fail TEXT".  The status is 0 or 125.
 */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unpack.h"
#include "fail.h"

static int
verify(const char *want, struct fail *f)
{
	char hex[UNPACK_DIGEST];

	if (unpack_digest(STDIN_FILENO, hex, f) < 0)
		return -1;
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
unpack(const char *digest, struct fail *f)
{
	struct unpack_counts counts;
	struct stat before;
	int root = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (root < 0 || fstat(STDIN_FILENO, &before) < 0)
		return fail(f, errno, "begin to unpack");
	if (verify(digest, f) < 0
	    || unpack_archive(STDIN_FILENO, root, &counts, f) < 0
	    || check_unchanged(&before, f) < 0)
		return -1;
	if (counts.devices > 0)
		printf("note %lu device nodes or sockets left out: "
		       "a jail has a /dev of its own\n",
		    counts.devices);
	if (counts.attributes > 0)
		printf("note attributes or ACLs of %lu entries left out: "
		       "they cannot be set here\n",
		    counts.attributes);
	return 0;
}

int
main(int argc, char *argv[])
{
	static const char option[] = "--sha256=";
	const char *digest = NULL;
	struct fail why;

	if (argc == 2 && strncmp(argv[1], option, strlen(option)) == 0)
		digest = argv[1] + strlen(option);
	else if (argc != 1) {
		fprintf(stderr, "usage: mkroot-unpack [--sha256=HEX]\n");
		return EXIT_TOOL;
	}
	/* Names are UTF-8 in most archives, and modes must be exact. */
	setlocale(LC_CTYPE, "C.UTF-8");
	umask(022);
	if (unpack(digest, &why) < 0) {
		printf("fail %s\n", why.text);
		fflush(stdout);
		return why.status;
	}
	return fflush(stdout) == 0 ? 0 : EXIT_TOOL;
}
