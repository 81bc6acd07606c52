/* SPDX-License-Identifier: ISC */
/* promise.c - see promise.h */
#include "promise.h"

#include <stdbool.h>
#include <string.h>

#include "fail.h"
#include "landlock.h"
#include "scope.h"

static const char prefix[] = "promise=";

enum { LOCKS = 3 };

/* Later rules win, so what restricts a call is behind what allows it. */
#define OPEN                                                                   \
	"allow open openat openat2 access faccessat faccessat2 getcwd chdir "  \
	"fchdir stat stat64 lstat lstat64 newfstatat fstatat64 statx statfs "  \
	"statfs64 fstatfs fstatfs64 readlink readlinkat getdents getdents64\n"
#define CONVERSE                                                               \
	"allow accept accept4 bind connect getpeername getsockname "           \
	"getsockopt listen recv recvfrom recvmmsg recvmsg send sendmmsg "      \
	"sendmsg sendto setsockopt shutdown recvmmsg_time64\n"
#define NAMESPACES                                                             \
	"CLONE_NEWNS|CLONE_NEWCGROUP|CLONE_NEWUTS|CLONE_NEWIPC|"               \
	"CLONE_NEWUSER|CLONE_NEWPID|CLONE_NEWNET"

static const struct promise {
	const char *name, *rules;
	const char *lock[LOCKS];
} promises[] = {
	{ "stdio",
	    "allow @basic\n"
	    "deny ioctl arg1==TIOCSTI\n"
	    "deny ioctl arg1==TIOCLINUX\n"
	    "deny ioctl arg1==TIOCSETD\n"
	    "deny clone3 errno=ENOSYS\n"
	    "allow clone arg0&CLONE_THREAD!=0 arg0&" NAMESPACES "==0\n",
	    { NULL } },
	{ "rpath",
	    OPEN "allow getxattr lgetxattr fgetxattr listxattr llistxattr "
		 "flistxattr inotify_init inotify_init1 inotify_add_watch "
		 "inotify_rm_watch\n",
	    { "read=/" } },
	{ "wpath", OPEN "allow truncate truncate64 sync syncfs\n",
	    { "modify=/" } },
	{ "cpath",
	    OPEN "allow creat mkdir mkdirat rmdir mknod mknodat link linkat "
		 "symlink symlinkat rename renameat renameat2 unlink "
		 "unlinkat\n",
	    { "create=/", "remove=/", "refer=/" } },
	{ "fattr",
	    "allow chmod fchmod fchmodat fchmodat2 chown chown32 fchown "
	    "fchown32 fchownat lchown lchown32 utime utimes utimensat "
	    "utimensat_time64 futimesat setxattr lsetxattr fsetxattr "
	    "removexattr lremovexattr fremovexattr\n",
	    { NULL } },
	{ "inet",
	    CONVERSE "allow socket arg0==AF_INET\nallow socket arg0==AF_INET6\n"
		     "allow socket arg0==AF_NETLINK\n",
	    { NULL } },
	{ "unix",
	    CONVERSE "allow socket arg0==AF_UNIX\n"
		     "allow socketpair arg0==AF_UNIX\n",
	    { NULL } },
	{ "proc",
	    "allow fork vfork kill setpgid setsid pidfd_open "
	    "pidfd_send_signal getpriority setpriority ioprio_get "
	    "ioprio_set prlimit64 setrlimit sched_getaffinity "
	    "sched_setaffinity sched_getscheduler sched_getparam\n"
	    "allow clone arg0&" NAMESPACES "==0\n",
	    { NULL } },
	{ "exec", "allow execve execveat\n", { "exec=/" } },
	{ "id", "allow @identity\n", { NULL } },
};

static bool
has(const char *list, const char *name)
{
	size_t length = strlen(name);

	for (; list != NULL; list = strchr(list, ',')) {
		list += *list == ',';
		if (strncmp(list, name, length) == 0
		    && (list[length] == ',' || list[length] == '\0'))
			return true;
	}
	return false;
}

int
promise_check(const char *list, struct fail *f)
{
	for (;; list++) {
		size_t length = strcspn(list, ","), n = 0;

		while (n < COUNT(promises)
		       && (strlen(promises[n].name) != length
			   || strncmp(promises[n].name, list, length) != 0))
			n++;
		if (n == COUNT(promises)) {
			fail(f, 0, "promise=%s: no such promise", list);
			return fail_hint(f, "they are stdio, rpath, wpath, "
					    "cpath, fattr, inet, unix, proc, "
					    "exec and id, with commas between");
		}
		list += length;
		if (*list == '\0')
			return 0;
	}
}

const char *
promise_rules(const char *list, size_t n)
{
	for (size_t p = 0; p < COUNT(promises); p++)
		if (has(list, promises[p].name) && n-- == 0)
			return promises[p].rules;
	return NULL;
}

/* Each word of lockpath in turn, up to the first that is refused. */
static int
each_lock(const char *word,
    int (*each)(void *context, const char *lock, struct fail *f), void *context,
    struct fail *f)
{
	if (strncmp(word, prefix, strlen(prefix)) != 0)
		return 0;
	for (size_t p = 0; p < COUNT(promises); p++) {
		if (!has(word + strlen(prefix), promises[p].name))
			continue;
		for (size_t n = 0; n < LOCKS; n++)
			if (promises[p].lock[n] != NULL
			    && each(context, promises[p].lock[n], f) < 0)
				return -1;
	}
	return 0;
}

int
promise_lock(void *landlock, const char *word, struct fail *f)
{
	return each_lock(word, landlock_add, landlock, f);
}

void
promise_print(const void *landlock, FILE *out)
{
	(void)landlock;
	(void)out;
}

static int
print(void *context, const char *lock, struct fail *f)
{
	(void)f;
	fprintf(context, "# lockpath %s\n", lock);
	return 0;
}

void
promise_explain(const char *word, FILE *out)
{
	struct fail why;

	(void)each_lock(word, print, out, &why);
}
