/* SPDX-License-Identifier: ISC */
/* capability.h - what root may still do; see capabilities(7) */
#ifndef CAPABILITY_H
#define CAPABILITY_H

#include <stdint.h>

struct fail;

/*
 * The capabilities that a jail's root keeps: the OCI default without
 * CAP_MKNOD (devices come from us alone) and CAP_AUDIT_WRITE (the audit log
 * is the host's).
 */
extern const uint64_t capability_default;

/*
 * Take every other capability out of the bounding set, so that no program
 * can bring it back.  Needs CAP_SETPCAP; to be called before ids change.
 */
int capability_bound(uint64_t keep, struct fail *f);

/*
 * Make keep the permitted and effective set, empty the inheritable and the
 * ambient set, and read back that it is so.
 */
int capability_limit(uint64_t keep, struct fail *f);

/* PR_SET_NO_NEW_PRIVS: no later execve(2) can give any privilege. */
int capability_no_new_privileges(struct fail *f);

#endif
