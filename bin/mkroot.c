/* SPDX-License-Identifier: ISC */
/*
 * mkroot - make a root directory, and begin a jail's description with it
 *
 * This file reads the command line; lib/mkroot.c makes the root.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cache.h"
#include "cachelist.h"
#include "catalog.h"
#include "description.h"
#include "fail.h"
#include "jail.h"
#include "lockfile.h"
#include "layer.h"
#include "mkroot.h"
#include "number.h"
#include "scope.h"
#include "packer.h"
#include "tool.h"

static const char synopsis[] =
    "[-n] [--digest] [--strict] [--max-size=SIZE] [--lock=FILE] "
    "[--locked=FILE] TEMPLATE [dir=PATH] "
    "[digest=sha256:HEX] [ro | scratch] [-- COMMAND ...] | -l | --list-cache "
    "| --prune [--older-than=TIME]";

static bool pruning;

static const struct option options[] = {
	{ "digest", no_argument, NULL, 'd' },
	{ "list-cache", no_argument, NULL, 'c' },
	{ "lock", required_argument, NULL, 'k' },
	{ "locked", required_argument, NULL, 'K' },
	{ "max-size", required_argument, NULL, 'm' },
	{ "older-than", required_argument, NULL, 'o' },
	{ "prune", no_argument, NULL, 'p' },
	{ "strict", no_argument, NULL, 's' },
	TOOL_OPTIONS,
	{ 0 },
};

static void
say(const char *line)
{
	tool_say("%s", line);
}

static void
print_template(const char *name, const char *summary)
{
	printf("%-12s %s\n", name, summary);
}

static int
list_templates(void)
{
	struct fail why;
	int result = catalog_list(print_template, &why);

	if (fflush(stdout) == EOF)
		result = fail(&why, 0, "write the list of templates");
	if (result < 0)
		tool_die(&why);
	return 0;
}

static void
print_description(const struct mkroot_made *made)
{
	struct fail why;

	fputs("jail 1\nmkroot", stdout);
	root_print(&made->root, stdout);
	if (made->secrets.count > 0)
		fputs("\naddmount", stdout);
	for (size_t n = 0; n < made->secrets.count; n++) {
		fputs(" try-mask=", stdout);
		description_escape(made->secrets.paths[n], stdout);
	}
	fputc('\n', stdout);
	if (description_end(stdout, &why) < 0)
		tool_die(&why);
}

/* The root alone: a chroot(2) of 1979, or an overlay and a pivot_root(2). */
static int
run_in_root(const struct mkroot_made *made, char **command)
{
	static struct jail jail; /* large */
	char word[PATH_MAX + 16];
	struct fail why;

	jail_init(&jail, true);
	jail.root.dir = made->root.dir;
	jail.root.mode = made->root.mode;
	for (size_t n = 0; n < made->secrets.count; n++) {
		snprintf(word, sizeof word, "try-mask=%s",
		    made->secrets.paths[n]);
		if (mounts_add(&jail.mounts, word, &why) < 0)
			tool_die(&why);
	}
	return layer_run(&jail, command);
}

static uint64_t total; /* bytes on disk, or removed from there */

/* As du(1) -h: three digits at most, and rounded up. */
static const char *
human(uint64_t bytes, char text[16])
{
	static const char units[] = "BKMGTPE";
	uint64_t tenths = bytes * 10;
	size_t unit = 0;

	if (bytes > UINT64_MAX / 16)
		tenths = UINT64_MAX / 16;
	for (; tenths > 9999; unit++)
		tenths = (tenths + 1023) / 1024;
	if (tenths < 100 && unit > 0)
		snprintf(text, 16, "%.1f%c", (double)tenths / 10, units[unit]);
	else
		snprintf(text, 16, "%u%c", (unsigned)((tenths + 9) / 10),
		    units[unit]);
	return text;
}

/* What it was made from, and the packages that were added. */
static void
print_what(const struct root *what)
{
	if (what == NULL || what->from == NULL) {
		putchar('-');
		return;
	}
	description_escape(what->from, stdout);
	for (size_t n = 0; n < what->packages.count; n++) {
		fputs(" +", stdout);
		description_escape(what->packages.names[n], stdout);
	}
}

static void
print_cached(const struct cached *root)
{
	static const char *const states[] = {
		[CACHED_IDLE] = "idle",
		[CACHED_USED] = "in-use",
		[CACHED_RECENT] = "recent",
		[CACHED_REMOVED] = "removed",
	};
	char size[16], used[32] = "-";
	struct tm when;

	if (root->used.tv_sec > 0
	    && localtime_r(&root->used.tv_sec, &when) != NULL)
		strftime(used, sizeof used, "%Y-%m-%dT%H:%M", &when);
	printf("%6s  %16s  %-7s  ", human(root->bytes, size), used,
	    states[root->state]);
	print_what(root->what);
	printf("  %s\n", root->key);
	if (!pruning || root->state == CACHED_REMOVED)
		total += root->bytes;
}

