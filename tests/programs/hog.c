/* SPDX-License-Identifier: ISC */
/*
 * hog.c - use much of something, and say how far that went
 *
 *	hog memory MIB    write to that much memory
 *	hog pids N        have that many children at once
 *	hog files N       open that many files
 *	hog bomb          fork until that is refused, in every process
 *	hog huge N        write to that many huge pages
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int
hog_memory(long mib)
{
	char *piece;

	for (long n = 0; n < mib; n++) {
		piece = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (piece == MAP_FAILED) {
			printf("%ld: %s\n", n, strerror(errno));
			return 1;
		}
		memset(piece, 1, 1 << 20);
	}
	printf("all %ld\n", mib);
	return 0;
}

static int
hog_pids(long count)
{
	pid_t *child = calloc((size_t)count, sizeof *child);
	long n;
	int error = 0;

	if (child == NULL)
		return 2;
	for (n = 0; n < count; n++) {
		if ((child[n] = fork()) == 0)
			for (;;)
				pause();
		if (child[n] < 0) {
			error = errno;
			break;
		}
	}
	for (long k = 0; k < n; k++) {
		kill(child[k], SIGKILL);
		waitpid(child[k], NULL, 0);
	}
	if (error != 0)
		printf("%ld: %s\n", n, strerror(error));
	else
		printf("all %ld\n", count);
	return error != 0;
}

static int
hog_files(long count)
{
	for (long n = 0; n < count; n++) {
		if (open("/", O_RDONLY) < 0) {
			printf("%ld: %s\n", n, strerror(errno));
			return 1;
		}
	}
	printf("all %ld\n", count);
	return 0;
}

/* The others stay: in a jail they end with it. */
static int
hog_bomb(void)
{
	pid_t first = getpid();

	for (;;) {
		if (fork() >= 0)
			continue;
		if (getpid() != first)
			for (;;)
				pause();
		printf("%s\n", strerror(errno));
		return 0;
	}
}

static int
hog_huge(long count)
{
	size_t size = (size_t)2 << 20;
	char *piece;

	for (long n = 0; n < count; n++) {
		piece = mmap(NULL, size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
		if (piece == MAP_FAILED) {
			printf("%ld: %s\n", n, strerror(errno));
			return 1;
		}
		memset(piece, 1, size);
	}
	printf("all %ld\n", count);
	return 0;
}

int
main(int argc, char *argv[])
{
	if (argc == 3 && strcmp(argv[1], "memory") == 0)
		return hog_memory(atol(argv[2]));
	if (argc == 3 && strcmp(argv[1], "pids") == 0)
		return hog_pids(atol(argv[2]));
	if (argc == 3 && strcmp(argv[1], "files") == 0)
		return hog_files(atol(argv[2]));
	if (argc == 3 && strcmp(argv[1], "huge") == 0)
		return hog_huge(atol(argv[2]));
	if (argc == 2 && strcmp(argv[1], "bomb") == 0)
		return hog_bomb();
	return 2;
}
