/* SPDX-License-Identifier: ISC */
/* unpacknote.h - what the helpers of mkroot that unpack have to say */
#ifndef UNPACKNOTE_H
#define UNPACKNOTE_H

struct fail;
struct unpack_counts;

/* Print for mkroot, as one line, what the root has not. */
void unpack_print_note(const struct unpack_counts *counts);

/* Print why it failed, if it did.  The helper's exit status. */
int unpack_print_end(int result, const struct fail *why);

#endif