/* List the cache, or prune it. */
static int
look_after_cache(const char *older)
{
	uint64_t age = UINT64_C(60) * 1000000000;
	struct cache cache;
	struct fail why;
	char size[16];
	int result;

	if (older != NULL && number_duration(older, strlen(older), &age) < 0) {
		fail(&why, 0,
		    "--older-than=%s: expected a time such as 30d, "
		    "12h or 1s",
		    older);
		tool_die(&why);
	}
	if (cache_open(&cache, &why) < 0)
		tool_die(&why);
	result = pruning ? cachelist_prune(&cache, age, print_cached, &why)
	                 : cachelist_show(&cache, print_cached, &why);
	cache_close(&cache);
	printf("%6s  %s\n", human(total, size), pruning ? "removed" : "in all");
	if (fflush(stdout) == EOF && result == 0)
		result = fail(&why, errno, "write the list of roots");
	if (result < 0)
		tool_die(&why);
	return 0;
}

/* --lock and --locked, each with a file or NULL. */
static int
heed_locks(const char *lock, const char *locked, const struct root *root,
    struct fail *f)
{
	autofree char *tree = NULL, *name = NULL;
	/* An archive's does not say what was installed on top of it. */
	const char *digest = root->packages.count == 0 ? root->digest : NULL;

	if (lock == NULL && locked == NULL)
		return 0;
	/* What is not in the cache has been changed by now, or will be. */
	if (digest == NULL && !cache_contains(root->dir)) {
		fail(f, 0, "%s: it has no digest to be locked", root->from);
		if (root->packages.count == 0)
			return -1;
		return fail_hint(f,
		    "a root in the cache has one: leave out dir=");
	}
	if (digest == NULL
	    && (digest = tree = lockfile_tree(root->dir, f)) == NULL)
		return -1;
	if ((name = lockfile_name(root, f)) == NULL
	    || (locked != NULL && lockfile_check(locked, name, digest, f) < 0))
		return -1;
	return lock == NULL ? 0 : lockfile_add(lock, name, digest, f);
}

/* The root's digest, which the helper prints. */
static _Noreturn void
become_digest(const char *dir)
{
	struct packer digester = { { "digest" }, .count = 1 };
	struct fail why;

	(void)packer_become(&digester, dir, &why);
	tool_die(&why);
}

static uint64_t
read_size(const char *text)
{
	struct fail why;
	uint64_t size;

	if (number_read(text, strlen(text), number_bytes, INT64_MAX, &size) == 0
	    && size > 0)
		return size;
	fail(&why, 0,
	    "--max-size=%s: expected bytes, or a number with K, M, "
	    "G or T",
	    text);
	tool_die(&why);
}

int
main(int argc, char *argv[])
{
	char **command = tool_command(&argc, argv);
	static struct mkroot_made made;
	static struct mkroot_request request = { .say = say };
	const char *older = NULL, *lock = NULL, *locked = NULL;
	bool digest = false, caring = false;
	struct fail why;
	int option;

	request.progress = isatty(STDERR_FILENO);
	while ((option = getopt_long(argc, argv, "+ln" TOOL_LETTERS, options,
		    NULL))
	       != -1)
		switch (option) {
		case 'l':
			return list_templates();
		case 'n': /* it always starts a description */
			break;
		case 'c':
			caring = true;
			break;
		case 'o':
			older = optarg;
			break;
		case 'p':
			caring = pruning = true;
			break;
		case 'd':
			digest = true;
			break;
		case 'k':
			lock = optarg;
			break;
		case 'K':
			locked = optarg;
			break;
		case 'm':
			request.max_size = read_size(optarg);
			break;
		case 's':
			request.strict = true;
			break;
		default:
			tool_option(option, synopsis);
		}
	if (older != NULL && !pruning)
		tool_usage(synopsis);
	if (caring && optind == argc && command == NULL)
		return look_after_cache(older);
	if (caring || optind == argc || (command != NULL && command[0] == NULL)
	    || (command != NULL && digest))
		tool_usage(synopsis);
	for (; optind < argc; optind++)
		if (mkroot_add(&request, argv[optind], &why) < 0)
			tool_die(&why);
	if (request.words.from == NULL && request.dir == NULL)
		tool_usage(synopsis);

	if (mkroot_make(&request, &made, &why) < 0
	    || heed_locks(lock, locked, &made.root, &why) < 0)
		tool_die(&why);
	if (request.words.from != NULL && source_is_stream(request.words.from))
		source_drain();
	if (digest)
		become_digest(made.dir);
	if (command != NULL)
		return run_in_root(&made, command);
	print_description(&made);
	return 0;
}
