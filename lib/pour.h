/* SPDX-License-Identifier: ISC */
/* pour.h - write(2) until all is written, whatever interrupts it */
#ifndef POUR_H
#define POUR_H

#include <stddef.h>

/* -1 with errno set: some of it may be written. */
int pour_bytes(int to, const void *bytes, size_t size);

/* All that can still be read from a descriptor; -1 likewise. */
int pour(int from, int to);

#endif
