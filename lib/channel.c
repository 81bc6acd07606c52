/* SPDX-License-Identifier: ISC */
/* channel.c - see channel.h */
#include "channel.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fail.h"

union control {
	struct cmsghdr header; /* for its alignment */
	char room[CMSG_SPACE(sizeof(int))];
};

union received {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
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
	static const uint64_t none[3];

	return channel_send_marked(channel, data, size, fd, none);
}

int
channel_send_marked(int channel, const void *data, size_t size, int fd,
    const uint64_t mark[3])
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
	/* Not sendmsg(3): musl's copies the message. */
	return syscall(SYS_sendmsg, channel, &message, MSG_NOSIGNAL, mark[0],
		   mark[1], mark[2])
	               < 0
	           ? -1
	           : 0;
}

ssize_t
channel_receive(int channel, void *data, size_t size, int *fd)
{
	pid_t sender;

	return channel_receive_from(channel, data, size, fd, &sender);
}

int
channel_ask_sender(int channel, struct fail *f)
{
	int yes = 1;

	if (setsockopt(channel, SOL_SOCKET, SO_PASSCRED, &yes, sizeof yes) < 0)
		return fail(f, errno, "ask who sends");
	return 0;
}

ssize_t
channel_receive_from(int channel, void *data, size_t size, int *fd,
    pid_t *sender)
{
	struct iovec text = { .iov_base = data, .iov_len = size };
	union received control;
	struct msghdr message = { .msg_iov = &text,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control.room };
	struct cmsghdr *header;
	struct ucred who;
	bool ended = false, again;
	ssize_t got;

	*fd = -1;
	*sender = 0;
	/*
	 * ECONNRESET, once: the other side is gone and has not read all.  What
	 * it said before that is still to come.  Nor is one end of file the
	 * end: the kernel looks for messages first and then whether the other
	 * side is gone, which may have said its last word in between.
	 */
	do {
		got = recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
		again = got < 0 ? errno == EINTR || errno == ECONNRESET
		                : got == 0 && !ended;
		ended = got == 0;
	} while (again);
	header = got > 0 ? CMSG_FIRSTHDR(&message) : NULL;
	for (; header != NULL; header = CMSG_NXTHDR(&message, header)) {
		if (header->cmsg_level != SOL_SOCKET)
			continue;
		if (header->cmsg_type == SCM_RIGHTS) {
			memcpy(fd, CMSG_DATA(header), sizeof *fd);
		} else if (header->cmsg_type == SCM_CREDENTIALS) {
			memcpy(&who, CMSG_DATA(header), sizeof who);
			*sender = who.pid;
		}
	}
	return got;
}

bool
channel_is_closed(int channel)
{
	char byte;

	return recv(channel, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
}
