/* SPDX-License-Identifier: ISC */
/* landlock.c - see landlock.h */
#include "landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "compat.h"
#include "description.h"
#include "fail.h"
#include "inroot.h"
#include "number.h"
#include "scope.h"

enum {
	READ = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
	MODIFY = LANDLOCK_ACCESS_FS_WRITE_FILE | RUNGS_LANDLOCK_TRUNCATE,
	CREATE = LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR
	         | LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_MAKE_FIFO
	         | LANDLOCK_ACCESS_FS_MAKE_SOCK,
	REMOVE = LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR,
	DEVICE = LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK,
	/* What a rule about a file can give; all else is about a directory. */
	OF_FILE = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE
	          | MODIFY | RUNGS_LANDLOCK_IOCTL_DEV,
	ALL = LANDLOCK_ACCESS_FS_EXECUTE | READ | MODIFY | CREATE | REMOVE
	      | DEVICE | RUNGS_LANDLOCK_REFER | RUNGS_LANDLOCK_IOCTL_DEV,
};

static const struct kind {
	const char *name;
	uint64_t rights;
} kinds[] = {
	{ "read=", READ },
	{ "list=", LANDLOCK_ACCESS_FS_READ_DIR },
	{ "exec=", READ | LANDLOCK_ACCESS_FS_EXECUTE },
	{ "write=", READ | MODIFY | CREATE | REMOVE | RUNGS_LANDLOCK_REFER },
	{ "modify=", MODIFY },
	{ "create=", CREATE },
	{ "remove=", REMOVE },
	{ "refer=", RUNGS_LANDLOCK_REFER },
	{ "ioctl=", RUNGS_LANDLOCK_IOCTL_DEV },
	{ "device=", DEVICE },
};

static const char *const directions[] = { "connect=", "bind=" };
static const uint64_t direction_rights[] = { RUNGS_LANDLOCK_CONNECT_TCP,
	RUNGS_LANDLOCK_BIND_TCP };

struct landlock_path {
	const char *word, *name; /* "read=/usr", and its "/usr" */
	const struct kind *kind;
	bool is_optional; /* "try-" is in front */
};

static int
add_path(struct landlock *l, const char *word, const char *name,
    const struct kind *kind, struct fail *f)
{
	struct landlock_path *more;

	if (name[0] == '\0')
		return fail(f, 0, "%.200s: expected %sPATH", word, kind->name);
	for (size_t n = 0; n < l->paths; n++)
		if (strcmp(l->path[n].word, word) == 0)
			return 1;
	more = reallocarray(l->path, l->paths + 1, sizeof *more);
	if (more == NULL)
		return fail(f, errno, "%.200s", word);
	l->path = more;
	more[l->paths++] = (struct landlock_path){ .word = word,
		.name = name,
		.kind = kind,
		.is_optional = word[0] == 't' };
	return 1;
}

static int
add_ports(struct landlock *l, int way, const char *word, const char *text,
    struct fail *f)
{
	uint64_t port;
	size_t length, count = l->ports[way].count;

	if (strcmp(text, "any") == 0 || strcmp(text, "none") == 0) {
		l->ports[way].said = true;
		l->ports[way].any = text[0] == 'a';
		l->ports[way].count = 0;
		return 1;
	}
	for (;; text += length + 1) {
		length = strcspn(text, ",");
		if (length > 5
		    || number_read(text, length, number_plain, UINT16_MAX,
			   &port)
			   < 0)
			return fail(f, 0,
			    "%.200s: expected any, none or ports, 0 to 65535",
			    word);
		if (count == LANDLOCK_PORTS)
			return fail(f, 0, "%.200s: more than %d ports", word,
			    LANDLOCK_PORTS);
		l->ports[way].port[count++] = (uint16_t)port;
		if (text[length] == '\0')
			break;
	}
	l->ports[way].said = true;
	l->ports[way].any = false;
	l->ports[way].count = count;
	return 1;
}

