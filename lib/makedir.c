/* SPDX-License-Identifier: ISC */
/* makedir.c - see makedir.h */
#include "makedir.h"

#include <sys/stat.h>

int
makedir(int parent, const char *name, mode_t mode)
{
	mode_t mask = umask(0);
	int result = mkdirat(parent, name, mode);

	umask(mask);
	return result;
}
