/* SPDX-License-Identifier: ISC */
/*
 * loader.h - find a library where the dynamic loader would find it
 *
 * ld.so(8) of glibc: DT_RPATH of who needs it and of who needs that,
 * DT_RUNPATH of who needs it, /etc/ld.so.cache, the usual directories.
 * That of musl: the same, but for the cache: /etc/ld-musl-ARCH.path.
 * LD_LIBRARY_PATH and LD_PRELOAD belong to whoever runs a program, not to
 * the program, and count for nothing here.
 */
#ifndef LOADER_H
#define LOADER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

struct fail;
struct object;

struct loader {
	bool is_musl;
	char *text; /* of its file of directories, or NULL */
	size_t size;
	char file[64];       /* the name of that file */
	char home[PATH_MAX]; /* the directory that the loader itself is in */
};

/* Who needs a library, up to the program. */
struct needer {
	const struct object *object;
	const char *directory; /* "$ORIGIN" of it */
	const struct needer *above;
};

/*
 * Get ready for programs that have this loader.  -1: its file of directories
 * cannot be read; loader_close is due only after 0.
 */
int loader_open(struct loader *l, const char *interpreter, struct fail *f);
void loader_close(struct loader *l);

/*
 * Where the library of that name is: an absolute path, whose last part may
 * be a link.  1: found; 2: found, but only because the loader's file of
 * directories names the place, so that it needs that file, too; 0: it is
 * not there, for this class and machine; -1: a path in the object that is
 * not understood.
 */
int loader_find(const struct loader *l, const struct needer *by,
    const char *name, char path[PATH_MAX], struct fail *f);

#endif
