/* SPDX-License-Identifier: ISC */
/* loader.c - see loader.h */
#include "loader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "object.h"
#include "scope.h"

enum { MAX_FILE = 16 << 20 };

static const char *const usual[] = { "/lib", "/usr/lib", "/lib64", "/usr/lib64",
	"/lib32", "/usr/lib32", "/libx32", "/usr/libx32" };
static const char *const usual_of_musl[] = { "/lib", "/usr/local/lib",
	"/usr/lib" };

/* /etc/ld.so.cache, since glibc 2.2: dl-cache.h. */
static const char cache_magic[20] = "glibc-ld.so.cache1.1";
struct cache_header {
	char magic[sizeof cache_magic];
	uint32_t count, strings;
	uint32_t unused[5];
};
struct cache_entry {
	int32_t flags;
	uint32_t name, path; /* from the beginning of the file */
	uint32_t version;
	uint64_t hwcap; /* not 0: for some processors only */
};

static int
read_whole(struct loader *l, struct fail *f)
{
	autoclose int fd = open(l->file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return errno == ENOENT ? 0
		                       : fail(f, errno, "%s: open", l->file);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > MAX_FILE)
		return fail(f, 0, "%s: not a file of a sensible size", l->file);
	l->size = (size_t)st.st_size;
	if ((l->text = calloc(1, l->size + 1)) == NULL
	    || pread(fd, l->text, l->size, 0) != (ssize_t)l->size)
		return fail(f, errno, "%s: read", l->file);
	l->text[l->size] = '\0';
	return 0;
}

int
loader_open(struct loader *l, const char *interpreter, struct fail *f)
{
	const char *name = strrchr(interpreter, '/') + 1;
	char *end;

	*l = (struct loader){ .is_musl = strncmp(name, "ld-musl-", 8) == 0 };
	if (realpath(interpreter, l->home) == NULL)
		return fail(f, errno, "%s: find the dynamic loader",
		    interpreter);
	if ((end = strrchr(l->home, '/')) != NULL)
		*end = '\0';
	if (l->is_musl)
		snprintf(l->file, sizeof l->file, "/etc/%.*s.path",
		    (int)strcspn(name, "."), name);
	else
		strcpy(l->file, "/etc/ld.so.cache");
	if (read_whole(l, f) == 0)
		return 0;
	loader_close(l);
	return -1;
}

void
loader_close(struct loader *l)
{
	free(l->text);
	*l = (struct loader){ 0 };
}

/* Whether path is a library that the object could load. */
static bool
fits(const char *path, const struct object *by)
{
	autoclose int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct object o;
	struct fail why;
	struct stat st;
	bool same;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)
	    || object_read(fd, &o, &why) != 1)
		return false;
	same = o.class == by->class && o.machine == by->machine
	       && !o.is_relocatable;
	object_free(&o);
	return same;
}

static bool
try_directory(const char *directory, size_t length, const char *name,
    const struct object *by, char path[PATH_MAX])
{
	int size =
	    snprintf(path, PATH_MAX, "%.*s/%s", (int)length, directory, name);

	return *directory == '/' && size < PATH_MAX && fits(path, by);
}

/* "$ORIGIN/../lib" to a path.  -1: another variable, or no room. */
static int
expand(const char *entry, size_t length, const char *origin,
    char path[PATH_MAX], struct fail *f)
{
	static const char *const names[] = { "$ORIGIN", "${ORIGIN}" };
	size_t skip = 0;
	int size;

	for (size_t n = 0; n < COUNT(names); n++)
		if (length >= strlen(names[n])
		    && strncmp(entry, names[n], strlen(names[n])) == 0)
			skip = strlen(names[n]);
	if (memchr(entry + skip, '$', length - skip) != NULL)
		return fail(f, 0,
		    "it looks for libraries in %.*s, which only "
		    "its loader can expand",
		    (int)length, entry);
	size = snprintf(path, PATH_MAX, "%s%.*s", skip > 0 ? origin : "",
	    (int)(length - skip), entry + skip);
	return size < PATH_MAX ? 0 : fail(f, ENAMETOOLONG, "%s", origin);
}

