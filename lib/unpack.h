/* SPDX-License-Identifier: ISC */
/*
 * unpack.h - unpack an archive that an enemy wrote, through libarchive
 *
 * Only a cold helper links this.  libarchive's own guards (SECURE_SYMLINKS,
 * SECURE_NODOTDOT, SECURE_NOABSOLUTEPATHS) are on; in front of them each
 * entry is looked at here, and one that would reach outside is an error
 * that names it, never something that is skipped or put right.
 */
#ifndef UNPACK_H
#define UNPACK_H

struct fail;
struct hashed;
struct quota;

struct unpack_counts {
	unsigned long devices;    /* nodes and sockets, which are never made */
	unsigned long attributes; /* entries whose xattrs or ACLs were lost */
	unsigned long owners;     /* entries that were noted instead of given */
};

/*
 * Unpack a file, or a stream if that is not NULL, which is hashed as far as
 * it is read, into the working directory, which root has open, too.  Where we
 * may not give files away, their owners are noted beside it; see owners.h.
 * Attributes are taken over if they are a user's own or file capabilities:
 * those of overlayfs and of security modules would say something to this
 * machine.  *q is charged.  -1: some of it may be there; the failure names
 * the entry.
 */
int unpack_archive(int fd, struct hashed *stream, int root, struct quota *q,
    struct unpack_counts *counts, struct fail *f);

#endif
