/* SPDX-License-Identifier: ISC */
/* passwd.c - fuzz target: no passwd or group, however broken, may crash us */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "credential.h"
#include "fail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char dir[] = "/tmp/rungs-fuzz-XXXXXX";
static int root = -1;

static void
remove_root(void)
{
	unlinkat(root, "etc/passwd", 0);
	unlinkat(root, "etc/group", 0);
	unlinkat(root, "etc", AT_REMOVEDIR);
	rmdir(dir);
}

static void
make_root(void)
{
	if (mkdtemp(dir) == NULL)
		abort();
	root = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0 || mkdirat(root, "etc", 0700) < 0)
		abort();
	atexit(remove_root);
}

static void
put(const char *name, const uint8_t *data, size_t size)
{
	int fd = openat(root, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	close(fd);
}

/* What was found must be an id, and a directory that can be one. */
static void
look_up(const char *spec)
{
	struct credential c = { 0 };
	char home[PATH_MAX] = "/";
	struct fail why;

	if (credential_parse(&c, spec, &why) < 0)
		abort();
	if (credential_resolve(&c, root, "", home, &why) < 0)
		return;
	if (c.uid == UINT32_MAX || c.gid == UINT32_MAX || home[0] != '/'
	    || c.group_count > CREDENTIAL_GROUPS)
		abort();
	for (int n = 0; n < c.group_count; n++)
		if (c.groups[n] == UINT32_MAX)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (root < 0)
		make_root();
	put("etc/passwd", data, size);
	put("etc/group", data, size);
	look_up("a");
	look_up("a:b");
	look_up(":root");
	return 0;
}
