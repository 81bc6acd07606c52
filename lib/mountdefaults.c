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
#define TRY_RO(where)                                                          \
	{                                                                      \
		STANDARD, .kind = MOUNT_RO, .try = true,                       \
			  .path = (char *)(where)                              \
	}
#define TRY_MASK(where)                                                        \
	{                                                                      \
		STANDARD, .kind = MOUNT_MASK, .try = true,                     \
			  .path = (char *)(where)                              \
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
	TRY_RO("/proc/bus"),
	TRY_RO("/proc/fs"),
	TRY_RO("/proc/irq"),
	TRY_RO("/proc/sys"),
	TRY_RO("/proc/sysrq-trigger"),
	TRY_MASK("/proc/acpi"),
	TRY_MASK("/proc/asound"),
	TRY_MASK("/proc/interrupts"),
	TRY_MASK("/proc/kcore"),
	TRY_MASK("/proc/keys"),
	TRY_MASK("/proc/latency_stats"),
	TRY_MASK("/proc/sched_debug"),
	TRY_MASK("/proc/scsi"),
	TRY_MASK("/proc/timer_list"),
	TRY_MASK("/proc/timer_stats"),
	/* Last: the network namespace that it shows may be a while. */
	{ STANDARD, .kind = MOUNT_SYS },
	TRY_MASK("/sys/devices/virtual/powercap"),
	TRY_MASK("/sys/firmware"),
};

void
mounts_add_defaults(struct mounts *mounts)
{
	memcpy(mounts->list, standard, sizeof standard);
	mounts->count = COUNT(standard);
}
