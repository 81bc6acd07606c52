/* SPDX-License-Identifier: ISC */
/* namespace.c - see namespace.h */
#include "namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "compat.h"
#include "description.h"
#include "fail.h"
#include "number.h"
#include "scope.h"

/* In the order in which they are written: it is no one's but ours. */
static const struct {
	const char *name;
	unsigned flag;
	const char *limit; /* below /proc/sys/user */
} kinds[NAMESPACE_KINDS] = {
	{ "cgroup", CLONE_NEWCGROUP, "max_cgroup_namespaces" },
	{ "ipc", CLONE_NEWIPC, "max_ipc_namespaces" },
	{ "mount", CLONE_NEWNS, "max_mnt_namespaces" },
	{ "net", CLONE_NEWNET, "max_net_namespaces" },
	{ "pid", CLONE_NEWPID, "max_pid_namespaces" },
	{ "time", CLONE_NEWTIME, "max_time_namespaces" },
	{ "user", CLONE_NEWUSER, "max_user_namespaces" },
	{ "uts", CLONE_NEWUTS, "max_uts_namespaces" },
};

static int
add_hostname(struct namespaces *ns, const char *word, const char *name,
    struct fail *f)
{
	size_t length = strlen(name);

	if (length == 0 || length > HOSTNAME_LENGTH)
		return fail(f, 0, "%s: a host name has 1 to %d bytes", word,
		    HOSTNAME_LENGTH);
	if (strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			 "0123456789-._")
	    != length)
		return fail(f, 0,
		    "%s: a host name has letters, digits, '-', '.' and '_'",
		    word);
	memcpy(ns->hostname, name, length + 1);
	return 1;
}

static int
add_offset(struct namespaces *ns, const char *word, const char *text,
    struct fail *f)
{
	bool behind = *text == '-';
	uint64_t seconds;

	if (behind || *text == '+')
		text++;
	/* The kernel's own bound: KTIME_SEC_MAX / 2, about 146 years. */
	if (number_read(text, strlen(text), number_seconds,
		INT64_MAX / 2000000000, &seconds)
	    < 0)
		return fail(f, 0, "%s: expected time=+SECONDS", word);
	ns->offset = behind ? -(int64_t)seconds : (int64_t)seconds;
	ns->offset_given = true;
	return 1;
}

int
namespaces_add(void *layer, const char *word, struct fail *f)
{
	struct namespaces *ns = layer;
	size_t length = strcspn(word, "=");
	const char *value = word[length] == '=' ? word + length + 1 : NULL;
	size_t k = 0;

	if (length == 2 && memcmp(word, "of", 2) == 0) {
		ns->of = value;
		return value != NULL && *value != '\0'
		           ? 1
		           : fail(f, 0, "%s: expected of=PID or of=NAME", word);
	}
	if (strcmp(word, "none") == 0) {
		*ns = (struct namespaces){ .none = true };
		return 1;
	}
	while (k < COUNT(kinds)
	       && (strlen(kinds[k].name) != length
		   || memcmp(kinds[k].name, word, length) != 0))
		k++;
	if (k == COUNT(kinds))
		return 0;

	ns->path[k] = NULL;
	if (value != NULL && (value[0] == '/' || strcmp(value, "host") == 0)) {
		ns->flags &= ~kinds[k].flag;
		ns->host |= kinds[k].flag;
		if (value[0] == '/')
			ns->path[k] = value;
		return 1;
	}
	ns->flags |= kinds[k].flag;
	ns->host &= ~kinds[k].flag;
	if (kinds[k].flag == CLONE_NEWUSER) {
		ns->ids = (struct idmap){ .kind = IDMAP_SELF, .lock = -1 };
		return value == NULL || idmap_parse(&ns->ids, value, f) == 0
		           ? 1
		           : -1;
	}
	if (value == NULL)
		return 1;
	if (kinds[k].flag == CLONE_NEWUTS)
		return add_hostname(ns, word, value, f);
	if (kinds[k].flag == CLONE_NEWTIME)
		return add_offset(ns, word, value, f);
	return fail(f, 0, "%s: expected %s, %s=host or %s=/PATH", word,
	    kinds[k].name, kinds[k].name, kinds[k].name);
}

