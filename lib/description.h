/* SPDX-License-Identifier: ISC */
/*
 * description.h - the text that tools pass down a pipe; see jail(5)
 *
 *	jail 1
 *	mkroot from=busybox dir=/var/cache/rungs/...
 *	enterns net uts=web
 *	end
 *
 * The first and the last line frame the text.  A stage that fails writes
 * no "end", and a reader that misses "end" fails too, so a broken pipeline
 * runs nothing instead of running the command in a weaker jail.
 */
#ifndef DESCRIPTION_H
#define DESCRIPTION_H

#include <stddef.h>
#include <stdio.h>

struct fail;

enum {
	DESCRIPTION_BYTES = 1 << 20, /* no description is larger */
	DESCRIPTION_LINES = 4096,    /* frame and comments included */
};

struct description {
	char *text;  /* words point into it once split */
	size_t size; /* bytes, without the terminating NUL */
	size_t body; /* where the line behind "jail 1" begins */
	size_t end;  /* where the line "end" begins */
	char *copy;  /* of text, once description_each() has split that */
};

/*
 * Read fd up to its end and check all of it: frame, limits, bytes, escapes.
 * -1 leaves the description empty; the failure names the line.
 */
int description_read(int fd, struct description *d, struct fail *f);

/* The same for size bytes in memory, which are copied. */
int description_parse(const char *text, size_t size, struct description *d,
    struct fail *f);

/* An empty description: just the frame.  -1: no memory. */
int description_new(struct description *d, struct fail *f);

void description_free(struct description *d);

/* Called for every word of a line; once with word NULL if it has none. */
typedef int description_word(const char *tool, const char *word, void *context,
    struct fail *f);

/*
 * Split every line into words, undo the escapes, and call each for them in
 * order.  This writes into d->text, and the words live as long as it does.
 * -1 at the first word that is refused; the failure then names the line.
 */
int description_each(struct description *d, description_word *each,
    void *context, struct fail *f);

/* Write what is in front of "end", as it came; not after description_each. */
void description_copy(const struct description *d, FILE *out);

/* Write one word with its escapes, without a blank in front. */
void description_escape(const char *word, FILE *out);

/*
 * What a tool writes, the next one must read.  -1: word has a control byte
 * that no description may have.
 */
int description_check(const char *word, struct fail *f);

/* Write "end" and flush.  -1: not all of the text could be written. */
int description_end(FILE *out, struct fail *f);

#endif
