/* SPDX-License-Identifier: ISC */
/* lending.c - see mount.h: what the caller does for the jail's mounts */
#include <stddef.h>

#include "bind.h"
#include "channel.h"
#include "fail.h"
#include "fsmount.h"
#include "layers.h"
#include "mount.h"
#include "scope.h"

bool
mounts_have_upper(const struct mounts *mounts)
{
	for (int n = 0; n < mounts->count; n++)
		if (mounts->list[n].layers != NULL
		    && mounts->list[n].layers->upper.path != NULL)
			return true;
	return false;
}

int
mounts_hold(struct mounts *mounts, struct fail *f)
{
	for (int n = 0; n < mounts->count; n++)
		if (mounts->list[n].layers != NULL
		    && layers_hold(&mounts->list[n], f) < 0)
			return -1;
	return 0;
}

void
mounts_release(struct mounts *mounts)
{
	for (int n = 0; n < mounts->count; n++)
		if (mounts->list[n].layers != NULL)
			upper_release(&mounts->list[n].layers->upper);
}

int
mounts_pass_on(const struct mounts *mounts, struct fail *f)
{
	for (int n = 0; n < mounts->count; n++)
		if (mounts->list[n].layers != NULL
		    && upper_pass_on(&mounts->list[n].layers->upper, f) < 0)
			return -1;
	return 0;
}

bool
mounts_need_host(const struct mounts *mounts)
{
	bool has_null = false;

	for (int n = 0; n < mounts->count; n++) {
		enum mount_kind kind = mounts->list[n].kind;

		has_null |= kind == MOUNT_DEV;
		if ((kind == MOUNT_PROC && mounts->host_proc)
		    || (kind == MOUNT_SYS && mounts->host_sys
			&& !mounts->lends_sys)
		    || (kind == MOUNT_MASK && !has_null))
			return true;
	}
	return false;
}

/*
 * A whole /dev, where nobody in the jail may make a node and it takes no mount
 * that forbids them, from who may; else the host's nodes.
 */
static int
lend_dev(struct mounts *mounts, struct mount *m, int user_namespace,
    struct fail *f)
{
	m->is_lent = true;
	if (user_namespace >= 0)
		m->lent = device_make(user_namespace);
	if (m->lent >= 0 || mounts->has_devices)
		return 0;
	if (!mounts->lends_dev) {
		m->is_lent = false;
		return 0;
	}
	if (device_open(mounts->devices, f) < 0)
		return -1;
	mounts->has_devices = true;
	return 0;
}

int
mounts_lend(struct mounts *mounts, int user_namespace, struct fail *f)
{
	for (int n = 0; n < mounts->count; n++) {
		struct mount *m = &mounts->list[n];
		int missing = 0;

		if (m->is_lent)
			continue;
		if (m->layers != NULL) {
			m->is_lent = true;
			if (layers_lend(m, user_namespace, f) < 0)
				return -1;
		}
		if (m->kind == MOUNT_DEV
		    && (mounts->lends_dev || mounts->makes_dev)
		    && lend_dev(mounts, m, user_namespace, f) < 0)
			return -1;
		if (m->kind == MOUNT_SYS && mounts->lends_sys
		    && fsmount_is_whole()) {
			m->is_lent = true;
			if ((m->lent = bind_host("/sys", f)) < 0)
				return -1;
		}
		if (m->kind != MOUNT_BIND && m->kind != MOUNT_BIND_FD)
			continue;
		m->is_lent = true;
		m->lent = bind_open(m, user_namespace, &missing, f);
		if (m->lent < 0 && !missing)
			return -1;
	}
	return 0;
}

/* How many descriptors it has to get; one that is none is told as well. */
static int
count_parts(const struct mount *m)
{
	if (!m->is_lent)
		return 0;
	if (m->kind == MOUNT_DEV)
		return m->lent < 0 ? 1 + DEVICES : 1;
	if (m->layers == NULL || m->layers->missing)
		return 1;
	return layers_count(m->layers);
}

/* The one where a part of a loan is, or is to be put.  Nodes follow a /dev. */
static int *
part_of(struct mounts *mounts, struct mount *m, int part)
{
	if (m->layers != NULL)
		return &m->layers->lent[part];
	return part == 0 ? &m->lent : &mounts->devices[part - 1];
}

void
mounts_let_go(struct mounts *mounts)
{
	for (int n = 0; n < mounts->count; n++) {
		struct mount *m = &mounts->list[n];

		for (int part = count_parts(m) - 1; part >= 0; part--) {
			scope_drop(part_of(mounts, m, part));
		}
	}
}

int
mounts_send(struct mounts *mounts, int channel)
{
	for (int n = 0; n < mounts->count; n++) {
		struct mount *m = &mounts->list[n];

		for (int part = 0; part < count_parts(m); part++) {
			const struct loan loan = { .word = n, .part = part };

			if (channel_send(channel, &loan, sizeof loan,
				*part_of(mounts, m, part))
			    < 0)
				return -1;
		}
	}
	return 0;
}

void
mounts_borrow(struct mounts *mounts, const struct loan *loan, int fd)
{
	struct mount *m;

	if (loan->word < 0 || loan->word >= mounts->count || loan->part < 0
	    || loan->part >= LAYERS_LENT)
		return;
	m = &mounts->list[loan->word];
	if (m->layers == NULL && loan->part > DEVICES)
		return;
	m->is_lent = true;
	mounts->has_devices |= m->layers == NULL && loan->part > 0;
	if (m->layers != NULL && fd < 0)
		m->layers->missing = true;
	else
		*part_of(mounts, m, loan->part) = fd;
}
