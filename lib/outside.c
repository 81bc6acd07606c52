/* SPDX-License-Identifier: ISC */
/* outside.c - see outside.h */
#include "outside.h"

#include <errno.h>
#include <stdbool.h>

#include "channel.h"
#include "compat.h"
#include "fail.h"
#include "fsmount.h"
#include "inside.h"
#include "mount.h"
#include "network.h"
#include "scope.h"

static const struct {
	enum mount_kind kind;
	char word;
	const char *type;
	unsigned attributes;
} real[] = {
	{ MOUNT_PROC, SAY_PROC, "proc", MOUNT_PROC_ATTRIBUTES },
	{ MOUNT_SYS, SAY_SYS, "sysfs", MOUNT_SYS_ATTRIBUTES },
};

static int
ask(size_t n, int channel)
{
	autoclose int fs = fsmount_begin(real[n].type, NULL);

	return fs < 0 ? -1 : channel_send(channel, &real[n].word, 1, fs);
}

int
outside_ask(const struct mounts *mounts, enum mount_kind kind, struct fail *f)
{
	size_t n = kind == real[0].kind ? 0 : 1;

	if (mounts->outside < 0 || (kind == MOUNT_SYS && mounts->host_sys))
		return 0;
	for (int word = 0; word < mounts->count; word++)
		if (mounts->list[word].kind == kind
		    && ask(n, mounts->outside) < 0)
			return fail(f, errno, "%s: ask for a mount of it",
			    real[n].type);
	return 0;
}

/* The answers to one kind come in the order of its words. */
static void
keep(struct mounts *mounts, char word, int mount)
{
	for (int n = 0; n < mounts->count; n++) {
		struct mount *m = &mounts->list[n];
		size_t kind = m->kind == real[0].kind ? 0 : 1;

		if (m->kind != real[kind].kind || real[kind].word != word
		    || m->is_lent)
			continue;
		m->is_lent = true;
		m->lent = mount;
		return;
	}
}

int
outside_enter_network(struct mounts *mounts, struct fail *f)
{
	int maker = mounts->network;

	mounts->network = -1;
	if (network_enter(maker, f) < 0)
		return -1;
	return outside_ask(mounts, MOUNT_SYS, f);
}

int
outside_receive(struct mounts *mounts, struct mount *m)
{
	int mount;
	char word;

	while (!m->is_lent) {
		if (channel_receive(mounts->outside, &word, 1, &mount) != 1)
			return -1;
		keep(mounts, word, mount);
	}
	errno = EPERM;
	return m->lent < 0 ? -1 : 0;
}

int
outside_answer(int channel, char word, int asked)
{
	autoclose int fs = asked;

	for (size_t n = 0; n < COUNT(real); n++) {
		autoclose int mount = -1;

		if (real[n].word != word)
			continue;
		mount =
		    sys_fsmount(fs, RUNGS_FSMOUNT_CLOEXEC, real[n].attributes);
		return channel_send(channel, &word, 1, mount);
	}
	return 0;
}
