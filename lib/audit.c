/* SPDX-License-Identifier: ISC */
/* audit.c - see audit.h */
#include "audit.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"
#include "scope.h"

/* Of <linux/audit.h> of 6.15. */
enum { LANDLOCK_ACCESS = 1423, LANDLOCK_DOMAIN = 1424 };

enum { RECORD = 8970 }; /* MAX_AUDIT_MESSAGE_LENGTH */

/* A message, aligned. */
union message {
	struct nlmsghdr header;
	char room[NLMSG_HDRLEN + RECORD];
};

/* The kernel answers at once; who may not ask is not told. */
static bool
ask(struct audit_status *status)
{
	struct nlmsghdr ask = { .nlmsg_len = NLMSG_LENGTH(0),
		.nlmsg_type = AUDIT_GET,
		.nlmsg_flags = NLM_F_REQUEST };
	autoclose int fd = socket(AF_NETLINK,
	    SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_AUDIT);
	const size_t needed =
	    offsetof(struct audit_status, lost) + sizeof status->lost;
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	union message answer;

	if (fd < 0 || send(fd, &ask, sizeof ask, 0) < 0
	    || poll(&wait, 1, 100) <= 0
	    || recv(fd, &answer, sizeof answer, 0)
		   < (ssize_t)NLMSG_LENGTH(needed)
	    || answer.header.nlmsg_type != AUDIT_GET)
		return false;
	memcpy(status, NLMSG_DATA(&answer.header), needed);
	return true;
}

bool
audit_has_missed(const struct audit *a)
{
	struct audit_status status;

	return a->missed || (ask(&status) && status.lost != a->lost);
}

int
audit_open(struct audit *a, struct fail *f)
{
	const struct sockaddr_nl group = { .nl_family = AF_NETLINK,
		.nl_groups = 1U << (AUDIT_NLGRP_READLOG - 1) };
	struct audit_status status = { .enabled = 1 };

	*a = (struct audit){ .fd = socket(AF_NETLINK,
				 SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
				 NETLINK_AUDIT) };
	if (a->fd >= 0
	    && bind(a->fd, (const struct sockaddr *)&group, sizeof group)
		   == 0) {
		if (!ask(&status) || status.enabled != 0) {
			a->lost = status.lost;
			return 0;
		}
		fail(f, 0, "auditing is off; auditctl -e 1 switches it on");
	} else if (errno == EPERM || errno == ECONNREFUSED) {
		fail(f, errno, "reading audit records takes CAP_AUDIT_READ");
	} else {
		fail(f, errno, "read audit records");
	}
	audit_close(a);
	return -1;
}

void
audit_close(struct audit *a)
{
	scope_drop(&a->fd);
}

/* What is behind "name=" up to the next blank; NULL: it is not there. */
static const char *
field(const char *record, const char *name)
{
	const char *at = strstr(record, name);

	return at != NULL ? at + strlen(name) : NULL;
}

/*
 * The kernel's own fields come first, and it writes names of files in
 * hexadecimal if they are not plain.
 */
static bool
read_access(const char *record, struct audit_refusal *r)
{
	const char *domain = field(record, " domain="), *blockers;
	size_t length;

	if (domain == NULL || (blockers = field(domain, " blockers=")) == NULL)
		return false;
	r->domain = strtoull(domain, NULL, 16);
	length = strcspn(blockers, " ");
	snprintf(r->blockers, sizeof r->blockers, "%.*s", (int)length,
	    blockers);
	blockers += length;
	snprintf(r->object, sizeof r->object, "%s",
	    blockers + strspn(blockers, " "));
	for (char *c = r->object; *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return true;
}

/* The record of a domain comes behind its first refusal. */
static void
learn_domain(struct audit *a, const char *record, pid_t maker)
{
	const char *domain = field(record, " domain=");
	const char *pid = domain != NULL ? field(domain, " pid=") : NULL;

	if (pid != NULL && field(domain, " status=allocated") != NULL
	    && maker > 0 && strtol(pid, NULL, 10) == maker)
		a->domain = strtoull(domain, NULL, 16);
}

static bool
take_held(struct audit *a, struct audit_refusal *r)
{
	for (size_t n = 0; a->domain != 0 && n < a->count; n++) {
		if (a->held[n].domain != a->domain)
			continue;
		*r = a->held[n];
		a->held[n] = a->held[--a->count];
		return true;
	}
	return false;
}

static void
hold(struct audit *a, const struct audit_refusal *r)
{
	/* Ours would be known at once: its domain is in the next record. */
	if (a->count == AUDIT_HELD)
		memmove(a->held, a->held + 1, --a->count * sizeof *a->held);
	a->held[a->count++] = *r;
}

bool
audit_next(struct audit *a, pid_t maker, struct audit_refusal *r)
{
	union message m;
	ssize_t got;

	for (;;) {
		if (take_held(a, r))
			return true;
		got = recv(a->fd, &m, sizeof m - 1, 0);
		if (got < 0 && errno != ENOBUFS)
			return false;
		a->missed = a->missed || got < 0;
		if (got < (ssize_t)NLMSG_HDRLEN)
			continue;
		m.room[got] = '\0';
		if (m.header.nlmsg_type == LANDLOCK_DOMAIN)
			learn_domain(a, m.room + NLMSG_HDRLEN, maker);
		else if (m.header.nlmsg_type == LANDLOCK_ACCESS
			 && read_access(m.room + NLMSG_HDRLEN, r)) {
			if (a->domain != 0 && r->domain == a->domain)
				return true;
			if (a->domain == 0)
				hold(a, r);
		}
	}
}
