/* SPDX-License-Identifier: ISC */
/*
 * running.h - jails that run under a name
 *
 * A file in /run/rungs/jails for root, in $XDG_RUNTIME_DIR/rungs/jails for
 * anybody else, has the name of the jail and says
 *
 *	pid PID start TIME
 *
 * The pid is that of its first process, the time is when that began (field
 * 22 of /proc/PID/stat): a pid alone may be another process's by now.  A
 * jailexec that waits for the jail holds a flock(2) on the file.
 */
#ifndef RUNNING_H
#define RUNNING_H

#include <sys/types.h>

struct fail;

struct running {
	const char *name; /* NULL: it has none */
	int dir;          /* where the file is */
	int file;         /* it, locked; -1: not held */
};

/* Take a name: [a-z0-9][a-z0-9._-]*, no "..", 64 bytes at most. */
int running_parse(struct running *r, const char *name, struct fail *f);

/*
 * Hold the name.  -1: a jail runs under it, or has outlived its jailexec.
 * A name that a jailexec left behind when it was killed is free.
 */
int running_hold(struct running *r, struct fail *f);

/* The first process of the jail that runs under a name, or -1. */
pid_t running_find(const char *name, struct fail *f);

/* Say which process is the jail's first, now that the jail runs. */
int running_record(const struct running *r, pid_t first, struct fail *f);

/* Give the name back, if we hold one. */
void running_end(struct running *r);

#endif
