/* SPDX-License-Identifier: ISC */
/* constant.c - see constant.h */
#include "constant.h"

#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "compat.h"
#include "number.h"
#include "scope.h"

struct constant {
	const char *name;
	uint32_t value;
};

#define C(name)                                                                \
	{                                                                      \
#name, (uint32_t)(name)                                        \
	}

static const struct constant constants[] = {
	C(AF_ALG),
	C(AF_BLUETOOTH),
	C(AF_CAN),
	C(AF_INET),
	C(AF_INET6),
	C(AF_KEY),
	C(AF_NETLINK),
	C(AF_PACKET),
	C(AF_SMC),
	C(AF_UNIX),
	C(AF_UNSPEC),
	C(AF_VSOCK),
	C(CLONE_NEWCGROUP),
	C(CLONE_NEWIPC),
	C(CLONE_NEWNET),
	C(CLONE_NEWNS),
	C(CLONE_NEWPID),
	C(CLONE_NEWTIME),
	C(CLONE_NEWUSER),
	C(CLONE_NEWUTS),
	C(CLONE_THREAD),
	C(CLONE_VM),
	C(FIONREAD),
	C(IPPROTO_MPTCP),
	C(MSG_FASTOPEN),
	C(O_CREAT),
	C(O_RDWR),
	C(O_TRUNC),
	C(O_WRONLY),
	C(PR_SET_DUMPABLE),
	C(PR_SET_MM),
	C(PR_SET_NO_NEW_PRIVS),
	C(PR_SET_SECCOMP),
	C(SOCK_DGRAM),
	C(SOCK_RAW),
	C(SOCK_STREAM),
	C(TCGETS),
	C(TIOCCONS),
	C(TIOCGWINSZ),
	C(TIOCLINUX),
	C(TIOCSETD),
	C(TIOCSTI),
};

static const struct constant errors[] = {
	C(EACCES),
	C(EAFNOSUPPORT),
	C(EAGAIN),
	C(EBADF),
	C(EBUSY),
	C(EFAULT),
	C(EINVAL),
	C(EIO),
	C(ENODEV),
	C(ENOENT),
	C(ENOMEM),
	C(ENOSPC),
	C(ENOSYS),
	C(ENOTSUP),
	C(ENOTTY),
	C(EPERM),
	C(EPROTONOSUPPORT),
	C(EROFS),
};

static int
find_name(const struct constant *list, size_t count, const char *text,
    uint32_t *value)
{
	for (size_t n = 0; n < count; n++)
		if (strcmp(list[n].name, text) == 0) {
			*value = list[n].value;
			return 0;
		}
	return -1;
}

static int
read_hex(const char *digits, uint32_t *value)
{
	size_t length = strspn(digits, "0123456789abcdefABCDEF");

	if (length == 0 || length > 8 || digits[length] != '\0')
		return -1;
	*value = (uint32_t)strtoul(digits, NULL, 16);
	return 0;
}

int
constant_find(const char *text, uint32_t *value)
{
	uint64_t number;

	if (find_name(constants, COUNT(constants), text, value) == 0)
		return 0;
	if (text[0] == '0' && text[1] == 'x')
		return read_hex(text + 2, value);
	if (number_parse(text, UINT32_MAX, &number) < 0)
		return -1;
	*value = (uint32_t)number;
	return 0;
}

int
constant_find_errno(const char *text, uint32_t *value)
{
	uint64_t number;

	if (find_name(errors, COUNT(errors), text, value) == 0)
		return 0;
	if (number_parse(text, UINT32_MAX, &number) < 0)
		return -1;
	*value = (uint32_t)number;
	return 0;
}

const char *
constant_errno(uint32_t value)
{
	for (size_t n = 0; n < COUNT(errors); n++)
		if (errors[n].value == value)
			return errors[n].name;
	return NULL;
}
