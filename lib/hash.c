/* SPDX-License-Identifier: ISC */
/* hash.c - see hash.h */
#include "hash.h"

#include <string.h>
#include <sys/stat.h>

uint64_t
hash_bytes(uint64_t hash, const void *bytes, size_t size)
{
	const unsigned char *byte = bytes;

	while (size-- > 0)
		hash = (hash ^ *byte++) * UINT64_C(0x100000001b3);
	return hash;
}

uint64_t
hash_file(uint64_t hash, const char *path, const struct stat *st)
{
	hash = hash_bytes(hash, path, strlen(path) + 1);
	hash = hash_bytes(hash, &st->st_dev, sizeof st->st_dev);
	hash = hash_bytes(hash, &st->st_ino, sizeof st->st_ino);
	hash = hash_bytes(hash, &st->st_size, sizeof st->st_size);
	hash = hash_bytes(hash, &st->st_mtim, sizeof st->st_mtim);
	return hash_bytes(hash, &st->st_ctim, sizeof st->st_ctim);
}
