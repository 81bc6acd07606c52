/* SPDX-License-Identifier: ISC */
/* seccomp.c - see seccomp.h */
#include "seccomp.h"

#include <errno.h>
#include <limits.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "description.h"
#include "fail.h"
#include "path.h"
#include "program.h"
#include "promise.h"
#include "scope.h"

static const char helper[] = "../libexec/rungs/denycall-compile";

/* A policy without "/" in its name is one of ours; else it is a path. */
static char *
absolute(const char *word)
{
	const char *path = word + strlen("file=");
	autofree char *whole = NULL;
	char *result;

	if (strchr(path, '/') == NULL)
		return strdup(word);
	if ((whole = path_absolute(path)) == NULL
	    || asprintf(&result, "file=%s", whole) < 0)
		return NULL;
	return result;
}

static bool
starts(const char *word, const char *with)
{
	return strncmp(word, with, strlen(with)) == 0;
}

/* What the helper will know better is looked at only roughly. */
static int
check(const char *word, struct fail *f)
{
	static const char names[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@,?";
	const char *value = strchr(word, '=');

	if (value == NULL)
		return fail(f, 0, "%s: no such word", word);
	if (*++value == '\0')
		return fail(f, 0, "%s: it says nothing", word);
	if (starts(word, "file="))
		return 0;
	if (starts(word, "promise="))
		return promise_check(value, f);
	if (starts(word, "action=")) {
		static const char *const actions[] = { "errno", "kill", "log",
			"trap" };

		for (size_t n = 0; n < COUNT(actions); n++)
			if (strcmp(actions[n], value) == 0)
				return 0;
		return fail(f, 0, "%s: expected errno, kill, log or trap",
		    word);
	}
	if (!starts(word, "allow=") && !starts(word, "deny="))
		return fail(f, 0, "%s: no such word", word);
	if (value[strspn(value, names)] != '\0')
		return fail(f, 0, "%s: expected CALL[,CALL ...]", word);
	return 0;
}

/* Nothing but the default policy, which is a program already. */
static bool
is_preset(const struct seccomp *s)
{
	return s->words == 1 && strcmp(s->word[0], "default") == 0;
}

int
seccomp_add(void *layer, const char *word, struct fail *f)
{
	struct seccomp *s = layer;

	if (strcmp(word, "none") == 0) {
		for (int n = 0; n < s->words; n++)
			free(s->word[n]);
		*s = (struct seccomp){ .none = true };
		return 1;
	}
	if (strcmp(word, "default") == 0 && is_preset(s))
		return 1;
	if (strcmp(word, "default") != 0 && check(word, f) < 0)
		return -1;
	if (s->words == SECCOMP_WORDS)
		return fail(f, 0, "%s: more than %d words", word,
		    SECCOMP_WORDS);
	s->word[s->words] =
	    starts(word, "file=") ? absolute(word) : strdup(word);
	if (s->word[s->words] == NULL)
		return fail(f, errno, "%s", word);
	s->words++;
	return 1;
}

void
seccomp_print(const void *layer, FILE *out)
{
	const struct seccomp *s = layer;

	if (s->none)
		fputs(" none", out);
	for (int n = 0; n < s->words; n++) {
		fputc(' ', out);
		description_escape(s->word[n], out);
	}
}

bool
seccomp_is_own(const struct seccomp *s)
{
	return s->words > 0 && !is_preset(s);
}

bool
seccomp_asked(const struct seccomp *s)
{
	return s->standing || s->words > 0;
}

bool
seccomp_has_default(const struct seccomp *s)
{
	return s->standing || is_preset(s);
}

/* The first line of what the helper said is what failed. */
static int
refuse(char *output, int status, struct fail *f)
{
	output[strcspn(output, "\n")] = '\0';
	if (starts(output, "fail "))
		return fail(f, 0, "%s", output + strlen("fail "));
	return fail(f, 0, "denycall-compile ended with %d", status);
}

/* What it wrote has to be whole instructions, and not too many of them. */
static int
take_program(struct seccomp *s, int fd, struct fail *f)
{
	struct stat st;
	size_t size;

	if (fstat(fd, &st) < 0)
		return fail(f, errno, "look at the filter");
	size = (size_t)st.st_size;
	s->length = size / sizeof *s->code;
	if (size == 0 || size % sizeof *s->code != 0
	    || s->length > BPF_MAXINSNS)
		return fail(f, 0, "the filter has a size of %zu bytes", size);
	if ((s->code = malloc(size)) == NULL
	    || pread(fd, s->code, size, 0) != (ssize_t)size)
		return fail(f, errno, "read the filter");
	return 0;
}

/* Run it with the words, and an option unless that is NULL. */
static int
run_helper(const struct seccomp *s, const char *option, int in, char **output,
    struct fail *f)
{
	const char *argv[SECCOMP_WORDS + 3];
	struct program p = { .argv = argv, .in = in, .dir = -1 };
	char path[PATH_MAX];
	int status, count = 0;

	if (program_beside(helper, path, f) < 0)
		return -1;
	argv[count++] = path;
	if (option != NULL)
		argv[count++] = option;
	for (int n = 0; n < s->words; n++)
		argv[count++] = s->word[n];
	argv[count] = NULL;
	if (program_run(&p, output, &status, f) < 0)
		return fail_hint(f, "is rungs installed completely?");
	return status == 0 ? 0 : refuse(*output, status, f);
}

int
seccomp_compile(struct seccomp *s, struct fail *f)
{
	autoclose int fd = memfd_create("filter", MFD_CLOEXEC);
	autofree char *output = NULL;

	if (fd < 0)
		return fail(f, errno, "make room for a filter");
	if (run_helper(s, NULL, fd, &output, f) < 0)
		return -1;
	return take_program(s, fd, f);
}

char *
seccomp_explain(const struct seccomp *s, struct fail *f)
{
	char *output = NULL;

	if (run_helper(s, "--explain", -1, &output, f) == 0)
		return output;
	free(output);
	return NULL;
}

/* The kernel copies the program; it is not written to. */
static int
load(const struct sock_filter *code, size_t length, struct fail *f)
{
	const struct sock_fprog program = {
		.len = (unsigned short)length,
		.filter = (struct sock_filter *)code,
	};
	int error;

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0)
		return 0;
	error = errno;
	fail(f, error, "load a filter of system calls");
	if (error == EINVAL)
		return fail_hint(f,
		    "this kernel has none (CONFIG_SECCOMP_FILTER); "
		    "'denycall none' goes without");
	if (error == EACCES)
		return fail_hint(f, "it needs no_new_privs or CAP_SYS_ADMIN");
	return -1;
}

