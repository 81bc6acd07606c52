/* SPDX-License-Identifier: ISC */
/*
 * limit.h - setlimit's words for control groups, a row of a table for each
 *
 *	memory=64M memory-high=75% memory-low=16M swap=0 pids=32
 *	cpu=50% cpu-weight=50 cpus=0-1,3 mems=0
 *	io=/dev/vda:rbps=10M,wiops=100 io-weight=50
 *	hugetlb=2M:64M cg:memory.zswap.max=0
 *
 * Here is how they are read and written; limiting.h has the kernel's side.
 */
#ifndef LIMIT_H
#define LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct fail;

enum limit_kind {
	LIMIT_SHARE,      /* "50%" or "1.5", of one processor */
	LIMIT_BYTES,      /* "64M", or "50%" of what there is */
	LIMIT_SWAP,       /* the same; version 1 has another idea of it */
	LIMIT_NUMBER,     /* "32" */
	LIMIT_CPU_WEIGHT, /* the same, on scales of their own */
	LIMIT_IO_WEIGHT,
	LIMIT_SET,     /* "0-1,3" */
	LIMIT_DEVICE,  /* "PATH:KEY=NUMBER,..."; one for each path */
	LIMIT_HUGETLB, /* "SIZE:BYTES"; one for each size */
	LIMIT_FILE,    /* cg:FILE=TEXT; one for each file */
};

enum limit_key { LIMIT_RBPS, LIMIT_WBPS, LIMIT_RIOPS, LIMIT_WIOPS, LIMIT_KEYS };

struct limit {
	const char *name;
	const char *controller;    /* NULL: the file's name begins with it */
	const char *v1_controller; /* what version 1 calls it, or NULL */
	/* The file to write; NULL: this version has nothing like it. */
	const char *v1, *v2;
	enum limit_kind kind;
	uint64_t least, most;
};

/* In the order in which they are printed, and in which they are set. */
extern const struct limit limits[];
extern const size_t limit_count;

/* As keys of a device are called, here and in version 2's io.max. */
extern const char *const limit_keys[LIMIT_KEYS];

struct limit_word {
	const struct limit *limit;
	const char *text; /* the value; it must outlive this */
	size_t subject;   /* bytes of text that say which device, size, file */
	bool percent;     /* value is 1/100 % of what there is */
	uint64_t value;   /* a share: 1/100 % of one processor */
	uint64_t size;    /* of a huge page */
	uint64_t rate[LIMIT_KEYS]; /* 0: not limited */
};

/* Take one word.  1: taken; 0: not a limit of these; -1: bad. */
int limit_read(struct limit_word *w, const char *word, struct fail *f);

/* Write it, without a blank in front. */
void limit_print(const struct limit_word *w, FILE *out);

/* Whether the later of the two takes the place of the other. */
bool limit_replaces(const struct limit_word *a, const struct limit_word *b);

/* The controller that it needs, as version 2 calls it; at most 31 bytes. */
void limit_controller(const struct limit_word *w, char name[32]);

#endif
