/* SPDX-License-Identifier: ISC */
/* lending.c - see mount.h: what the caller does for the jail's mounts */
#include <stddef.h>

#include "bind.h"
#include "channel.h"
#include "fail.h"
#include "fsmount.h"
#include "layers.h"
#include "mount.h"

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

int
mounts_open_devices(struct mounts *mounts, struct fail *f)
{
	for (int n = 0; n < mounts->count && !mounts->has_devices; n++) {
		if (mounts->list[n].kind != MOUNT_DEV)
			continue;
		if (device_open(mounts->devices, f) < 0)
			return -1;
		mounts->has_devices = true;
	}
	return 0;
}

void
mounts_close_devices(struct mounts *mounts)
{
	if (mounts->has_devices)
		device_close(mounts->devices);
	mounts->has_devices = false;
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
	if (m->layers == NULL || m->layers->missing)
		return 1;
	return layers_count(m->layers);
}

int
mounts_send(const struct mounts *mounts, int channel)
{
	for (int n = 0; n < mounts->count; n++) {
		const struct mount *m = &mounts->list[n];

		for (int part = 0; part < count_parts(m); part++) {
			const struct loan loan = { .word = n, .part = part };
			int fd =
			    m->layers == NULL ? m->lent : m->layers->lent[part];

			if (channel_send(channel, &loan, sizeof loan, fd) < 0)
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
	m->is_lent = true;
	if (m->layers == NULL)
		m->lent = fd;
	else if (fd < 0)
		m->layers->missing = true;
	else
		m->layers->lent[loan->part] = fd;
}
