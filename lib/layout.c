/* SPDX-License-Identifier: ISC */
/* layout.c - see layout.h */
#include "layout.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "inroot.h"
#include "pour.h"
#include "scope.h"

/* Keep the order, so that nobody has to think of it. */
static struct layout_file *
add(struct layout *l, const char *path)
{
	int n = l->count++;

	for (; n > 0 && strcmp(l->files[n - 1].path, path) > 0; n--)
		l->files[n] = l->files[n - 1];
	l->files[n] = (struct layout_file){ .fd = -1 };
	snprintf(l->files[n].path, sizeof l->files[n].path, "%s", path);
	return &l->files[n];
}

void
layout_add_text(struct layout *l, const char *path, const char *text)
{
	struct layout_file *file = add(l, path);

	file->text = text;
	file->size = strlen(text);
}

void
layout_add(struct layout *l, const char *path, int fd, uint64_t size)
{
	struct layout_file *file = add(l, path);

	file->fd = fd;
	file->size = size;
}

typedef int putter(void *to, const char *bytes, size_t size);

/* Hand all that is in a file to put, piece by piece. */
static int
copy(const struct layout_file *file, putter *put, void *to, struct fail *f)
{
	static char buffer[1 << 16];
	uint64_t done = 0;
	ssize_t got;

	if (file->text != NULL) {
		if (put(to, file->text, file->size) < 0)
			return fail(f, errno, "write %s", file->path);
		return 0;
	}
	while (
	    (got = pread(file->fd, buffer, sizeof buffer, (off_t)done)) > 0) {
		if (put(to, buffer, (size_t)got) < 0)
			return fail(f, errno, "write %s", file->path);
		done += (uint64_t)got;
	}
	return got < 0 ? fail(f, errno, "read what %s is made of", file->path)
	               : 0;
}

static int
put_archive(void *to, const char *bytes, size_t size)
{
	struct archive *a = to;

	if (archive_write_data(a, bytes, size) == (la_ssize_t)size)
		return 0;
	errno = archive_errno(a);
	return -1;
}

static int
write_header(struct archive *a, const char *path, mode_t mode, uint64_t size,
    int64_t time)
{
	struct archive_entry *e = archive_entry_new();
	int result = -1;

	if (e == NULL)
		return -1;
	archive_entry_copy_pathname(e, path);
	archive_entry_set_mode(e, mode);
	archive_entry_set_size(e, (int64_t)size);
	archive_entry_set_mtime(e, time, 0);
	if (archive_write_header(a, e) == ARCHIVE_OK)
		result = 0;
	archive_entry_free(e);
	return result;
}

/* Those directories of file that the one in front of it had not. */
static int
write_parents(struct archive *a, const struct layout *l, int n)
{
	const char *path = l->files[n].path;
	char parent[sizeof l->files[n].path];

	for (const char *s = path; (s = strchr(s, '/')) != NULL; s++) {
		size_t length = (size_t)(s + 1 - path);

		if (n > 0 && strncmp(l->files[n - 1].path, path, length) == 0)
			continue;
		snprintf(parent, sizeof parent, "%.*s", (int)length, path);
		if (write_header(a, parent, S_IFDIR | 0755, 0, l->time) < 0)
			return -1;
	}
	return 0;
}

static int
write_all(const struct layout *l, struct archive *a, struct fail *f)
{
	for (int n = 0; n < l->count; n++) {
		const struct layout_file *file = &l->files[n];

		if (write_parents(a, l, n) < 0
		    || write_header(a, file->path, S_IFREG | 0644, file->size,
			   l->time)
			   < 0)
			return fail(f, archive_errno(a), "write %s",
			    file->path);
		if (copy(file, put_archive, a, f) < 0)
			return -1;
	}
	return 0;
}

int
layout_archive(const struct layout *l, int out, struct fail *f)
{
	struct archive *a = archive_write_new();
	int result;

	if (a == NULL)
		return fail(f, ENOMEM, "begin the archive");
	/* Sizes of 8 GiB and more need pax headers, and get them. */
	archive_write_set_format_pax_restricted(a);
	archive_write_set_bytes_in_last_block(a, 1);
	if (archive_write_open_fd(a, out) != ARCHIVE_OK)
		result = fail(f, archive_errno(a), "begin the archive");
	else
		result = write_all(l, a, f);
	if (result == 0 && archive_write_close(a) != ARCHIVE_OK)
		result = fail(f, archive_errno(a), "write the archive");
	archive_write_free(a);
	return result;
}

static int
put_file(void *to, const char *bytes, size_t size)
{
	return pour_bytes(*(int *)to, bytes, size);
}

static int
make_file(const struct layout_file *file, int dir, struct fail *f)
{
	const char *slash = strrchr(file->path, '/');
	const char *name = slash != NULL ? slash + 1 : file->path;
	char parent[sizeof file->path + 2];
	autoclose int above = -1, fd = -1;

	snprintf(parent, sizeof parent, "./%.*s", (int)(name - file->path),
	    file->path);
	above = inroot_mkdirs(dir, parent);
	if (above >= 0)
		fd = openat(above, name,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return fail(f, errno, "%s: make it", file->path);
	return copy(file, put_file, &fd, f);
}

int
layout_make(const struct layout *l, int dir, struct fail *f)
{
	for (int n = 0; n < l->count; n++)
		if (make_file(&l->files[n], dir, f) < 0)
			return -1;
	return 0;
}