/* A list of directories with ':' between, and ';' since glibc 2.31. */
static int
try_list(const char *list, const struct needer *of, const struct object *by,
    const char *name, char path[PATH_MAX], struct fail *f)
{
	char directory[PATH_MAX];

	while (*list != '\0') {
		size_t length = strcspn(list, ":;\n");

		if (length > 0) {
			if (expand(list, length, of->directory, directory, f)
			    < 0)
				return -1;
			if (try_directory(directory, strlen(directory), name,
				by, path))
				return 1;
		}
		list += length;
		list += *list != '\0';
	}
	return 0;
}

/* What the objects themselves say of where to look. */
static int
try_own(const struct needer *by, const char *name, char path[PATH_MAX],
    struct fail *f)
{
	const struct object *o = by->object;
	int got = 0;

	if (o->runpath != NULL)
		return try_list(o->runpath, by, o, name, path, f);
	for (const struct needer *n = by; n != NULL && got == 0; n = n->above)
		if (n->object->rpath != NULL)
			got = try_list(n->object->rpath, n, o, name, path, f);
	return got;
}

static bool
is_usual(const struct loader *l, const char *path)
{
	char real[PATH_MAX], other[PATH_MAX];
	char *end;

	snprintf(other, sizeof other, "%s", path);
	if ((end = strrchr(other, '/')) == NULL)
		return false;
	*end = '\0';
	if (realpath(other, real) == NULL)
		return false;
	if (strcmp(real, l->home) == 0)
		return true;
	for (size_t n = 0; n < COUNT(usual); n++)
		if (realpath(usual[n], other) != NULL
		    && strcmp(real, other) == 0)
			return true;
	return false;
}

/* What ldconfig(8) noted.  Nothing in the file is believed unchecked. */
static bool
try_cache(const struct loader *l, const struct object *by, const char *name,
    char path[PATH_MAX])
{
	struct cache_header header;
	struct cache_entry entry;

	if (l->size < sizeof header)
		return false;
	memcpy(&header, l->text, sizeof header);
	if (memcmp(header.magic, cache_magic, sizeof cache_magic) != 0
	    || header.count > (l->size - sizeof header) / sizeof entry)
		return false;
	for (size_t n = 0; n < header.count; n++) {
		memcpy(&entry, l->text + sizeof header + n * sizeof entry,
		    sizeof entry);
		if (entry.hwcap != 0 || entry.name >= l->size
		    || entry.path >= l->size
		    || strcmp(l->text + entry.name, name) != 0
		    || strlen(l->text + entry.path) >= PATH_MAX)
			continue;
		strcpy(path, l->text + entry.path);
		if (*path == '/' && fits(path, by))
			return true;
	}
	return false;
}

static bool
try_usual(const struct loader *l, const struct object *by, const char *name,
    char path[PATH_MAX])
{
	size_t count = l->is_musl ? COUNT(usual_of_musl) : COUNT(usual);
	const char *const *list = l->is_musl ? usual_of_musl : usual;

	if (try_directory(l->home, strlen(l->home), name, by, path))
		return true;
	for (size_t n = 0; n < count; n++)
		if (try_directory(list[n], strlen(list[n]), name, by, path))
			return true;
	return false;
}

int
loader_find(const struct loader *l, const struct needer *by, const char *name,
    char path[PATH_MAX], struct fail *f)
{
	const struct object *o = by->object;
	int got;

	if (strchr(name, '/') != NULL) {
		if (expand(name, strlen(name), by->directory, path, f) < 0)
			return -1;
		return *path == '/' && fits(path, o);
	}
	if ((got = try_own(by, name, path, f)) != 0)
		return got;
	if (o->no_defaults)
		return 0;
	/* musl has its file instead of the usual directories. */
	if (l->is_musl && l->text != NULL) {
		got = try_list(l->text, by, o, name, path, f);
		return got == 1 ? 2 : got;
	}
	if (l->text != NULL && try_cache(l, o, name, path))
		return is_usual(l, path) ? 1 : 2;
	return try_usual(l, o, name, path);
}
