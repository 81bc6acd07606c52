/* SPDX-License-Identifier: ISC */
/*
 * groups.h - the caller's supplementary groups, which no jail is to have
 *
 * setgroups(2); user_namespaces(7), "Interaction with system calls that
 * change process UIDs or GIDs".
 */
#ifndef GROUPS_H
#define GROUPS_H

struct fail;

/* Whether we are in others than our primary one: 1, 0, or -1. */
int groups_has_others(struct fail *f);

/* Be in the primary one alone, which needs CAP_SETGID. */
int groups_leave_others(struct fail *f);

#endif
