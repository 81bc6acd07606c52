/* SPDX-License-Identifier: ISC */
/* filesystem.c - see filesystem.h */
#include "filesystem.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "fail.h"
#include "kernfile.h"
#include "ownerlist.h"
#include "pack.h"
#include "pour.h"
#include "scope.h"

/* The descriptor of the file, and where the program finds it. */
enum { OUT = 3, NUMBER = 24 };
static const char out_path[] = "/proc/self/fd/3";

struct maker {
	const char *name, *package;
	int in, out, feed;
	bool hung_up;  /* it ended before all was written to feed */
	int errors;    /* what it says, a file in memory */
	bool is_owner; /* it is to think that it is this one: */
	uid_t uid;
	gid_t gid;
	const char *epoch; /* or NULL: its SOURCE_DATE_EPOCH */
	pid_t pid;
};

bool
filesystem_is(const char *format)
{
	return strcmp(format, "squashfs") == 0 || strcmp(format, "erofs") == 0;
}

/* The programs open it again, and write from its beginning. */
static int
check_output(int out, const char *format, struct fail *f)
{
	if ((fcntl(out, F_GETFL) & O_APPEND) == 0
	    && lseek(out, 0, SEEK_CUR) == 0 && ftruncate(out, 0) == 0)
		return 0;
	fail(f, 0, "%s needs a file of its own to be written to", format);
	return fail_hint(f, "packroot %s > FILE", format);
}

/* For itself, in a user namespace; to all others it stays who it is. */
static int
appear_as(uid_t uid, gid_t gid)
{
	char users[NUMBER * 2], groups[NUMBER * 2];

	if (uid == geteuid() && gid == getegid())
		return 0;
	snprintf(users, sizeof users, "%u %u 1", uid, geteuid());
	snprintf(groups, sizeof groups, "%u %u 1", gid, getegid());
	if (unshare(CLONE_NEWUSER) < 0
	    || kernfile_write(AT_FDCWD, "/proc/self/setgroups", "deny") < 0
	    || kernfile_write(AT_FDCWD, "/proc/self/uid_map", users) < 0)
		return -1;
	return kernfile_write(AT_FDCWD, "/proc/self/gid_map", groups);
}

static _Noreturn void
become(const struct maker *m, const char *const words[], pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_DFL);
	/* With it, it refuses to be told a time. */
	unsetenv("SOURCE_DATE_EPOCH");
	if (m->epoch != NULL)
		setenv("SOURCE_DATE_EPOCH", m->epoch, 1);
	if (m->is_owner && appear_as(m->uid, m->gid) < 0) {
		dprintf(m->errors, "be the owner of the root: %s",
		    strerror(errno));
		_exit(EXIT_CANNOT_RUN);
	}
	if (getppid() == parent && dup2(m->in, STDIN_FILENO) >= 0
	    && dup2(m->errors, STDOUT_FILENO) >= 0
	    && dup2(m->errors, STDERR_FILENO) >= 0 && dup2(m->out, OUT) >= 0)
		execvp(m->name, (char *const *)words);
	_exit(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN);
}

/* The root has the descriptor OUT or one below, so none here is that. */
static int
start(struct maker *m, const char *const words[], struct fail *f)
{
	pid_t parent = getpid();

	m->errors = memfd_create("errors", MFD_CLOEXEC);
	if (m->errors < 0 || (m->pid = fork()) < 0)
		return fail(f, errno, "start %s", m->name);
	if (m->pid == 0)
		become(m, words, parent);
	return 0;
}

/* The last line of what it said, which is the one that says why. */
static const char *
last_line(int fd, char *text, size_t size)
{
	off_t end = lseek(fd, 0, SEEK_END), room = (off_t)size - 1;
	ssize_t got = pread(fd, text, size - 1, end > room ? end - room : 0);
	char *newline;

	while (got > 0 && text[got - 1] == '\n')
		got--;
	text[got > 0 ? got : 0] = '\0';
	newline = strrchr(text, '\n');
	return newline != NULL ? newline + 1 : text;
}

static int
finish(const struct maker *m, struct fail *f)
{
	char text[256];
	int status;

	while (waitpid(m->pid, &status, 0) < 0)
		if (errno != EINTR)
			return fail(f, errno, "wait for %s", m->name);
	if (WIFSIGNALED(status))
		return fail(f, 0, "%s: signal %d", m->name, WTERMSIG(status));
	switch (WEXITSTATUS(status)) {
	case 0:
		return 0;
	case EXIT_NOT_FOUND:
		fail(f, ENOENT, "%s", m->name);
		return fail_hint(f, "it is in the package %s", m->package);
	default:
		return fail(f, 0, "%s: %s", m->name,
		    last_line(m->errors, text, sizeof text));
	}
}

