/* SPDX-License-Identifier: ISC */
/* app.c - see app.h */
#include "app.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "hash.h"
#include "listing.h"
#include "newroot.h"
#include "object.h"
#include "path.h"
#include "scope.h"

/* What programs open behind everybody's back.  "@" is the loader's home. */
static const struct bundle {
	const char *name;
	bool accounts;
	const char *paths[8];
} bundles[] = {
	{ "certs", false,
	    { "/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/cert.pem",
		"/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/openssl.cnf" } },
	{ "locale", false,
	    { "/usr/lib/locale", "@/gconv",
		"/usr/share/locale/locale.alias" } },
	{ "nss", true,
	    { "/etc/nsswitch.conf", "@/libnss_files.so.2", "@/libnss_dns.so.2",
		"/etc/services", "/etc/protocols" } },
	{ "terminfo", false,
	    { "/etc/terminfo", "/lib/terminfo", "/usr/lib/terminfo",
		"/usr/share/terminfo" } },
};

static int take(struct app *a, const char *path, const struct needer *above,
    bool in_tree, struct fail *f);

static int
use_loader(struct app *a, const char *interpreter, struct fail *f)
{
	if (strcmp(a->interpreter, interpreter) == 0)
		return 0;
	if (a->interpreter[0] != '\0')
		loader_close(&a->loader);
	a->interpreter[0] = '\0';
	if (loader_open(&a->loader, interpreter, f) < 0)
		return -1;
	snprintf(a->interpreter, PATH_MAX, "%s", interpreter);
	return take(a, interpreter, NULL, false, f);
}

static int
take_library(struct app *a, const struct needer *me, const char *name,
    struct fail *f)
{
	char path[PATH_MAX];
	int got = loader_find(&a->loader, me, name, path, f);

	if (got < 0)
		return -1;
	if (got == 0)
		return fail(f, 0,
		    "needs %s, which its loader would not find here", name);
	if (got == 2 && take(a, a->loader.file, NULL, true, f) < 0)
		return -1;
	return take(a, path, me, false, f);
}

/*
 * What glibc opens behind everybody's back: the unwinder when a thread ends
 * early, without which it aborts the program, and the locale that a jail's
 * LANG names.
 */
static int
take_of_glibc(struct app *a, const struct needer *me, struct fail *f)
{
	static const char locale[] = "/usr/lib/locale/C.utf8";
	char path[PATH_MAX];

	if (loader_find(&a->loader, me, "libgcc_s.so.1", path, f) >= 1
	    && take(a, path, me, false, f) < 0)
		return -1;
	return access(locale, F_OK) < 0 ? 0 : take(a, locale, NULL, true, f);
}

/* What an object needs.  directory is the one that it is in. */
static int
take_needed(struct app *a, const struct object *o, const char *directory,
    const struct needer *above, struct fail *f)
{
	struct needer me = { o, directory, above };

	if (o->interpreter != NULL && use_loader(a, o->interpreter, f) < 0)
		return -1;
	if (o->needed_count > 0 && a->interpreter[0] == '\0')
		return fail(f, 0,
		    "needs libraries, and there is no program "
		    "that would say where they are");
	for (size_t n = 0; n < o->needed_count; n++) {
		if (take_library(a, &me, o->needed[n], f) < 0)
			return -1;
		if (strcmp(o->needed[n], "libc.so.6") == 0
		    && take_of_glibc(a, &me, f) < 0)
			return -1;
	}
	return 0;
}

/* A script's interpreter, and what env(1) as one would run: execve(2). */
static int
take_interpreter(struct app *a, int fd, struct fail *f)
{
	char line[256], path[PATH_MAX], *rest = NULL, *program, *word;
	ssize_t got = pread(fd, line, sizeof line - 1, 0);

	if (got < 2 || memcmp(line, "#!", 2) != 0)
		return 0;
	line[got] = '\0';
	line[strcspn(line, "\n")] = '\0';
	if ((program = strtok_r(line + 2, " \t", &rest)) == NULL)
		return fail(f, 0, "its #! line names nothing");
	if (take(a, program, NULL, false, f) < 0)
		return -1;
	if ((word = strrchr(program, '/')) == NULL || strcmp(word, "/env") != 0)
		return 0;
	do
		word = strtok_r(NULL, " \t", &rest);
	while (word != NULL && (*word == '-' || strchr(word, '=') != NULL));
	if (word == NULL)
		return fail(f, 0, "its #! line asks env for nothing");
	if (*word == '/')
		return take(a, word, NULL, false, f);
	if (path_find(PATH_OF_JAIL, word, path) < 0)
		return fail(f, 0,
		    "its #! line asks env for %s, which is not here", word);
	return take(a, path, NULL, false, f);
}

/*
 * What the file at path needs.  In a tree there are files for others, too,
 * for another kind of machine or with a #! line that nobody runs.
 */
static int
take_needs(struct app *a, const char *path, const struct needer *above,
    bool in_tree, struct fail *f)
{
	autoclose int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char directory[PATH_MAX];
	struct object o;
	int got;

	if (fd < 0)
		return fail(f, errno, "%s: open", path);
	if ((got = object_read(fd, &o, f)) < 0)
		return in_tree ? 0 : fail_prefix(f, "%s: ", path);
	snprintf(directory, sizeof directory, "%s", path);
	*strrchr(directory, '/') = '\0';
	if (got == 0 && !in_tree)
		got = take_interpreter(a, fd, f);
	else if (got == 1) {
		got = o.is_relocatable
		          ? 0
		          : take_needed(a, &o, directory, above, f);
		object_free(&o);
	}
	return got < 0 ? fail_prefix(f, "%s: ", path) : 0;
}

