/* SPDX-License-Identifier: ISC */
/* packer.h - become the helper that writes a root as an archive */
#ifndef PACKER_H
#define PACKER_H

struct fail;

/*
 * Enter the tree at dir and become libexec/rungs/packroot-write, which
 * writes it to standard output: pack.h has the formats, and "digest".
 * Returns only when that failed, with -1.
 */
int packer_become(const char *dir, const char *format, struct fail *f);

#endif
