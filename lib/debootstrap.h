/* SPDX-License-Identifier: ISC */
/*
 * debootstrap.h - the same as debian_build(), where there is no mmdebstrap(1)
 *
 * debootstrap(8) needs root, knows suites by name, and leaves a tree that is
 * put in order here.
 */
#ifndef DEBOOTSTRAP_H
#define DEBOOTSTRAP_H

struct debian;
struct fail;

/* Fill root, which is the empty directory "rootfs" in work. */
int debootstrap(const struct debian *d, int work, int root, struct fail *f);

#endif
