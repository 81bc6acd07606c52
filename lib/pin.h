/* SPDX-License-Identifier: ISC */
/*
 * pin.h - make the mount namespace of empty.h, and keep it
 */
#ifndef PIN_H
#define PIN_H

/*
 * The namespace has one mount, a tmpfs that is read-only and has room for
 * two inodes: its top, and an empty directory, of which masks are copies.
 * It is the same since there is one: whoever upgrades can use what is pinned.
 */
#define EMPTY_ASIDE "aside"
enum { EMPTY_INODES = 2 };

/*
 * Make an empty mount namespace and bind it on path, a regular file of ours
 * that is made if it is not there.  Others who do so have to wait until it
 * is done.  -1: it cannot be done here, errno is set, and nothing is bound.
 */
int pin_empty(const char *path);

#endif
