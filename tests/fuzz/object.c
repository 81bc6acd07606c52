/* SPDX-License-Identifier: ISC */
/* Whatever a file says of itself, to read it as ELF ends and is bounded. */
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fail.h"
#include "object.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	struct object o;
	struct fail why;

	if (fd < 0)
		fd = memfd_create("object", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, 0) < 0
	    || pwrite(fd, data, size, 0) != (ssize_t)size)
		return 0;
	if (object_read(fd, &o, &why) == 1)
		object_free(&o);
	return 0;
}
