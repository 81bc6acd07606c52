/* SPDX-License-Identifier: ISC */
/* hash.h - short names for what is long, in the cache */
#ifndef HASH_H
#define HASH_H

#include <stddef.h>
#include <stdint.h>

struct stat;

/* FNV-1a, 64 bits: names things in the cache, and guards nothing. */
uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size);
#define HASH_START UINT64_C(0xcbf29ce484222325)

/* The same of a file: of its path, and of what changes when it does. */
uint64_t hash_file(uint64_t hash, const char *path, const struct stat *st);

#endif
