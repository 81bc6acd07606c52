/* SPDX-License-Identifier: ISC */
/* image.c - fuzz target: no image, whatever its JSON says, may crash mkroot */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "imageread.h"
#include "work.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char name[] = "/dev/shm/rungs-fuzz-XXXXXX";
static int dir;

static void
write_file(const char *file, const void *bytes, size_t size)
{
	int fd =
	    openat(dir, file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
		abort();
	close(fd);
}

static void
clean_up(void)
{
	(void)tree_remove(AT_FDCWD, name);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char layout[] = "{\"imageLayoutVersion\":\"1.0.0\"}";

	(void)argc;
	(void)argv;
	if (mkdtemp(name) == NULL
	    || (dir = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0
	    || mkdirat(dir, "blobs", 0700) < 0
	    || mkdirat(dir, "blobs/sha256", 0700) < 0)
		abort();
	write_file("oci-layout", layout, strlen(layout));
	atexit(clean_up);
	return 0;
}

/*
 * What was found can be read to its end.  A blob would have to have the right
 * SHA-256, which no fuzzer finds; so docker's files, which need none to be
 * read, stand for what is behind it.
 */
static void
look(const char *ref, bool is_docker)
{
	struct imageread image;
	struct fail why;
	enum layer_press press;
	int fd;

	if (imageread_open(&image, dir, ref, is_docker, &why) < 0)
		return;
	for (int n = 0; n < imageread_count(&image); n++)
		if ((fd = imageread_layer(&image, n, &press, &why)) >= 0) {
			if (imageread_check(&image, n, "", "", &why) == 0)
				abort();
			close(fd);
		}
	(void)unlinkat(dir, "launch", 0);
	(void)imageread_launch(&image, dir, "launch", &why);
	imageread_close(&image);
}

/* Up to a NUL it is an index or docker's manifest, behind it a configuration.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, '\0', size);
	size_t first = end != NULL ? (size_t)(end - data) : size;

	write_file("index.json", data, first);
	write_file("manifest.json", data, first);
	if (end != NULL)
		write_file("c", end + 1, size - first - 1);
	look(NULL, false);
	look("a", false);
	look(NULL, true);
	look("a", true);
	return 0;
}
