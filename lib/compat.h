/* SPDX-License-Identifier: ISC */
/*
 * compat.h - what the kernel has and this machine's headers may lack
 *
 * Constants are from the kernel's uapi headers; the calls that libc has no
 * wrapper for are made here.  Each says in which Linux it came: that is for
 * the reader, the code asks the kernel by trying.
 */
#ifndef COMPAT_H
#define COMPAT_H

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/landlock.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080 /* Linux 5.6 */
#endif
#ifndef CLONE_NEWCGROUP
#define CLONE_NEWCGROUP 0x02000000 /* Linux 4.6 */
#endif
#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP 0x200000000ULL /* Linux 5.7 */
#endif

/* Where they have two sizes of an id, the plain name is the small one's. */
#ifndef __NR_setgroups32
#define __NR_setgroups32 __NR_setgroups
#define __NR_setresgid32 __NR_setresgid
#define __NR_setresuid32 __NR_setresuid
#endif
#ifndef __NR_clone3
#define __NR_clone3 435 /* Linux 5.3 */
#endif
#ifndef __NR_close_range
#define __NR_close_range 436 /* Linux 5.9 */
#endif
#ifndef __NR_pidfd_open
#define __NR_pidfd_open 434 /* Linux 5.3 */
#endif
#ifndef __NR_pidfd_send_signal
#define __NR_pidfd_send_signal 424 /* Linux 5.1 */
#endif
#ifndef __NR_openat2
#define __NR_openat2 437 /* Linux 5.6 */
#endif
#ifndef __NR_mount_setattr
#define __NR_mount_setattr 442 /* Linux 5.12 */
#endif
#ifndef __NR_open_tree
#define __NR_open_tree 428 /* these five: Linux 5.2 */
#define __NR_move_mount 429
#define __NR_fsopen 430
#define __NR_fsconfig 431
#define __NR_fsmount 432
#endif

/*
 * The mount API.  <linux/mount.h> and the C library's <sys/mount.h> cannot
 * be included together everywhere, so the few names needed are set here.
 */
enum {
	RUNGS_OPEN_TREE_CLONE = 1,
	RUNGS_MOVE_FROM_EMPTY = 0x04,
	RUNGS_MOVE_TO_EMPTY = 0x40,
	RUNGS_FSOPEN_CLOEXEC = 1,
	RUNGS_FSMOUNT_CLOEXEC = 1,
	RUNGS_CONFIG_FLAG = 0,
	RUNGS_CONFIG_STRING = 1,
	RUNGS_CONFIG_FD = 5,
	RUNGS_CONFIG_CREATE = 6,
	RUNGS_ATTR_RDONLY = 0x01,
	RUNGS_ATTR_NOSUID = 0x02,
	RUNGS_ATTR_NODEV = 0x04,
	RUNGS_ATTR_NOEXEC = 0x08,
	RUNGS_ATTR_NOSYMFOLLOW = 0x200000, /* Linux 5.14 */
	RUNGS_ATTR_IDMAP = 0x100000,       /* Linux 5.12 */
};

#ifndef __NR_pidfd_getfd
#define __NR_pidfd_getfd 438 /* Linux 5.6 */
#endif
#ifndef __NR_io_uring_setup
#define __NR_io_uring_setup 425 /* Linux 5.1 */
#endif
#ifndef __NR_landlock_create_ruleset
#define __NR_landlock_create_ruleset 444 /* these three: Linux 5.13 */
#define __NR_landlock_add_rule 445
#define __NR_landlock_restrict_self 446
#endif

/* Landlock, with the version of its ABI that each came with. */
enum {
	RUNGS_LANDLOCK_REFER = 1 << 13,       /* 2, Linux 5.19 */
	RUNGS_LANDLOCK_TRUNCATE = 1 << 14,    /* 3, Linux 6.2 */
	RUNGS_LANDLOCK_IOCTL_DEV = 1 << 15,   /* 5, Linux 6.10 */
	RUNGS_LANDLOCK_BIND_TCP = 1 << 0,     /* 4, Linux 6.7 */
	RUNGS_LANDLOCK_CONNECT_TCP = 1 << 1,  /* 4 */
	RUNGS_LANDLOCK_ABSTRACT = 1 << 0,     /* 6, Linux 6.12 */
	RUNGS_LANDLOCK_SIGNAL = 1 << 1,       /* 6 */
	RUNGS_LANDLOCK_LOG_NEW_EXEC = 1 << 1, /* 7, Linux 6.15 */
	RUNGS_LANDLOCK_RULE_NET_PORT = 2,     /* 4 */
};

struct rungs_landlock_ruleset {
	uint64_t files, network, scopes;
};

struct rungs_landlock_port {
	uint64_t access, port;
};

/*
 * credentials(7).  libc's change them for all threads of a process, and ask
 * for that with signals blocked; no process of ours has more than one.
 */
static inline int
sys_setgroups(size_t count, const gid_t *groups)
{
	return (int)syscall(__NR_setgroups32, count, groups);
}

static inline int
sys_setresgid(gid_t real, gid_t effective, gid_t saved)
{
	return (int)syscall(__NR_setresgid32, real, effective, saved);
}

