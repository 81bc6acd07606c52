/* SPDX-License-Identifier: ISC */
/*
 * copytree.h - copy a tree with all that belongs to it
 *
 * Owners, modes, times, attributes with ACLs and capabilities, hard links and
 * holes.  Contents are shared with the original where the file system can
 * (FICLONE), else the kernel copies them (copy_file_range(2)), else we do.
 *
 * What is copied may be changed meanwhile by an enemy: no link is followed,
 * and nothing outside the tree is read, as treewalk.h has it.
 */
#ifndef COPYTREE_H
#define COPYTREE_H

#include <stdbool.h>

struct fail;

struct copytree_lost {
	unsigned long nodes;      /* device nodes and sockets: never made */
	unsigned long owners;     /* files that are ours now */
	unsigned long attributes; /* that the file system would not take */
};

/*
 * Copy all that is in the directory from to the empty directory to, and what
 * from itself is like.  Mounts below it are left out, but for where they
 * are.  -1: some of it is there; errno is EACCES if something could not be
 * read.
 */
int copytree(int from, int to, struct copytree_lost *lost, struct fail *f);

/* Whether something was lost; note says what, of the tree of that name. */
bool copytree_note(const struct copytree_lost *lost, const char *name,
    struct fail *note);

#endif
