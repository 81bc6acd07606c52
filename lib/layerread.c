/* SPDX-License-Identifier: ISC */
/* layerread.c - see layerread.h */
#include "layerread.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>

#include "fail.h"
#include "quota.h"
#include "unpack.h"

/* A stream that is nothing but compressed is libarchive's "raw" format. */
static struct archive *
new_raw(void)
{
	struct archive *raw = archive_read_new();

	if (raw == NULL)
		return NULL;
	if (archive_zlib_version() != NULL)
		archive_read_support_filter_gzip(raw);
	if (archive_libzstd_version() != NULL)
		archive_read_support_filter_zstd(raw);
	archive_read_support_format_raw(raw);
	archive_read_support_format_empty(raw);
	return raw;
}

/* 1: all that is left of the tar has been read. */
static int
next_block(struct layerread *l, const void **block, size_t *size)
{
	la_int64_t offset;
	int got = ARCHIVE_EOF;

	if (l->raw != NULL)
		got = archive_read_data_block(l->raw, block, size, &offset);
	if (got == ARCHIVE_EOF)
		return 1;
	if (got < ARCHIVE_WARN)
		return -1;
	SHA256Update(&l->tar, *block, *size);
	l->size += *size;
	return 0;
}

static la_ssize_t
read_block(struct archive *in, void *context, const void **block)
{
	struct layerread *l = context;
	size_t size = 0;
	int got = 0;

	while (got == 0 && size == 0)
		got = next_block(l, block, &size);
	if (got < 0)
		archive_set_error(in, archive_errno(l->raw), "%s",
		    archive_error_string(l->raw));
	return got < 0 ? -1 : (la_ssize_t)size;
}

static enum layer_press
press_of(struct archive *raw)
{
	switch (archive_filter_code(raw, 0)) {
	case ARCHIVE_FILTER_GZIP:
		return LAYER_GZIP;
	case ARCHIVE_FILTER_ZSTD:
		return LAYER_ZSTD;
	default:
		return LAYER_PLAIN;
	}
}

/*
 * Who goes by the media type, and who looks at the bytes, would unpack two
 * images: so they have to agree, and what is in there is no such stream again.
 */
static int
check_press(const struct layerread *l, struct archive *in)
{
	static const char *const names[] = { "", "not compressed", "gzip",
		"zstd" };
	enum layer_press press = press_of(l->raw);

	if (archive_filter_count(l->raw) > 2)
		archive_set_error(in, EINVAL, "it is compressed twice");
	else if (l->press != LAYER_ANY && l->press != press)
		archive_set_error(in, EINVAL, "it is %s, and is said to be %s",
		    names[press], names[l->press]);
	else
		return ARCHIVE_OK;
	return ARCHIVE_FATAL;
}

int
layerread_open(struct layerread *l, struct archive *in)
{
	struct archive_entry *entry;
	int got;

	l->size = 0;
	SHA256Init(&l->tar);
	if ((l->raw = new_raw()) == NULL) {
		archive_set_error(in, ENOMEM, "%s", strerror(ENOMEM));
		return ARCHIVE_FATAL;
	}
	got = hashed_open(&l->file, l->raw);
	if (got == ARCHIVE_OK)
		got = archive_read_next_header(l->raw, &entry);
	if (got != ARCHIVE_OK && got != ARCHIVE_EOF) {
		archive_set_error(in, archive_errno(l->raw), "%s",
		    archive_error_string(l->raw));
		return ARCHIVE_FATAL;
	}
	if (check_press(l, in) != ARCHIVE_OK)
		return ARCHIVE_FATAL;
	if (got == ARCHIVE_EOF) {
		archive_read_free(l->raw);
		l->raw = NULL;
	}
	return archive_read_open(in, l, NULL, read_block, NULL);
}

/* Zeros to the end of a block, or a bomb. */
static int
drain(struct layerread *l, const struct quota *quota, struct fail *f)
{
	const void *block;
	size_t size;
	int got;

	while ((got = next_block(l, &block, &size)) == 0)
		if (quota_stream(quota, (int64_t)l->size, f) < 0)
			return -1;
	return got == 1 ? 0 : unpack_failed(l->raw, "unreadable layer", f);
}

int
layerread_end(struct layerread *l, const struct quota *quota,
    char file[HASHED_HEX], char tar[HASHED_HEX], struct fail *f)
{
	int result = drain(l, quota, f);

	archive_read_free(l->raw);
	l->raw = NULL;
	SHA256End(&l->tar, tar);
	file[0] = '\0';
	return hashed_end(&l->file, file, f) < 0 ? -1 : result;
}
