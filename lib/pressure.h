/* SPDX-License-Identifier: ISC */
/*
 * pressure.h - what to do when a group stalls: setlimit's word for it
 *
 *	pressure=RESOURCE:PERCENT:WINDOW[:kill|stop|SIGNAL]
 *
 * When some process of the group waited for cpu, memory or io for that much
 * of a window of half a second to ten, the kernel says so (PSI) and the jail
 * is killed, stopped, or sent the signal.  There may be several, also for one
 * resource.  Documentation/accounting/psi.rst, cgroup-v2.rst.
 */
#ifndef PRESSURE_H
#define PRESSURE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct cgroup_dir;
struct fail;

enum { PRESSURE_WORDS = 8 };

enum pressure_resource {
	PRESSURE_CPU,
	PRESSURE_MEMORY,
	PRESSURE_IO,
	PRESSURE_RESOURCES
};

struct pressure {
	enum pressure_resource resource;
	uint64_t percent; /* of the window */
	uint64_t window;  /* nanoseconds */
	int signal;       /* SIGKILL: kill; SIGSTOP: stop */
	int trigger;      /* the kernel's: readable when it is so; or -1 */
};

struct pressures {
	struct pressure word[PRESSURE_WORDS];
	int words;
};

/* As the kernel calls them, and we do. */
extern const char *const pressure_names[PRESSURE_RESOURCES];

/* Take one word.  1: taken; 0: not one of these; -1: bad. */
int pressures_add(void *layer, const char *word, struct fail *f);

/* Write the words, each after a blank. */
void pressures_print(const void *layer, FILE *out);

/*
 * Have the kernel watch the group, which is one of version 2.  Each trigger
 * is a descriptor that poll(2) reports POLLPRI on.  -1: f says which could
 * not be had; those that could are open.
 */
int pressures_watch(struct pressures *p, const struct cgroup_dir *d,
    struct fail *f);

#endif
