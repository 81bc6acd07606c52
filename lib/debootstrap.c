/* SPDX-License-Identifier: ISC */
/* debootstrap.c - see debootstrap.h */
#include "debootstrap.h"

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

#include "debian.h"
#include "fail.h"
#include "inroot.h"
#include "listing.h"
#include "program.h"
#include "scope.h"
#include "template.h"
#include "treewalk.h"
#include "work.h"

/*
 * What is of this machine or of this day, or was worked in; and its nodes of
 * devices, as a jail has others.
 */
static const char *const rubbish[] = { "debootstrap", "dev", "etc/hostname",
	"etc/machine-id", "etc/resolv.conf", "var/cache/apt",
	"var/cache/ldconfig/aux-cache", "var/lib/apt/lists",
	"var/lib/dbus/machine-id", "var/lib/dpkg/available-old",
	"var/lib/dpkg/diversions-old", "var/lib/dpkg/statoverride-old",
	"var/lib/dpkg/status-old", "var/log/alternatives.log", "var/log/apt",
	"var/log/bootstrap.log", "var/log/dpkg.log" };

static const char *const needed[] = { "dev", "var/cache/apt/archives/partial",
	"var/lib/apt/lists/partial" };

static int
tidy(int root, struct fail *f)
{
	for (size_t n = 0; n < COUNT(rubbish); n++) {
		const char *name;
		autoclose int parent = inroot_parent(root, rubbish[n], &name);

		if (parent < 0 && errno == ENOENT)
			continue;
		if (parent < 0
		    || (tree_remove(parent, name) < 0 && errno != ENOENT))
			return fail(f, errno, "%s: remove", rubbish[n]);
	}
	for (size_t n = 0; n < COUNT(needed); n++) {
		autoclose int made = inroot_mkdirs(root, needed[n]);

		if (made < 0)
			return fail(f, errno, "%s: make", needed[n]);
	}
	return 0;
}

/* No time is later than that. */
static int
set_time(void *context, int dir, const char *path, const char *name,
    const struct stat *st, struct fail *f)
{
	const time_t newest = *(const time_t *)context;
	const struct timespec times[] = { { .tv_sec = newest },
		{ .tv_sec = newest } };

	if (st->st_mtim.tv_sec <= newest
	    || utimensat(dir, name, times, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	return fail(f, errno, "%s: set its time", path);
}

static int
set_times(int root, const char *seconds, struct fail *f)
{
	time_t newest = (time_t)strtoll(seconds, NULL, 10);
	struct stat st;

	if (fstat(root, &st) < 0)
		return fail(f, errno, "look at the root");
	if (tree_walk(root, set_time, &newest, false, f) < 0)
		return -1;
	return set_time(&newest, root, ".", ".", &st, f);
}

/* The list that it went by, which it checked, is the one that we checked. */
static int
check_list(const struct debian *d, int root, struct fail *f)
{
	static const char path[] = "var/lib/apt/lists";
	const char *argv[] = { "sha256sum", "--", NULL, NULL };
	struct program p = { .argv = argv, .in = -1 };
	autoclose int dir =
	    inroot_open_nolinks(root, path, O_RDONLY | O_DIRECTORY, 0);
	autofree char *output = NULL;
	struct listing names;
	char sum[80] = "";
	int status = 0;

	if (dir < 0 || listing_read(&names, dir) < 0)
		return fail(f, errno, "%s: read", path);
	p.dir = dir;
	for (size_t n = 0; n < names.count && status == 0; n++) {
		size_t length = strlen(names.list[n]);

		if (length < 10
		    || strcmp(names.list[n] + length - 10, "_InRelease") != 0)
			continue;
		argv[2] = names.list[n];
		free(output);
		if (program_run(&p, &output, &status, f) < 0)
			status = -1;
		else
			snprintf(sum, sizeof sum, "%.64s", output);
	}
	listing_free(&names);
	if (status < 0)
		return -1;
	return strcmp(sum, d->digest) == 0
	           ? 0
	           : fail(f, 0,
		       "debootstrap: the mirror has changed meanwhile");
}

/* It has no script for a suite that is younger: all are alike by now. */
static const char *
choose_script(const struct debian *d)
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, "/usr/share/debootstrap/scripts/%s",
	    d->suite);
	if (access(path, F_OK) == 0)
		return NULL;
	return d->is_ubuntu ? "gutsy" : "sid";
}

static int
build(const struct debian *d, int work, struct fail *f)
{
	autofree char *include = package_join("--include=", d->packages);
	char epoch[64], keyring[PATH_MAX + 16], components[256];
	const char *argv[16] = { "env", "LC_ALL=C", epoch, "debootstrap",
		"--variant=minbase", "--force-check-gpg", keyring, components };
	size_t n = 8;
	int got;

	if (include == NULL)
		return fail(f, errno, "memory for names of packages");
	snprintf(epoch, sizeof epoch, "SOURCE_DATE_EPOCH=%s", d->time);
	snprintf(keyring, sizeof keyring, "--keyring=%s", d->t->keyring);
	snprintf(components, sizeof components, "--components=%s",
	    d->t->components != NULL ? d->t->components : "main");
	for (char *c = components; *c != '\0'; c++)
		if (*c == ' ')
			*c = ',';
	if (d->packages->count > 0)
		argv[n++] = include;
	argv[n++] = d->suite;
	argv[n++] = "rootfs";
	argv[n++] = d->mirror;
	argv[n] = choose_script(d);
	got = debian_bootstrap(argv, "debootstrap", work, !d->progress, f);
	if (got <= 0)
		return got;
	fail(f, 0, "neither mmdebstrap nor debootstrap is installed");
	return fail_hint(f, "apt-get install mmdebstrap");
}

int
debootstrap(const struct debian *d, int work, int root, struct fail *f)
{
	if (geteuid() != 0) {
		fail(f, 0,
		    "mmdebstrap is not installed, and debootstrap needs root");
		return fail_hint(f, "apt-get install mmdebstrap");
	}
	if (build(d, work, f) < 0 || check_list(d, root, f) < 0
	    || tidy(root, f) < 0)
		return -1;
	return set_times(root, d->time, f);
}
