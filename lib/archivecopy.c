/* SPDX-License-Identifier: ISC */
/* archivecopy.c - see archivecopy.h */
#include "archivecopy.h"

#include <archive.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "fail.h"
#include "pour.h"
#include "scope.h"

bool
archivecopy_is_needed(int file)
{
	struct archive *in = archive_read_new();
	struct archive_entry *entry;
	bool is_one = false;

	if (in == NULL)
		return false;
	archive_read_support_format_zip(in);
	archive_read_support_format_7zip(in);
	archive_read_support_format_iso9660(in);
	if (archive_read_open_fd(in, file, 1 << 16) == ARCHIVE_OK)
		is_one = archive_read_next_header(in, &entry) >= ARCHIVE_WARN;
	archive_read_free(in);
	return is_one;
}

static int
copy(int file, int to, char hex[HASHED_HEX])
{
	static char buffer[1 << 16];
	SHA2_CTX sum;
	ssize_t got;

	SHA256Init(&sum);
	while ((got = read(file, buffer, sizeof buffer)) > 0) {
		SHA256Update(&sum, (const uint8_t *)buffer, (size_t)got);
		if (pour_bytes(to, buffer, (size_t)got) < 0)
			return -1;
	}
	SHA256End(&sum, hex);
	return got < 0 || lseek(to, 0, SEEK_SET) < 0 ? -1 : 0;
}

int
archivecopy_make(int file, int root, char hex[HASHED_HEX], struct fail *f)
{
	static const char name[] = "../copy";
	int to = openat(root, name,
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (to >= 0 && unlinkat(root, name, 0) == 0
	    && lseek(file, 0, SEEK_SET) == 0 && copy(file, to, hex) == 0)
		return to;
	scope_close(&to);
	return fail(f, errno, "copy the archive");
}
