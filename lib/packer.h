/* SPDX-License-Identifier: ISC */
/* packer.h - become the helper that writes a root as one file */
#ifndef PACKER_H
#define PACKER_H

struct fail;

enum { PACKER_WORDS = 1024 };

struct packer {
	const char *words[PACKER_WORDS]; /* the format, and what it takes */
	int count;
	const char *to;  /* a directory to make, or NULL: standard output */
	const char *how; /* "-k": the tree is one of kept.h; "-l": as a layer */
};

int packer_add(struct packer *p, const char *word, struct fail *f);

/*
 * Enter the tree at dir and become libexec/rungs/packroot-write, which
 * writes it.  Returns only when that failed, with -1.
 */
int packer_become(const struct packer *p, const char *dir, struct fail *f);

#endif
