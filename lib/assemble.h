/* SPDX-License-Identifier: ISC */
/* assemble.h - build a root step by step, as a template says */
#ifndef ASSEMBLE_H
#define ASSEMBLE_H

#include <stdint.h>

struct fail;
struct template;

/*
 * A number for what t would build on this machine: of its text and of the
 * files that its programs could be copied from, as stat(2) knows them.
 */
uint64_t assemble_key(const struct template *t);

/*
 * Do the steps of t in the open directory root.  Every path goes through
 * inroot.h.  -1: some of it is there; the failure names the line.
 */
int assemble(const struct template *t, int root, struct fail *f);

#endif