int
seccomp_apply_default(struct fail *f)
{
	return load(seccomp_default, seccomp_default_length, f);
}

size_t
seccomp_programs(const struct seccomp *s, unsigned small,
    struct seccomp_program program[SECCOMP_PROGRAMS])
{
	const struct seccomp_program own = { s->code, s->length },
				     tty = { seccomp_tty, seccomp_tty_length },
				     ports = { seccomp_ports,
					     seccomp_ports_length },
				     standing = { seccomp_default,
					     seccomp_default_length };
	size_t count = 0;

	/* Those that surely allow another to be loaded come first. */
	if (seccomp_has_default(s))
		program[count++] = standing;
	else if (small & SECCOMP_TTY)
		program[count++] = tty;
	if (small & SECCOMP_PORTS)
		program[count++] = ports;
	if (s->code != NULL)
		program[count++] = own;
	return count;
}

void
seccomp_words(const struct seccomp *s, const struct seccomp_program *program,
    const char *word[SECCOMP_WORDS + 1])
{
	size_t count = 0;

	if (program->code == seccomp_default)
		word[count++] = "default";
	else if (program->code == seccomp_tty)
		word[count++] = "file=tty";
	else if (program->code == seccomp_ports)
		word[count++] = "file=ports";
	else
		for (int n = 0; n < s->words; n++)
			word[count++] = s->word[n];
	word[count] = NULL;
}

int
seccomp_apply(const struct seccomp *s, unsigned small, struct fail *f)
{
	struct seccomp_program program[SECCOMP_PROGRAMS];
	size_t count = seccomp_programs(s, small, program);

	for (size_t n = 0; n < count; n++) {
		if (load(program[n].code, program[n].length, f) == 0)
			continue;
		if (program[n].code == seccomp_tty)
			fail_hint(f, "without one, a terminal cannot be shared "
				     "(-T)");
		else if (program[n].code == seccomp_ports)
			fail_hint(f, "without one, ports cannot be locked");
		return -1;
	}
	return 0;
}
