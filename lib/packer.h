/* SPDX-License-Identifier: ISC */
/* packer.h - become the helper that writes a root as one file */
#ifndef PACKER_H
#define PACKER_H

struct fail;

enum { PACKER_WORDS = 1024 };

struct packer {
	const char *words[PACKER_WORDS]; /* the format, and what it takes */
	int count;
};

int packer_add(struct packer *p, const char *word, struct fail *f);

/*
 * Enter the tree at dir and become libexec/rungs/packroot-write, which
 * writes it to standard output, or, where to is not NULL, to a directory of
 * that name.  Returns only when that failed, with -1.
 */
int packer_become(const struct packer *p, const char *dir, const char *to,
    struct fail *f);

#endif
