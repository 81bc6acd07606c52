/* SPDX-License-Identifier: ISC */
/* bind.c - see bind.h */
#include "bind.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compat.h"
#include "fail.h"
#include "fsmount.h"
#include "mount.h"
#include "scope.h"

/* The file that a descriptor is, as our mount namespace has it. */
static int
reopen(int fd)
{
	char link[64], path[PATH_MAX];
	struct stat held, named;
	ssize_t length;
	int again;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	if (fstat(fd, &held) < 0
	    || (length = readlink(link, path, sizeof path - 1)) < 0)
		return -1;
	path[length] = '\0';
	again = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (again >= 0 && fstat(again, &named) == 0
	    && held.st_dev == named.st_dev && held.st_ino == named.st_ino)
		return again;
	if (again >= 0)
		close(again);
	errno = ESTALE;
	return -1;
}

int
bind_open(const struct mount *m, int user_namespace, int *missing,
    struct fail *f)
{
	autoclose int source = m->kind == MOUNT_BIND_FD
	                           ? reopen(m->fd)
	                           : open(m->source, O_PATH | O_CLOEXEC);
	char name[PATH_MAX];
	int copy;

	*missing = source < 0 && errno == ENOENT && m->try;
	if (m->kind == MOUNT_BIND_FD)
		snprintf(name, sizeof name, "descriptor %d", m->fd);
	else
		snprintf(name, sizeof name, "%s", m->source);
	if (source < 0) {
		fail(f, errno, "%s: open the source of a bind", name);
		return errno == ENOENT
		           ? fail_hint(f, "try-bind goes without it")
		           : -1;
	}
	if ((copy = fsmount_clone(source, m->recursive)) < 0) {
		fail(f, errno, "%s: bind it", name);
		if (errno == EINVAL)
			fail_hint(f, "what is mounted below it came from the "
				     "host and must stay: add rec");
		return errno == ENOSYS ? fsmount_hint(source, NULL, f) : -1;
	}
	if (user_namespace >= 0 && !m->keep_owners
	    && fsmount_map_ids(copy, user_namespace) < 0) {
		fail(f, errno, "%s: map its owners to the jail's ids", name);
		fsmount_hint(source, "noidmap shows them as nobody", f);
	} else if (fsmount_restrict(copy, m->attributes, m->recursive) < 0) {
		fail(f, errno, "%s: set the attributes of the bind", name);
		if (errno == ENOSYS)
			fsmount_hint(source, NULL, f);
	} else {
		return copy;
	}
	close(copy);
	return -1;
}

int
bind_host(const char *path, struct fail *f)
{
	autoclose int host = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int copy = host < 0 ? -1 : fsmount_clone(host, true);

	if (copy >= 0
	    && fsmount_restrict(copy, MOUNT_SYS_ATTRIBUTES, true) == 0)
		return copy;
	fail(f, errno, "%s: bind the host's", path);
	scope_close(&copy);
	return -1;
}