/* A directory with all that is in it; links to others are kept as links. */
static int
take_tree(struct app *a, const char *path, struct fail *f)
{
	autoclose int fd =
	    open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	char below[PATH_MAX];
	struct listing names;
	struct stat st;
	int result = 0;

	if (fd < 0 || listing_read(&names, fd) < 0)
		return fail(f, errno, "%s: open", path);
	for (size_t n = 0; n < names.count && result >= 0; n++) {
		if (snprintf(below, sizeof below, "%s/%s", path, names.list[n])
		    >= PATH_MAX)
			result = fail(f, ENAMETOOLONG, "%s", path);
		else if (lstat(below, &st) == 0 && S_ISLNK(st.st_mode)
			 && (stat(below, &st) < 0 || !S_ISREG(st.st_mode)))
			result = selection_keep(&a->files, below, f);
		else
			result = take(a, below, NULL, true, f);
	}
	listing_free(&names);
	return result < 0 ? -1 : 0;
}

static int
take(struct app *a, const char *path, const struct needer *above, bool in_tree,
    struct fail *f)
{
	char real[PATH_MAX];
	struct stat st;
	int got = selection_take(&a->files, path, real, &st, f);

	if (got < 0)
		return -1;
	/* Known may be no more than that something in it is wanted. */
	if (S_ISDIR(st.st_mode))
		return take_tree(a, real, f);
	return got == 0 ? 0 : take_needs(a, real, above, in_tree, f);
}

static int
take_bundle(struct app *a, const struct bundle *b, struct fail *f)
{
	char path[PATH_MAX];
	bool any = false;

	for (size_t n = 0; n < COUNT(b->paths) && b->paths[n] != NULL; n++) {
		bool home = b->paths[n][0] == '@';

		if (home && a->interpreter[0] == '\0')
			continue;
		if (snprintf(path, sizeof path, "%s%s",
			home ? a->loader.home : "", b->paths[n] + home)
			>= PATH_MAX
		    || access(path, F_OK) < 0)
			continue;
		any = true;
		if (take(a, path, NULL, true, f) < 0)
			return -1;
	}
	a->accounts |= b->accounts;
	return any ? 0
	           : fail(f, 0, "%s: none of it is on this machine", b->name);
}

static int
take_word(struct app *a, const char *word, struct fail *f)
{
	if (*word == '/')
		return take(a, word, NULL, false, f);
	for (size_t n = 0; n < COUNT(bundles); n++)
		if (strcmp(word, bundles[n].name) == 0)
			return take_bundle(a, &bundles[n], f);
	fail(f, 0, "%s: neither an absolute path nor a bundle", word);
	return fail_hint(f, "the bundles are certs, locale, nss, terminfo");
}

/* The program comes first: it says which loader all others have. */
static int
take_program(struct app *a, const char *path, struct fail *f)
{
	struct stat st;

	if (*path != '/') {
		fail(f, 0, "%s: not the absolute path of a program", path);
		return fail_hint(f, "the shell knows it: app:$(command -v %s)",
		    *path != '\0' ? path : "PROGRAM");
	}
	if (stat(path, &st) < 0)
		return fail(f, errno, "%s", path);
	if (!S_ISREG(st.st_mode) || access(path, X_OK) < 0)
		return fail(f, 0, "%s: not a program that can be run", path);
	return take(a, path, NULL, false, f);
}

int
app_open(struct app *a, const char *what, struct fail *f)
{
	autofree char *words = strdup(what);
	char *rest = words, *word;

	*a = (struct app){ 0 };
	if (words == NULL)
		return fail(f, errno, "memory for a list of files");
	word = strsep(&rest, ",");
	if (take_program(a, word, f) < 0)
		return -1;
	while ((word = strsep(&rest, ",")) != NULL)
		if (take_word(a, word, f) < 0)
			return -1;
	return 0;
}

void
app_close(struct app *a)
{
	selection_free(&a->files);
	loader_close(&a->loader);
}

uint64_t
app_key(const struct app *a)
{
	uint64_t key = selection_key(&a->files, HASH_START);

	return hash_bytes(key, &a->accounts, sizeof a->accounts);
}

/* Where a jail mounts something, and who is who. */
static int
fill_rest(const struct app *a, int root)
{
	static const char *const places[] = { "dev", "proc", "run", "sys" };

	for (size_t n = 0; n < COUNT(places); n++)
		if (newroot_dir(root, places[n], 0755) < 0)
			return -1;
	if (newroot_dir(root, "tmp", 01777) < 0)
		return -1;
	if (!a->accounts)
		return 0;
	if (newroot_line(root, "etc/passwd", "root:x:0:0:root:/root:/bin/sh")
		< 0
	    || newroot_line(root, "etc/passwd",
		   "nobody:x:65534:65534:nobody:/:/bin/false")
		   < 0
	    || newroot_line(root, "etc/group", "root:x:0:") < 0)
		return -1;
	return newroot_line(root, "etc/group", "nogroup:x:65534:");
}

int
app_fill(const struct app *a, int root, struct fail *f)
{
	mode_t mask = umask(022);
	int result = selection_copy(&a->files, root, f);

	if (result == 0 && fill_rest(a, root) < 0)
		result = fail(f, errno, "make the root's own directories");
	umask(mask);
	return result;
}
