/* SPDX-License-Identifier: ISC */
/* debian.c - see debian.h */
#include "debian.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "extent.h"
#include "fail.h"
#include "fetch.h"
#include "idmap.h"
#include "program.h"
#include "scope.h"
#include "subid.h"
#include "template.h"

bool
debian_is_suite(const char *name)
{
	return template_is_name(name) && strlen(name) < 64;
}

/* A program of this machine's, run in work; a failure to is one. */
static int
run(const char *const argv[], int work, bool take_errors, char **output,
    int *status, struct fail *f)
{
	const struct program p = {
		.argv = argv,
		.in = -1,
		.dir = work,
		.take_errors = take_errors,
	};

	if (program_run(&p, output, status, f) == 0)
		return 0;
	if (errno == ENOENT && strchr(argv[0], '/') == NULL)
		fail_hint(f, "apt-get install %s", argv[0]);
	return -1;
}

/*
 * Read what gpgv(1) says with --status-fd (GnuPG's doc/DETAILS).  One good
 * signature will do, as for apt: whoever has an old keyring cannot check
 * those of keys that came later.  A bad one is one too many.
 */
static int
read_status(struct debian *d, char *output, struct fail *f)
{
	char *rest = NULL, *line;
	bool good = false;

	for (line = strtok_r(output, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		char *key = strrchr(line, ' ');

		if (strncmp(line, "[GNUPG:] BADSIG ", 16) == 0)
			return fail(f, 0, "its signature is wrong");
		if (strncmp(line, "[GNUPG:] NEWSIG", 15) == 0)
			good = false;
		if (strncmp(line, "[GNUPG:] GOODSIG ", 17) == 0)
			good = true;
		/* The last word is the fingerprint of the key as a whole. */
		if (good && d->signer[0] == '\0' && key != NULL
		    && strncmp(line, "[GNUPG:] VALIDSIG ", 18) == 0)
			snprintf(d->signer, sizeof d->signer, "%s", key + 1);
	}
	if (d->signer[0] != '\0')
		return 0;
	fail(f, 0, "none of the keys in %s signed it", d->t->keyring);
	return d->t->hint != NULL ? fail_hint(f, "%s", d->t->hint) : -1;
}

/* Check the signature of InRelease; what was signed goes to "Release". */
static int
verify(struct debian *d, int work, struct fail *f)
{
	const char *const argv[] = { "gpgv", "--status-fd", "1", "--keyring",
		d->t->keyring, "--output", "Release", "InRelease", NULL };
	autofree char *output = NULL;
	int status;

	if (access(d->t->keyring, R_OK) < 0) {
		fail(f, errno, "%s: open the keyring", d->t->keyring);
		return d->t->hint != NULL ? fail_hint(f, "%s", d->t->hint) : -1;
	}
	/* What it says to people is not in our words, and not one line. */
	if (run(argv, work, true, &output, &status, f) < 0)
		return -1;
	d->signer[0] = '\0';
	return read_status(d, output, f);
}

static int
hash_release(struct debian *d, int work, struct fail *f)
{
	static const char *const argv[] = { "sha256sum", "InRelease", NULL };
	autofree char *output = NULL;
	int status;

	if (run(argv, work, false, &output, &status, f) < 0)
		return -1;
	if (status != 0 || strspn(output, "0123456789abcdef") != 64)
		return fail(f, 0, "sha256sum: failed with status %d", status);
	snprintf(d->digest, sizeof d->digest, "%.64s", output);
	return 0;
}

/* A number of seconds since 1970 that a caller wants for all times. */
static int
take_epoch(struct debian *d, const char *epoch, struct fail *f)
{
	size_t length = strlen(epoch);

	if (length == 0 || length > 11 || strspn(epoch, "0123456789") != length)
		return fail(f, 0,
		    "SOURCE_DATE_EPOCH=%s: not a number of seconds", epoch);
	snprintf(d->time, sizeof d->time, "%s", epoch);
	return 0;
}

/* One field of the signed text. */
static void
read_field(struct debian *d, const char *line, bool *is_ours)
{
	const char *value = strchr(line, ' ');
	struct tm when = { 0 };

	if (value == NULL)
		return;
	value++;
	if (strncmp(line, "Date: ", 6) == 0 && d->time[0] == '\0'
	    && strptime(value, "%a, %d %b %Y %H:%M:%S", &when) != NULL)
		snprintf(d->time, sizeof d->time, "%lld",
		    (long long)timegm(&when));
	if (strcmp(line, "Origin: Ubuntu") == 0)
		d->is_ubuntu = true;
	if ((strncmp(line, "Suite: ", 7) == 0
		|| strncmp(line, "Codename: ", 10) == 0)
	    && strcmp(value, d->suite) == 0)
		*is_ours = true;
}

/* A good signature of another suite is a good signature, too. */
static int
read_release(struct debian *d, int work, struct fail *f)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	int fd = openat(work, "Release", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	FILE *release = fd >= 0 ? fdopen(fd, "r") : NULL;
	autofree char *line = NULL;
	bool is_ours = false;
	size_t size = 0;
	ssize_t length;

	if (release == NULL) {
		scope_close(&fd);
		return fail(f, errno, "open what was signed");
	}
	d->time[0] = '\0';
	d->is_ubuntu = false;
	while ((length = getline(&line, &size, release)) > 0) {
		line[strcspn(line, "\r\n")] = '\0';
		read_field(d, line, &is_ours);
	}
	fclose(release);
	if (!is_ours)
		return fail(f, 0, "it is not of the suite %s", d->suite);
	if (epoch != NULL)
		return take_epoch(d, epoch, f);
	return d->time[0] != '\0' ? 0 : fail(f, 0, "it has no date");
}

int
debian_check(struct debian *d, int work, char url[PATH_MAX], struct fail *f)
{
	char path[96];
	int got;

	snprintf(path, sizeof path, "dists/%s/InRelease", d->suite);
	if (fetch_url(d->mirror, path, url, f) < 0)
		return -1;
	got = fetch(url, work, "InRelease", false, f);
	if (got == 0
	    && (verify(d, work, f) < 0 || hash_release(d, work, f) < 0
		|| read_release(d, work, f) < 0))
		got = fail_prefix(f, "%s: ", url);
	unlinkat(work, "InRelease", 0);
	unlinkat(work, "Release", 0);
	return got;
}

/* "E: Unable to locate package" of apt, or else the first line. */
static int
explain(char *output, const char *program, int status, struct fail *f)
{
	char *line;

	if (status >= EXIT_SIGNAL)
		return fail(f, 0, "%s died of signal %d", program,
		    status - EXIT_SIGNAL);
	if (strncmp(output, "E: ", 3) == 0)
		line = output + 3;
	else if ((line = strstr(output, "\nE: ")) != NULL)
		line += 4;
	else
		line = output;
	line[strcspn(line, "\n")] = '\0';
	if (*line == '\0')
		return fail(f, 0, "%s failed with status %d", program, status);
	return fail(f, 0, "%s: %s", program, line);
}

/* Before a script of any package runs: apt must have had the same list. */
static void
make_hook(char *hook, size_t size, const char *digest)
{
	/* The shell sees nothing of ours but hex digits. */
	snprintf(hook, size,
	    "--extract-hook=cat \"$1\"/var/lib/apt/lists/*_InRelease | "
	    "sha256sum | grep -q ^%s || { echo 'E: the mirror has changed "
	    "meanwhile' >&2; exit 1; }",
	    digest);
}

/*
 * Where mmdebstrap builds.  With us, so that it goes with us whatever kills
 * us; but the ids of an ordinary user's cannot get there.
 */
static void
choose_place(char *variable, size_t size, int work)
{
	char link[32], path[PATH_MAX];
	ssize_t length;

	snprintf(link, sizeof link, "/proc/self/fd/%d", work);
	length = readlink(link, path, sizeof path - 1);
	if (geteuid() != 0 || length <= 0)
		snprintf(variable, size, "LC_ALL=C.UTF-8");
	else
		snprintf(variable, size, "TMPDIR=%.*s", (int)length, path);
}

/* An ordinary user needs more ids than one: files belong to several. */
static int
check_ids(struct fail *f)
{
	struct extents uids, gids;

	if (geteuid() == 0)
		return 0;
	return subid_find(geteuid(), getegid(), &uids, &gids, f);
}

int
debian_bootstrap(const char *const argv[], const char *program, int work,
    bool quiet, struct fail *f)
{
	char enterns[PATH_MAX], addmount[PATH_MAX];
	const char *all[40] = { enterns, "mount", "pid", "--", addmount, "proc",
		"--" };
	autofree char *output = NULL;
	int status;

	if (program_beside("enterns", enterns, f) < 0
	    || program_beside("addmount", addmount, f) < 0)
		return -1;
	for (size_t n = 0; argv[n] != NULL; n++)
		all[7 + n] = argv[n];
	if (run(geteuid() == 0 ? all : argv, work, quiet, &output, &status, f)
	    < 0)
		return -1;
	if (status == EXIT_NOT_FOUND)
		return 1;
	return status == 0 ? 0 : explain(output, program, status, f);
}

int
debian_build(const struct debian *d, int work, struct fail *f)
{
	/*
	 * The host's name and its resolver were lent to the scripts, and what
	 * apt works in may belong to the host's user for it.
	 */
	static const char tidy[] =
	    "--customize-hook=cd \"$1\" && rm -rf etc/resolv.conf etc/hostname "
	    "var/lib/apt/lists var/cache/apt && mkdir -p -m 755 "
	    "var/lib/apt/lists/partial var/cache/apt/archives/partial";
	bool is_here = strncmp(d->mirror, "file:", 5) == 0;
	char epoch[64], mirror[PATH_MAX + 8], place[PATH_MAX + 16], hook[320],
	    keyring[PATH_MAX + 16], components[256];
	autofree char *include = package_join("--include=", d->packages);
	const char *argv[24] = { "env", epoch, place, "mmdebstrap",
		geteuid() == 0 ? "--mode=root" : "--mode=unshare",
		"--variant=minbase", "--format=tar",
		"--skip=output/dev,cleanup/apt", keyring, components, hook,
		tidy };
	size_t n = 12;

	if (include == NULL)
		return fail(f, errno, "memory for names of packages");
	if (check_ids(f) < 0)
		return -1;
	snprintf(epoch, sizeof epoch, "SOURCE_DATE_EPOCH=%s", d->time);
	snprintf(keyring, sizeof keyring, "--keyring=%s", d->t->keyring);
	snprintf(components, sizeof components, "--components=%s",
	    d->t->components != NULL ? d->t->components : "main");
	choose_place(place, sizeof place, work);
	/* apt leaves file: where it is, and that is not in the new root. */
	snprintf(mirror, sizeof mirror, "%s%s", is_here ? "copy" : "",
	    d->mirror + (is_here ? 4 : 0));
	make_hook(hook, sizeof hook, d->digest);
	if (d->packages->count > 0)
		argv[n++] = include;
	argv[n++] = d->suite;
	argv[n++] = "archive";
	argv[n] = mirror;
	return debian_bootstrap(argv, "mmdebstrap", work, !d->progress, f);
}
