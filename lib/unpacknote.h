/* SPDX-License-Identifier: ISC */
/* unpacknote.h - what the helpers of mkroot that unpack have to say */
#ifndef UNPACKNOTE_H
#define UNPACKNOTE_H

struct fail;
struct stat;
struct unpack_counts;

/* A file that changes between digest and unpacking is not what it was. */
int unpack_check_unchanged(int fd, const struct stat *before, struct fail *f);

/* Print for mkroot, as one line, what the root has not. */
void unpack_print_note(const struct unpack_counts *counts);

#endif
