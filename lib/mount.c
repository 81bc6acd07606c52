/* SPDX-License-Identifier: ISC */
/* mount.c - see mount.h: the words; how they are taken is in mounting.c */
#include "mount.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat.h"
#include "description.h"
#include "fail.h"
#include "layers.h"
#include "number.h"
#include "path.h"
#include "scope.h"

enum {
	/* The most that a word has between colons. */
	FIELDS = OVERLAY_LOWERS + 3,
};

/* Which fields and options the word of a kind has. */
static const struct {
	const char *name;
	enum { NO_SOURCE, HOST_PATH, DESCRIPTOR, TEXT, LAYERS } source;
	bool has_path, has_attributes, has_size, has_mode;
} kinds[MOUNT_KINDS] = {
	[MOUNT_PROC] = { .name = "proc" },
	[MOUNT_SYS] = { .name = "sys" },
	[MOUNT_DEV] = { .name = "dev" },
	[MOUNT_MQUEUE] = { .name = "mqueue" },
	[MOUNT_TMPFS] = { "tmpfs", NO_SOURCE, true, true, true, true },
	[MOUNT_BIND] = { "bind", HOST_PATH, true, true, false, false },
	[MOUNT_BIND_FD] = { "bind-fd", DESCRIPTOR, true, true, false, false },
	[MOUNT_OVERLAY] = { "overlay", LAYERS, true, true, false, false },
	[MOUNT_FILE] = { "file", DESCRIPTOR, true, true, false, true },
	[MOUNT_MASK] = { "mask", NO_SOURCE, true, false, false, false },
	[MOUNT_RO] = { "ro", NO_SOURCE, true, false, false, false },
	[MOUNT_DIR] = { "dir", NO_SOURCE, true, false, false, true },
	[MOUNT_LINK] = { "link", TEXT, true, false, false, false },
};

/* What an option adds to the attributes of a mount, or takes away. */
static const struct {
	const char *name;
	unsigned add, remove;
	bool print; /* "add" is not the default */
} attributes[] = {
	{ "ro", RUNGS_ATTR_RDONLY, 0, true },
	{ "rw", 0, RUNGS_ATTR_RDONLY, false },
	{ "nosuid", RUNGS_ATTR_NOSUID, 0, false },
	{ "suid", 0, RUNGS_ATTR_NOSUID, false },
	{ "nodev", RUNGS_ATTR_NODEV, 0, false },
	{ "dev", 0, RUNGS_ATTR_NODEV, false },
	{ "noexec", RUNGS_ATTR_NOEXEC, 0, true },
	{ "exec", 0, RUNGS_ATTR_NOEXEC, false },
	{ "nosymfollow", RUNGS_ATTR_NOSYMFOLLOW, 0, true },
};

/*
 * Cut text at its colons into fields; "\:" and "\\" stand for themselves.
 * Returns how many there are, or -1 when they are more than FIELDS.
 */
