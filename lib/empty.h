/* SPDX-License-Identifier: ISC */
/*
 * empty.h - a mount namespace with nothing in it, for jails to begin in
 *
 * A new mount namespace is a copy of its maker's.  Made by the host, it has
 * all mounts of the host, which the jail then has to let go of: that takes
 * the longer the more there are, and pivot_root(2) looks at every process of
 * the machine.  So the first jail that root makes leaves a mount namespace
 * behind that has an empty, read-only directory for "/" and nothing else.
 * Later ones step into it, begin their first process there, which gets a
 * copy of it, and step back.
 *
 * It is kept by a bind mount on /run/rungs/empty, as mount_namespaces(7) has
 * it.  umount(8) takes it away; a jail that runs has its own copy.  It is
 * for root alone: others, and root where it cannot be had, let go of the
 * host, as before.
 */
#ifndef EMPTY_H
#define EMPTY_H

#include <stdbool.h>

struct fail;

/* Where the caller was, as descriptors, or -1. */
struct empty_way {
	int namespace, root, directory;
};

/* Whether there is one for us, or we may make one; nothing is made. */
bool empty_expected(void);

/*
 * Open the one that there is, or make it.  It is one that nobody but us can
 * have put there, a mount namespace, of our own user namespace.  -1: there
 * is none for us, whatever the reason.
 */
int empty_open(void);

/*
 * Step into it: "/" and the working directory are the empty directory.  -1:
 * we are where we were, and errno is set; EBUSY: it is not empty.
 */
int empty_enter(int empty, struct empty_way *back);

/* Step back, to the root and the working directory that we had. */
int empty_leave(struct empty_way *back, struct fail *f);

/*
 * In it, or in a copy where nothing is on top of "/" yet: open the empty
 * directory in it.  All jails have it in common, so it is for those whose
 * root is not its owner.  -1: there is none, whatever the reason.
 */
int empty_directory(void);

#endif
