/* SPDX-License-Identifier: ISC */
/*
 * take.h - how the steps of order.c are taken
 *
 * A mechanism knows nothing of a jail: here is what each of them is handed
 * of it.  -1: the process is unfit to run anything.
 */
#ifndef TAKE_H
#define TAKE_H

struct fail;
struct jail;

int take_look(struct jail *jail, struct fail *f);
int take_doorstep(struct jail *jail, struct fail *f);
int take_paths(struct jail *jail, struct fail *f);
int take_entry(struct jail *jail, struct fail *f);
int take_privileges(struct jail *jail, struct fail *f);
int take_name(struct jail *jail, struct fail *f);
int take_held(struct jail *jail, struct fail *f);
int take_cgroup(struct jail *jail, struct fail *f);
int take_pressure(struct jail *jail, struct fail *f);
int take_keep(struct jail *jail, struct fail *f);
int take_upper(struct jail *jail, struct fail *f);
int take_empty(struct jail *jail, struct fail *f);
int take_maps(struct jail *jail, struct fail *f);
int take_priority(struct jail *jail, struct fail *f);
int take_pick(struct jail *jail, struct fail *f);
int take_lend(struct jail *jail, struct fail *f);
int take_join(struct jail *jail, struct fail *f);
int take_processors(struct jail *jail, struct fail *f);
int take_cgroupns(struct jail *jail, struct fail *f);
int take_no_nesting(struct jail *jail, struct fail *f);
int take_hostname(struct jail *jail, struct fail *f);
int take_time(struct jail *jail, struct fail *f);
int take_private(struct jail *jail, struct fail *f);
int take_root(struct jail *jail, struct fail *f);
int take_owners(struct jail *jail, struct fail *f);
int take_outside(struct jail *jail, struct fail *f);
int take_mounts(struct jail *jail, struct fail *f);
int take_pivot(struct jail *jail, struct fail *f);
int take_top(struct jail *jail, struct fail *f);
int take_leave(struct jail *jail, struct fail *f);
int take_guess(struct jail *jail, struct fail *f);
int take_names(struct jail *jail, struct fail *f);
int take_terminal(struct jail *jail, struct fail *f);
int take_hold(struct jail *jail, struct fail *f);
int take_session(struct jail *jail, struct fail *f);
int take_job(struct jail *jail, struct fail *f);
int take_streams(struct jail *jail, struct fail *f);
int take_chroot(struct jail *jail, struct fail *f);
int take_directory(struct jail *jail, struct fail *f);
int take_rlimits(struct jail *jail, struct fail *f);
int take_bound(struct jail *jail, struct fail *f);
int take_credential(struct jail *jail, struct fail *f);
int take_paths_of_lock(struct jail *jail, struct fail *f);
int take_lock(struct jail *jail, struct fail *f);
int take_raise(struct jail *jail, struct fail *f);
int take_securebits(struct jail *jail, struct fail *f);
int take_compile(struct jail *jail, struct fail *f);
int take_filter(struct jail *jail, struct fail *f);
int take_limit(struct jail *jail, struct fail *f);

#endif