void
namespaces_print(const void *layer, FILE *out)
{
	const struct namespaces *ns = layer;

	if (ns->none)
		fputs(" none", out);
	if (ns->of != NULL) {
		fputs(" of=", out);
		description_escape(ns->of, out);
	}
	for (size_t k = 0; k < COUNT(kinds); k++) {
		if (ns->path[k] != NULL) {
			fprintf(out, " %s=", kinds[k].name);
			description_escape(ns->path[k], out);
		} else if (ns->host & kinds[k].flag) {
			fprintf(out, " %s=host", kinds[k].name);
		}
		if ((ns->flags & kinds[k].flag) == 0)
			continue;
		fprintf(out, " %s", kinds[k].name);
		if (kinds[k].flag == CLONE_NEWUTS && ns->hostname[0] != '\0')
			fprintf(out, "=%s", ns->hostname);
		if (kinds[k].flag == CLONE_NEWUSER)
			idmap_print(&ns->ids, out);
		if (kinds[k].flag == CLONE_NEWTIME && ns->offset_given)
			fprintf(out, "=%+" PRId64, ns->offset);
	}
}

/* Whether a sysctl below /proc/sys begins with this character. */
static bool
sysctl_is(const char *folder, const char *name, char want)
{
	char path[128], first = '\0';
	autoclose int fd = -1;

	snprintf(path, sizeof path, "/proc/sys/%s/%s", folder, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && read(fd, &first, 1) == 1 && first == want;
}

/* ENOSPC: a limit on their number.  Name the one that is 0. */
static int
hint_limit(struct fail *f, unsigned flags)
{
	for (size_t k = 0; k < COUNT(kinds); k++)
		if ((flags & kinds[k].flag)
		    && sysctl_is("user", kinds[k].limit, '0'))
			return fail_hint(f,
			    "user.%s is 0 here: set it higher with sysctl(8)",
			    kinds[k].limit);
	return fail_hint(f,
	    "a limit on their number or depth is reached: see "
	    "/proc/sys/user/max_*_namespaces and namespaces(7)");
}

static int
hint_refused(struct fail *f, unsigned flags)
{
	if (geteuid() != 0 && (flags & CLONE_NEWUSER) == 0)
		return fail_hint(f,
		    "only root can make these without a user namespace: "
		    "add enterns user");
	if (sysctl_is("kernel", "unprivileged_userns_clone", '0'))
		return fail_hint(f, "user namespaces are refused here by "
				    "kernel.unprivileged_userns_clone=0: "
				    "set it to 1 with sysctl(8), or be root");
	if (sysctl_is("kernel", "apparmor_restrict_unprivileged_userns", '1'))
		return fail_hint(f,
		    "user namespaces are refused here by "
		    "kernel.apparmor_restrict_unprivileged_userns=1: "
		    "set it to 0 with sysctl(8), or add an AppArmor profile");
	return fail_hint(f,
	    "a system call filter, a security module or a chroot around us "
	    "refuses it");
}

int
namespaces_fail(struct fail *f, int err, unsigned flags)
{
	char names[128] = "";

	for (size_t k = 0; k < COUNT(kinds); k++) {
		if ((flags & kinds[k].flag) == 0)
			continue;
		strcat(names, names[0] != '\0' ? " " : "");
		strcat(names, kinds[k].name);
	}
	fail(f, err, "make namespaces (%s)", names);
	if (err == ENOSPC || err == EUSERS)
		return hint_limit(f, flags);
	if (err == EPERM || err == EACCES)
		return hint_refused(f, flags);
	if (err == EINVAL)
		return fail_hint(f,
		    "this kernel was built without one of them");
	return -1;
}

int
namespaces_unshare(unsigned flags, struct fail *f)
{
	if (flags != 0 && unshare((int)flags) < 0)
		return namespaces_fail(f, errno, flags);
	return 0;
}

int
namespaces_set_hostname(const struct namespaces *ns, struct fail *f)
{
	if (sethostname(ns->hostname, strlen(ns->hostname)) < 0)
		return fail(f, errno, "uts=%s: sethostname", ns->hostname);
	return 0;
}

static int
write_offsets(int64_t seconds, struct fail *f)
{
	autoclose int fd =
	    open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
	char text[96];
	int length;

	length = snprintf(text, sizeof text,
	    "monotonic %" PRId64 " 0\nboottime %" PRId64 " 0\n", seconds,
	    seconds);
	if (fd >= 0 && write(fd, text, (size_t)length) == length)
		return 0;
	fail(f, errno, "time=%+" PRId64 ": write /proc/self/timens_offsets",
	    seconds);
	if (errno == ERANGE)
		fail_hint(f, "no clock may become negative");
	return -1;
}

int
namespaces_enter_time(const struct namespaces *ns, struct fail *f)
{
	autoclose int fd = -1;

	if (namespaces_unshare(CLONE_NEWTIME, f) < 0)
		return -1;
	if (ns->offset_given && write_offsets(ns->offset, f) < 0)
		return -1;
	fd = open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWTIME) < 0)
		return fail(f, errno, "time: enter the new time namespace");
	return 0;
}

