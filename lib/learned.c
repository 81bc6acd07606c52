/* SPDX-License-Identifier: ISC */
/* learned.c - see learned.h */
#include "learned.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "description.h"
#include "fail.h"
#include "kernfile.h"
#include "scope.h"

static int
path_of(int fd, char path[PATH_MAX])
{
	char link[64];
	ssize_t length;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	length = readlink(link, path, PATH_MAX - 1);
	if (length <= 0 || path[0] != '/')
		return -1; /* a pipe, a socket */
	path[length] = '\0';
	/* Who is who in /proc is different every time. */
	if (strncmp(path, "/proc/", 6) == 0 && path[6] >= '0' && path[6] <= '9')
		strcpy(path, "/proc");
	return 0;
}

static bool
is_below(const char *path, const char *top)
{
	size_t length = strlen(top);

	return strncmp(path, top, length) == 0
	       && (path[length] == '\0' || path[length] == '/');
}

/* Up to what was there before; the order in which they were made is ours. */
static bool
lift(const struct learned *l, char *path)
{
	bool lifted = false;

	for (size_t n = l->mades; n-- > 0;)
		if (is_below(path, l->made[n])) {
			strcpy(path, l->made[n]);
			*strrchr(path, '/') = '\0';
			if (path[0] == '\0')
				strcpy(path, "/");
			lifted = true;
		}
	return lifted;
}

static struct learned_path *
find(const struct learned *l, const char *path)
{
	for (size_t n = 0; n < l->paths; n++)
		if (strcmp(l->path[n].path, path) == 0)
			return &l->path[n];
	return NULL;
}

static void
add(struct learned *l, const char *path, unsigned access)
{
	struct learned_path *more = find(l, path);

	if (more != NULL) {
		more->access |= access;
		return;
	}
	more = reallocarray(l->path, l->paths + 1, sizeof *more);
	if (more != NULL) {
		l->path = more;
		more[l->paths] = (struct learned_path){ .path = strdup(path),
			.access = access };
	}
	if (more == NULL || more[l->paths].path == NULL)
		l->lost = true;
	else
		l->paths++;
}

/* Those that no lock shuts. */
static bool
is_free(const struct stat *st)
{
	unsigned minor = minor(st->st_rdev);

	return S_ISCHR(st->st_mode) && major(st->st_rdev) == 1
	       && (minor == 3 || minor == 5 || (minor >= 7 && minor <= 9));
}

void
learned_note(struct learned *l, int fd, unsigned access)
{
	char path[PATH_MAX];
	struct stat st;
	bool lifted;

	if (fstat(fd, &st) < 0 || is_free(&st) || S_ISLNK(st.st_mode)
	    || path_of(fd, path) < 0)
		return;
	lifted = lift(l, path);
	/* To open a directory is to list it. */
	if (S_ISDIR(st.st_mode) && !lifted && (access & LEARNED_READ)
	    && strcmp(path, "/proc") != 0 && !(access & LEARNED_CREATE))
		access = (access & ~(unsigned)LEARNED_READ) | LEARNED_LIST;
	add(l, path, access);
}

void
learned_made(struct learned *l, int directory, const char *name)
{
	char path[PATH_MAX], *both = NULL, **more;

	if (path_of(directory, path) < 0)
		return;
	if (asprintf(&both, "%s/%s", strcmp(path, "/") == 0 ? "" : path, name)
		< 0
	    || (more = reallocarray(l->made, l->mades + 1, sizeof *more))
		   == NULL) {
		l->lost = true;
		return;
	}
	l->made = more;
	more[l->mades++] = both;
}

bool
learned_has(const struct learned *l, int fd)
{
	char path[PATH_MAX];

	return path_of(fd, path) == 0 && find(l, path) != NULL;
}

void
learned_port(struct learned *l, bool is_bind, uint16_t port)
{
	l->ports[is_bind][port / 8] |= (uint8_t)(1U << port % 8);
}

bool
learned_is_same(const char *a, const char *b)
{
	struct stat one, other;

	return stat(a, &one) == 0 && stat(b, &other) == 0
	       && one.st_ino == other.st_ino && one.st_dev == other.st_dev;
}

static int
compare(const void *a, const void *b)
{
	const struct learned_path *one = a, *other = b;

	return strcmp(one->path, other->path);
}

