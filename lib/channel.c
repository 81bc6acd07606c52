/* SPDX-License-Identifier: ISC */
/* channel.c - see channel.h */
#include "channel.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "fail.h"

union control {
	struct cmsghdr header; /* for its alignment */
	char room[CMSG_SPACE(sizeof(int))];
};

int
channel_open(int ends[2], struct fail *f)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return fail(f, errno, "make a socket pair");
	return 0;
}

int
channel_send(int channel, const void *data, size_t size, int fd)
{
	struct iovec text = { .iov_base = (void *)data, .iov_len = size };
	union control control = { .room = { 0 } };
	struct msghdr message = { .msg_iov = &text, .msg_iovlen = 1 };
	struct cmsghdr *header;

	if (fd >= 0) {
		message.msg_control = &control;
		message.msg_controllen = sizeof control.room;
		header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(header), &fd, sizeof fd);
	}
	return sendmsg(channel, &message, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

ssize_t
channel_receive(int channel, void *data, size_t size, int *fd)
{
	struct iovec text = { .iov_base = data, .iov_len = size };
	union control control = { .room = { 0 } };
	struct msghdr message = { .msg_iov = &text,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control.room };
	struct cmsghdr *header;
	ssize_t got;

	*fd = -1;
	do
		got = recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	header = got > 0 ? CMSG_FIRSTHDR(&message) : NULL;
	if (header != NULL && header->cmsg_level == SOL_SOCKET
	    && header->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(header), sizeof *fd);
	return got;
}

bool
channel_is_closed(int channel)
{
	char byte;

	return recv(channel, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
}
