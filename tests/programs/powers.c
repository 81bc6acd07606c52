/* SPDX-License-Identifier: ISC */
/*
 * powers.c - try what each capability allows, and nothing else does
 *
 *	powers DIRECTORY PID
 *
 * Prints the names of the capabilities that did something for us, each
 * followed by a blank, and "unknown NAME" on standard error for what this
 * kernel cannot show.  Files in the directory: "own", and "foreign", which
 * belongs to another user and group; "grouped", ours and of another group.
 * The process is another user's.  To be run as user 0.  Nothing is changed
 * for good; a machine with one capability alone is enough for each.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <sys/xattr.h>
#include <unistd.h>

static pid_t other;

/* Each returns what the call did: below 0 with EPERM or EACCES is "no". */

static int
try_chown(void)
{
	return fchown(memfd_create("x", 0), 12345, (gid_t)-1);
}

static int
open_closed(int flags)
{
	int fd = memfd_create("x", 0);
	char path[64];

	fchmod(fd, 0);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	return open(path, flags);
}

static int
try_dac_override(void)
{
	return open_closed(O_WRONLY);
}

static int
try_dac_read_search(void)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} h = { .handle.handle_bytes = MAX_HANDLE_SZ };
	int fd = memfd_create("x", 0), mount;

	if (name_to_handle_at(fd, "", &h.handle, &mount, AT_EMPTY_PATH) < 0) {
		errno = ENOSYS;
		return -1;
	}
	return open_by_handle_at(fd, &h.handle, O_RDONLY);
}

static int
try_fowner(void)
{
	return chmod("foreign", 0644);
}

/* Without it the bit is left out, and that is no error. */
static int
try_fsetid(void)
{
	struct stat st;

	if (chmod("grouped", 02755) < 0 || stat("grouped", &st) < 0)
		return -1;
	chmod("grouped", 0644);
	errno = EPERM;
	return st.st_mode & S_ISGID ? 0 : -1;
}

static int
try_kill(void)
{
	return kill(other, 0);
}

static int
try_setgid(void)
{
	gid_t groups[64];
	int count = getgroups(64, groups);

	return setgroups((size_t)count, groups);
}

static int
try_setuid(void)
{
	int result = setresuid((uid_t)-1, (uid_t)-1, 12345);

	return setresuid((uid_t)-1, (uid_t)-1, 0) < 0 ? -1 : result;
}

static int
try_setpcap(void)
{
	return prctl(PR_CAPBSET_DROP, 1000, 0, 0, 0);
}

static int
try_linux_immutable(void)
{
	int fd = open("own", O_RDONLY), flags = 0, more;
	int result;

	if (ioctl(fd, FS_IOC_GETFLAGS, &flags) < 0) {
		errno = ENOSYS;
		return -1;
	}
	more = flags | FS_APPEND_FL;
	result = ioctl(fd, FS_IOC_SETFLAGS, &more);
	if (result == 0)
		ioctl(fd, FS_IOC_SETFLAGS, &flags);
	return result;
}

static int
try_net_bind_service(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(1),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };

	return bind(socket(AF_INET, SOCK_STREAM, 0), (void *)&to, sizeof to);
}

static int
try_net_admin(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct ifreq request = { .ifr_name = "lo" };

	ioctl(fd, SIOCGIFFLAGS, &request);
	return ioctl(fd, SIOCSIFFLAGS, &request);
}

static int
try_net_raw(void)
{
	return socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
}

static int
try_ipc_lock(void)
{
	struct rlimit old, none;
	int result;

	getrlimit(RLIMIT_MEMLOCK, &old);
	none = old;
	none.rlim_cur = 0;
	setrlimit(RLIMIT_MEMLOCK, &none);
	result = mlock(&old, 1);
	setrlimit(RLIMIT_MEMLOCK, &old);
	return result;
}

static int
try_ipc_owner(void)
{
	int id = shmget(IPC_PRIVATE, 4096, 0), error;
	void *at = shmat(id, NULL, 0);

	error = errno;
	shmctl(id, IPC_RMID, NULL);
	errno = error;
	return at == (void *)-1 ? -1 : 0;
}

static int
try_sys_module(void)
{
	return (int)syscall(SYS_delete_module, "no such module", O_NONBLOCK);
}

static int
try_sys_rawio(void)
{
#ifdef SYS_iopl
	return (int)syscall(SYS_iopl, 3);
#else
	errno = ENOSYS;
	return -1;
#endif
}

static int
try_sys_chroot(void)
{
	return chroot("/");
}

