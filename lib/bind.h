/* SPDX-License-Identifier: ISC */
/* bind.h - the source of a bind mount */
#ifndef BIND_H
#define BIND_H

struct fail;
struct mount;

/*
 * Open the source of a bind or bind-fd as a detached mount with all of its
 * attributes; user_namespace (-1: none) maps its owners.  A descriptor may
 * be of another mount namespace, which has to be ours for a copy: then it
 * is opened again by its name and compared.  -1 with *missing set: there is
 * no such source, and the word said that this is no error.
 */
int bind_open(const struct mount *m, int user_namespace, int *missing,
    struct fail *f);

/*
 * The host's own, detached, as MOUNT_SYS_ATTRIBUTES has it, with whatever is
 * mounted below it.
 */
int bind_host(const char *path, struct fail *f);

#endif
