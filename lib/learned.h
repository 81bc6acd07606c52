/* SPDX-License-Identifier: ISC */
/* learned.h - what learn.c has seen of a command, and the words for it */
#ifndef LEARNED_H
#define LEARNED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct fail;

/* As many as there are words for paths, in the order of the words. */
enum {
	LEARNED_EXEC = 1 << 0,
	LEARNED_WRITE = 1 << 1,
	LEARNED_READ = 1 << 2,
	LEARNED_LIST = 1 << 3,
	LEARNED_MODIFY = 1 << 4,
	LEARNED_CREATE = 1 << 5,
	LEARNED_REMOVE = 1 << 6,
	LEARNED_IOCTL = 1 << 7,
	LEARNED_DEVICE = 1 << 8,
};

struct learned {
	struct learned_path {
		char *path;
		unsigned access;
	} * path;
	char **made; /* paths that were not there before */
	size_t paths, mades;
	uint8_t ports[2][UINT16_MAX / 8 + 1]; /* bits: connect, bind */
	bool foreign, handles, uring;         /* what was not seen of it */
	bool lost; /* something, for want of memory */
};

/*
 * Note an access to what fd, which may be of O_PATH, is.  What was made by
 * the command itself counts as an access to the directory that it was made
 * in: when it is run again, that is what there is.
 */
void learned_note(struct learned *l, int fd, unsigned access);

/* Note that a name in the directory is new. */
void learned_made(struct learned *l, int directory, const char *name);

/* Whether an access to it was noted. */
bool learned_has(const struct learned *l, int fd);

void learned_port(struct learned *l, bool is_bind, uint16_t port);

/* Whether two paths lead to one directory. */
bool learned_is_same(const char *a, const char *b);

/* Write a description.  -1: it could not be, or is not all. */
int learned_print(struct learned *l, char *command[], FILE *out,
    struct fail *f);

void learned_free(struct learned *l);

#endif
