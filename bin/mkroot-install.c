/* SPDX-License-Identifier: ISC */
/*
 * mkroot-install - install packages into a root by a script, and pack it
 *
 *	mkroot-install [--aloud] -- MIRROR SCRIPT PACKAGE ...
 *
 * For mkroot; lib/installing.h says what is in the working directory.  What
 * there is to say goes to standard output, one line each: "signed-by HEX",
 * "fail TEXT", "hint TEXT".  The status is 0 or 125.
 */
#include <getopt.h>
#include <locale.h>
#include <sys/stat.h>

#include "fail.h"
#include "installing.h"
#include "unpacknote.h"

static const struct option options[] = {
	{ "aloud", no_argument, NULL, 'a' },
	{ 0 },
};

int
main(int argc, char *argv[])
{
	struct installing job = { .is_aloud = false };
	struct fail why;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (option == 'a')
			job.is_aloud = true;
		else
			return EXIT_TOOL;
	if (argc - optind < 2)
		return EXIT_TOOL;
	job.mirror = argv[optind];
	job.script = argv[optind + 1];
	job.packages = argv + optind + 2;
	/* Names are UTF-8 in most archives, and modes must be exact. */
	setlocale(LC_CTYPE, "C.UTF-8");
	umask(022);
	return unpack_print_end(installing_run(&job, &why), &why);
}
