/* SPDX-License-Identifier: ISC */
/* running.c - see running.h */
#include "running.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "makedir.h"
#include "scope.h"

enum { NAME_LENGTH = 64 };

int
running_parse(struct running *r, const char *name, struct fail *f)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	static const char rest[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t length = strlen(name);

	/* It becomes a file's name, and a word in other people's scripts. */
	if (length == 0 || length > NAME_LENGTH
	    || strchr(first, name[0]) == NULL || strspn(name, rest) != length
	    || strstr(name, "..") != NULL)
		return fail(f, 0,
		    "--name=%s: a name is 1 to %d of a-z, 0-9, '.', '_' and "
		    "'-', and begins with a letter or a digit",
		    name, NAME_LENGTH);
	r->name = name;
	return 0;
}

/* Whether it is a directory in which nobody but us can have put a file. */
static int
check_dir(int dir, const char *path, struct fail *f)
{
	struct stat st;

	if (fstat(dir, &st) < 0)
		return fail(f, errno, "%s: look at it", path);
	if (st.st_uid != geteuid())
		return fail(f, 0, "%s: it belongs to somebody else", path);
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return fail(f, 0, "%s: others can write to it", path);
	return 0;
}

/* Go down from dir, closing it, to a directory that may have to be made. */
static int
go_down(int dir, const char *name, mode_t mode, struct fail *f)
{
	autoclose int above = dir;
	int below = -1;

	if (makedir(above, name, mode) == 0 || errno == EEXIST)
		below = openat(above, name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (below < 0)
		return fail(f, errno, "%s: open the directory for names", name);
	if (check_dir(below, name, f) == 0)
		return below;
	close(below);
	return -1;
}

static int
open_top(struct fail *f)
{
	const char *path = "/run";
	int dir;

	if (geteuid() != 0)
		path = getenv("XDG_RUNTIME_DIR");
	if (path == NULL || path[0] != '/') {
		fail(f, 0, "XDG_RUNTIME_DIR is not set: no place for a name");
		return fail_hint(f, "a login sets it, and so does export "
				    "XDG_RUNTIME_DIR=$(mktemp -d)");
	}
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return fail(f, errno, "%s: open it", path);
	if (check_dir(dir, path, f) == 0)
		return dir;
	close(dir);
	return -1;
}

static int
open_dir(struct fail *f)
{
	int dir = open_top(f);

	/* Others look for what is theirs in the upper one. */
	if (dir >= 0)
		dir = go_down(dir, "rungs", 0755, f);
	if (dir >= 0)
		dir = go_down(dir, "jails", 0700, f);
	return dir;
}

/*
 * When a process began, in clock ticks; 0: there is none.  One that is ending
 * can take a while, with all that is in its namespaces, but is no use.
 */
static unsigned long long
start_of(pid_t pid)
{
	enum { EXITING = 4 }; /* PF_EXITING of the kernel's linux/sched.h */
	char path[64], text[1024], *field;
	unsigned long long start;
	unsigned flags;
	autoclose int fd = -1;
	ssize_t got;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0
	    || (got = read(fd, text, sizeof text - 1)) <= 0)
		return 0;
	text[got] = '\0';
	/* The second is the name, which may hold anything, ")" included. */
	if ((field = strrchr(text, ')')) == NULL
	    || sscanf(field + 1,
		   " %*c %*d %*d %*d %*d %*d %u %*u %*u %*u %*u %*u %*u %*d "
		   "%*d %*d %*d %*d %*d %llu",
		   &flags, &start)
		   != 2)
		return 0;
	return (flags & EXITING) != 0 ? 0 : start;
}

/* The process that the file says, if it is still that one, or 0. */
static pid_t
recorded(int file)
{
	unsigned long long start;
	char text[128];
	ssize_t got = pread(file, text, sizeof text - 1, 0);
	int pid;

	if (got <= 0)
		return 0;
	text[got] = '\0';
	if (sscanf(text, "pid %d start %llu", &pid, &start) != 2 || pid <= 0
	    || start == 0 || start_of(pid) != start)
		return 0;
	return pid;
}

/* Whether it is the file of that name still, or has just been removed. */
static bool
in_place(const struct running *r)
{
	struct stat held, named;

	return fstat(r->file, &held) == 0
	       && fstatat(r->dir, r->name, &named, AT_SYMLINK_NOFOLLOW) == 0
	       && held.st_ino == named.st_ino;
}

static int
refuse(const struct running *r, int file, struct fail *f)
{
	pid_t pid = recorded(file);

	fail(f, 0, "%s: a jail of this name runs already", r->name);
	if (pid > 0)
		return fail_hint(f, "its first process is %d", (int)pid);
	return -1;
}

/* Take the lock.  0: taken; 1: to be tried again; -1: it cannot be. */
static int
take(struct running *r, struct fail *f)
{
	const int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC;
	mode_t mask = umask(077);
	pid_t pid;

	r->file = openat(r->dir, r->name, flags, 0600);
	umask(mask);
	if (r->file < 0)
		return fail(f, errno, "%s: open the file of this name",
		    r->name);
	if (flock(r->file, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK
		           ? refuse(r, r->file, f)
		           : fail(f, errno, "%s: hold the name", r->name);
	if (!in_place(r)) {
		close(r->file);
		return 1;
	}
	/* One who was killed cannot always take the jail along. */
	if ((pid = recorded(r->file)) > 0) {
		fail(f, 0, "%s: a jail of this name has outlived its jailexec",
		    r->name);
		return fail_hint(f, "kill -KILL %d ends it", (int)pid);
	}
	if (ftruncate(r->file, 0) < 0)
		return fail(f, errno, "%s: empty the file of this name",
		    r->name);
	return 0;
}

int
running_hold(struct running *r, struct fail *f)
{
	int result = 1;

	if ((r->dir = open_dir(f)) < 0)
		return -1;
	while (result > 0)
		result = take(r, f);
	if (result == 0)
		return 0;
	if (r->file >= 0)
		close(r->file);
	close(r->dir);
	r->file = r->dir = -1;
	return -1;
}

pid_t
running_find(const char *name, struct fail *f)
{
	struct running r = { .dir = -1 };
	autoclose int dir = -1, file = -1;
	pid_t pid;

	if (running_parse(&r, name, f) < 0)
		return fail(f, 0, "neither a process id nor a name");
	if ((dir = open_dir(f)) < 0)
		return -1;
	file = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (file < 0 || (pid = recorded(file)) == 0)
		return fail(f, 0, "no jail runs under this name");
	return pid;
}

int
running_record(const struct running *r, pid_t first, struct fail *f)
{
	char text[128];
	int length;

	if (r->name == NULL)
		return 0;
	length = snprintf(text, sizeof text, "pid %d start %llu\n", (int)first,
	    start_of(first));
	if (pwrite(r->file, text, (size_t)length, 0) != length)
		return fail(f, errno, "%s: write down its process", r->name);
	return 0;
}

void
running_end(struct running *r)
{
	if (r->name == NULL || r->file < 0)
		return;
	/* While it is locked, so that it is nobody else's. */
	(void)unlinkat(r->dir, r->name, 0);
	close(r->file);
	close(r->dir);
	r->file = r->dir = -1;
}
