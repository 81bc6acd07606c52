/* SPDX-License-Identifier: ISC */
/*
 * install.h - add packages to a root by what is in it
 *
 * The template has a script, which a shell of the root runs as root of a jail
 * with this machine's network.  The jail has a scratch layer on the root
 * without packages, which comes from the cache; both together are then packed
 * and unpacked as any archive is, so it does not matter whose files they are
 * on disk, and who is killed leaves the cache as it was.
 *
 * An ordinary user with subordinate ids could not remove what others of
 * these own.  So that layer is in memory, of a mount namespace that ends with
 * the last process in it.
 */
#ifndef INSTALL_H
#define INSTALL_H

struct fail;
struct source;
struct work;

/* Its packages are to be installed: what its key in the cache is then. */
void install_settle(struct source *s);

/*
 * Fill the open directory root, which is in w.  1: the archive of the root
 * without packages cannot be had, and *f has the reason only; -1: it went
 * wrong, and *f says of what.
 */
int install(struct source *s, const struct work *w, int root, struct fail *f);

#endif
