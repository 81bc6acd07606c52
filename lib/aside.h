/* SPDX-License-Identifier: ISC */
/* aside.h - where mounts are ours to make, and nobody else's to see */
#ifndef ASIDE_H
#define ASIDE_H

struct fail;

/*
 * Move this process to a mount namespace of its own, all of it private; who
 * is not root, to a user namespace first, in which it stays who it is.
 * unshare(2).  -1: it may have moved by half, and is of no use.  What was
 * opened before is of mounts that cannot be copied from here.
 */
int aside_step(struct fail *f);

#endif
