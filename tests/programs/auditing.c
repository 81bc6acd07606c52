/* SPDX-License-Identifier: ISC */
/*
 * auditing [0|1] - print whether the kernel writes audit records, or switch
 * that; it is one for the whole machine
 */
#include <linux/audit.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct message {
	struct nlmsghdr header;
	struct audit_status status;
};

int
main(int argc, char *argv[])
{
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT);
	struct message m = { .header = { .nlmsg_len = sizeof m,
				 .nlmsg_type = AUDIT_GET,
				 .nlmsg_flags = NLM_F_REQUEST } };

	if (argc > 1) {
		m.header.nlmsg_type = AUDIT_SET;
		m.header.nlmsg_flags |= NLM_F_ACK;
		m.status.mask = AUDIT_STATUS_ENABLED;
		m.status.enabled = (unsigned)atoi(argv[1]);
	}
	if (fd < 0 || send(fd, &m, sizeof m, 0) < 0
	    || recv(fd, &m, sizeof m, 0) < 0)
		return 1;
	/* To switch it is answered with an error number, 0 if all is well. */
	if (m.header.nlmsg_type != AUDIT_GET)
		return m.header.nlmsg_type == NLMSG_ERROR && m.status.mask == 0
		           ? 0
		           : 1;
	printf("%u\n", m.status.enabled);
	return 0;
}
