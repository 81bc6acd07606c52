/* SPDX-License-Identifier: ISC */
/* image.c - fuzz target: no image, whatever its JSON says, may crash mkroot */
#include <fcntl.h>
#include <sha256.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
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
static int dir, blobs;

static void
write_file(const char *file, const void *bytes, size_t size)
{
	int fd =
	    openat(dir, file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
		abort();
	close(fd);
}

/* A blob of these bytes, and what points to it. */
static void
write_blob(const char *type, const void *bytes, size_t size, char index[512])
{
	char digest[SHA256_DIGEST_STRING_LENGTH], file[128];

	SHA256Data(bytes, size, digest);
	snprintf(file, sizeof file, "blobs/sha256/%s", digest);
	write_file(file, bytes, size);
	snprintf(index, 512,
	    "{\"manifests\":[{\"mediaType\":\"application/vnd.oci.image.%s\","
	    "\"digest\":\"sha256:%s\",\"size\":%zu}]}",
	    type, digest, size);
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
	static const char config[] = "{\"config\":{\"Cmd\":[\"a\"]}}";
	char index[512];

	(void)argc;
	(void)argv;
	if (mkdtemp(name) == NULL
	    || (dir = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0
	    || mkdirat(dir, "blobs", 0700) < 0
	    || mkdirat(dir, "blobs/sha256", 0700) < 0
	    || (blobs = openat(dir, "blobs/sha256",
		    O_PATH | O_DIRECTORY | O_CLOEXEC))
		   < 0)
		abort();
	write_file("oci-layout", layout, strlen(layout));
	write_blob("config.v1+json", config, strlen(config), index);
	atexit(clean_up);
	return 0;
}

/* What was found can be read to its end. */
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
			(void)imageread_check(&image, n, "", "", &why);
			close(fd);
		}
	(void)unlinkat(dir, "launch", 0);
	(void)imageread_launch(&image, dir, "launch", &why);
	imageread_close(&image);
}

/* A blob needs the SHA-256 that points to it, which no fuzzer finds. */
static void
look_at_blob(const char *type, const uint8_t *data, size_t size)
{
	char index[512], *digest;

	write_blob(type, data, size, index);
	write_file("index.json", index, strlen(index));
	look(NULL, false);
	digest = strstr(index, "sha256:") + 7;
	digest[64] = '\0';
	(void)unlinkat(blobs, digest, 0);
}

/*
 * Up to a NUL it is an index, a manifest or docker's, and behind it docker's
 * configuration.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, '\0', size);
	size_t first = end != NULL ? (size_t)(end - data) : size;

	look_at_blob("manifest.v1+json", data, first);
	look_at_blob("index.v1+json", data, first);
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
