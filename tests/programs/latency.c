/* SPDX-License-Identifier: ISC */
/*
 * latency SECONDS [NAME [MOST]] - how late a small job gets done, beside others
 *
 * Every five milliseconds there is a request, and to answer it takes a
 * little of everything: some computing, some fresh memory, a process.  One
 * line is written: how many milliseconds after its time the median, the 99th
 * of a hundred, and the latest answer came, and how many were given; no more
 * than MOST.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 1 << 20, MEMORY = 1 << 20, PAGE = 4096 };

static const double interval = 0.005;
static double late[MOST];

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
sleep_until(double when)
{
	struct timespec t = { .tv_sec = (time_t)when };

	t.tv_nsec = (long)((when - (double)t.tv_sec) * 1e9);
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) != 0)
		;
}

/* Try until it is done: who asks will not go away. */
static void
answer(void)
{
	volatile unsigned char *memory;
	unsigned sum = 0;
	pid_t child;

	while ((memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
	       == MAP_FAILED)
		;
	for (int n = 0; n < MEMORY; n += PAGE)
		memory[n] = (unsigned char)n;
	for (int n = 0; n < MEMORY; n += 16)
		sum += memory[n];
	munmap((void *)memory, MEMORY);
	while ((child = fork()) < 0)
		usleep(100);
	if (child == 0)
		_exit((int)(sum & 1));
	waitpid(child, NULL, 0);
}

static int
compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int
main(int argc, char *argv[])
{
	double end, when;
	int count = 0, most = argc > 3 ? atoi(argv[3]) : MOST;

	if (argc < 2)
		return 125;
	when = now();
	end = when + atof(argv[1]);
	while (when < end && count < most && count < MOST) {
		sleep_until(when += interval);
		answer();
		late[count++] = (now() - when) * 1e3;
		/* Requests that came meanwhile are not counted again. */
		if (now() > when + interval)
			when = now();
	}
	qsort(late, (size_t)count, sizeof late[0], compare);
	printf("%-38s %8.2f %8.2f %8.2f %7d\n", argc > 2 ? argv[2] : "",
	    late[count / 2], late[count - 1 - count / 100], late[count - 1],
	    count);
	return 0;
}
