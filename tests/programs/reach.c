/* SPDX-License-Identifier: ISC */
/*
 * reach.c - what of a directory, of ports and of processes can be reached
 *
 *	reach DIRECTORY
 *	reach PORT...
 *	reach past PORT
 *	reach PID NAME
 *
 * Prints a word for each attempt that was not refused.  The directory has
 * "file" and "gone", "empty" (a directory), "one" and "other" with "one/move"
 * and "one/link" in it, and "program", which ends with 0.  The name is that
 * of an abstract socket that somebody listens at.  Nobody listens at the port
 * that is reached past connect(2) of TCP, so whoever gets there is refused.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static void
report(const char *what, int result)
{
	if (result >= 0
	    || (errno != EACCES && errno != EPERM && errno != EXDEV))
		printf("%s ", what);
}

static int
run_program(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execl("program", "program", (char *)NULL);
		_exit(126);
	}
	waitpid(pid, &status, 0);
	errno = EACCES;
	return status == 0 ? 0 : -1;
}

static int
make_socket(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX,
		.sun_path = "new-socket" };

	return bind(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&at, sizeof at);
}

/* Made it may be, and yet not opened. */
static int
make_file(void)
{
	int made =
	    open("new", O_CREAT | O_RDONLY, 0600) < 0 ? access("new", F_OK) : 0;

	errno = EACCES;
	return made;
}

/* Anybody may open it, and it is no terminal. */
static int
control_device(void)
{
	struct termios t;

	return ioctl(open("/dev/zero", O_RDONLY), TCGETS, &t);
}

static int
reach_directory(const char *directory)
{
	if (chdir(directory) < 0)
		return 2;
	report("list", open(".", O_RDONLY | O_DIRECTORY));
	report("read", open("file", O_RDONLY));
	report("exec", run_program());
	report("write", open("file", O_WRONLY));
	report("truncate", truncate("file", 1));
	report("file", make_file());
	report("dir", mkdir("new-directory", 0700));
	report("symlink", symlink("file", "new-link"));
	report("fifo", mkfifo("new-fifo", 0600));
	report("socket", make_socket());
	report("remove", unlink("gone"));
	report("rmdir", rmdir("empty"));
	report("rename", rename("one/move", "other/move"));
	report("link", link("one/link", "other/link"));
	report("device", mknod("new-device", S_IFCHR | 0600, makedev(1, 3)));
	report("ioctl", control_device());
	return 0;
}

static void
reach_port(int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((unsigned short)port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	char what[32];

	snprintf(what, sizeof what, "connect=%d", port);
	report(what,
	    connect(socket(AF_INET, SOCK_STREAM, 0), (void *)&to, sizeof to));
	snprintf(what, sizeof what, "bind=%d", port);
	report(what,
	    bind(socket(AF_INET, SOCK_STREAM, 0), (void *)&to, sizeof to));
}

static void
report_refusal(const char *what, long result)
{
	if (result < 0 && errno == ECONNREFUSED)
		printf("%s ", what);
}

/* What is TCP for the other side, and what connects without connect(2). */
static void
reach_past(int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((unsigned short)port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	char byte = 0;
	struct iovec data = { &byte, 1 };
	struct mmsghdr m = { .msg_hdr = { .msg_name = &to,
				 .msg_namelen = sizeof to,
				 .msg_iov = &data,
				 .msg_iovlen = 1 } };
	int fd = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);

	report_refusal("mptcp", connect(fd, (void *)&to, sizeof to));
	fd = socket(AF_INET, SOCK_STREAM, 0);
	report_refusal("sendto",
	    sendto(fd, &byte, 1, MSG_FASTOPEN, (void *)&to, sizeof to));
	fd = socket(AF_INET, SOCK_STREAM, 0);
	report_refusal("sendmsg", sendmsg(fd, &m.msg_hdr, MSG_FASTOPEN));
	fd = socket(AF_INET, SOCK_STREAM, 0);
	report_refusal("sendmmsg", sendmmsg(fd, &m, 1, MSG_FASTOPEN));
	if (syscall(SYS_io_uring_setup, 1, NULL) < 0 && errno == EFAULT)
		printf("uring ");
}

static void
reach_processes(pid_t pid, const char *name)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t length = strlen(name);
	int result;

	memcpy(to.sun_path + 1, name, length);
	report("signal", kill(pid, 0));
	result = connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&to,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length));
	/* In a network of our own nobody listens. */
	if (result == 0 || errno != ECONNREFUSED)
		report("abstract", result);
}

/* So that somebody listens there. */
static int
listen_at(const char *name)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	size_t length = strlen(name);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memcpy(at.sun_path + 1, name, length);
	if (bind(fd, (void *)&at,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1
			    + length))
		< 0
	    || listen(fd, 9) < 0)
		return 2;
	puts("listening");
	fflush(stdout);
	return pause();
}

int
main(int argc, char *argv[])
{
	int status = 0;

	if (argc == 3 && strcmp(argv[1], "listen") == 0)
		return listen_at(argv[2]);
	if (argc == 3 && strcmp(argv[1], "past") == 0)
		reach_past(atoi(argv[2]));
	else if (argc == 3 && atoi(argv[2]) == 0)
		reach_processes((pid_t)atoi(argv[1]), argv[2]);
	else if (argc > 1 && atoi(argv[1]) > 0)
		for (int n = 1; n < argc; n++)
			reach_port(atoi(argv[n]));
	else if (argc == 2)
		status = reach_directory(argv[1]);
	printf("\n");
	return status;
}
