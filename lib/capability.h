/* SPDX-License-Identifier: ISC */
/*
 * capability.h - what root may still do; see capabilities(7)
 *
 *	caps=NAME,...       these are kept, and no others
 *	caps=-NAME,...      all that were kept before but these
 *	ambient=NAME,...    these also by a command that is not root
 *	nnp                 no execve(2) gives a privilege
 *
 * A NAME is one of capabilities(7), with "cap_" or without, in small
 * letters; "all", "none" or "default"; a "-" in front takes it away again.
 */
#ifndef CAPABILITY_H
#define CAPABILITY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct fail;

/*
 * The capabilities that a jail's root keeps: the OCI default without
 * CAP_MKNOD (devices come from us alone) and CAP_AUDIT_WRITE (the audit log
 * is the host's).
 */
extern const uint64_t capability_default;

struct capabilities {
	bool limited;  /* keep counts: all others are dropped */
	bool has_keep; /* a word said all of it */
	uint64_t keep; /* bits; UINT64_MAX is all that there are */
	bool has_ambient;
	uint64_t ambient;
	bool nnp;
};

/* No limit yet; contained: that of a jail by default. */
void capabilities_init(struct capabilities *c, bool contained);

/* 1: taken; 0: none of our words; -1: the struct is as it was. */
int capabilities_add(void *layer, const char *word, struct fail *f);

void capabilities_print(const void *layer, FILE *out);

/* Check that what is to be ambient is kept. */
int capabilities_settle(const struct capabilities *c, struct fail *f);

/* Whether we have it, one of CAP_*, in effect; capget(2). */
bool capability_has(int capability);

/*
 * Take every other capability out of the bounding set, so that no program
 * can bring it back, and read back that it is so.  Needs CAP_SETPCAP for
 * those that are in it; to be called before ids change.
 */
int capability_bound(uint64_t keep, struct fail *f);

/*
 * Have the permitted set outlast the change from root to another user,
 * PR_SET_KEEPCAPS, which execve(2) ends; and after that be able to use it.
 */
int capability_hold(struct fail *f);
int capability_regain(struct fail *f);

/*
 * Make these ambient, and inheritable, which they have to be: the command
 * has them whoever it is.  They must be permitted; of "all", those that are.
 */
int capability_raise(uint64_t ambient, struct fail *f);

/*
 * Make keep the permitted and effective set and ambient the inheritable one,
 * each as far as it is permitted.  Read back that it is so, and that what is
 * ambient is what is inheritable.
 */
int capability_limit(uint64_t keep, uint64_t ambient, struct fail *f);

/* PR_SET_NO_NEW_PRIVS: no later execve(2) can give any privilege. */
int capability_no_new_privileges(struct fail *f);

#endif
