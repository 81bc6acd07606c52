/* SPDX-License-Identifier: ISC */
/*
 * outside.h - a proc and a sysfs of the jail's that the caller mounts for it
 *
 * In a user namespace both are given only to a mount namespace that has the
 * host's in full sight, so that what is masked there stays masked: user
 * namespaces(7), mount_namespaces(7).  One that begins empty has neither.
 * There, the jail makes the file systems, since they show the pid and net
 * namespaces of who makes them, and sends them to the caller, who may mount
 * them, and sends the mounts back.  Meanwhile the jail goes on.
 */
#ifndef OUTSIDE_H
#define OUTSIDE_H

#include "mount.h"

struct fail;

/*
 * In the jail: ask for each new one that a word of this kind wants, MOUNT_PROC
 * or MOUNT_SYS, if somebody outside is to mount it.  Who asks is in the
 * namespaces that are to be shown.  -1: the channel is of no use.
 */
int outside_ask(const struct mounts *mounts, enum mount_kind kind,
    struct fail *f);

/*
 * In the jail: enter the network namespace that mounts->network is making,
 * as soon as it is there, and ask for each sysfs that a word wants.  -1: that
 * process is gone and has said why, or as outside_ask().
 */
int outside_enter_network(struct mounts *mounts, struct fail *f);

/*
 * In the jail: wait for what was asked for one word, and put it into lent.
 * -1 with errno set: the caller may not mount it, either.
 */
int outside_receive(struct mounts *mounts, struct mount *m);

/*
 * The caller: mount what came with a word of inside.h's, SAY_PROC or
 * SAY_SYS, and answer.  Other words are ignored.  asked is closed: who kept it
 * would keep the file system.  -1 with errno set.
 */
int outside_answer(int channel, char word, int asked);

#endif
