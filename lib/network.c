/* SPDX-License-Identifier: ISC */
/* network.c - see network.h */
#include "network.h"

#include <errno.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "channel.h"
#include "fail.h"
#include "scope.h"

int
network_open(struct fail *f)
{
	autoclose int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int namespace = fd < 0 ? -1 : ioctl(fd, SIOCGSKNS);

	return namespace < 0 ? fail(f, errno, "net: open the new one")
	                     : namespace;
}

int
network_enter(int maker, struct fail *f)
{
	autoclose int namespace = -1;
	char byte;

	if (channel_receive(maker, &byte, 1, &namespace) != 1)
		return fail(f, 0, "net: there is no new one");
	if (setns(namespace, CLONE_NEWNET) < 0)
		return fail(f, errno, "net: enter the new one");
	return 0;
}

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
