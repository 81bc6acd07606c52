/* SPDX-License-Identifier: ISC */
/* ruleset.c - see ruleset.h */
#include "ruleset.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "program.h"
#include "promise.h"
#include "scope.h"

static const char installed[] = "../../share/rungs/syscall-policies";

/* A name is one of ours, and nothing that leads out of there. */
static int
find(const char *name, char path[PATH_MAX], struct fail *f)
{
	char relative[NAME_MAX + sizeof installed];

	if (strchr(name, '/') != NULL) {
		if (snprintf(path, PATH_MAX, "%s", name) >= PATH_MAX)
			return fail(f, ENAMETOOLONG, "%s", name);
		return 0;
	}
	if (snprintf(relative, sizeof relative, "%s/%s", installed, name)
	    >= (int)sizeof relative)
		return fail(f, ENAMETOOLONG, "%s", name);
	return program_beside(relative, path, f);
}

/* The file may be anybody's, and change meanwhile: it is read once. */
static int
read_open(struct policy *p, int fd, struct fail *f)
{
	static char text[POLICY_BYTES + 1];
	size_t used = 0;
	struct stat st;
	ssize_t got;

	if (fstat(fd, &st) < 0)
		return fail(f, errno, "look at it");
	if (!S_ISREG(st.st_mode))
		return fail(f, 0, "it is no regular file");
	while (used < sizeof text
	       && (got = read(fd, text + used, sizeof text - used)) != 0) {
		if (got < 0 && errno != EINTR)
			return fail(f, errno, "read");
		used += got > 0 ? (size_t)got : 0;
	}
	return policy_read(p, text, used, f);
}

static int
read_file(struct policy *p, const char *name, struct fail *f)
{
	char path[PATH_MAX];
	autoclose int fd = -1;

	if (find(name, path, f) < 0)
		return -1;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) {
		fail(f, errno, "%s: open the policy", path);
		if (strchr(name, '/') == NULL)
			fail_hint(f,
			    "a policy of your own has a \"/\" in its "
			    "name: ./%s",
			    name);
		return -1;
	}
	if (read_open(p, fd, f) < 0)
		return fail_prefix(f, "%s: ", path);
	if (!p->has_default && strcmp(name, "groups") != 0)
		return fail(f, 0,
		    "%s: it has no line \"default ACTION\", for all the calls "
		    "that it does not name",
		    path);
	return 0;
}

/*
 * Nothing is allowed yet.  To what is newer than the groups the kernel
 * answers as one that does not know it, and libc does without.
 */
static int
deny_all(struct policy *p, struct fail *f)
{
	p->otherwise = SECCOMP_RET_ERRNO | ENOSYS;
	p->has_default = true;
	for (size_t n = 0; n < p->member_count; n++)
		if (policy_add(p, SECCOMP_RET_ERRNO | EPERM, p->members[n].call,
			f)
		    < 0)
			return -1;
	return 0;
}

static int
read_promises(struct policy *p, const char *list, struct fail *f)
{
	const char *rules;

	if (promise_check(list, f) < 0
	    || (!p->has_default && deny_all(p, f) < 0))
		return -1;
	for (size_t n = 0; (rules = promise_rules(list, n)) != NULL; n++)
		if (policy_read(p, rules, strlen(rules), f) < 0)
			return -1;
	return 0;
}

static int
read_word(struct policy *p, const char *word, uint32_t *deny, struct fail *f)
{
	static const struct {
		const char *word;
		uint32_t action;
	} actions[] = {
		{ "action=errno", SECCOMP_RET_ERRNO | EPERM },
		{ "action=kill", SECCOMP_RET_KILL_PROCESS },
		{ "action=log", SECCOMP_RET_LOG },
		{ "action=trap", SECCOMP_RET_TRAP },
	};

	if (strcmp(word, "default") == 0)
		return read_file(p, word, f);
	if (strncmp(word, "file=", 5) == 0)
		return read_file(p, word + 5, f);
	for (size_t n = 0; n < COUNT(actions); n++)
		if (strcmp(actions[n].word, word) == 0) {
			*deny = actions[n].action;
			return 0;
		}
	if (strncmp(word, "promise=", 8) == 0)
		return read_promises(p, word + 8, f);
	if (strncmp(word, "allow=", 6) == 0) {
		if (!p->has_default && deny_all(p, f) < 0)
			return -1;
		return policy_add(p, SECCOMP_RET_ALLOW, word + 6, f);
	}
	if (strncmp(word, "deny=", 5) != 0)
		return fail(f, 0, "no such word");
	if (!p->has_default)
		p->otherwise = SECCOMP_RET_ALLOW;
	p->has_default = true;
	return policy_add(p, SECCOMP_RET_ERRNO | EPERM, word + 5, f);
}

int
ruleset_read(struct policy *p, char *words[], struct fail *f)
{
	uint32_t deny = SECCOMP_RET_ERRNO | EPERM;

	if (read_file(p, "groups", f) < 0)
		return -1;
	for (; *words != NULL; words++)
		if (read_word(p, *words, &deny, f) < 0)
			return fail_prefix(f, "%s: ", *words);
	if (!p->has_default)
		return fail(f, 0, "nothing is allowed or denied");
	if (deny != (SECCOMP_RET_ERRNO | EPERM))
		policy_deny_with(p, deny);
	return 0;
}
