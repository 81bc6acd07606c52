/* SPDX-License-Identifier: ISC */
/*
 * denycall-compile - make a filter of denycall's words
 *
 *	denycall-compile [--machine=NAME] [--c=NAME] WORD ...
 *
 * The program goes to standard input, which has to be open for writing: a
 * file in memory of whoever asks.  With --c it goes to standard output, as
 * an array of that name in C; so make(1) builds the default policy into the
 * tools.  What is wrong goes to standard output as "fail TEXT", and the
 * status is 0 or 125.
 */
#include <getopt.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "fail.h"
#include "filter.h"
#include "ruleset.h"

static int
print_c(const struct filter *filter, const char *name, struct fail *f)
{
	printf("const struct sock_filter %s[] = {\n", name);
	for (size_t n = 0; n < filter->length; n++)
		printf("\t{ %#x, %u, %u, %#x },\n", filter->code[n].code,
		    filter->code[n].jt, filter->code[n].jf, filter->code[n].k);
	printf("};\nconst size_t %s_length = %zu;\n", name, filter->length);
	return fflush(stdout) == 0 ? 0 : fail(f, 0, "write the filter");
}

static int
write_program(const struct filter *filter, struct fail *f)
{
	size_t size = filter->length * sizeof *filter->code;

	if (write(STDIN_FILENO, filter->code, size) != (ssize_t)size)
		return fail(f, 0, "write the filter");
	return 0;
}

static int
compile(char *words[], const char *machine, const char *name, struct fail *f)
{
	struct policy policy = { .knows = filter_knows };
	static struct filter filter; /* large */
	int result = -1;

	if (ruleset_read(&policy, words, f) == 0
	    && filter_compile(&policy, machine, &filter, f) == 0)
		result = name != NULL ? print_c(&filter, name, f)
		                      : write_program(&filter, f);
	policy_free(&policy);
	return result;
}

int
main(int argc, char *argv[])
{
	static const struct option options[] = {
		{ "c", required_argument, NULL, 'c' },
		{ "machine", required_argument, NULL, 'm' },
		{ NULL, 0, NULL, 0 },
	};
	const char *machine, *name = NULL;
	struct utsname system;
	struct fail why;
	int option;

	machine = uname(&system) < 0 ? "unknown" : system.machine;
	while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		if (option == 'c')
			name = optarg;
		else if (option == 'm')
			machine = optarg;
		else
			return EXIT_TOOL;
	}
	if (compile(argv + optind, machine, name, &why) == 0)
		return 0;
	printf("fail %s\n", why.text);
	if (name != NULL)
		fprintf(stderr, "denycall-compile: %s\n", why.text);
	fflush(stdout);
	return why.status;
}
