/* SPDX-License-Identifier: ISC */
/*
 * oldkernel.c - run a command on a kernel whose Landlock is older
 *
 *	oldkernel ABI CMD...
 *	oldkernel                 print the ABI of this one
 *
 * 0: it has none, -1: it was started without.  Who asks for the version is
 * told that one, and what came later is refused as that kernel would, by a
 * process that the calls are handed to: seccomp_unotify(2).
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CREATE_RULESET = 444, RESTRICT_SELF = 446 };

static int abi;

static int
install(void)
{
	struct sock_filter lines[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CREATE_RULESET, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RESTRICT_SELF, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = sizeof lines / sizeof *lines,
		.filter = lines };

	if (geteuid() != 0)
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
	    SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

/* A descriptor through a socket. */
static void
send_fd(int to, int fd)
{
	char room[CMSG_SPACE(sizeof fd)] = { 0 }, byte = 0;
	struct iovec data = { &byte, 1 };
	struct msghdr m = { .msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = room,
		.msg_controllen = sizeof room };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(c), &fd, sizeof fd);
	sendmsg(to, &m, 0);
}

static int
receive_fd(int from)
{
	char room[CMSG_SPACE(sizeof(int))], byte;
	struct iovec data = { &byte, 1 };
	struct msghdr m = { .msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = room,
		.msg_controllen = sizeof room };
	int fd;

	if (recvmsg(from, &m, 0) != 1 || CMSG_FIRSTHDR(&m) == NULL)
		exit(2);
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof fd);
	return fd;
}

/* The answer of that kernel; 1: what ours says. */
static int
answer(const struct seccomp_notif *call)
{
	uint64_t set[3] = { 0 };
	const __u64 *args = call->data.args;
	struct iovec ours = { set, sizeof set };
	struct iovec theirs = { (void *)(uintptr_t)args[0], args[1] };
	int bits = abi >= 5 ? 16 : abi >= 3 ? 15 : abi == 2 ? 14 : 13;

	if (abi <= 0)
		return abi == 0 ? -ENOSYS : -EOPNOTSUPP;
	if (call->data.nr == RESTRICT_SELF)
		return args[1] != 0 && abi < 7 ? -EINVAL : 1;
	if (args[2] != 0)
		return 0;
	if (process_vm_readv((pid_t)call->pid, &ours, 1, &theirs, 1, 0) < 0)
		return -EFAULT;
	if (set[0] >> bits != 0)
		return -EINVAL;
	if ((set[1] != 0 && abi < 4) || (set[2] != 0 && abi < 6))
		return -E2BIG;
	return 1;
}

static void
serve(int listener)
{
	struct pollfd wait = { listener, POLLIN, 0 };

	for (;;) {
		struct seccomp_notif call = { 0 };
		struct seccomp_notif_resp reply = { 0 };
		int result;

		if (poll(&wait, 1, -1) < 0 || !(wait.revents & POLLIN))
			return;
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0)
			continue;
		result = answer(&call);
		reply.id = call.id;
		if (result < 0)
			reply.error = result;
		else if (result == 0)
			reply.val = abi;
		else
			reply.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &reply);
	}
}

int
main(int argc, char *argv[])
{
	int pair[2], status;
	pid_t pid;

	if (argc == 1)
		printf("%ld\n", syscall(CREATE_RULESET, NULL, 0, 1));
	if (argc < 3)
		return argc == 1 ? 0 : 2;
	abi = atoi(argv[1]);
	socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);
	if ((pid = fork()) == 0) {
		send_fd(pair[1], install());
		execvp(argv[2], argv + 2);
		_exit(2);
	}
	serve(receive_fd(pair[0]));
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}
