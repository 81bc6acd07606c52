/* SPDX-License-Identifier: ISC */
/* installing.c - see installing.h */
#include "installing.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"
#include "inroot.h"
#include "keep.h"
#include "kept.h"
#include "number.h"
#include "pack.h"
#include "package.h"
#include "program.h"
#include "root.h"
#include "scope.h"
#include "treewalk.h"

/* How to get to a network, where not everybody gets there by himself. */
static const char *const proxies[] = { "http_proxy", "https_proxy", "no_proxy",
	"all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY" };

/* Begins with what a complaint does; *text is what is behind that. */
static bool
is_complaint(const char *line, const char **text)
{
	static const char *const begins[] = { "WARNING: ", "ERROR: ", "E: ",
		"error: " };

	for (size_t n = 0; n < COUNT(begins); n++)
		if (strncmp(line, begins[n], strlen(begins[n])) == 0) {
			*text = line + strlen(begins[n]);
			return true;
		}
	return false;
}

/*
 * The first complaint, as what follows comes of it, with the line behind it
 * if that is what it is about; or else what was said last.
 */
static int
explain(char *output, int status, struct fail *f)
{
	char *rest = NULL, *line, *last = NULL;
	const char *text;
	size_t length;

	for (line = strtok_r(output, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		last = line;
		if (!is_complaint(line, &text))
			continue;
		length = strlen(text);
		if (length == 0 || text[length - 1] != ':'
		    || (line = strtok_r(NULL, "\n", &rest)) == NULL)
			return fail(f, 0, "install: %s", text);
		line += strspn(line, " \t");
		length = strlen(line);
		if (length > 0 && line[length - 1] == ':')
			length--;
		return fail(f, 0, "install: %s %.*s", text, (int)length, line);
	}
	if (last != NULL)
		return fail(f, 0, "install: %s", last);
	return fail(f, 0, "install: its script failed with status %d", status);
}

/* It is said in the jail's own words why there was none. */
static int
explain_jail(char *output, struct fail *f)
{
	static const char tool[] = "jailexec: ";
	char *line = strstr(output, tool), *hint;

	if (line == NULL)
		return explain(output, EXIT_TOOL, f);
	line += strlen(tool);
	hint = strstr(line, tool);
	line[strcspn(line, "\n")] = '\0';
	fail(f, 0, "install: %s", line);
	if (hint == NULL)
		return -1;
	hint += strlen(tool);
	hint[strcspn(hint, "\n")] = '\0';
	return fail_hint(f, "%s", hint);
}

/* Who vouches for what was installed, if it is one alone. */
static void
find_signer(char *output)
{
	static const char word[] = "signed-by=";
	const char *signer = NULL;
	char *rest = NULL, *line;
	struct root said = ROOT_NONE;
	struct fail why;

	for (line = strtok_r(output, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		if (strncmp(line, word, strlen(word)) != 0)
			continue;
		if (signer != NULL && strcmp(signer, line) != 0)
			return;
		signer = line;
	}
	if (signer != NULL && root_add(&said, signer, &why) == 1)
		printf("signed-by %s\n", said.signed_by);
}

/* What the script prints is read, and comes back in *output. */
static int
run_script(const struct installing *i, struct fail *f)
{
	const char *argv[PACKAGES + 2 * COUNT(proxies) + 16];
	char jailexec[PATH_MAX], mirror[PATH_MAX + 8];
	const struct program p = {
		.argv = argv,
		.in = -1,
		.dir = -1,
		.take_errors = !i->is_aloud,
	};
	autofree char *output = NULL;
	size_t count = 0;
	int status;

	if (program_beside("../../bin/jailexec", jailexec, f) < 0)
		return -1;
	snprintf(mirror, sizeof mirror, "mirror=%s", i->mirror);
	argv[count++] = jailexec;
	argv[count++] = "-f" INSTALLING_JAIL;
	argv[count++] = "--keep=" INSTALLING_LAYER;
	argv[count++] = "-E";
	argv[count++] = mirror;
	for (size_t n = 0; n < COUNT(proxies); n++) {
		if (getenv(proxies[n]) == NULL)
			continue;
		argv[count++] = "-E";
		argv[count++] = proxies[n];
	}
	argv[count++] = "--";
	argv[count++] = "/bin/sh";
	argv[count++] = "-ec";
	argv[count++] = i->script;
	argv[count++] = "sh";
	for (size_t n = 0; n < PACKAGES && i->packages[n] != NULL; n++)
		argv[count++] = i->packages[n];
	argv[count] = NULL;
	if (program_run(&p, &output, &status, f) < 0)
		return fail_hint(f, "is rungs installed completely?");
	if (status == 0) {
		find_signer(output);
		return 0;
	}
	if (status >= EXIT_TOOL && status <= EXIT_NOT_FOUND)
		return explain_jail(output, f);
	return explain(output, status, f);
}

/*
 * Where the root has no resolver's file, the jail had to make one to put this
 * machine's on.
 */
static int
remove_mount_point(struct fail *f)
{
	static const char path[] = INSTALLING_LAYER "/" KEEP_UPPER;
	autoclose int upper = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autoclose int etc = -1;
	struct stat st;

	if (upper < 0)
		return fail(f, errno, "look at what was installed");
	etc = inroot_open_nolinks(upper, "etc", O_RDONLY | O_DIRECTORY, 0);
	if (etc >= 0
	    && fstatat(etc, "resolv.conf", &st, AT_SYMLINK_NOFOLLOW) == 0
	    && S_ISREG(st.st_mode) && st.st_size == 0
	    && unlinkat(etc, "resolv.conf", 0) < 0)
		return fail(f, errno, "remove etc/resolv.conf");
	return 0;
}

struct ages {
	int64_t before; /* nothing from then on counts */
	int64_t newest;
};

static int
note_age(void *context, int dir, const char *path, const char *name,
    const struct stat *st, struct fail *f)
{
	struct ages *a = context;

	(void)dir;
	(void)path;
	(void)name;
	(void)f;
	if (st->st_mtim.tv_sec < a->before && st->st_mtim.tv_sec > a->newest)
		a->newest = st->st_mtim.tv_sec;
	return 0;
}

/* No time in the root is to be later than that. */
static int
find_newest(int root, time_t began, int64_t *newest, struct fail *f)
{
	const char *said = getenv("SOURCE_DATE_EPOCH");
	struct ages a = { .before = began };
	uint64_t value;

	if (said == NULL) {
		if (tree_walk(root, note_age, &a, false, f) < 0)
			return -1;
		*newest = a.newest;
		return 0;
	}
	if (number_parse(said, INT64_MAX, &value) < 0)
		return fail(f, 0,
		    "SOURCE_DATE_EPOCH=%s: not a number of seconds", said);
	*newest = (int64_t)value;
	return 0;
}

/* As the jail saw it, and whose the files are that it was not shown to be. */
static int
pack(time_t began, struct fail *f)
{
	struct pack_counts counts = { 0 };
	struct pack_job job = { .counts = &counts };
	autoclose int archive = open(INSTALLING_ARCHIVE,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	autoclose int lower = -1, root = -1;

	if (archive < 0)
		return fail(f, errno, "make an archive");
	if (chdir(INSTALLING_LAYER) < 0)
		return fail(f, errno, "open the layer");
	if ((root = kept_open(&lower, f)) < 0)
		return -1;
	job.root = root;
	job.owners = lower;
	/* Its directories are opened by their paths. */
	if (fchdir(root) < 0)
		return fail(f, errno, "enter what was installed");
	if (find_newest(root, began, &job.newest, f) < 0)
		return -1;
	return pack_root(&job, "tar", archive, f);
}

int
installing_run(const struct installing *i, struct fail *f)
{
	time_t began = time(NULL);

	if (run_script(i, f) < 0 || remove_mount_point(f) < 0)
		return -1;
	return pack(began, f);
}
