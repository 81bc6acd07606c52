/* SPDX-License-Identifier: ISC */
/* description.c - see description.h */
#include "description.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"

static const char frame[] = "jail 1\nend\n";

/* The bytes that stand for themselves nowhere, and how they are written. */
static const struct {
	char byte;
	char text[5];
} escapes[] = {
	{ ' ', "\\040" },
	{ '\t', "\\011" },
	{ '\n', "\\012" },
	{ '\\', "\\134" },
};

#define ESCAPES (sizeof escapes / sizeof *escapes)

/* The byte that the four characters at text stand for, or -1. */
static int
escaped_byte(const char *text)
{
	for (size_t n = 0; n < ESCAPES; n++)
		if (strncmp(escapes[n].text, text, 4) == 0)
			return escapes[n].byte;
	return -1;
}

void
description_escape(const char *word, FILE *out)
{
	for (; *word != '\0'; word++) {
		const char *text = NULL;

		for (size_t n = 0; n < ESCAPES; n++)
			if (escapes[n].byte == *word)
				text = escapes[n].text;
		if (text != NULL)
			fputs(text, out);
		else
			fputc(*word, out);
	}
}

static bool
is_control(unsigned char byte)
{
	return byte < ' ' || byte == 127;
}

int
description_check(const char *word, struct fail *f)
{
	for (const char *c = word; *c != '\0'; c++)
		if (*c != '\t' && *c != '\n' && is_control((unsigned char)*c))
			return fail(f, 0, "%.64s: control byte %#04x", word,
			    *c);
	return 0;
}

static int
check_bytes(const char *line, size_t length, struct fail *f)
{
	bool comment = line[strspn(line, " \t")] == '#';

	for (size_t n = 0; n < length; n++) {
		unsigned char byte = (unsigned char)line[n];

		if (byte != '\t' && is_control(byte))
			return fail(f, 0, "control byte %#04x", byte);
		if (byte == '\\' && !comment && escaped_byte(line + n) < 0)
			return fail(f, 0,
			    "a backslash that begins no escape "
			    "(\\040 \\011 \\012 \\134)");
	}
	return 0;
}

static bool
line_is(const char *line, size_t length, const char *want)
{
	return length == strlen(want) && memcmp(line, want, length) == 0;
}

/* The first line: "jail 1" and nothing else. */
static int
check_begin(const char *line, size_t length, struct fail *f)
{
	if (line_is(line, length, "jail 1"))
		return 0;
	if (length > 5 && memcmp(line, "jail ", 5) == 0)
		return fail(f, 0, "'%.*s': this is not version 1 of jail(5)",
		    (int)(length < 40 ? length : 40), line);
	fail(f, 0, "not a jail description");
	return fail_hint(f, "mkroot starts one, and so does -n: see jail(5)");
}

static int
check(struct description *d, struct fail *f)
{
	const char *line = d->text, *stop = d->text + d->size, *newline;
	size_t number = 1;
	bool complete = false;

	if (d->size == 0) {
		fail(f, 0, "no jail description came");
		return fail_hint(f, "the command in front of the pipe failed, "
				    "or there is none: mkroot starts one, and "
				    "so does -n of a layer");
	}
	for (; line < stop; line = newline + 1, number++) {
		size_t length;

		/* A last line without newline may have been cut short. */
		if ((newline = memchr(line, '\n', stop - line)) == NULL)
			break;
		length = newline - line;
		if (number > DESCRIPTION_LINES)
			fail(f, 0, "more than %d lines", DESCRIPTION_LINES);
		else if (complete)
			fail(f, 0, "text after the end");
		if (number > DESCRIPTION_LINES || complete)
			return fail_prefix(f, "line %zu: ", number);
		if (check_bytes(line, length, f) < 0
		    || (number == 1 && check_begin(line, length, f) < 0))
			return fail_prefix(f, "line %zu: ", number);
		if (number == 1)
			d->body = newline + 1 - d->text;
		else if (line_is(line, length, "end")) {
			d->end = line - d->text;
			complete = true;
		}
	}
	if (line < stop || !complete) {
		fail(f, 0, "the jail description is cut short");
		fail_hint(f, "a command in front of the pipe failed");
		return fail_prefix(f, "line %zu: ", number);
	}
	return 0;
}

