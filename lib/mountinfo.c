/* SPDX-License-Identifier: ISC */
/* mountinfo.c - see mountinfo.h */
#include "mountinfo.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ROOM = 1 << 16 };

static void *
map(size_t size)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static int
double_room(struct mountinfos *t)
{
	void *more = mremap(t->text, t->room, 2 * t->room, MREMAP_MAYMOVE);

	if (more == MAP_FAILED)
		return -1;
	t->text = more;
	t->room *= 2;
	return 0;
}

/* The room is of zeroes, and one is left behind the last line. */
static int
read_text(struct mountinfos *t, int fd)
{
	size_t used = 0;
	ssize_t got;

	do {
		if (used + 1 == t->room && double_room(t) < 0)
			return -1;
		got = read(fd, t->text + used, t->room - used - 1);
		if (got > 0)
			used += (size_t)got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	return (int)got;
}

/* Parse one line; it is spent. */
static int
parse(char *line, struct mountinfo *m)
{
	char *rest = NULL, *field[5];

	for (int n = 0; n < 5; n++) {
		field[n] = strtok_r(n == 0 ? line : NULL, " ", &rest);
		if (field[n] == NULL) {
			errno = EPROTO;
			return -1;
		}
	}
	m->id = (int)strtol(field[0], NULL, 10);
	m->parent = (int)strtol(field[1], NULL, 10);
	mountinfo_unescape(field[4]);
	m->point = field[4];
	return 0;
}

static int
parse_all(struct mountinfos *t)
{
	char *rest = NULL, *line = strtok_r(t->text, "\n", &rest);

	for (size_t n = 0; n < t->count; n++) {
		if (line == NULL || parse(line, &t->list[n]) < 0)
			return -1;
		line = strtok_r(NULL, "\n", &rest);
	}
	return 0;
}

int
mountinfo_read(struct mountinfos *t, int fd)
{
	*t = (struct mountinfos){ .text = map(ROOM), .room = ROOM };
	if (t->text == MAP_FAILED)
		return -1;
	if (read_text(t, fd) == 0) {
		for (const char *c = t->text; *c != '\0'; c++)
			t->count += *c == '\n';
		t->list = map((t->count + 1) * sizeof *t->list);
		if (t->list != MAP_FAILED && parse_all(t) == 0)
			return 0;
	}
	mountinfo_free(t);
	return -1;
}

void
mountinfo_free(struct mountinfos *t)
{
	int error = errno;

	munmap(t->text, t->room);
	if (t->list != NULL && t->list != MAP_FAILED)
		munmap(t->list, (t->count + 1) * sizeof *t->list);
	errno = error;
}

const struct mountinfo *
mountinfo_find(const struct mountinfos *t, int id)
{
	for (size_t n = 0; n < t->count; n++)
		if (t->list[n].id == id)
			return &t->list[n];
	return NULL;
}

bool
mountinfo_is_covered(const struct mountinfos *t, const struct mountinfo *m)
{
	for (size_t n = 0; n < t->count; n++)
		if (t->list[n].parent == m->id
		    && strcmp(t->list[n].point, m->point) == 0)
			return true;
	return false;
}

bool
mountinfo_is_hidden(const struct mountinfos *t, const struct mountinfo *m)
{
	for (size_t n = 0; n < t->count; n++) {
		const struct mountinfo *other = &t->list[n];
		size_t length = strlen(other->point);

		if (other->parent == m->parent
		    && strncmp(other->point, m->point, length) == 0
		    && m->point[length] == '/')
			return true;
	}
	return false;
}

void
mountinfo_unescape(char *text)
{
	char *to = text;

	for (; *text != '\0'; to++) {
		unsigned byte;

		if (*text == '\\' && sscanf(text + 1, "%3o", &byte) == 1) {
			*to = (char)byte;
			text += 4;
		} else {
			*to = *text++;
		}
	}
	*to = '\0';
}
