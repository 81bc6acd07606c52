/* SPDX-License-Identifier: ISC */
/*
 * want.h - which steps a jail has
 *
 * One question for each row of order.c that not every jail has.  They look
 * at the settled jail alone, and at what calls the kernel has, so that what
 * is explained is what is done.
 */
#ifndef WANT_H
#define WANT_H

#include <stdbool.h>

struct jail;

bool want_ambient(const struct jail *jail);
bool want_become_root(const struct jail *jail);
bool want_bound(const struct jail *jail);
bool want_cgroup(const struct jail *jail);
bool want_cgroupns(const struct jail *jail);
bool want_chroot(const struct jail *jail);
bool want_command(const struct jail *jail);
bool want_compile(const struct jail *jail);
bool want_credential(const struct jail *jail);
bool want_detach(const struct jail *jail);
bool want_directory(const struct jail *jail);
bool want_doorstep(const struct jail *jail);
bool want_empty(const struct jail *jail);
bool want_guess(const struct jail *jail);
bool want_hold(const struct jail *jail);
bool want_hostname(const struct jail *jail);
bool want_keep(const struct jail *jail);
bool want_keyring(const struct jail *jail);
bool want_leader(const struct jail *jail);
bool want_leave(const struct jail *jail);
bool want_leave_apart(const struct jail *jail);
bool want_leave_first(const struct jail *jail);
bool want_leave_groups(const struct jail *jail);
bool want_leave_groups_apart(const struct jail *jail);
bool want_lend(const struct jail *jail);
bool want_limit(const struct jail *jail);
bool want_lo(const struct jail *jail);
bool want_lock(const struct jail *jail);
bool want_lone_session(const struct jail *jail);
bool want_maps(const struct jail *jail);
bool want_name(const struct jail *jail);
bool want_held(const struct jail *jail);
bool want_names(const struct jail *jail);
bool want_new_mounts(const struct jail *jail);
bool want_new_root(const struct jail *jail);
bool want_nodes(const struct jail *jail);
bool want_no_nesting(const struct jail *jail);
bool want_no_new_privileges(const struct jail *jail);
bool want_old_mounts(const struct jail *jail);
bool want_old_root(const struct jail *jail);
bool want_orphans(const struct jail *jail);
bool want_outside(const struct jail *jail);
bool want_own_priority(const struct jail *jail);
bool want_owners(const struct jail *jail);
bool want_paths(const struct jail *jail);
bool want_pick(const struct jail *jail);
bool want_pivot(const struct jail *jail);
bool want_pressure(const struct jail *jail);
bool want_priority(const struct jail *jail);
bool want_private(const struct jail *jail);
bool want_process(const struct jail *jail);
bool want_processors(const struct jail *jail);
bool want_quiet_leader(const struct jail *jail);
bool want_rlimits(const struct jail *jail);
bool want_securebits(const struct jail *jail);
bool want_terminal(const struct jail *jail);
bool want_terminal_leader(const struct jail *jail);
bool want_time(const struct jail *jail);
bool want_timeout(const struct jail *jail);
bool want_unshare(const struct jail *jail);
bool want_upper(const struct jail *jail);

#endif
