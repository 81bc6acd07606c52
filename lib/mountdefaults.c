/* SPDX-License-Identifier: ISC */
/* mountdefaults.c - what a jail has mounted unless it is told otherwise */
#include <string.h>

#include "mount.h"
#include "scope.h"

/* What mounts_add() makes of a word, without its memory. */
#define STANDARD                                                               \
	.attributes = MOUNT_ATTRIBUTES, .fd = -1, .lent = -1,                  \
	.is_standard = true
#define TMPFS(where, bits)                                                     \
	{                                                                      \
		STANDARD, .kind = MOUNT_TMPFS, .path = (char *)(where),        \
			  .mode = (bits)                                       \
	}
#define TRY(what, where)                                                       \
	{                                                                      \
		STANDARD, .kind = (what), .try = true, .path = (char *)(where) \
	}

/*
 * Masked and read-only paths are the OCI runtimes' default: what tells of
 * the host or of its keys is hidden, what would change it is read-only.
 */
static const struct mount standard[] = {
	{ STANDARD, .kind = MOUNT_PROC },
	{ STANDARD, .kind = MOUNT_DEV },
	TMPFS("/tmp", "1777"),
	TMPFS("/run", "755"),
	TRY(MOUNT_RO, "/proc/bus"),
	TRY(MOUNT_RO, "/proc/fs"),
	TRY(MOUNT_RO, "/proc/irq"),
	TRY(MOUNT_RO, "/proc/sys"),
	TRY(MOUNT_RO, "/proc/sysrq-trigger"),
	TRY(MOUNT_MASK, "/proc/acpi"),
	TRY(MOUNT_MASK, "/proc/asound"),
	TRY(MOUNT_MASK, "/proc/interrupts"),
	TRY(MOUNT_MASK, "/proc/kcore"),
	TRY(MOUNT_MASK, "/proc/keys"),
	TRY(MOUNT_MASK, "/proc/latency_stats"),
	TRY(MOUNT_MASK, "/proc/sched_debug"),
	TRY(MOUNT_MASK, "/proc/scsi"),
	TRY(MOUNT_MASK, "/proc/timer_list"),
	TRY(MOUNT_MASK, "/proc/timer_stats"),
	/* Last: the network namespace that it shows may be a while. */
	{ STANDARD, .kind = MOUNT_SYS },
	TRY(MOUNT_MASK, "/sys/devices/virtual/powercap"),
	TRY(MOUNT_MASK, "/sys/firmware"),
};

void
mounts_add_defaults(struct mounts *mounts)
{
	memcpy(mounts->list, standard, sizeof standard);
	mounts->count = COUNT(standard);
}
