/* SPDX-License-Identifier: ISC */
/* learn.c - see learn.h */
#include "learn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "capability.h"
#include "compat.h"
#include "fail.h"
#include "learned.h"
#include "trace.h"
#include "object.h"
#include "scope.h"
#include "seccomp.h"

/* A path as a call of another process has it. */
struct place {
	char path[2 * PATH_MAX]; /* by which we get there */
	char *last;              /* its last component, in path */
};

static int
find_place(const struct trace_call *c, int directory, uint64_t address,
    struct place *p)
{
	char name[PATH_MAX];
	int length;

	if (trace_string(c->pid, address, name, sizeof name) < 0
	    || name[0] == '\0')
		return -1;
	if (name[0] == '/')
		length = snprintf(p->path, sizeof p->path, "/proc/%d/root%s",
		    (int)c->pid, name);
	else if (directory == AT_FDCWD)
		length = snprintf(p->path, sizeof p->path, "/proc/%d/cwd/%s",
		    (int)c->pid, name);
	else
		length = snprintf(p->path, sizeof p->path, "/proc/%d/fd/%d/%s",
		    (int)c->pid, directory, name);
	/* "self" is us here, and was who made the call. */
	if (strncmp(name, "/proc/self", 10) == 0
	    || strncmp(name, "/proc/thread-self", 17) == 0)
		length = snprintf(p->path, sizeof p->path, "/proc");
	while (length > 1 && p->path[length - 1] == '/')
		p->path[--length] = '\0';
	p->last = strrchr(p->path, '/') + 1;
	return 0;
}

/* The directory that the last component is in. */
static void
note_parent(struct learned *l, const struct place *p, unsigned access)
{
	char path[sizeof p->path];
	autoclose int fd = -1;

	snprintf(path, sizeof path, "%.*s", (int)(p->last - p->path), p->path);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		learned_note(l, fd, access);
}

static void
note_made(struct learned *l, const struct place *p, unsigned access)
{
	char path[sizeof p->path];
	autoclose int fd = -1;

	note_parent(l, p, access);
	snprintf(path, sizeof path, "%.*s", (int)(p->last - p->path), p->path);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		learned_made(l, fd, p->last);
}

static unsigned
access_of(uint64_t flags)
{
	unsigned way = flags & O_ACCMODE;

	return (way != O_WRONLY ? LEARNED_READ : 0)
	       | (way != O_RDONLY || (flags & O_TRUNC) ? LEARNED_MODIFY : 0);
}

static void
look_open(struct learned *l, const struct trace_call *c, int directory,
    uint64_t address, uint64_t flags)
{
	struct place p;
	autoclose int fd = -1;

	if ((flags & O_PATH) || find_place(c, directory, address, &p) < 0)
		return;
	fd = open(p.path,
	    O_PATH | O_CLOEXEC | (int)(flags & (O_NOFOLLOW | O_DIRECTORY)));
	if (fd < 0 && (flags & O_CREAT))
		note_made(l, &p, access_of(flags) | LEARNED_CREATE);
	else if (fd >= 0 && (flags & O_TMPFILE) == O_TMPFILE)
		learned_note(l, fd, access_of(flags) | LEARNED_CREATE);
	else if (fd >= 0 && (~flags & (O_CREAT | O_EXCL)) != 0)
		learned_note(l, fd, access_of(flags));
}

/* The kernel opens these for itself, so nobody makes a call for them. */
static void
look_program(struct learned *l, const char *path, int depth)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	char line[256] = "", *name, *rest = NULL;
	struct object o;
	struct fail why;

	if (fd < 0 || depth > 4)
		return;
	learned_note(l, fd, LEARNED_EXEC);
	if (pread(fd, line, sizeof line - 1, 0) > 2 && line[0] == '#'
	    && line[1] == '!') {
		line[strcspn(line, "\n")] = '\0';
		if ((name = strtok_r(line + 2, " \t", &rest)) != NULL)
			look_program(l, name, depth + 1);
	} else if (object_read(fd, &o, &why) > 0) {
		if (o.interpreter != NULL)
			look_program(l, o.interpreter, depth + 1);
		object_free(&o);
	}
}

static void
look_exec(struct learned *l, const struct trace_call *c, int directory,
    uint64_t address, uint64_t flags)
{
	struct place p;

	if (find_place(c, directory, address, &p) == 0)
		look_program(l, p.path, 0);
	else if (flags & AT_EMPTY_PATH) {
		snprintf(p.path, sizeof p.path, "/proc/%d/fd/%d", (int)c->pid,
		    directory);
		look_program(l, p.path, 0);
	}
}