static int
split(char *text, char *field[FIELDS])
{
	int count = 0;
	char *to = text;

	field[count++] = text;
	for (; *text != '\0'; text++) {
		if (*text == '\\' && (text[1] == ':' || text[1] == '\\')) {
			*to++ = *++text;
		} else if (*text == ':') {
			if (count == FIELDS)
				return -1;
			*to++ = '\0';
			field[count++] = to;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
	return count;
}

static bool
is_mode(const char *text)
{
	size_t length = strlen(text);

	return length >= 3 && length <= 4 && strspn(text, "01234567") == length;
}

static int
add_option(struct mount *m, const char *option)
{
	uint64_t bytes;

	for (size_t n = 0; n < COUNT(attributes); n++) {
		if (strcmp(attributes[n].name, option) != 0
		    || !kinds[m->kind].has_attributes)
			continue;
		m->attributes |= attributes[n].add;
		m->attributes &= ~attributes[n].remove;
		return 0;
	}
	if (strncmp(option, "size=", 5) == 0 && kinds[m->kind].has_size
	    && number_read(option + 5, strlen(option + 5), number_bytes,
		   INT64_MAX, &bytes)
		   == 0
	    && bytes > 0) {
		snprintf(m->size, sizeof m->size, "%ju", (uintmax_t)bytes);
		return 0;
	}
	if (strncmp(option, "mode=", 5) == 0 && kinds[m->kind].has_mode
	    && is_mode(option + 5)) {
		snprintf(m->mode, sizeof m->mode, "%s", option + 5);
		return 0;
	}
	if (m->kind != MOUNT_BIND && m->kind != MOUNT_BIND_FD
	    && m->kind != MOUNT_OVERLAY)
		return -1;
	if (strcmp(option, "rec") == 0 && m->kind != MOUNT_OVERLAY)
		m->recursive = true;
	else if (strcmp(option, "idmap") == 0)
		m->keep_owners = false;
	else if (strcmp(option, "noidmap") == 0)
		m->keep_owners = true;
	else
		return -1;
	return 0;
}

static int
bad_option(const struct mount *m, const char *option, const char *word,
    struct fail *f)
{
	if (kinds[m->kind].has_size && strncmp(option, "size=", 5) == 0)
		return fail(f, 0, "%s: %s: expected a size such as 64M", word,
		    option);
	if (kinds[m->kind].has_mode && strncmp(option, "mode=", 5) == 0)
		return fail(f, 0, "%s: %s: expected a mode such as 1777", word,
		    option);
	return fail(f, 0, "%s: %s: no such option of %s", word, option,
	    kinds[m->kind].name);
}

static int
add_options(struct mount *m, char *text, const char *word, struct fail *f)
{
	char *option;

	while ((option = strsep(&text, ",")) != NULL) {
		if (option[0] == '\0')
			return fail(f, 0, "%s: an option is empty", word);
		if (add_option(m, option) < 0)
			return bad_option(m, option, word, f);
	}
	return 0;
}

/* Something is missing in the word, or there is too much. */
static int
bad_form(const struct mount *m, const char *word, struct fail *f)
{
	static const char *const forms[] = {
		[NO_SOURCE] = "PATH[:OPTIONS]",
		[HOST_PATH] = "SOURCE:PATH[:OPTIONS]",
		[TEXT] = "TARGET:PATH",
		[DESCRIPTOR] = "DESCRIPTOR:PATH[:OPTIONS]",
		[LAYERS] = "LOWER[:LOWER...]:UPPER:PATH[:OPTIONS]",
	};

	return fail(f, 0, "%s: expected %s=%s", word, kinds[m->kind].name,
	    forms[kinds[m->kind].source]);
}

static int
set_source(struct mount *m, const char *text, const char *word, struct fail *f)
{
	uint64_t fd;

	switch (kinds[m->kind].source) {
	case HOST_PATH:
		/* A description may be read in another directory. */
		m->source = path_absolute(text);
		break;
	case TEXT:
		m->source = strdup(text);
		break;
	default:
		if (number_parse(text, INT_MAX, &fd) < 0)
			return fail(f, 0, "%s: expected a descriptor", word);
		m->fd = (int)fd;
		return 0;
	}
	return m->source != NULL
	           ? 0
	           : fail(f, errno, "%s: find the working directory", word);
}

/* The word is long, and the reason has to fit in behind it. */
static int
too_many_layers(const char *word, struct fail *f)
{
	return fail(f, 0, "%.64s...: more than %d lower layers", word,
	    OVERLAY_LOWERS);
}

/* The lower layers, and then the upper one, which may be empty. */
static int
set_layers(struct mount *m, char *const field[], int count, const char *word,
    struct fail *f)
{
	struct layers *l = m->layers = layers_new();
	const char *upper = field[count - 1];

	if (count - 1 > OVERLAY_LOWERS)
		return too_many_layers(word, f);
	for (int n = 0; l != NULL && n < count - 1; n++) {
		if (field[n][0] == '\0')
			return fail(f, 0, "%s: a lower layer is empty", word);
		if ((l->lower[n] = path_absolute(field[n])) == NULL)
			return fail(f, errno, "%s: find the working directory",
			    word);
		l->lowers++;
	}
	if (l == NULL
	    || (*upper != '\0'
		&& (l->upper.path = path_absolute(upper)) == NULL))
		return fail(f, errno, "%s: find the working directory", word);
	if (l->upper.path != NULL || l->lowers > 1)
		return 0;
	fail(f, 0, "%s: one lower layer alone is no overlay", word);
	return fail_hint(f, "bind=SOURCE:PATH:ro shows one directory");
}

/* Only PATH is sure to begin with a slash: options never do. */
static int
parse_overlay(struct mount *m, char *text, const char *word, struct fail *f)
{
	char *field[FIELDS], *options = NULL;
	int count = split(text, field);

	if (count < 1)
		return too_many_layers(word, f);
	if (field[count - 1][0] != '/')
		options = field[--count];
	if (count < 3 || field[count - 1][0] == '\0')
		return bad_form(m, word, f);
	if (field[--count][0] != '/')
		return fail(f, 0, "%s: %s is not an absolute path", word,
		    field[count]);
	if ((m->path = strdup(field[count])) == NULL)
		return fail(f, 0, "%s: no memory", word);
	if (set_layers(m, field, count, word, f) < 0)
		return -1;
	return options == NULL ? 0 : add_options(m, options, word, f);
}

static int
parse_fields(struct mount *m, char *text, const char *word, struct fail *f)
{
	bool has_source = kinds[m->kind].source != NO_SOURCE;
	char *field[FIELDS], *path;
	int count = split(text, field), want = 1 + has_source;

	if (count < want || count > want + 1 || field[0][0] == '\0'
	    || field[want - 1][0] == '\0')
		return bad_form(m, word, f);
	if (has_source && set_source(m, field[0], word, f) < 0)
		return -1;
	path = field[want - 1];
	if (path[0] != '/')
		return fail(f, 0, "%s: %s is not an absolute path", word, path);
	if ((m->path = strdup(path)) == NULL)
		return fail(f, 0, "%s: no memory", word);
	return count == want ? 0 : add_options(m, field[want], word, f);
}

static int
parse(struct mount *m, const char *word, const char *value, struct fail *f)
{
	autofree char *text = NULL;

	if (!kinds[m->kind].has_path)
		return value == NULL ? 0
		                     : fail(f, 0, "%s: expected %s alone", word,
					 kinds[m->kind].name);
	if (value == NULL)
		return bad_form(m, word, f);
	if ((text = strdup(value)) == NULL)
		return fail(f, 0, "%s: no memory", word);
	return kinds[m->kind].source == LAYERS ? parse_overlay(m, text, word, f)
	                                       : parse_fields(m, text, word, f);
}

static void
forget(const struct mount *m)
{
	if (m->is_standard)
		return;
	free(m->source);
	free(m->path);
	layers_free(m->layers);
}

int
mounts_add_root(struct mounts *mounts, const char *lower, const char *upper,
    struct fail *f)
{
	struct mount *m = &mounts->list[mounts->count];

	if (mounts->count == MOUNTS_MAX)
		return fail(f, 0, "more than %d mounts", MOUNTS_MAX);
	*m = (struct mount){
		.kind = MOUNT_OVERLAY,
		.is_root = true,
		.attributes = RUNGS_ATTR_NODEV,
		.path = strdup("/"),
		.layers = layers_new(),
		.fd = -1,
		.lent = -1,
	};
	if (m->path != NULL && m->layers != NULL) {
		m->layers->lower[0] = strdup(lower);
		m->layers->lowers = 1;
		m->layers->upper.path = path_absolute(upper);
		if (m->layers->lower[0] != NULL
		    && m->layers->upper.path != NULL) {
			mounts->count++;
			return 0;
		}
	}
	return fail(f, errno, "%s: find the working directory", upper);
}

int
mounts_add(void *layer, const char *word, struct fail *f)
{
	struct mounts *mounts = layer;
	struct mount m = { .attributes = MOUNT_ATTRIBUTES,
		.lent = -1,
		.fd = -1 };
	const char *name = word, *value = strchr(word, '=');
	size_t length;

	if (strcmp(word, "none") == 0) {
		while (mounts->count > 0)
			forget(&mounts->list[--mounts->count]);
		mounts->none = true;
		return 1;
	}
	if (strncmp(name, "try-", 4) == 0) {
		m.try = true;
		name += 4;
	}
	length = strcspn(name, "=");
	for (m.kind = 0; m.kind < MOUNT_KINDS; m.kind++)
		if (strlen(kinds[m.kind].name) == length
		    && memcmp(kinds[m.kind].name, name, length) == 0)
			break;
	if (m.kind == MOUNT_KINDS)
		return 0;
	if (mounts->count == MOUNTS_MAX)
		return fail(f, 0, "%s: more than %d mounts", word, MOUNTS_MAX);
	if (parse(&m, word, value == NULL ? NULL : value + 1, f) < 0) {
		forget(&m);
		return -1;
	}
	mounts->list[mounts->count++] = m;
	return 1;
}

bool
mounts_have(const struct mounts *mounts, enum mount_kind kind)
{
	for (int n = 0; n < mounts->count; n++)
		if (mounts->list[n].kind == kind)
			return true;
	return false;
}

/* One field: its colons get their backslash, then the word's own escapes. */
static void
print_field(const char *text, FILE *out)
{
	char one[2] = "";

	for (; *text != '\0'; text++) {
		if (*text == ':' || *text == '\\')
			description_escape("\\", out);
		one[0] = *text;
		description_escape(one, out);
	}
}

static void
print_layers(const struct layers *l, FILE *out)
{
	for (int n = 0; n < l->lowers; n++) {
		print_field(l->lower[n], out);
		fputc(':', out);
	}
	print_field(l->upper.path != NULL ? l->upper.path : "", out);
	fputc(':', out);
}

static void
print_options(const struct mount *m, FILE *out)
{
	char separator = ':';

	for (size_t n = 0; n < COUNT(attributes); n++) {
		bool said = attributes[n].print
		                ? (m->attributes & attributes[n].add) != 0
		                : (attributes[n].remove & MOUNT_ATTRIBUTES
				      & ~m->attributes)
		                      != 0;

		if (!said)
			continue;
		fprintf(out, "%c%s", separator, attributes[n].name);
		separator = ',';
	}
	if (m->recursive) {
		fprintf(out, "%crec", separator);
		separator = ',';
	}
	if (m->keep_owners) {
		fprintf(out, "%cnoidmap", separator);
		separator = ',';
	}
	if (m->size[0] != '\0') {
		fprintf(out, "%csize=%s", separator, m->size);
		separator = ',';
	}
	if (m->mode[0] != '\0')
		fprintf(out, "%cmode=%s", separator, m->mode);
}

void
mounts_print(const void *layer, FILE *out)
{
	const struct mounts *mounts = layer;

	if (mounts->none)
		fputs(" none", out);
	for (int n = 0; n < mounts->count; n++) {
		const struct mount *m = &mounts->list[n];

		fprintf(out, " %s%s", m->try ? "try-" : "",
		    kinds[m->kind].name);
		if (m->path == NULL)
			continue;
		fputc('=', out);
		if (kinds[m->kind].source == DESCRIPTOR)
			fprintf(out, "%d:", m->fd);
		if (m->source != NULL) {
			print_field(m->source, out);
			fputc(':', out);
		}
		if (m->layers != NULL)
			print_layers(m->layers, out);
		print_field(m->path, out);
		if (kinds[m->kind].has_attributes || m->mode[0] != '\0')
			print_options(m, out);
	}
}
