/* SPDX-License-Identifier: ISC */
/*
 * audit.h - read in the kernel's audit records what Landlock refused
 *
 * Who has CAP_AUDIT_READ where the machine was started may read along,
 * whether there is a daemon or not: netlink(7), AUDIT_NLGRP_READLOG.
 * Landlock's records, from Linux 6.15 on, name a domain, and the first of
 * each says which process made it: Documentation/admin-guide/LSM/landlock.rst.
 */
#ifndef AUDIT_H
#define AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct fail;

enum { AUDIT_TEXT = 512, AUDIT_HELD = 8 };

/* "fs.read_file", and "path=\"/etc/shadow\" dev=\"vda\" ino=42". */
struct audit_refusal {
	uint64_t domain;
	char blockers[64], object[AUDIT_TEXT];
};

struct audit {
	int fd;
	uint64_t domain; /* the command's, 0: not known yet */
	struct audit_refusal held[AUDIT_HELD]; /* of domains not known yet */
	size_t count;
	bool missed;   /* some came too fast, or too late */
	uint32_t lost; /* by the kernel, before we began */
};

/* -1: it cannot be read, or nothing is written to it, and *f says why. */
int audit_open(struct audit *a, struct fail *f);

/*
 * Take the next thing that the lock that process maker was held to refused.
 * maker is a number of where the machine was started.  False: there is none
 * by now.
 */
bool audit_next(struct audit *a, pid_t maker, struct audit_refusal *r);

/* Whether records may be missing: the kernel drops some when there are many. */
bool audit_has_missed(const struct audit *a);

void audit_close(struct audit *a);

#endif
