/* SPDX-License-Identifier: ISC */
/* makedir.h - make a directory that stays when we have ended */
#ifndef MAKEDIR_H
#define MAKEDIR_H

#include <sys/types.h>

/*
 * As mkdirat(2), whatever the caller's umask is.  With umask 777 nobody but
 * root could use the directory, nor could the next one who needs it.
 */
int makedir(int parent, const char *name, mode_t mode);

#endif
