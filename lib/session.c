/* SPDX-License-Identifier: ISC */
/* session.c - see session.h */
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "compat.h"
#include "fail.h"

int
session_open_terminal(int *slave, struct fail *f)
{
	int master =
	    open("/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
	int unlock = 0;
	struct statfs fs;
	struct stat st;

	if (master < 0)
		return fail(f, errno, "terminal: open /dev/pts/ptmx");
	if (fstatfs(master, &fs) < 0 || fs.f_type != DEVPTS_SUPER_MAGIC
	    || fstat(master, &st) < 0 || st.st_rdev != makedev(5, 2)) {
		close(master);
		return fail(f, 0, "terminal: /dev/pts is not ours");
	}
	/* By descriptor: no name of the other end is ever resolved. */
	if (ioctl(master, TIOCSPTLCK, &unlock) < 0
	    || (*slave = ioctl(master, TIOCGPTPEER,
		    O_RDWR | O_NOCTTY | O_CLOEXEC))
		   < 0) {
		fail(f, errno, "terminal: open the jail's end");
		close(master);
		return -1;
	}
	return master;
}

int
session_begin(int slave, struct fail *f)
{
	if (setsid() < 0)
		return fail(f, errno, "begin a session");
	if (slave >= 0 && ioctl(slave, TIOCSCTTY, 0) < 0)
		return fail(f, errno, "terminal: make it the session's");
	return 0;
}

int
session_be_job(int slave, bool in_front, struct fail *f)
{
	if (setpgid(0, 0) < 0)
		return fail(f, errno, "begin a process group");
	if (slave >= 0 && in_front && tcsetpgrp(slave, getpid()) < 0)
		return fail(f, errno, "terminal: be in front");
	return 0;
}

int
session_give_streams(int slave, const bool streams[3], struct fail *f)
{
	for (int fd = 0; fd < 3; fd++)
		if (slave >= 0 && streams[fd] && dup2(slave, fd) < 0)
			return fail(f, errno, "terminal: make it stream %d",
			    fd);
	return 0;
}

void
session_put_in_front(int terminal, pid_t group)
{
	(void)tcsetpgrp(terminal, group);
}
