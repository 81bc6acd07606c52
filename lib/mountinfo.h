/* SPDX-License-Identifier: ISC */
/*
 * mountinfo.h - the mounts of our namespace that can be named
 *
 * proc_pid_mountinfo(5).
 */
#ifndef MOUNTINFO_H
#define MOUNTINFO_H

#include <stdbool.h>
#include <stddef.h>

struct mountinfo {
	int id, parent;
	const char *point; /* a path below our root */
};

struct mountinfos {
	struct mountinfo *list;
	size_t count;
	char *text; /* which the paths are in, with its room */
	size_t room;
};

/*
 * Read the table that fd has from there on.  Nothing is taken from the
 * heap, so this can be done between a clone and an exec.  -1 with errno set:
 * there is nothing to be freed.
 */
int mountinfo_read(struct mountinfos *table, int fd);
void mountinfo_free(struct mountinfos *table);

/* NULL: it is not there. */
const struct mountinfo *mountinfo_find(const struct mountinfos *table, int id);

/*
 * Whether what is mounted on m has it all, and whether m is on a directory
 * that something else of the same parent hides: no path leads there.
 */
bool mountinfo_is_covered(const struct mountinfos *table,
    const struct mountinfo *m);
bool mountinfo_is_hidden(const struct mountinfos *table,
    const struct mountinfo *m);

/* Undo the escapes of one of its fields, in place. */
void mountinfo_unescape(char *text);

#endif