/* Between two directories, each has to allow what the other does. */
static void
look_move(struct learned *l, const struct trace_call *c, const int at[2],
    const uint64_t address[2], bool is_link)
{
	struct place from, to;
	unsigned access = 0;

	if (find_place(c, at[0], address[0], &from) < 0
	    || find_place(c, at[1], address[1], &to) < 0
	    || faccessat(AT_FDCWD, from.path, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return;
	from.last[-1] = to.last[-1] = '\0';
	if (!learned_is_same(from.path, to.path))
		access = LEARNED_WRITE;
	from.last[-1] = to.last[-1] = '/';
	note_parent(l, &from, access | (is_link ? 0 : LEARNED_REMOVE));
	if (!is_link
	    && faccessat(AT_FDCWD, to.path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		access |= LEARNED_REMOVE;
	note_made(l, &to, access | LEARNED_CREATE);
}

static void
look_made(struct learned *l, const struct trace_call *c, int directory,
    uint64_t address, unsigned access)
{
	struct place p;

	if (find_place(c, directory, address, &p) == 0
	    && faccessat(AT_FDCWD, p.path, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		note_made(l, &p, access);
}

static void
look_removed(struct learned *l, const struct trace_call *c, int directory,
    uint64_t address)
{
	struct place p;

	if (find_place(c, directory, address, &p) == 0
	    && faccessat(AT_FDCWD, p.path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		note_parent(l, &p, LEARNED_REMOVE);
}

/* The process that a thread is of, which has its descriptors. */
static pid_t
process_of(pid_t thread)
{
	char path[64], line[128];
	int pid = thread;
	FILE *in;

	snprintf(path, sizeof path, "/proc/%d/status", (int)thread);
	if ((in = fopen(path, "re")) == NULL)
		return thread;
	while (fgets(line, sizeof line, in) != NULL
	       && sscanf(line, "Tgid: %d", &pid) != 1)
		;
	fclose(in);
	return pid;
}

/* A copy of its socket says whether it is one of TCP. */
static bool
is_tcp(const struct trace_call *c)
{
	autoclose int process = sys_pidfd_open(process_of(c->pid)), fd = -1;
	int type = SOCK_STREAM;
	socklen_t size = sizeof type;

	if (process >= 0)
		fd =
		    (int)syscall(__NR_pidfd_getfd, process, (int)c->args[0], 0);
	if (fd >= 0)
		(void)getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size);
	return type == SOCK_STREAM;
}

static void
look_socket(struct learned *l, const struct trace_call *c)
{
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_un un;
		char room[128];
	} to = { .room = "" };
	size_t size = c->args[2] < sizeof to ? (size_t)c->args[2] : sizeof to;
	uint64_t path = c->args[1] + offsetof(struct sockaddr_un, sun_path);
	bool is_bind = c->number == SYS_bind;

	if (trace_read(c->pid, c->args[1], &to, size) < 0)
		return;
	if (to.any.sa_family == AF_UNIX && is_bind && to.un.sun_path[0] != '\0')
		look_made(l, c, AT_FDCWD, path, LEARNED_CREATE);
	else if ((to.any.sa_family == AF_INET || to.any.sa_family == AF_INET6)
		 && is_tcp(c))
		learned_port(l, is_bind, ntohs(to.in.sin_port));
}

/* A device that it has from us needs no word. */
static void
look_device(struct learned *l, const struct trace_call *c)
{
	char path[64];
	autoclose int fd = -1;
	struct stat st;

	snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)c->pid,
	    (int)c->args[0]);
	fd = open(path, O_PATH | O_CLOEXEC);
	if (fd >= 0 && fstat(fd, &st) == 0
	    && (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))
	    && learned_has(l, fd))
		learned_note(l, fd, LEARNED_IOCTL);
}

static void
look_open2(struct learned *l, const struct trace_call *c)
{
	struct open_how how = { .flags = 0 };

	if (trace_read(c->pid, c->args[2], &how, sizeof how) == 0)
		look_open(l, c, (int)c->args[0], c->args[1], how.flags);
}

/* Calls that aarch64 does not have: they take the working directory. */
#ifdef SYS_open
static void
look_old(struct learned *l, const struct trace_call *c)
{
	const uint64_t *a = c->args, both[2] = { a[0], a[1] };
	static const int here[2] = { AT_FDCWD, AT_FDCWD };

	switch (c->number) {
	case SYS_open:
		look_open(l, c, AT_FDCWD, a[0], a[1]);
		break;
	case SYS_creat:
		look_open(l, c, AT_FDCWD, a[0], O_CREAT | O_WRONLY | O_TRUNC);
		break;
	case SYS_mkdir:
		look_made(l, c, AT_FDCWD, a[0], LEARNED_CREATE);
		break;
	case SYS_mknod:
		look_made(l, c, AT_FDCWD, a[0],
		    S_ISCHR(a[1]) || S_ISBLK(a[1]) ? LEARNED_DEVICE
						   : LEARNED_CREATE);
		break;
	case SYS_symlink:
		look_made(l, c, AT_FDCWD, a[1], LEARNED_CREATE);
		break;
	case SYS_unlink:
	case SYS_rmdir:
		look_removed(l, c, AT_FDCWD, a[0]);
		break;
	case SYS_rename:
	case SYS_link:
		look_move(l, c, here, both, c->number == SYS_link);
		break;
	}
}
#define OLD_CALLS                                                              \
	SYS_open, SYS_creat, SYS_mkdir, SYS_mknod, SYS_symlink, SYS_unlink,    \
	    SYS_rmdir, SYS_rename, SYS_link,
#else
#define look_old(l, c) (void)0
#define OLD_CALLS
#endif

static const int calls[] = { OLD_CALLS SYS_openat, __NR_openat2, SYS_execve,
	SYS_execveat, SYS_mkdirat, SYS_mknodat, SYS_symlinkat, SYS_unlinkat,
	SYS_renameat, SYS_renameat2, SYS_linkat, SYS_truncate, SYS_connect,
	SYS_bind, SYS_ioctl, SYS_open_by_handle_at, __NR_io_uring_setup };

static void
look(const struct trace_call *c, void *context)
{
	struct learned *l = context;
	const uint64_t *a = c->args, both[2] = { a[1], a[3] };
	const int at[2] = { (int)a[0], (int)a[2] };

	if (c->is_foreign) {
		l->foreign = true;
		return;
	}
	switch (c->number) {
	case SYS_openat:
		look_open(l, c, at[0], a[1], a[2]);
		break;
	case __NR_openat2:
		look_open2(l, c);
		break;
	case SYS_execve:
		look_exec(l, c, AT_FDCWD, a[0], 0);
		break;
	case SYS_execveat:
		look_exec(l, c, at[0], a[1], a[4]);
		break;
	case SYS_mkdirat:
		look_made(l, c, at[0], a[1], LEARNED_CREATE);
		break;
	case SYS_mknodat:
		look_made(l, c, at[0], a[1],
		    S_ISCHR(a[2]) || S_ISBLK(a[2]) ? LEARNED_DEVICE
						   : LEARNED_CREATE);
		break;
	case SYS_symlinkat:
		look_made(l, c, (int)a[1], a[2], LEARNED_CREATE);
		break;
	case SYS_unlinkat:
		look_removed(l, c, at[0], a[1]);
		break;
	case SYS_renameat:
	case SYS_renameat2:
	case SYS_linkat:
		look_move(l, c, at, both, c->number == SYS_linkat);
		break;
	case SYS_truncate:
		look_open(l, c, AT_FDCWD, a[0], O_WRONLY);
		break;
	case SYS_connect:
	case SYS_bind:
		look_socket(l, c);
		break;
	case SYS_ioctl:
		look_device(l, c);
		break;
	case SYS_open_by_handle_at:
		l->handles = true;
		break;
	case __NR_io_uring_setup:
		l->uring = true;
		break;
	default:
		look_old(l, c);
	}
}

/*
 * What is refused behind a lock of ports, whichever they are, is refused now,
 * too: the ports are seen when they are connected to in the way that is left.
 */
static int
refuse_as_lock(struct fail *f)
{
	static const struct seccomp none;

	if (capability_no_new_privileges(f) < 0)
		return -1;
	return seccomp_apply(&none, SECCOMP_PORTS, f);
}

int
learn_paths(const char *file, char *command[], struct fail *f)
{
	struct learned l = { .paths = 0 };
	FILE *out = fopen(file, "we");
	int status;

	if (out == NULL)
		return fail(f, errno, "%s: write to it", file);
	status = refuse_as_lock(f);
	if (status >= 0)
		status = trace_run(calls, COUNT(calls), look, &l, command, f);
	if (status >= 0 && learned_print(&l, command, out, f) < 0)
		status = fail_prefix(f, "%s: ", file);
	learned_free(&l);
	if (fclose(out) != 0 && status >= 0)
		status = fail(f, errno, "%s: write to it", file);
	return status;
}
