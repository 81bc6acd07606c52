/* SPDX-License-Identifier: ISC */
/*
 * join.h - to go into a jail that runs, by its front door
 *
 * Whoever enters the namespaces of a process and nothing else is a way out
 * of all the rest: its limits, its ids, its capabilities.  So these come
 * along.  The process is held by a descriptor (pidfd_open(2)) from before
 * it is looked at until its namespaces are entered (setns(2) with a pidfd),
 * so that its number cannot become somebody else's meanwhile.
 */
#ifndef JOIN_H
#define JOIN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

struct credential;
struct fail;

enum { JOIN_CGROUPS = 16, JOIN_GROUPS = 256 };

struct join {
	pid_t pid; /* 0: nothing is to be joined */
	int pidfd;
	int proc;                  /* /proc/PID of the host */
	unsigned flags;            /* CLONE_NEW*: where it is, and we are not */
	uint32_t uid, gid;         /* as they are called inside */
	bool deny_groups;          /* setgroups(2) is denied in there */
	gid_t groups[JOIN_GROUPS]; /* all that it is in, as called here */
	int group_count;
	uint64_t bounding, permitted;
	bool no_new_privileges;
	bool filtered; /* its system calls are: seccomp.h */
	struct rlimit limit[RLIM_NLIMITS];
	int cgroup[JOIN_CGROUPS]; /* open to be joined */
	int cgroups;
};

/*
 * The process whose number "of" is, or the first of the jail whose name it
 * is.  Of a pid 1 that has children, the first of them is meant: a pid 1 of
 * ours is weaker than its command.  -1: there is none.
 */
pid_t join_find(const char *of, struct fail *f);

/*
 * Open the process that join_find() finds, and read what holds for it;
 * except: CLONE_NEW* flags of namespaces that we stay out of.  -1: nothing
 * is open.
 */
int join_open(struct join *j, const char *of, unsigned except, struct fail *f);

/* Whether somebody in there has this id of the host's, or may have it. */
bool join_reaches(const struct join *j, uint32_t uid);

/* Move the calling process, which is to have one thread, to its groups. */
int join_cgroups(const struct join *j, struct fail *f);

/*
 * Enter its namespaces, and take its ids and groups; keep: and yet be able
 * to take others.  The working directory is its root then.  A pid namespace
 * holds for children only.  -1: the process is fit for nothing.
 */
int join_namespaces(const struct join *j, bool keep, struct fail *f);

/*
 * Take its resource limits and its capabilities.  Unless c is NULL, take
 * these ids instead of its own, and no capability if that is not root.
 */
int join_privileges(const struct join *j, const struct credential *c,
    struct fail *f);

#endif
