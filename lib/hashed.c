/* SPDX-License-Identifier: ISC */
/* hashed.c - see hashed.h */
#include "hashed.h"

#include <archive.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"

/* One buffer full; 0 at the end. */
static ssize_t
fill(struct hashed *h)
{
	ssize_t got;

	do
		got = read(h->fd, h->buffer, sizeof h->buffer);
	while (got < 0 && errno == EINTR);
	if (got > 0)
		SHA256Update(&h->sum, h->buffer, (size_t)got);
	return got;
}

static la_ssize_t
read_block(struct archive *in, void *context, const void **block)
{
	struct hashed *h = context;
	ssize_t got = fill(h);

	*block = h->buffer;
	if (got < 0)
		archive_set_error(in, errno, "cannot be read");
	return got;
}

int
hashed_open(struct hashed *h, struct archive *in)
{
	SHA256Init(&h->sum);
	return archive_read_open(in, h, NULL, read_block, NULL);
}

int
hashed_end(struct hashed *h, char hex[HASHED_HEX], struct fail *f)
{
	ssize_t got;

	while ((got = fill(h)) > 0)
		;
	if (got < 0)
		return fail(f, errno, "read the archive");
	SHA256End(&h->sum, hex);
	return 0;
}

int
hashed_file(int fd, char hex[HASHED_HEX], struct fail *f)
{
	static struct hashed h;
	struct stat st;

	h.fd = fd;
	if (fstat(fd, &st) < 0)
		return fail(f, errno, "read the archive");
	if (!S_ISREG(st.st_mode))
		return fail(f, 0, "read the archive: not a regular file");
	SHA256Init(&h.sum);
	if (lseek(fd, 0, SEEK_SET) < 0)
		return fail(f, errno, "read the archive");
	if (hashed_end(&h, hex, f) < 0)
		return -1;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return fail(f, errno, "read the archive");
	return 0;
}
