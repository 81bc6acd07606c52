/* SPDX-License-Identifier: ISC */
/*
 * mount.h - what is where: the addmount line of a description
 *
 *	proc sys dev mqueue         each in its usual place
 *	tmpfs=PATH[:OPTIONS]        an empty file system in memory
 *	bind=SOURCE:PATH[:OPTIONS]  a file or directory of the host
 *	bind-fd=N:PATH[:OPTIONS]    the one that descriptor N is
 *	overlay=LOWER[:LOWER...]:[UPPER]:PATH[:OPTIONS]
 *	                            directories of the host as one
 *	file=N:PATH[:OPTIONS]       what can be read from descriptor N
 *	mask=PATH ro=PATH           hide it; make it read-only
 *	dir=PATH[:mode=MODE]        make a directory
 *	link=TARGET:PATH            make a symbolic link
 *	try-WORD                    no error when the source is missing
 *	none                        forget all words before this one
 *
 * PATH is in the root; SOURCE is on the host.  Words are taken in order.
 * mount(2), mount_setattr(2), mount_namespaces(7).
 */
#ifndef MOUNT_H
#define MOUNT_H

#include <stdbool.h>
#include <stdio.h>

#include "compat.h"
#include "device.h"

struct fail;
struct layers;

enum { MOUNTS_MAX = 256 };

/* What mounts of proc and sys forbid, RUNGS_ATTR_*. */
enum {
	MOUNT_PROC_ATTRIBUTES =
	    RUNGS_ATTR_NOSUID | RUNGS_ATTR_NODEV | RUNGS_ATTR_NOEXEC,
	MOUNT_SYS_ATTRIBUTES = MOUNT_PROC_ATTRIBUTES | RUNGS_ATTR_RDONLY,
};

enum mount_kind {
	MOUNT_PROC,
	MOUNT_SYS,
	MOUNT_DEV,
	MOUNT_MQUEUE,
	MOUNT_TMPFS,
	MOUNT_BIND,
	MOUNT_BIND_FD,
	MOUNT_OVERLAY,
	MOUNT_FILE,
	MOUNT_MASK,
	MOUNT_RO,
	MOUNT_DIR,
	MOUNT_LINK,
	MOUNT_KINDS,
};

/* What a word forbids that says nothing of it. */
enum { MOUNT_ATTRIBUTES = RUNGS_ATTR_NOSUID | RUNGS_ATTR_NODEV };

struct mount {
	enum mount_kind kind;
	bool try;               /* "try-" */
	bool recursive;         /* rec: mounts below the source, too */
	bool keep_owners;       /* noidmap */
	unsigned attributes;    /* RUNGS_ATTR_*: what is forbidden */
	char *source;           /* on the host; or a link's target; or NULL */
	char *path;             /* in the root */
	char size[24], mode[8]; /* as said, or "" */
	int fd;                 /* bind-fd, file */
	bool is_lent;          /* the source was opened before: mounts_lend() */
	int lent;              /* it, or -1 for none, or no longer */
	struct layers *layers; /* overlay: they, else NULL */
	bool is_root;          /* it is not in the root: it is the root */
	bool is_standard;      /* nobody said it: its path is a literal */
};

struct mounts {
	int count;
	int outside;      /* outside.h: who mounts proc and sys for us, or -1 */
	int network;      /* who makes the network namespace that sys is to */
			  /* show, and will hand it over, or -1 */
	int nothing;      /* empty_directory() for masks, or -1 */
	bool lends_dev;   /* the caller lends a /dev, or nodes for one; */
	bool makes_dev;   /* or a /dev only, where it can be made */
	bool has_devices; /* nodes, and they are the host's: */
	int devices[DEVICES]; /* they, or -1 */
	bool none;            /* "none" was said */
	bool new_ipc;   /* there is an ipc namespace of our own: for mqueue */
	bool host_proc; /* a user namespace, but the caller's pid namespace */
	bool host_sys;  /* a user namespace, but the caller's net namespace: */
			/* the kernel gives no new sysfs, the host's is bound */
	bool lends_sys; /* and the caller may do that: nobody in the jail */
			/* could take away what is mounted below it */
	struct mount list[MOUNTS_MAX];
};

/* Take one word.  1: taken; 0: no such word; -1: bad. */
int mounts_add(void *layer, const char *word, struct fail *f);

/* Whether there is a word of that kind. */
bool mounts_have(const struct mounts *mounts, enum mount_kind kind);

/* Begin with the default set: the OCI runtime's, masks included. */
void mounts_add_defaults(struct mounts *mounts);

/*
 * Have an overlay of that tree and that upper layer, both on the host, that
 * mounts_apply() leaves alone: it is for mounts_root(), which mounts it,
 * detached.
 */
int mounts_add_root(struct mounts *mounts, const char *lower, const char *upper,
    struct fail *f);
bool mounts_have_root(const struct mounts *mounts);
int mounts_root(struct mounts *mounts, struct fail *f);

/* Write the words, each after a blank, escaped. */
void mounts_print(const void *layer, FILE *out);

/*
 * Cut our mount namespace, which must be new, off from the host's: without
 * this every mount made in it may appear there, too.  mount_namespaces(7).
 */
int mounts_make_private(struct fail *f);

/*
 * The upper layers of overlays: whether there are any; hold them, so that
 * nobody else writes to one; let go; and leave the hold to the program that
 * we become, too.  upper.h.
 */
bool mounts_have_upper(const struct mounts *mounts);
int mounts_hold(struct mounts *mounts, struct fail *f);
void mounts_release(struct mounts *mounts);
int mounts_pass_on(const struct mounts *mounts, struct fail *f);

/*
 * Open the sources of binds and the layers of overlays that are not open
 * yet, in mounts that show their owners as user_namespace does (-1: as they
 * are).  By the caller, with the caller's rights, for a jail whose first
 * process is nobody outside; by the jail's while it still sees the host.
 */
int mounts_lend(struct mounts *mounts, int user_namespace, struct fail *f);

/* With a descriptor that was lent: for which word, which of its parts. */
struct loan {
	int word, part;
};

/*
 * Send all that was lent over a channel; without a descriptor where there
 * is none and that is no error.  In the other process: take one.
 */
int mounts_send(struct mounts *mounts, int channel);
void mounts_borrow(struct mounts *mounts, const struct loan *loan, int fd);

/*
 * Whether a word takes something of the host's that cannot be opened before
 * there is a mount namespace to put it into.
 */
bool mounts_need_host(const struct mounts *mounts);

/* Close what was lent: it is the jail's by now. */
void mounts_let_go(struct mounts *mounts);

/*
 * Make the mounts inside root, which must be in a mount namespace of our
 * own.  Missing mount points are made.
 */
int mounts_apply(struct mounts *mounts, int root, struct fail *f);

#endif
