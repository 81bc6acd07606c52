/* SPDX-License-Identifier: ISC */
/* network.c - see network.h */
#include "network.h"

#include <errno.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "fail.h"
#include "scope.h"

int
network_up(struct fail *f)
{
	autoclose int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq lo = { .ifr_name = "lo" };

	if (fd < 0)
		return fail(f, errno, "net: open a socket to bring lo up");
	lo.ifr_flags = IFF_UP | IFF_RUNNING | IFF_LOOPBACK;
	if (ioctl(fd, SIOCSIFFLAGS, &lo) < 0)
		return fail(f, errno, "net: bring lo up");
	return 0;
}
