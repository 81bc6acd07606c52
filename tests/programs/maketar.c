/* SPDX-License-Identifier: ISC */
/*
 * maketar - write a tar archive that no honest program would write
 *
 *	maketar [SETTING VALUE]... TYPE NAME [ARGUMENT] ... > ARCHIVE
 *
 * Types: file NAME CONTENT, dir NAME, link NAME TARGET, hard NAME TARGET,
 * char NAME, block NAME, fifo NAME.  A setting is for the next entry only:
 * mode OCTAL, owner UID, size BYTES (instead of the true one), pax
 * KEY=VALUE (may come more than once).  Nothing is checked.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 512 };

static const struct type {
	const char *name;
	char flag;
	const char *mode;
	bool argument;
} types[] = {
	{ "file", '0', "644", true },
	{ "dir", '5', "755", false },
	{ "link", '2', "777", true },
	{ "hard", '1', "644", true },
	{ "char", '3', "666", false },
	{ "block", '4', "666", false },
	{ "fifo", '6', "644", false },
	{ 0 },
};

struct settings {
	const char *mode, *owner, *size;
	char pax[1 << 17];
	size_t pax_size;
};

static void
write_padded(const char *bytes, size_t size)
{
	static const char zeros[BLOCK];

	fwrite(bytes, 1, size, stdout);
	if (size % BLOCK != 0)
		fwrite(zeros, 1, BLOCK - size % BLOCK, stdout);
}

/* The fields are as in tar(5), "POSIX ustar Archives". */
static void
write_header(const char *name, char flag, const char *target, uint64_t size,
    unsigned mode, unsigned owner)
{
	char header[BLOCK] = { 0 };
	unsigned sum = 0;

	memcpy(header, name, strnlen(name, 100));
	snprintf(header + 100, 8, "%07o", mode);
	snprintf(header + 108, 8, "%07o", owner);
	snprintf(header + 116, 8, "%07o", owner);
	snprintf(header + 124, 12, "%011llo", (unsigned long long)size);
	snprintf(header + 136, 12, "%011o", 1000000000);
	header[156] = flag;
	memcpy(header + 157, target, strnlen(target, 100));
	memcpy(header + 257, "ustar\00000", 8);
	snprintf(header + 329, 8, "%07o", flag == '3' ? 1 : 8);
	snprintf(header + 337, 8, "%07o", 3);
	memset(header + 148, ' ', 8);
	for (size_t n = 0; n < BLOCK; n++)
		sum += (unsigned char)header[n];
	snprintf(header + 148, 8, "%06o", sum);
	fwrite(header, 1, BLOCK, stdout);
}

/* "LENGTH KEY=VALUE\n", where LENGTH counts itself, too. */
static void
add_pax(struct settings *s, const char *record)
{
	size_t length = strlen(record) + 2, total = length;
	char digits[24];

	do
		total = length
		        + (size_t)snprintf(digits, sizeof digits, "%zu", total);
	while (
	    total
	    != length + (size_t)snprintf(digits, sizeof digits, "%zu", total));
	s->pax_size += (size_t)snprintf(s->pax + s->pax_size,
	    sizeof s->pax - s->pax_size, "%zu %s\n", total, record);
}

static void
write_entry(const struct type *type, const char *name, const char *argument,
    const struct settings *s)
{
	const char *content = type->flag == '0' ? argument : "";
	uint64_t size =
	    s->size != NULL ? strtoull(s->size, NULL, 10) : strlen(content);

	if (s->pax_size > 0) {
		write_header("pax", 'x', "", s->pax_size, 0644, 0);
		write_padded(s->pax, s->pax_size);
	}
	write_header(name, type->flag, type->flag == '0' ? "" : argument, size,
	    (unsigned)strtoul(s->mode != NULL ? s->mode : type->mode, NULL, 8),
	    s->owner != NULL ? (unsigned)strtoul(s->owner, NULL, 10) : 0);
	write_padded(content, strlen(content));
}

static bool
take_setting(struct settings *s, const char *name, const char *value)
{
	if (strcmp(name, "mode") == 0)
		s->mode = value;
	else if (strcmp(name, "owner") == 0)
		s->owner = value;
	else if (strcmp(name, "size") == 0)
		s->size = value;
	else if (strcmp(name, "pax") == 0)
		add_pax(s, value);
	else
		return false;
	return true;
}

int
main(int argc, char *argv[])
{
	struct settings settings = { 0 };
	const struct type *type;

	for (int n = 1; n + 1 < argc; n += 2) {
		if (take_setting(&settings, argv[n], argv[n + 1]))
			continue;
		for (type = types; type->name != NULL; type++)
			if (strcmp(type->name, argv[n]) == 0)
				break;
		if (type->name == NULL || (type->argument && n + 2 >= argc)) {
			fprintf(stderr, "maketar: %s: what?\n", argv[n]);
			return 1;
		}
		write_entry(type, argv[n + 1],
		    type->argument ? argv[n + 2] : "", &settings);
		n += type->argument;
		settings = (struct settings){ 0 };
	}
	write_padded("\0", 1);
	write_padded("\0", 1);
	return fflush(stdout) == 0 ? 0 : 1;
}