/*
 * A tool reads one, which is small, and starts faster if it takes no memory
 * for that: its text, and the copy.
 */
enum { SMALL = 1024 };

static struct {
	bool taken;
	char text[SMALL], copy[SMALL];
} first;

/* Memory that is free()d; not so for the first of a process. */
static char *
take_room(size_t size)
{
	if (first.taken || size > SMALL)
		return malloc(size);
	first.taken = true;
	return first.text;
}

static char *
take_copy(const struct description *d)
{
	char *copy = d->text == first.text ? first.copy : malloc(d->size);

	return copy == NULL ? NULL : memcpy(copy, d->text, d->size);
}

void
description_free(struct description *d)
{
	if (d->text != first.text) {
		free(d->text);
		free(d->copy);
	}
	*d = (struct description){ 0 };
}

/* More room.  -1: there is none, and d is as it was. */
static int
grow(struct description *d, size_t room)
{
	char *old = d->text == first.text ? NULL : d->text;
	char *more = realloc(old, room);

	if (more == NULL)
		return -1;
	if (old == NULL)
		memcpy(more, d->text, d->size);
	d->text = more;
	return 0;
}

int
description_read(int fd, struct description *d, struct fail *f)
{
	size_t room = SMALL;
	ssize_t got;

	*d = (struct description){ .text = take_room(room) };
	while (d->text != NULL) {
		got = read(fd, d->text + d->size, room - d->size - 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			fail(f, errno, "read the jail description");
			goto failed;
		}
		if (got == 0)
			break;
		d->size += got;
		if (d->size > DESCRIPTION_BYTES) {
			fail(f, 0, "the jail description is larger than %d KiB",
			    DESCRIPTION_BYTES >> 10);
			goto failed;
		}
		if (d->size + 1 == room && grow(d, room *= 4) < 0) {
			fail(f, errno, "memory for the description");
			goto failed;
		}
	}
	if (d->text == NULL) {
		fail(f, errno, "memory for the jail description");
		goto failed;
	}
	d->text[d->size] = '\0';
	if (check(d, f) == 0)
		return 0;
failed:
	description_free(d);
	return -1;
}

int
description_parse(const char *text, size_t size, struct description *d,
    struct fail *f)
{
	*d = (struct description){ .text = take_room(size + 1), .size = size };
	if (d->text == NULL)
		return fail(f, errno, "memory for a jail description");
	memcpy(d->text, text, size);
	d->text[size] = '\0';
	if (check(d, f) == 0)
		return 0;
	description_free(d);
	return -1;
}

int
description_new(struct description *d, struct fail *f)
{
	return description_parse(frame, strlen(frame), d, f);
}

/* Undo the escapes of one word, in place. */
static void
unescape(char *word)
{
	char *to = word;

	for (; *word != '\0'; to++) {
		if (*word == '\\') {
			*to = (char)escaped_byte(word);
			word += 4;
		} else {
			*to = *word++;
		}
	}
	*to = '\0';
}

static int
each_word(char *line, description_word *each, void *context, struct fail *f)
{
	char *rest = NULL, *word, *tool = strtok_r(line, " \t", &rest);
	size_t count = 0;

	if (tool == NULL || tool[0] == '#')
		return 0;
	for (; (word = strtok_r(NULL, " \t", &rest)) != NULL; count++) {
		unescape(word);
		if (each(tool, word, context, f) < 0)
			return -1;
	}
	return count > 0 ? 0 : each(tool, NULL, context, f);
}

int
description_each(struct description *d, description_word *each, void *context,
    struct fail *f)
{
	char *line = d->text + d->body, *stop = d->text + d->end, *newline;
	size_t number = 2;

	if (d->copy == NULL && (d->copy = take_copy(d)) == NULL)
		return fail(f, errno, "memory for the description");
	for (; line < stop; line = newline + 1, number++) {
		newline = memchr(line, '\n', stop - line);
		*newline = '\0';
		if (each_word(line, each, context, f) < 0)
			return fail_prefix(f, "line %zu: ", number);
	}
	return 0;
}

void
description_copy(const struct description *d, FILE *out)
{
	fwrite(d->text, 1, d->end, out);
}

int
description_end(FILE *out, struct fail *f)
{
	fputs("end\n", out);
	if (fflush(out) == EOF || ferror(out))
		return fail(f, errno, "write the jail description");
	return 0;
}