/* The words that stand alone. */
static bool *
find_flag(struct landlock *l, const char *word)
{
	return strcmp(word, "signal") == 0        ? &l->signal
	       : strcmp(word, "abstract") == 0    ? &l->abstract
	       : strcmp(word, "log") == 0         ? &l->log
	       : strcmp(word, "best-effort") == 0 ? &l->best_effort
	                                          : NULL;
}

int
landlock_add(void *layer, const char *word, struct fail *f)
{
	static const char try[] = "try-";
	struct landlock *l = layer;
	bool optional = strncmp(word, try, strlen(try)) == 0;
	const char *rest = optional ? word + strlen(try) : word;
	bool *flag = find_flag(l, word);

	if (strcmp(word, "none") == 0) {
		free(l->path);
		*l = (struct landlock){ .none = true, .ruleset = -1 };
		return 1;
	}
	if (flag != NULL) {
		*flag = true;
		return 1;
	}
	for (size_t n = 0; n < COUNT(kinds); n++)
		if (strncmp(rest, kinds[n].name, strlen(kinds[n].name)) == 0)
			return add_path(l, word, rest + strlen(kinds[n].name),
			    &kinds[n], f);
	for (int way = 0; way < 2; way++)
		if (strncmp(word, directions[way], strlen(directions[way]))
		    == 0)
			return add_ports(l, way, word,
			    word + strlen(directions[way]), f);
	return 0;
}

static void
print_ports(const struct landlock *l, int way, FILE *out)
{
	const char *comma = "";

	if (!l->ports[way].said)
		return;
	fprintf(out, " %s", directions[way]);
	if (l->ports[way].count == 0)
		fputs(l->ports[way].any ? "any" : "none", out);
	for (size_t n = 0; n < l->ports[way].count; n++) {
		fprintf(out, "%s%u", comma, (unsigned)l->ports[way].port[n]);
		comma = ",";
	}
}

void
landlock_print(const void *layer, FILE *out)
{
	struct landlock l = *(const struct landlock *)layer;
	static const char *const flags[] = { "signal", "abstract", "log",
		"best-effort" };

	if (l.none)
		fputs(" none", out);
	for (size_t n = 0; n < l.paths; n++) {
		fputc(' ', out);
		description_escape(l.path[n].word, out);
	}
	print_ports(&l, 0, out);
	print_ports(&l, 1, out);
	for (size_t n = 0; n < COUNT(flags); n++)
		if (*find_flag(&l, flags[n]))
			fprintf(out, " %s", flags[n]);
}

bool
landlock_asked(const struct landlock *l)
{
	return l->paths > 0 || l->ports[0].said || l->ports[1].said || l->signal
	       || l->abstract;
}

/*
 * What there is to be refused, in the order in which the kernel learnt it.
 * One word about paths asks for all of theirs, and one about a port for both
 * directions.
 */
static const struct feature {
	int abi;
	const char *what;
	size_t of; /* a set of struct landlock */
	uint64_t bits;
} features[] = {
	{ 1, "files", offsetof(struct landlock, files), ALL &((1 << 13) - 1) },
	{ 2, "refer", offsetof(struct landlock, files), RUNGS_LANDLOCK_REFER },
	{ 3, "truncate", offsetof(struct landlock, files),
	    RUNGS_LANDLOCK_TRUNCATE },
	{ 4, "connect", offsetof(struct landlock, network),
	    RUNGS_LANDLOCK_CONNECT_TCP },
	{ 4, "bind", offsetof(struct landlock, network),
	    RUNGS_LANDLOCK_BIND_TCP },
	{ 5, "ioctl", offsetof(struct landlock, files),
	    RUNGS_LANDLOCK_IOCTL_DEV },
	{ 6, "signal", offsetof(struct landlock, scopes),
	    RUNGS_LANDLOCK_SIGNAL },
	{ 6, "abstract", offsetof(struct landlock, scopes),
	    RUNGS_LANDLOCK_ABSTRACT },
	{ LANDLOCK_ABI_LOG, "log", offsetof(struct landlock, logs), 1 },
};

