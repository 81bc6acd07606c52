/* SPDX-License-Identifier: ISC */
/* caller.c - what is the caller's: files, processes, and what they share */
#include "probe.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

static int
is_secret(const char *text, ssize_t length)
{
	const char *secret = fact("secret");

	if (length < 0)
		return errno;
	return (size_t)length >= strlen(secret)
	               && memcmp(text, secret, strlen(secret)) == 0
	           ? 0
	           : ENOMSG;
}

static int
holds_secret(int fd)
{
	char text[64];

	return fd < 0 ? errno
	              : is_secret(text, pread(fd, text, sizeof text, 0));
}

/*
 * Files
 */

int
open_file(void)
{
	return holds_secret(open(fact("file"), O_RDONLY));
}

/* As escape.c does; any directory will do. */
int
leave_root(void)
{
	if (chdir("/") < 0 || (chroot("proc") < 0 && chroot("tmp") < 0))
		return errno;
	for (int n = 0; n < 256; n++)
		if (chdir("..") < 0)
			return errno;
	if (chroot(".") < 0)
		return errno;
	return open_file();
}

/* A handle names an inode of a whole file system, below any root of it. */
int
open_handle(void)
{
	static const char *const anchors[] = { "/", "/tmp", "/etc/hostname" };
	union {
		struct file_handle head;
		unsigned char bytes[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} handle;
	const char *hex = strchr(fact("handle"), ':') + 1;
	unsigned byte, length = 0;
	int error = ENOENT;

	for (; sscanf(hex + 2 * length, "%2x", &byte) == 1; length++)
		handle.bytes[sizeof handle.head + length] = (unsigned char)byte;
	handle.head.handle_bytes = length;
	handle.head.handle_type = atoi(fact("handle"));
	for (int n = 0; n < 3 && error != 0; n++) {
		int at = open(anchors[n], O_RDONLY);

		if (at >= 0)
			error = holds_secret(
			    open_by_handle_at(at, &handle.head, O_RDONLY));
	}
	return error;
}

/* The last part of its name is unlikely enough. */
int
learn_root(void)
{
	char *path = strdup(fact("file")), line[8192];
	FILE *in = fopen("/proc/self/mountinfo", "re");
	int error = ENOMSG;

	if (in == NULL)
		return errno;
	if (is_of_caller())
		return ABSENT;
	*strrchr(path, '/') = '\0';
	while (fgets(line, sizeof line, in) != NULL)
		if (strstr(line, strrchr(path, '/') + 1) != NULL)
			error = 0;
	return error;
}

int
use_descriptor(void)
{
	int error = EBADF;

	for (int fd = 3; fd < 1024 && error != 0; fd++)
		error = holds_secret(fd);
	return error;
}

int
read_environment(void)
{
	const char *value = getenv("RUNGS_WITNESS");

	return value == NULL ? ENOMSG
	                     : is_secret(value, (ssize_t)strlen(value));
}

/*
 * Processes, and what they share
 */

int
see_process(void)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	char path[300], name[64];
	int error = ENOENT;

	if (dir == NULL)
		return errno;
	while ((entry = readdir(dir)) != NULL) {
		FILE *in;

		snprintf(path, sizeof path, "/proc/%s/comm", entry->d_name);
		if ((in = fopen(path, "re")) == NULL)
			continue;
		if (fgets(name, sizeof name, in) != NULL
		    && strcmp(name, "rungs-witness\n") == 0)
			error = 0;
		fclose(in);
	}
	return error;
}

/* Nothing is read or written. */
int
open_first(void)
{
	if (getppid() == 1)
		return ABSENT;
	return result(open("/proc/1/mem", O_RDWR));
}

int
read_key(void)
{
	long key = syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING,
	    "user", fact("key"), 0);
	char text[64];

	if (key < 0)
		return errno;
	return is_secret(text,
	    syscall(SYS_keyctl, KEYCTL_READ, key, text, sizeof text));
}

int
read_shared(void)
{
	void *at = shmat(atoi(fact("memory")), NULL, SHM_RDONLY);

	return at == (void *)-1 ? errno : is_secret(at, 64);
}

int
reach_service(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	in.sin_port = htons((uint16_t)atoi(fact("port")));
	if (fd < 0)
		return errno;
	return result(connect(fd, (struct sockaddr *)&in, sizeof in));
}

int
reach_socket(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	size_t length = strlen(fact("socket"));

	memcpy(un.sun_path + 1, fact("socket"), length);
	length += offsetof(struct sockaddr_un, sun_path) + 1;
	if (fd < 0)
		return errno;
	return result(connect(fd, (struct sockaddr *)&un, (socklen_t)length));
}

int
send_signal(void)
{
	kill(atoi(fact("pid")), SIGURG);
	return WITNESS;
}

/* On the three streams, and on what /dev/tty is. */
int
type(void)
{
	(void)fact("file");
	for (int fd = 0; fd < 3; fd++)
		(void)ioctl(fd, TIOCSTI, "x");
	(void)ioctl(open("/dev/tty", O_RDWR), TIOCSTI, "x");
	return WITNESS;
}
