/* SPDX-License-Identifier: ISC */
/*
 * packroot-write - write the working directory as one file
 *
 *	packroot-write [-k | -l] [-o NAME] FORMAT [WORD ...]
 *
 * For packroot, which has entered the root, or with -k what kept.h reads; with
 * -l that becomes a layer of its own.  All goes to standard output; with -o
 *that is a directory, and NAME is to be one in it.  Words are those of
 * imageconfig.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <locale.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "filesystem.h"
#include "image.h"
#include "imageconfig.h"
#include "kept.h"
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
write_image(char *words[], const char *name, const struct pack_job *job,
    const struct pack_job *upper, struct fail *f)
{
	struct imageconfig config;
	int result = imageconfig_init(&config, f);

	for (int n = 1; result == 0 && words[n] != NULL; n++)
		result = imageconfig_add(&config, words[n], f);
	if (result == 0)
		result = image_write(job, upper, words[0], &config,
		    STDOUT_FILENO, name, f);
	imageconfig_free(&config);
	return result;
}

static int
write_as(char *words[], const char *name, const struct pack_job *job,
    const struct pack_job *upper, struct fail *f)
{
	char hex[PACK_DIGEST];

	if (image_is(words[0]))
		return write_image(words, name, job, upper, f);
	if (upper != NULL)
		return fail(f, 0, "layer=: only an image has layers");
	if (words[1] != NULL)
		return fail(f, 0, "%s: %s takes no words", words[1], words[0]);
	if (name != NULL)
		return fail(f, 0, "-o %s: only an image is a directory", name);
	if (filesystem_is(words[0]))
		return filesystem_write(job, words[0], STDOUT_FILENO, f);
	if (strcmp(words[0], "digest") != 0)
		return pack_root(job, words[0], STDOUT_FILENO, f);
	if (pack_digest(job, hex, f) < 0)
		return -1;
	printf("sha256:%s\n", hex);
	return fflush(stdout) == 0 ? 0 : fail(f, errno, "standard output");
}

/* Enter the root: how is 'k', 'l' or nothing.  upper: what goes over it. */
static int
enter(int how, struct pack_job *job, struct pack_job *upper, struct fail *f)
{
	job->root = job->owners = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (job->root < 0)
		return fail(f, errno, "open the root");
	if (how == 'k')
		job->root = kept_open(&job->owners, f);
	else if (how == 'l')
		job->root = job->owners = kept_open_apart(&upper->root, f);
	if (job->root < 0)
		return -1;
	if (how != 0 && fchdir(job->root) < 0)
		return fail(f, errno, "enter the root");
	upper->owners = job->owners;
	return newest(&job->newest, f);
}

static int
run(char *words[], const char *name, int how, struct fail *f)
{
	struct pack_counts counts = { 0 };
	struct pack_job job = { .counts = &counts };
	struct pack_job upper = { .counts = &counts, .is_upper = true };

	if (enter(how, &job, &upper, f) < 0)
		return -1;
	upper.newest = job.newest;
	if (write_as(words, name, &job, how == 'l' ? &upper : NULL, f) < 0)
		return -1;
	say("", counts.sockets, "sockets left out");
	say("attributes of ", counts.attributes, "entries left out");
	say("owners of ", counts.owners, "entries left out");
	return 0;
}

int
main(int argc, char *argv[])
{
	const char *name = NULL;
	int option, how = 0;
	struct fail why;

	while ((option = getopt(argc, argv, "+klo:")) != -1)
		if (option == 'o')
			name = optarg;
		else if (option == 'k' || option == 'l')
			how = option;
		else
			return EXIT_TOOL;
	if (optind == argc)
		return EXIT_TOOL;
	/* Whoever reads may have seen enough; then say so, and end with 125. */
	signal(SIGPIPE, SIG_IGN);
	setlocale(LC_CTYPE, "C.UTF-8");
	umask(022);
	if (run(argv + optind, name, how, &why) == 0)
		return 0;
	fprintf(stderr, "packroot: %s\n", why.text);
	if (why.hint[0] != '\0')
		fprintf(stderr, "packroot: %s\n", why.hint);
	return why.status;
}