static uint64_t *
set_of(struct landlock *l, const struct feature *feature)
{
	return (uint64_t *)(void *)((char *)l + feature->of);
}

static void
want_all(struct landlock *l)
{
	l->files = l->paths > 0 ? ALL : 0;
	l->network = 0;
	for (int way = 0; way < 2; way++)
		if ((l->ports[0].said || l->ports[1].said)
		    && !l->ports[way].any)
			l->network |= direction_rights[way];
	l->scopes = (l->signal ? RUNGS_LANDLOCK_SIGNAL : 0)
	            | (l->abstract ? RUNGS_LANDLOCK_ABSTRACT : 0);
	l->logs = l->log;
}

/* The version of the kernel's Landlock; 0: it has none, and why says so. */
static int
ask_abi(const char **why, struct fail *f)
{
	int abi = sys_landlock_create_ruleset(NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);

	*why = "";
	if (abi >= 0)
		return abi;
	if (errno == ENOSYS)
		*why = ": it was built without";
	else if (errno == EOPNOTSUPP)
		*why = ": it was started without, see lsm= in its command line";
	else
		return fail(f, errno, "ask the kernel for Landlock");
	return 0;
}

int
landlock_settle(struct landlock *l, struct fail *f)
{
	const char *why;
	int abi;

	if (!landlock_asked(l))
		return 0;
	if ((abi = ask_abi(&why, f)) < 0)
		return -1;
	l->abi = abi;
	want_all(l);
	for (size_t n = 0; n < COUNT(features); n++) {
		uint64_t *set = set_of(l, &features[n]);

		if (abi >= features[n].abi || !(*set & features[n].bits))
			continue;
		if (l->best_effort) {
			*set &= ~features[n].bits;
			continue;
		}
		fail(f, 0,
		    "%s: this takes Landlock of ABI %d, and the kernel has "
		    "%d%s",
		    features[n].what, features[n].abi, abi, why);
		return fail_hint(f, "lockpath --best-effort goes without, and "
				    "says what is left out");
	}
	return 0;
}

void
landlock_gives_up(const struct landlock *l, char *line, size_t size)
{
	struct landlock all = *l, had = *l;
	size_t length = 0;

	if (!landlock_asked(l))
		return;
	want_all(&all);
	for (size_t n = 0; n < COUNT(features); n++) {
		const struct feature *feature = &features[n];

		if (!(*set_of(&all, feature) & ~*set_of(&had, feature)
			& feature->bits))
			continue;
		if (length == 0)
			length = (size_t)snprintf(line, size,
			    "Landlock has ABI %d here, and leaves out:",
			    l->abi);
		length += (size_t)snprintf(line + length, size - length,
		    " %s (%d)", feature->what, feature->abi);
	}
}

static int
add_rule(const struct landlock *l, int fd, uint64_t rights, struct fail *f)
{
	struct landlock_path_beneath_attr rule = {
		.allowed_access = rights & l->files,
		.parent_fd = fd,
	};

	/* All that it would give is not refused by this kernel. */
	if (rule.allowed_access == 0)
		return 0;
	if (sys_landlock_add_rule(l->ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule)
	    < 0)
		return fail(f, errno, "landlock_add_rule");
	return 0;
}

static int
open_path(int root, int from, const char *name)
{
	if (root < 0)
		return openat(from, name, O_PATH | O_CLOEXEC);
	return inroot_open(name[0] == '/' ? root : from, name, O_PATH, 0);
}