static int
feed(void *context, const void *bytes, size_t size, struct fail *f)
{
	struct maker *m = context;

	if (pour_bytes(m->feed, bytes, size) < 0) {
		m->hung_up = errno == EPIPE;
		return fail(f, errno, "write to %s", m->name);
	}
	return 0;
}

/* Both have 32 bits for a time. */
static const char *
seconds(int64_t time, char text[NUMBER])
{
	if (time < 0)
		time = 0;
	if (time > UINT32_MAX)
		time = UINT32_MAX;
	snprintf(text, NUMBER, "%" PRId64, time);
	return text;
}

/* Where nobody says when it is made, it is at least the same each time. */
static const char *
when(const struct pack_job *job, char text[NUMBER])
{
	return seconds(job->newest == INT64_MAX ? 0 : job->newest, text);
}

/* As the tar would say it. */
static int
look_at_top(const struct pack_job *job, struct stat *st, struct fail *f)
{
	struct ownerlist owners;

	if (fstat(job->root, st) < 0)
		return fail(f, errno, "look at the root");
	if (ownerlist_open(&owners, job->owners, f) < 0)
		return -1;
	ownerlist_apply(&owners, ".", st);
	ownerlist_close(&owners);
	if (st->st_mtim.tv_sec > job->newest)
		st->st_mtim.tv_sec = job->newest;
	return 0;
}

static int
pipe_tar(const struct pack_job *job, struct maker *m, const char *const words[],
    struct fail *f)
{
	struct pack_job below = *job;
	int ends[2], result;

	below.without_top = true;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return fail(f, errno, "open a pipe");
	m->in = ends[0];
	m->feed = ends[1];
	result = start(m, words, f);
	close(ends[0]);
	if (result == 0)
		result = pack_stream(&below, feed, m, f);
	/* Where that was not all, it sees that the end is missing. */
	close(ends[1]);
	if (result == 0 || m->hung_up)
		return finish(m, f);
	if (m->pid > 0)
		waitpid(m->pid, NULL, 0);
	return -1;
}

/*
 * It is told of the root in words, among which are no attributes; for the
 * owner it takes who runs it, and for the time now, whatever it is told.  Only
 * what is in its environment holds for the root, too.
 */
static int
write_squashfs(const struct pack_job *job, int out, struct fail *f)
{
	struct maker m = {
		"sqfstar",
		"squashfs-tools",
		.out = out,
		.is_owner = true,
	};
	char mode[NUMBER], epoch[NUMBER];
	bool dated = job->newest != INT64_MAX;
	const char *words[] = { m.name, "-force", "-exit-on-error", "-quiet",
		"-no-progress", "-root-mode", mode,
		dated ? out_path : "-mkfs-time", dated ? NULL : "0", out_path,
		NULL };
	static char names[XATTR_LIST_MAX];
	struct stat st;

	if (look_at_top(job, &st, f) < 0)
		return -1;
	/* An overlay counts its own unless it is asked for the names. */
	if (flistxattr(job->root, names, sizeof names) > 0)
		job->counts->attributes++;
	snprintf(mode, sizeof mode, "%o", st.st_mode & 07777u);
	m.uid = st.st_uid;
	m.gid = st.st_gid;
	if (dated)
		m.epoch = seconds(job->newest, epoch);
	return pipe_tar(job, &m, words, f);
}

/*
 * It asks the disk for owners.  An ordinary user's files are root's in a
 * jail, and whose an archive said they are it cannot be told.
 */
static int
write_erofs(const struct pack_job *job, int out, struct fail *f)
{
	struct maker m = { "mkfs.erofs", "erofs-utils", .out = out };
	autoclose int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	bool is_root = geteuid() == 0;
	char now[NUMBER];
	const char *words[] = { m.name, "--quiet", "-T", now, "-U",
		"00000000-0000-0000-0000-000000000000", out_path, ".",
		is_root ? NULL : "--all-root", NULL };
	struct ownerlist owners;

	if (ownerlist_open(&owners, job->owners, f) < 0)
		return -1;
	if (!is_root)
		job->counts->owners += owners.count;
	ownerlist_close(&owners);
	m.in = nothing;
	when(job, now);
	return start(&m, words, f) < 0 ? -1 : finish(&m, f);
}

int
filesystem_write(const struct pack_job *job, const char *format, int out,
    struct fail *f)
{
	autoclose int file = -1;
	int result;

	if (check_output(out, format, f) < 0)
		return -1;
	/* Above OUT, which is to be free in the child. */
	if ((file = fcntl(out, F_DUPFD_CLOEXEC, OUT + 1)) < 0)
		return fail(f, errno, "standard output");
	result = strcmp(format, "erofs") == 0 ? write_erofs(job, file, f)
	                                      : write_squashfs(job, file, f);
	/* Half of one must not be taken for a whole one. */
	return result == 0 || ftruncate(out, 0) < 0 ? result : -1;
}
