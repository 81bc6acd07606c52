/* SPDX-License-Identifier: ISC */
/*
 * probe.c - what a program here could do, tried one by one
 *
 *	probe [NAME=VALUE ...]
 *
 * A line for each attempt: "what: allowed", "what: denied (EPERM)", or
 * "what: absent" if there is nothing here to try it on; then some counts.
 * The arguments are where to find what is the caller's; see witness.c.
 *
 * Every attempt is harmless where it succeeds: it opens and does not write,
 * makes a mount that is nowhere, sets what is set, or names nothing that
 * there is, so that the kernel has checked who asks before it finds that out.
 * Each is made by a child of its own, which may end in any way.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static char **facts;

const char *
fact(const char *name)
{
	size_t length = strlen(name);

	for (char **f = facts; *f != NULL; f++)
		if (strncmp(*f, name, length) == 0 && (*f)[length] == '=')
			return *f + length + 1;
	_exit(ABSENT);
}

int
result(long done)
{
	return done < 0 ? errno : 0;
}

int
is_of_caller(void)
{
	struct stat st;

	return stat("/proc/self/ns/mnt", &st) == 0
	       && st.st_ino == strtoul(fact("namespace"), NULL, 10);
}

/*
 * What is but one call
 */

static const union bpf_attr map = {
	.map_type = BPF_MAP_TYPE_ARRAY,
	.key_size = 4,
	.value_size = 4,
	.max_entries = 1,
};

/* What anybody may ask for, as in the flag of userfaultfd below. */
static const struct perf_event_attr event = {
	.type = PERF_TYPE_SOFTWARE,
	.size = sizeof event,
	.config = PERF_COUNT_SW_CPU_CLOCK,
	.exclude_kernel = 1,
	.exclude_hv = 1,
};

static char buffer[128];

#define AT(pointer) ((long)(pointer))
#define TRY(what, function)                                                    \
	{                                                                      \
		what, function, { 0 }, 0                                       \
	}
#define CALL(what, passed, ...)                                                \
	{                                                                      \
		what, NULL, { __VA_ARGS__ }, passed                            \
	}
#define WRITE(what, path)                                                      \
	CALL(what, 0, SYS_openat, AT_FDCWD, AT(path), O_WRONLY)

static const struct attempt {
	const char *what;
	int (*try)(void); /* or */
	long call[6];     /* its number and arguments */
	int passed;       /* this error, too, is from behind the check */
} attempts[] = {
	TRY("open a file of the host", open_file),
	TRY("open it by its handle", open_handle),
	TRY("leave the root by chroot(2)", leave_root),
	TRY("learn where its root is", learn_root),
	TRY("use an inherited descriptor", use_descriptor),
	TRY("read the caller's environment", read_environment),
	TRY("read the caller's keyring", read_key),
	TRY("read shared memory", read_shared),
	TRY("see a process of the host", see_process),
	TRY("signal a process of the host", send_signal),
	TRY("type at the terminal", type),
	TRY("open memory of process 1", open_first),
	TRY("reach a service on 127.0.0.1", reach_service),
	TRY("reach an abstract socket", reach_socket),
	CALL("call the hypervisor (vsock)", 0, SYS_socket, AF_VSOCK,
	    SOCK_STREAM),
	CALL("open a raw socket", 0, SYS_socket, AF_INET, SOCK_RAW,
	    IPPROTO_ICMP),
	TRY("set up a network interface", set_interface),
	TRY("mount a tmpfs", mount_tmpfs),
	TRY("mount another /proc", mount_proc),
	TRY("mount control groups", mount_group),
	TRY("undo a read-only mount", make_writable),
	TRY("make and open a device", make_device),
	WRITE("write /proc/sys/kernel", "/proc/sys/kernel/core_pattern"),
	WRITE("write /proc/sysrq-trigger", "/proc/sysrq-trigger"),
	WRITE("write /sys", "/sys/kernel/rcu_expedited"),
	TRY("be root outside", be_root),
	TRY("gain by a set-user-ID file", gain),
	CALL("make a user namespace", 0, SYS_unshare, CLONE_NEWUSER),
	TRY("set the host name", set_hostname),
	/* To neither a time nor a time zone. */
	CALL("set the clock", 0, SYS_settimeofday, 0, 0),
	/* An empty one. */
	CALL("load a module", ENOEXEC, SYS_init_module, AT(""), 0, AT("")),
	/* Of more segments than there may be. */
	CALL("load another kernel", EINVAL, SYS_kexec_load, 0, 1 << 20),
	TRY("read kernel addresses", read_addresses),
	CALL("read the kernel's log", 0, SYS_syslog, 3, AT(buffer),
	    sizeof buffer),
	CALL("use bpf(2)", 0, SYS_bpf, BPF_MAP_CREATE, AT(&map), sizeof map),
	CALL("use perf_event_open(2)", 0, SYS_perf_event_open, AT(&event), 0,
	    -1, -1, 0),
	CALL("use userfaultfd(2)", 0, SYS_userfaultfd, O_CLOEXEC | 1),
	CALL("use io_uring_setup(2)", 0, SYS_io_uring_setup, 1, AT(buffer)),
	CALL("use personality(2)", 0, SYS_personality, ADDR_NO_RANDOMIZE),
};

static int
try(const struct attempt *a)
{
	const long *c = a->call;

	if (a->try != NULL)
		return a->try();
	if (syscall(c[0], c[1], c[2], c[3], c[4], c[5]) >= 0)
		return 0;
	return errno == a->passed ? 0 : errno;
}

static void
make(const struct attempt *a)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(try(a));
	if (child < 0 || waitpid(child, &status, 0) != child) {
		perror("probe");
		exit(1);
	}
	printf("%s: ", a->what);
	if (WIFSIGNALED(status))
		printf("denied (%s)\n", strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) == ABSENT)
		printf("absent\n");
	else if (WEXITSTATUS(status) == WITNESS)
		printf("the witness knows\n");
	else if (WEXITSTATUS(status) != 0)
		printf("denied (%s)\n", strerrorname_np(WEXITSTATUS(status)));
	else
		printf("allowed\n");
}

static void
count(const char *what, const char *key)
{
	FILE *in = fopen("/proc/self/status", "re");
	size_t length = strlen(key);
	char line[256];
	int bits = strncmp(key, "Cap", 3) == 0;

	while (in != NULL && fgets(line, sizeof line, in) != NULL) {
		unsigned long long value;

		if (strncmp(line, key, length) != 0)
			continue;
		value = strtoull(line + length, NULL, bits ? 16 : 10);
		if (bits)
			value = (unsigned)__builtin_popcountll(value);
		printf("%s: %llu\n", what, value);
	}
}

int
main(int argc, char *argv[])
{
	struct termios before, raw;
	int terminal = tcgetattr(0, &before) == 0;

	(void)argc;
	facts = argv + 1;
	if (terminal) {
		/* What is typed into it is not for the screen. */
		raw = before;
		cfmakeraw(&raw);
		tcsetattr(0, TCSANOW, &raw);
	}
	for (size_t n = 0; n < sizeof attempts / sizeof *attempts; n++) {
		fflush(stdout);
		make(&attempts[n]);
	}
	count("capabilities", "CapPrm:");
	count("capabilities in reach", "CapBnd:");
	count("system call filters", "Seccomp_filters:");
	fflush(stdout);
	if (terminal)
		tcsetattr(0, TCSADRAIN, &before);
	return 0;
}