/* In the order of LEARNED_*; the first two include some of the others. */
static const char *const words[] = { "exec", "write", "read", "list", "modify",
	"create", "remove", "ioctl", "device" };

static unsigned
without_repeats(unsigned access)
{
	if (access & LEARNED_WRITE)
		access &=
		    ~(unsigned)(LEARNED_READ | LEARNED_LIST | LEARNED_MODIFY
				| LEARNED_CREATE | LEARNED_REMOVE);
	if (access & LEARNED_EXEC)
		access &= ~(unsigned)(LEARNED_READ | LEARNED_LIST);
	if (access & LEARNED_READ)
		access &= ~(unsigned)LEARNED_LIST;
	return access;
}

/* A description has room for no other. */
static bool
is_printable(const char *path)
{
	for (const char *c = path; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' && *c != '\t' && *c != '\n')
			return false;
	return strchr(path, 127) == NULL;
}

static void
print_path(const struct learned_path *p, FILE *out)
{
	unsigned kinds = without_repeats(p->access);

	if (!is_printable(p->path)) {
		fputs("# not said: a path with a control character\n", out);
		return;
	}
	for (size_t n = 0; n < COUNT(words); n++) {
		if (!(kinds & 1U << n))
			continue;
		fprintf(out,
		    "lockpath %s%s=", access(p->path, F_OK) < 0 ? "try-" : "",
		    words[n]);
		description_escape(p->path, out);
		fputc('\n', out);
	}
}

static bool
has_port(const struct learned *l, int way, unsigned port)
{
	return (l->ports[way][port / 8] & 1U << port % 8) != 0;
}

/*
 * A port to connect to that the kernel had picked for who was bound to 0, or
 * 0.  It will be another one the next time; ip(7), ip_local_port_range.
 */
static unsigned
find_picked(const struct learned *l)
{
	static const char range[] = "/proc/sys/net/ipv4/ip_local_port_range";
	unsigned first, last;
	char text[64];

	if (!has_port(l, 1, 0)
	    || kernfile_read(AT_FDCWD, range, text, sizeof text) < 0
	    || sscanf(text, "%u %u", &first, &last) != 2 || last > UINT16_MAX)
		return 0;
	while (first <= last && !has_port(l, 0, first))
		first++;
	return first <= last ? first : 0;
}

static void
print_ports(const struct learned *l, int way, FILE *out)
{
	const char *comma = "";
	unsigned picked = way == 0 ? find_picked(l) : 0;

	if (picked != 0) {
		fprintf(out,
		    "# not learned: connect=; the kernel picked port %u, and "
		    "picks others\nlockpath connect=any\n",
		    picked);
		return;
	}
	fputs(way == 0 ? "lockpath connect=" : "lockpath bind=", out);
	for (unsigned port = 0; port <= UINT16_MAX; port++)
		if (has_port(l, way, port)) {
			fprintf(out, "%s%u", comma, port);
			comma = ",";
		}
	fprintf(out, "%s\n", comma[0] == '\0' ? "none" : "");
}

static void
print_comments(const struct learned *l, char *command[], FILE *out)
{
	fputs("# learned from:", out);
	for (; *command != NULL; command++) {
		fputc(' ', out);
		for (const char *c = *command; *c != '\0'; c++)
			fputc((unsigned char)*c < ' ' || *c == 127 ? '?' : *c,
			    out);
	}
	fputs("\n# not learned: signal, abstract\n", out);
	if (l->foreign)
		fputs("# not seen: calls of another ABI\n", out);
	if (l->handles)
		fputs("# not seen: files opened by their handles\n", out);
	if (l->uring)
		fputs("# not seen: what was done through io_uring\n", out);
}

int
learned_print(struct learned *l, char *command[], FILE *out, struct fail *f)
{
	if (l->lost)
		return fail(f, ENOMEM, "note all of it");
	fputs("jail 1\n", out);
	print_comments(l, command, out);
	qsort(l->path, l->paths, sizeof *l->path, compare);
	for (size_t n = 0; n < l->paths; n++)
		print_path(&l->path[n], out);
	print_ports(l, 0, out);
	print_ports(l, 1, out);
	return description_end(out, f);
}

void
learned_free(struct learned *l)
{
	for (size_t n = 0; n < l->paths; n++)
		free(l->path[n].path);
	for (size_t n = 0; n < l->mades; n++)
		free(l->made[n]);
	free(l->path);
	free(l->made);
}