static int
try_sys_ptrace(void)
{
	char path[64], target[256];

	snprintf(path, sizeof path, "/proc/%d/exe", (int)other);
	return (int)readlink(path, target, sizeof target);
}

static int
try_sys_pacct(void)
{
	return acct("/no/such/file");
}

static int
try_sys_admin(void)
{
	char name[65];

	gethostname(name, sizeof name);
	return sethostname(name, strlen(name));
}

static int
try_sys_boot(void)
{
	return (int)syscall(SYS_reboot, 0, 0, 0, NULL);
}

static int
try_sys_nice(void)
{
	int nice = getpriority(PRIO_PROCESS, 0);
	int result = setpriority(PRIO_PROCESS, 0, nice - 1);

	if (result == 0)
		setpriority(PRIO_PROCESS, 0, nice);
	return result;
}

static int
try_sys_resource(void)
{
	struct rlimit none = { 0, 0 }, some = { 0, 1 };

	setrlimit(RLIMIT_CORE, &none);
	return setrlimit(RLIMIT_CORE, &some);
}

static int
try_sys_time(void)
{
	struct timex t = { .modes = ADJ_TICK, .tick = 0 };

	return adjtimex(&t);
}

static int
try_mknod(void)
{
	int result = mknod("device", S_IFCHR | 0600, makedev(1, 3));

	if (result == 0)
		unlink("device");
	return result;
}

static int
try_lease(void)
{
	int fd = open("foreign", O_RDONLY);
	int result = fcntl(fd, F_SETLEASE, F_RDLCK);

	if (result == 0)
		fcntl(fd, F_SETLEASE, F_UNLCK);
	return result;
}

static int
try_setfcap(void)
{
	struct vfs_cap_data data = { .magic_etc = VFS_CAP_REVISION_2 };
	int result =
	    setxattr("own", "security.capability", &data, sizeof data, 0);

	if (result == 0)
		removexattr("own", "security.capability");
	return result;
}

static int
try_syslog(void)
{
	return klogctl(9, NULL, 0);
}

static int
try_wake_alarm(void)
{
	return timerfd_create(CLOCK_BOOTTIME_ALARM, 0);
}

static int
try_audit_read(void)
{
	struct sockaddr_nl group = { .nl_family = AF_NETLINK, .nl_groups = 1 };

	return bind(socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT), (void *)&group,
	    sizeof group);
}

static const struct {
	const char *name;
	int (*try)(void);
} powers[] = {
	{ "chown", try_chown },
	{ "dac_override", try_dac_override },
	{ "dac_read_search", try_dac_read_search },
	{ "fowner", try_fowner },
	{ "fsetid", try_fsetid },
	{ "kill", try_kill },
	{ "setgid", try_setgid },
	{ "setuid", try_setuid },
	{ "setpcap", try_setpcap },
	{ "linux_immutable", try_linux_immutable },
	{ "net_bind_service", try_net_bind_service },
	{ "net_admin", try_net_admin },
	{ "net_raw", try_net_raw },
	{ "ipc_lock", try_ipc_lock },
	{ "ipc_owner", try_ipc_owner },
	{ "sys_module", try_sys_module },
	{ "sys_rawio", try_sys_rawio },
	{ "sys_chroot", try_sys_chroot },
	{ "sys_ptrace", try_sys_ptrace },
	{ "sys_pacct", try_sys_pacct },
	{ "sys_admin", try_sys_admin },
	{ "sys_boot", try_sys_boot },
	{ "sys_nice", try_sys_nice },
	{ "sys_resource", try_sys_resource },
	{ "sys_time", try_sys_time },
	{ "mknod", try_mknod },
	{ "lease", try_lease },
	{ "setfcap", try_setfcap },
	{ "syslog", try_syslog },
	{ "wake_alarm", try_wake_alarm },
	{ "audit_read", try_audit_read },
};

int
main(int argc, char *argv[])
{
	if (argc != 3 || chdir(argv[1]) < 0)
		return 2;
	other = (pid_t)atoi(argv[2]);
	for (size_t n = 0; n < sizeof powers / sizeof *powers; n++) {
		errno = 0;
		if (powers[n].try() >= 0)
			errno = 0;
		if (errno == ENOSYS || errno == ENOTTY || errno == EOPNOTSUPP)
			fprintf(stderr, "unknown %s\n", powers[n].name);
		else if (errno != EPERM && errno != EACCES)
			printf("%s ", powers[n].name);
	}
	printf("\n");
	return 0;
}
