/* SPDX-License-Identifier: ISC */
/*
 * nolinks.h - a working directory below which the kernel follows no link
 *
 * A library that makes files by their paths looks at a directory first and
 * then uses its name.  In between, another process that may write there can
 * put a link to elsewhere in its place.  So the directory is entered through
 * a mount of its own that follows none, whatever its names lead to by then:
 * open_tree(2), mount_setattr(2), MOUNT_ATTR_NOSYMFOLLOW.
 */
#ifndef NOLINKS_H
#define NOLINKS_H

struct fail;

/*
 * Enter the working directory so, which its parent knows by that name; the
 * parent is reached by ".." still, and nothing above it.  0 also where that
 * cannot be had, as there are no user namespaces for an ordinary user or the
 * kernel is older than 5.10: it is a second lock.  -1: the name leads
 * nowhere by now.
 */
int nolinks_enter(const char *name, struct fail *f);

#endif
