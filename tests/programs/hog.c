/* SPDX-License-Identifier: ISC */
/*
 * hog.c - use much of something, and say how far that went
 *
 *	hog memory MIB    write to that much memory
 *	hog pids N        have that many children at once
 *	hog files N       open that many files
 *	hog bomb          fork until that is refused, in every process
 *	hog huge N        reserve that many huge pages, and write to them
 *	hog fault N       write to that many that nobody reserved
 *	hog lock KIB      lock that much memory
 *	hog stack KIB     use that much of the stack
 *	hog queues N      make that many message queues
 *	hog signals N     have that many signals wait
 *	hog disk FILE     read the disk or file, past any cache, without end
 */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* How far it went: all, or that far, with the reason; the status. */
static int
say(long n, long wanted, int error)
{
	if (error != 0)
		printf("%ld: %s\n", n, strerror(error));
	else
		printf("all %ld\n", wanted);
	return error != 0;
}

static int
hog_memory(long mib)
{
	char *piece;

	for (long n = 0; n < mib; n++) {
		piece = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (piece == MAP_FAILED)
			return say(n, mib, errno);
		memset(piece, 1, 1 << 20);
	}
	return say(mib, mib, 0);
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
	return say(n, count, error);
}

static int
hog_files(long count)
{
	for (long n = 0; n < count; n++)
		if (open("/", O_RDONLY) < 0)
			return say(n, count, errno);
	return say(count, count, 0);
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

/* What was reserved is refused before it is used, the rest by SIGBUS. */
static int
hog_huge(long count, int flags)
{
	size_t size = (size_t)2 << 20;
	char *piece;

	for (long n = 0; n < count; n++) {
		piece = mmap(NULL, size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | flags, -1, 0);
		if (piece == MAP_FAILED)
			return say(n, count, errno);
		memset(piece, 1, size);
	}
	return say(count, count, 0);
}

static int
hog_lock(long kib)
{
	size_t size = (size_t)kib << 10;
	char *piece = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (piece == MAP_FAILED || mlock(piece, size) < 0)
		return say(0, kib, errno);
	return say(kib, kib, 0);
}

/* What is done behind the call keeps a compiler from making it a loop. */
static int
hog_stack(long kib)
{
	volatile char piece[1024];

	piece[0] = 1;
	if (kib > 1 && hog_stack(kib - 1) != 1)
		return 2;
	return piece[0];
}

static int
hog_queues(long count)
{
	struct mq_attr small = { .mq_maxmsg = 1, .mq_msgsize = 1 };
	char name[64];

	for (long n = 0; n < count; n++) {
		snprintf(name, sizeof name, "/hog-%d-%ld", (int)getpid(), n);
		if (mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &small) < 0)
			return say(n, count, errno);
		mq_unlink(name);
	}
	return say(count, count, 0);
}

static int
hog_signals(long count)
{
	union sigval value = { .sival_int = 0 };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (long n = 0; n < count; n++)
		if (sigqueue(getpid(), SIGRTMIN, value) < 0)
			return say(n, count, errno);
	return say(count, count, 0);
}

static int
hog_disk(const char *file)
{
	static _Alignas(4096) char block[4096];
	int fd = open(file, O_RDONLY | O_DIRECT);
	off_t size = lseek(fd, 0, SEEK_END), at = 0;

	while (pread(fd, block, sizeof block, at) > 0)
		at = (at + (off_t)sizeof block) % size;
	return say(0, size, errno);
}

int
main(int argc, char *argv[])
{
	long n = argc == 3 ? atol(argv[2]) : 0;

	if (argc == 2 && strcmp(argv[1], "bomb") == 0)
		return hog_bomb();
	if (argc == 3 && strcmp(argv[1], "disk") == 0)
		return hog_disk(argv[2]);
	if (n <= 0)
		return 2;
	if (strcmp(argv[1], "memory") == 0)
		return hog_memory(n);
	if (strcmp(argv[1], "pids") == 0)
		return hog_pids(n);
	if (strcmp(argv[1], "files") == 0)
		return hog_files(n);
	if (strcmp(argv[1], "huge") == 0)
		return hog_huge(n, 0);
	if (strcmp(argv[1], "fault") == 0)
		return hog_huge(n, MAP_NORESERVE);
	if (strcmp(argv[1], "lock") == 0)
		return hog_lock(n);
	if (strcmp(argv[1], "stack") == 0)
		return say(hog_stack(n) == 1 ? n : 0, n, 0);
	if (strcmp(argv[1], "queues") == 0)
		return hog_queues(n);
	if (strcmp(argv[1], "signals") == 0)
		return hog_signals(n);
	return 2;
}