static int
allow_path(const struct landlock *l, const struct landlock_path *p, int root,
    int from, struct fail *f)
{
	autoclose int fd = open_path(root, from, p->name);
	uint64_t rights = p->kind->rights;
	struct stat st;

	if (fd < 0 && p->is_optional && errno == ENOENT)
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		return fail(f, errno, "%s: open it", p->word);
	if (!S_ISDIR(st.st_mode))
		rights &= OF_FILE;
	if (rights == 0)
		return fail(f, 0, "%s: it is no directory", p->word);
	if (add_rule(l, fd, rights, f) < 0)
		return fail_prefix(f, "%s: ", p->word);
	return 0;
}

/*
 * What every program may take for granted: these give nothing of anybody's,
 * and take nothing.  If one of them is something else here, it is not given.
 */
static int
allow_devices(const struct landlock *l, int root, struct fail *f)
{
	static const struct {
		const char *name;
		unsigned minor;
	} devices[] = { { "/dev/null", 3 }, { "/dev/zero", 5 },
		{ "/dev/full", 7 }, { "/dev/random", 8 },
		{ "/dev/urandom", 9 } };

	for (size_t n = 0; n < COUNT(devices); n++) {
		autoclose int fd = open_path(root, AT_FDCWD, devices[n].name);
		struct stat st;

		if (fd < 0 || fstat(fd, &st) < 0 || !S_ISCHR(st.st_mode)
		    || st.st_rdev != makedev(1, devices[n].minor))
			continue;
		if (add_rule(l, fd, LANDLOCK_ACCESS_FS_READ_FILE | MODIFY, f)
		    < 0)
			return fail_prefix(f, "%s: ", devices[n].name);
	}
	return 0;
}

static int
allow_paths(const struct landlock *l, int root, const char *directory,
    struct fail *f)
{
	autoclose int here = -1;
	int from = AT_FDCWD;

	if (directory != NULL || root >= 0) {
		here = open_path(root, root < 0 ? AT_FDCWD : root,
		    directory != NULL ? directory : "/");
		if (here < 0)
			return fail(f, errno, "%s: open it", directory);
		from = here;
	}
	for (size_t n = 0; n < l->paths; n++)
		if (allow_path(l, &l->path[n], root, from, f) < 0)
			return -1;
	return allow_devices(l, root, f);
}

static int
allow_ports(const struct landlock *l, int way, struct fail *f)
{
	struct rungs_landlock_port rule = { .access = direction_rights[way] };

	if (!(l->network & rule.access))
		return 0;
	for (size_t n = 0; n < l->ports[way].count; n++) {
		rule.port = l->ports[way].port[n];
		if (sys_landlock_add_rule(l->ruleset,
			RUNGS_LANDLOCK_RULE_NET_PORT, &rule)
		    < 0)
			return fail(f, errno, "%s%u: landlock_add_rule",
			    directions[way], (unsigned)rule.port);
	}
	return 0;
}

int
landlock_prepare(struct landlock *l, int root, const char *directory,
    struct fail *f)
{
	struct rungs_landlock_ruleset set = { l->files, l->network, l->scopes };

	/* All was given up. */
	if ((set.files | set.network | set.scopes) == 0)
		return 0;
	l->ruleset = sys_landlock_create_ruleset(&set, sizeof set, 0);
	if (l->ruleset < 0)
		return fail(f, errno, "landlock_create_ruleset");
	if (l->files != 0 && allow_paths(l, root, directory, f) < 0)
		return -1;
	for (int way = 0; way < 2; way++)
		if (allow_ports(l, way, f) < 0)
			return -1;
	return 0;
}

int
landlock_restrict(struct landlock *l, bool told, struct fail *f)
{
	bool logs = l->logs != 0 || (told && l->abi >= LANDLOCK_ABI_LOG);

	if (l->ruleset < 0)
		return 0;
	if (sys_landlock_restrict_self(l->ruleset,
		logs ? RUNGS_LANDLOCK_LOG_NEW_EXEC : 0)
	    < 0)
		return fail(f, errno, "landlock_restrict_self");
	scope_drop(&l->ruleset);
	return 0;
}
