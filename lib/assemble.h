/* SPDX-License-Identifier: ISC */
/* assemble.h - build a root step by step, as a template says */
#ifndef ASSEMBLE_H
#define ASSEMBLE_H

#include <stdbool.h>
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
 * inroot.h.  chosen has the applets to make links for, with commas between;
 * NULL: all that there are.  -1: some of it is there; the failure names the
 * line.
 */
int assemble(const struct template *t, const char *chosen, int root,
    struct fail *f);

/* Whether some of t's applets can be chosen. */
bool assemble_has_applets(const struct template *t);

#endif
