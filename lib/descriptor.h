/* SPDX-License-Identifier: ISC */
/*
 * descriptor.h - which descriptors a command in a jail gets
 *
 * One that the caller leaked to us, of the host's "/" say, would be a way
 * out of any root: all above 2 are closed but those that are asked for.
 */
#ifndef DESCRIPTOR_H
#define DESCRIPTOR_H

struct fail;

enum { DESCRIPTORS_ROOM = 65 };

struct descriptors {
	int fd[DESCRIPTORS_ROOM]; /* sorted */
	int count;
};

/*
 * Read the number of a descriptor that the caller left open for us: one of
 * our own is O_CLOEXEC, one of the caller's would not be here if it were.
 */
int descriptor_parse(const char *option, const char *text, int *fd,
    struct fail *f);

/* Keep this one, which must be above 2; to keep it twice is no error. */
int descriptors_keep(struct descriptors *d, int fd, struct fail *f);

/*
 * Refuse a directory as one of the standard three: openat(2) leads from it
 * to all of the host's files.
 */
int descriptors_check_streams(struct fail *f);

/* Close all above 2 but the kept ones and two others (-1: none). */
void descriptors_close_others(const struct descriptors *d, int other,
    int another);

/* Close the kept ones, in a process that only passed them on. */
void descriptors_close(const struct descriptors *d);

/* close_range(2) from first to last, and without it one by one. */
void descriptors_close_range(int first, int last);

#endif
