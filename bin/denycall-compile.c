/* SPDX-License-Identifier: ISC */
/*
 * denycall-compile - make a filter of denycall's words
 *
 *	denycall-compile [--machine=NAME] [--c=NAME | --explain] WORD ...
 *	denycall-compile --learned < CALLS
 *	denycall-compile --name=KIND:NUMBER:ARGUMENT:... [WORD ...]
 *
 * The program goes to standard input, which has to be open for writing: a
 * file in memory of whoever asks.  With --c it goes to standard output, as
 * an array of that name in C; so make(1) builds the default policy into the
 * tools.  --explain writes the policy there as text, and --learned the one
 * that allows what was called: wording.h.  --name writes the name of a call,
 * and the rule about it of the policy.  What is wrong goes to standard output
 * as "fail TEXT", and the status is 0 or 125.
 */
#include <getopt.h>
#include <inttypes.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "callname.h"
#include "fail.h"
#include "filter.h"
#include "ruleset.h"
#include "wording.h"

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

/* What is to become of a policy. */
struct wanted {
	const char *machine, *name; /* of an array in C, or NULL */
	bool explain;
};

/*
 * Who hears an error from exit_group(2) calls it again: nobody could end, the
 * tool that loads the filter included.
 */
static int
check_end(const struct policy *p, struct fail *f)
{
	static const char call[] = "exit_group";
	bool conditional;
	uint32_t action;

	(void)filter_rules(p, call, &action, &conditional);
	if (conditional
	    || (action & SECCOMP_RET_ACTION_FULL) != SECCOMP_RET_ERRNO)
		return 0;
	return fail(f, 0,
	    "%s: it is denied with an error, and no process could end", call);
}

static int
compile(char *words[], const struct wanted *w, struct fail *f)
{
	struct policy policy = { .knows = callname_is_one };
	static struct filter filter; /* large */
	int result = -1;

	if (ruleset_read(&policy, words, f) == 0
	    && (w->explain || check_end(&policy, f) == 0)
	    && filter_compile(&policy, w->machine, &filter, f) == 0)
		result = 0;
	if (result == 0 && w->explain)
		wording_explain(&policy, stdout);
	else if (result == 0)
		result = w->name != NULL ? print_c(&filter, w->name, f)
		                         : write_program(&filter, f);
	policy_free(&policy);
	return result;
}

/* Of one call, as the kernel has it. */
static int
print_name(const char *text, char *words[])
{
	struct policy policy = { .knows = callname_is_one };
	uint32_t arch, number, a[6];
	struct fail why;
	char *name;

	if (sscanf(text,
		"%" SCNu32 ":%" SCNu32 ":%" SCNu32 ":%" SCNu32 ":%" SCNu32
		":%" SCNu32 ":%" SCNu32 ":%" SCNu32,
		&arch, &number, &a[0], &a[1], &a[2], &a[3], &a[4], &a[5])
	    != 8)
		return EXIT_TOOL;
	name = wording_name(arch, number);
	puts(name != NULL ? name : "");
	if (*words != NULL && ruleset_read(&policy, words, &why) == 0)
		wording_rule(&policy, name, a, stdout);
	policy_free(&policy);
	free(name);
	return fflush(stdout) == 0 ? 0 : EXIT_TOOL;
}

int
main(int argc, char *argv[])
{
	static const struct option options[] = {
		{ "c", required_argument, NULL, 'c' },
		{ "explain", no_argument, NULL, 'e' },
		{ "learned", no_argument, NULL, 'l' },
		{ "name", required_argument, NULL, 'n' },
		{ "machine", required_argument, NULL, 'm' },
		{ NULL, 0, NULL, 0 },
	};
	struct wanted wanted = { .machine = "unknown" };
	struct utsname system;
	const char *call = NULL;
	bool learned = false;
	struct fail why;
	int option;

	if (uname(&system) == 0)
		wanted.machine = system.machine;
	while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		if (option == 'c')
			wanted.name = optarg;
		else if (option == 'e')
			wanted.explain = true;
		else if (option == 'l')
			learned = true;
		else if (option == 'n')
			call = optarg;
		else if (option == 'm')
			wanted.machine = optarg;
		else
			return EXIT_TOOL;
	}
	if (call != NULL)
		return print_name(call, argv + optind);
	if ((learned ? wording_learned(stdin, stdout, &why)
		     : compile(argv + optind, &wanted, &why))
	    == 0)
		return fflush(stdout) == 0 ? 0 : EXIT_TOOL;
	printf("fail %s\n", why.text);
	if (wanted.name != NULL)
		fprintf(stderr, "denycall-compile: %s\n", why.text);
	fflush(stdout);
	return why.status;
}
