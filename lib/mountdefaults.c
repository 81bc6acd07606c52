/* SPDX-License-Identifier: ISC */
/* mountdefaults.c - what a jail has mounted unless it is told otherwise */
#include "mount.h"

#include "fail.h"
#include "scope.h"

/*
 * Masked and read-only paths are the OCI runtimes' default: what tells of
 * the host or of its keys is hidden, what would change it is read-only.
 */
static const char *const defaults[] = {
	"proc",
	"dev",
	"tmpfs=/tmp:mode=1777",
	"tmpfs=/run:mode=755",
	"try-ro=/proc/bus",
	"try-ro=/proc/fs",
	"try-ro=/proc/irq",
	"try-ro=/proc/sys",
	"try-ro=/proc/sysrq-trigger",
	"try-mask=/proc/acpi",
	"try-mask=/proc/asound",
	"try-mask=/proc/interrupts",
	"try-mask=/proc/kcore",
	"try-mask=/proc/keys",
	"try-mask=/proc/latency_stats",
	"try-mask=/proc/sched_debug",
	"try-mask=/proc/scsi",
	"try-mask=/proc/timer_list",
	"try-mask=/proc/timer_stats",
	/* Last: the network namespace that it shows may be a while. */
	"sys",
	"try-mask=/sys/devices/virtual/powercap",
	"try-mask=/sys/firmware",
};

void
mounts_add_defaults(struct mounts *mounts)
{
	struct fail why;

	for (size_t n = 0; n < COUNT(defaults); n++)
		(void)mounts_add(mounts, defaults[n], &why);
}
