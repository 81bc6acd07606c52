/* SPDX-License-Identifier: ISC */
/*
 * mkroot-image - check an image and unpack its layers, one over the other
 *
 *	mkroot-image [--archive] [--docker] [--ref=NAME] [--max-size=BYTES]
 *
 * The image comes open on standard input, as a directory or as an archive
 * with that in it, and its root goes to the empty working directory.  Beside
 * that is made "launch", what the image says of its program; and "owners", as
 * owners.h says.  An archive is first unpacked to "image", which is removed
 * again.  What there is to say goes to standard output, as mkroot-unpack has
 * it: "sha256 HEX" is the digest of the manifest.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "imageread.h"
#include "layerread.h"
#include "nolinks.h"
#include "number.h"
#include "owners.h"
#include "quota.h"
#include "scope.h"
#include "unpack.h"
#include "unpacknote.h"
#include "whiteout.h"
#include "work.h"

/*
 * The files of an archive, as a directory beside the root.  They may take what
 * they take in the archive, and what is in its layers is counted later: so
 * this is only for one that is compressed as a whole.
 */
static int
unpack_image(const struct quota *layers, int root, struct fail *f)
{
	struct quota quota = { .size = layers->size + QUOTA_SLACK };
	struct unpack job = {
		.kind = UNPACK_FILES,
		.fd = STDIN_FILENO,
		.quota = &quota,
	};
	struct stat st;
	int got;

	if (fstat(STDIN_FILENO, &st) < 0)
		return fail(f, errno, "look at the archive");
	quota.size += (uint64_t)st.st_size;
	if (mkdirat(root, "../image", 0700) < 0
	    || (job.root = openat(root, "../image",
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC))
		   < 0
	    || fchdir(job.root) < 0)
		return fail(f, errno, "make room for the image");
	/* It is read by its links later; only what unpacks it follows none. */
	if (nolinks_enter("image", f) < 0)
		return -1;
	got = unpack_archive(&job, f);
	if (fchdir(root) < 0 && got == 0)
		got = fail(f, errno, "go back");
	if (got == 0)
		return job.root;
	close(job.root);
	return -1;
}

/*
 * Whoever has the image may write to it at any time, so what counts is the sum
 * of what was read here; and if that is wrong, no other failure matters.
 */
static int
check_read(const struct imageread *r, int n, struct layerread *layer,
    const struct quota *quota, int result, struct fail *f)
{
	char file[HASHED_HEX], tar[HASHED_HEX];
	struct fail why;
	int whole = layerread_end(layer, quota, file, tar, &why);

	if (*file != '\0'
	    && imageread_check(r, n, file, whole == 0 ? tar : NULL, &why) < 0)
		result = whole = -1;
	else if (result < 0)
		return -1;
	if (whole < 0)
		*f = why;
	return whole;
}

/* What a layer takes away goes before what it brings comes. */
static int
unpack_layer(const struct imageread *r, int n, struct unpack *job,
    struct fail *f)
{
	static struct layerread layer; /* large */
	struct quota quota = { .size = job->quota->size };
	autoclose int fd = imageread_layer(r, n, &layer.press, f);
	int got;

	if (fd < 0)
		return -1;
	layer.file.fd = fd;
	got = whiteout_apply(&layer, job->root, &quota, f);
	if (check_read(r, n, &layer, &quota, got, f) < 0)
		return -1;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return fail(f, errno, "read it again");
	job->layer = &layer;
	got = unpack_archive(job, f);
	return check_read(r, n, &layer, job->quota, got, f);
}

static int
unpack_layers(const struct imageread *r, struct unpack *job, struct fail *f)
{
	int count = imageread_count(r), result = 0;

	for (int n = 0; n < count && result == 0; n++)
		if ((result = unpack_layer(r, n, job, f)) < 0)
			fail_prefix(f, "layer %d of %d: ", n + 1, count);
	if (job->owners != NULL && fclose(job->owners) == EOF && result == 0)
		result = fail(f, errno, "write the list of owners");
	if (job->owners != NULL && result == 0)
		result = owners_settle(job->root, f);
	return result;
}

static int
make_root(bool is_archive, bool is_docker, const char *ref, struct quota *quota,
    struct fail *f)
{
	struct unpack job = { .kind = UNPACK_LAYER, .quota = quota };
	struct imageread image;
	autoclose int dir = -1;
	int result;

	job.root = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (job.root < 0)
		return fail(f, errno, "begin to unpack");
	dir = is_archive ? unpack_image(quota, job.root, f)
	                 : fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	if (dir < 0)
		return is_archive ? -1 : fail(f, errno, "open the image");
	if (nolinks_enter("rootfs", f) < 0)
		return -1;
	if (imageread_open(&image, dir, ref, is_docker, f) < 0)
		return -1;
	result = unpack_layers(&image, &job, f);
	if (result == 0)
		result = imageread_launch(&image, job.root, "../launch", f);
	if (result == 0) {
		printf("sha256 %s\n", image.digest);
		unpack_print_note(&job.counts);
	}
	imageread_close(&image);
	return result;
}

static const struct option options[] = {
	{ "archive", no_argument, NULL, 'a' },
	{ "docker", no_argument, NULL, 'd' },
	{ "max-size", required_argument, NULL, 'm' },
	{ "ref", required_argument, NULL, 'r' },
	{ 0 },
};

int
main(int argc, char *argv[])
{
	struct quota quota = { .size = QUOTA_SIZE };
	bool is_archive = false, is_docker = false;
	const char *ref = NULL;
	struct fail why;
	int option, result;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (option == 'a')
			is_archive = true;
		else if (option == 'd')
			is_docker = true;
		else if (option == 'r')
			ref = optarg;
		else if (option != 'm'
			 || number_parse(optarg, INT64_MAX, &quota.size) < 0)
			return EXIT_TOOL;
	setlocale(LC_CTYPE, "C.UTF-8");
	umask(022);
	result = make_root(is_archive, is_docker, ref, &quota, &why);
	(void)tree_remove(AT_FDCWD, "../image");
	return unpack_print_end(result, &why);
}
