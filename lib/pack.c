/* SPDX-License-Identifier: ISC */
/* pack.c - see pack.h */
#include "pack.h"

#include <archive.h>
#include <errno.h>
#include <sha2.h>
#include <stdbool.h>
#include <string.h>

#include "fail.h"
#include "packtree.h"
#include "scope.h"

static const struct format {
	const char *name;
	int (*filter)(struct archive *);
	const char *options; /* without a time in it, whoever calls */
} filters[] = {
	{ "", archive_write_add_filter_none, NULL },
	{ ".gz", archive_write_add_filter_gzip, "gzip:!timestamp" },
	{ ".zst", archive_write_add_filter_zstd, NULL },
	{ ".xz", archive_write_add_filter_xz, "xz:threads=1" },
};

/* The filter of "tar.gz", or NULL; *is_cpio: it is of a cpio archive. */
static const struct format *
find_format(const char *format, bool *is_cpio)
{
	size_t length = strcspn(format, ".");

	*is_cpio = length == 4 && memcmp(format, "cpio", 4) == 0;
	if (!*is_cpio && (length != 3 || memcmp(format, "tar", 3) != 0))
		return NULL;
	for (size_t n = 0; n < COUNT(filters); n++)
		if (strcmp(format + length, filters[n].name) == 0)
			return &filters[n];
	return NULL;
}

static int
open_descriptor(struct archive *a, void *to)
{
	return archive_write_open_fd(a, *(int *)to);
}

/* Only what is set here decides on the bytes. */
static struct archive *
new_writer(const struct format *format, bool is_cpio)
{
	struct archive *a = archive_write_new();

	if (a == NULL)
		return NULL;
	if (is_cpio)
		archive_write_set_format_cpio_newc(a);
	else
		archive_write_set_format_pax_restricted(a);
	/*
	 * zstd(1) and others take no zeros behind the end; tar(1) and others
	 * know attributes by one of two names only.
	 */
	if (archive_write_set_bytes_in_last_block(a, 1) != ARCHIVE_OK
	    || format->filter(a) != ARCHIVE_OK
	    || (!is_cpio
		&& archive_write_set_format_option(a, NULL, "xattrheader",
		       "SCHILY")
		       != ARCHIVE_OK)
	    || (format->options != NULL
		&& archive_write_set_options(a, format->options)
		       != ARCHIVE_OK)) {
		archive_write_free(a);
		return NULL;
	}
	return a;
}

/* The writer, or NULL, is ready but for where it writes to: open does that. */
static int
pack(const struct pack_job *job, struct archive *out, bool is_cpio,
    int (*open)(struct archive *, void *), void *to, struct fail *f)
{
	int result = -1;

	if (out == NULL)
		return fail(f, ENOMEM, "begin the archive");
	if (open(out, to) != ARCHIVE_OK)
		packtree_failed(out, f);
	else
		result = packtree(job, out, is_cpio, f);
	if (result == 0 && archive_write_close(out) != ARCHIVE_OK)
		result = packtree_failed(out, f);
	archive_write_free(out);
	return result;
}

int
pack_root(const struct pack_job *job, const char *format, int out,
    struct fail *f)
{
	bool is_cpio;
	const struct format *filter = find_format(format, &is_cpio);

	if (filter == NULL) {
		fail(f, 0, "%s: no such format", format);
		return fail_hint(f,
		    "tar or cpio, with .gz, .zst, .xz or nothing; squashfs, "
		    "erofs; oci, oci.zst, oci-archive, docker-archive; or "
		    "digest");
	}
	return pack(job, new_writer(filter, is_cpio), is_cpio, open_descriptor,
	    &out, f);
}

struct sinking {
	pack_sink *sink;
	void *context;
	bool failed;
	struct fail why;
};

static la_ssize_t
sink_bytes(struct archive *a, void *to, const void *bytes, size_t size)
{
	struct sinking *s = to;

	if (s->sink(s->context, bytes, size, &s->why) == 0)
		return (la_ssize_t)size;
	s->failed = true;
	archive_set_error(a, EIO, "%s", s->why.text);
	return -1;
}

static int
open_sink(struct archive *a, void *to)
{
	return archive_write_open(a, to, NULL, sink_bytes, NULL);
}

int
pack_stream(const struct pack_job *job, pack_sink *sink, void *context,
    struct fail *f)
{
	struct sinking s = { .sink = sink, .context = context };
	int result =
	    pack(job, new_writer(&filters[0], false), false, open_sink, &s, f);

	if (s.failed)
		*f = s.why;
	return result;
}

static int
add_to_sum(void *sum, const void *bytes, size_t size, struct fail *f)
{
	(void)f;
	SHA256Update(sum, bytes, size);
	return 0;
}

int
pack_digest(const struct pack_job *job, char hex[PACK_DIGEST], struct fail *f)
{
	struct pack_job timeless = *job;
	SHA2_CTX sum;

	timeless.newest = 0;
	SHA256Init(&sum);
	if (pack_stream(&timeless, add_to_sum, &sum, f) < 0)
		return -1;
	SHA256End(&sum, hex);
	return 0;
}