static inline int
sys_setresuid(uid_t real, uid_t effective, uid_t saved)
{
	return (int)syscall(__NR_setresuid32, real, effective, saved);
}

static inline int
sys_landlock_create_ruleset(const struct rungs_landlock_ruleset *r, size_t size,
    unsigned flags)
{
	return (int)syscall(__NR_landlock_create_ruleset, r, size, flags);
}

static inline int
sys_landlock_add_rule(int ruleset, unsigned type, const void *rule)
{
	return (int)syscall(__NR_landlock_add_rule, ruleset, type, rule, 0);
}

static inline int
sys_landlock_restrict_self(int ruleset, unsigned flags)
{
	return (int)syscall(__NR_landlock_restrict_self, ruleset, flags);
}

#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41) /* Linux 4.13 */
#endif

/* ioctl(2) of a pidfd: Linux 6.11. */
#define RUNGS_PIDFD_MOUNT_NAMESPACE _IO(0xff, 3)
#define RUNGS_PIDFD_USER_NAMESPACE _IO(0xff, 9)

/* The first user namespace of all has a number that it always has. */
#define RUNGS_FIRST_USER_NAMESPACE 0xeffffffdU /* <linux/nsfs.h> */

#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

struct rungs_mount_attr {
	uint64_t set, clear, propagation, userns_fd;
};

/* statx(2): Linux 4.11, with the mount's number since 5.8, else 0. */
enum { RUNGS_STATX_INO = 0x100, RUNGS_STATX_MOUNT = 0x1000 };

struct rungs_statx {
	uint32_t before_ino[8];
	uint64_t ino;
	uint32_t before_dev[24];
	uint32_t dev_major, dev_minor;
	uint64_t mount;
	uint64_t rest[13];
};

static inline int
sys_statx(int dir, const char *path, int flags, unsigned mask,
    struct rungs_statx *st)
{
	return (int)syscall(__NR_statx, dir, path, flags, mask, st);
}

static inline int
sys_openat2(int dir, const char *path, struct open_how *how)
{
	return (int)syscall(__NR_openat2, dir, path, how, sizeof *how);
}

static inline int
sys_open_tree(int dir, const char *path, unsigned flags)
{
	return (int)syscall(__NR_open_tree, dir, path, flags);
}

static inline int
sys_move_mount(int from, const char *from_path, int to, const char *to_path,
    unsigned flags)
{
	return (
	    int)syscall(__NR_move_mount, from, from_path, to, to_path, flags);
}

static inline int
sys_fsopen(const char *type, unsigned flags)
{
	return (int)syscall(__NR_fsopen, type, flags);
}

static inline int
sys_fsconfig(int fd, unsigned command, const char *key, const char *value)
{
	return (int)syscall(__NR_fsconfig, fd, command, key, value, 0);
}

static inline int
sys_fsconfig_fd(int fd, const char *key, int value)
{
	return (
	    int)syscall(__NR_fsconfig, fd, RUNGS_CONFIG_FD, key, NULL, value);
}

static inline int
sys_fsmount(int fd, unsigned flags, unsigned attributes)
{
	return (int)syscall(__NR_fsmount, fd, flags, attributes);
}

static inline int
sys_mount_setattr(int dir, const char *path, unsigned flags,
    struct rungs_mount_attr *attr)
{
	return (int)syscall(__NR_mount_setattr, dir, path, flags, attr,
	    sizeof *attr);
}

static inline int
sys_close_range(unsigned first, unsigned last)
{
	return (int)syscall(__NR_close_range, first, last, 0);
}

static inline int
sys_pidfd_open(pid_t pid)
{
	return (int)syscall(__NR_pidfd_open, pid, 0);
}

static inline int
sys_pidfd_send_signal(int pidfd, int sig)
{
	return (int)syscall(__NR_pidfd_send_signal, pidfd, sig, NULL, 0);
}

/*
 * A filter of calls cannot see what is asked of clone3(2), and some forbid
 * it.  clone(2) can do the same, but not CLONE_INTO_CGROUP: EOPNOTSUPP.  Both
 * without a stack are as fork(2).
 */
static inline pid_t
sys_clone3(struct clone_args *args)
{
	pid_t pid = (pid_t)syscall(__NR_clone3, args, sizeof *args);

	if (pid >= 0 || (errno != ENOSYS && errno != EPERM))
		return pid;
	if (args->flags > UINT32_MAX) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return (pid_t)syscall(__NR_clone, args->flags | args->exit_signal, NULL,
	    NULL, NULL, NULL);
}

/* The kind of our own system calls, of 64 bits; 0: not known. */
#if defined __x86_64__
#define RUNGS_AUDIT_ARCH AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define RUNGS_AUDIT_ARCH AUDIT_ARCH_AARCH64
#else
#define RUNGS_AUDIT_ARCH 0
#endif

/* <linux/seccomp.h>, Linux 5.19: once a listener looks, only death wakes. */
#define RUNGS_SECCOMP_WAIT_KILLABLE (1UL << 5)

#endif