void
namespaces_find_sysctls(int *sysctls)
{
	if (*sysctls < 0)
		*sysctls =
		    open("/proc/sys/user", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

int
namespaces_forbid_nesting(int sysctls, struct fail *f)
{
	static const char file[] = "max_user_namespaces";
	autoclose int fd = openat(sysctls, file, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "0", 1) != 1)
		return fail(f, errno,
		    "forbid nested user namespaces: write /proc/sys/user/%s",
		    file);
	return 0;
}

unsigned
namespaces_paths(const struct namespaces *ns)
{
	unsigned flags = 0;

	for (size_t k = 0; k < COUNT(kinds); k++)
		if (ns->path[k] != NULL)
			flags |= kinds[k].flag;
	return flags;
}

/*
 * Who is root in a user namespace, or has made it, has all power over whoever
 * comes in, and that must not be a power over somebody else outside.  What
 * an ordinary user cannot leave, they have in their own namespaces anyway.
 */
static int
leave_groups(int user_namespace, struct fail *f)
{
	uid_t owner;

	if (sys_setgroups(0, NULL) == 0
	    || (ioctl(user_namespace, NS_GET_OWNER_UID, &owner) == 0
		&& owner == geteuid()))
		return 0;
	return fail(f, errno, "user: leave our groups");
}

/* The same for our id; 65534 is what the kernel calls one without a name. */
static int
become_somebody(struct fail *f)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if ((sys_setresgid(0, 0, 0) == 0 || sys_setresgid(gid, gid, gid) == 0)
	    && (sys_setresuid(0, 0, 0) == 0
		|| sys_setresuid(uid, uid, uid) == 0))
		return 0;
	return fail(f, 0, "user: the namespace has no id that could be ours");
}

static int
enter(int fd, const char *path, size_t k, struct fail *f)
{
	if (kinds[k].flag == CLONE_NEWUSER
	    && (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0
		|| leave_groups(fd, f) < 0))
		return -1;
	if (setns(fd, (int)kinds[k].flag) == 0)
		return 0;
	fail(f, errno, "%s=%s: enter it", kinds[k].name, path);
	if (errno == EINVAL)
		fail_hint(f,
		    "is it a %s namespace, and not the one that we "
		    "are in?",
		    kinds[k].name);
	return -1;
}

/*
 * The user namespace in between: what it owns can only be entered after it,
 * and what we own only before.
 */
static int
enter_all(const struct namespaces *ns, const int fds[], struct fail *f)
{
	unsigned left = namespaces_paths(ns);

	for (int pass = 0; pass < 3; pass++)
		for (size_t k = 0; k < COUNT(kinds); k++) {
			bool user = kinds[k].flag == CLONE_NEWUSER;

			if ((left & kinds[k].flag) == 0 || user != (pass == 1))
				continue;
			if (enter(fds[k], ns->path[k], k, f) == 0)
				left &= ~kinds[k].flag;
			else if (pass > 0 || errno != EPERM)
				return -1;
		}
	return 0;
}

int
namespaces_enter_paths(const struct namespaces *ns, struct fail *f)
{
	int fds[NAMESPACE_KINDS], result = 0;

	/* All of them first: in another mount namespace they are not there. */
	for (size_t k = 0; k < COUNT(kinds); k++) {
		fds[k] = -1;
		if (ns->path[k] == NULL || result < 0)
			continue;
		/* A fifo would be waited for; setns(2) says that it is none. */
		fds[k] = open(ns->path[k],
		    O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
		if (fds[k] < 0)
			result = fail(f, errno, "%s=%s: open it", kinds[k].name,
			    ns->path[k]);
	}
	if (result == 0)
		result = enter_all(ns, fds, f);
	if (result == 0 && (namespaces_paths(ns) & CLONE_NEWUSER) != 0)
		result = become_somebody(f);
	for (size_t k = 0; k < COUNT(kinds); k++)
		scope_close(&fds[k]);
	return result;
}
