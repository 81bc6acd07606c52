/* SPDX-License-Identifier: ISC */
/*
 * keyring.h - the kernel's keys, of which a process carries some with it
 *
 * A session keyring is inherited by whatever a login starts, and no namespace
 * is around it.  Who has it may read the caller's keys: tickets, passwords of
 * network file systems, keys of encrypted directories.  And all jails that
 * the caller starts could leave messages for each other in it.
 * session-keyring(7), keyctl(2).
 *
 *	keyring    a new one
 */
#ifndef KEYRING_H
#define KEYRING_H

#include <stdbool.h>
#include <stdio.h>

struct fail;

struct keyring {
	bool renew;
};

/* 1: taken; 0: none of our words. */
int keyring_add(void *layer, const char *word, struct fail *f);

void keyring_print(const void *layer, FILE *out);

/*
 * Change to a new session keyring that is empty and has no name.  A kernel
 * without keys has none to take along, so that is no error; nor is a filter
 * around us that refuses all of keyctl(2), to the command as well.
 */
int keyring_renew(struct fail *f);

#endif
