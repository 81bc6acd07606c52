/* SPDX-License-Identifier: ISC */
/*
 * compare.c - how long commands take from posix_spawn(3) to their exit
 *
 *	compare [-n RUNS] [NAME COMMAND]...
 *
 * All commands take turns in every round, so that a machine whose speed
 * drifts is as fair to one as to the other; the ratios are what counts.
 * A COMMAND is split at blanks, and no shell is asked, unless it has a "|"
 * in it.  The first one is what the others are compared with.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WORDS = 64, CANDIDATES = 64, WARM_UP = 10 };

struct candidate {
	const char *name;
	char *words[WORDS];
	double *took; /* microseconds, one for each round */
	int failures;
};

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void
split(struct candidate *c, char *command)
{
	static char shell[] = "sh", option[] = "-c";
	char *rest = NULL, *word;
	int count = 0;

	if (strchr(command, '|') != NULL) {
		c->words[0] = shell;
		c->words[1] = option;
		c->words[2] = command;
		return;
	}
	for (word = strtok_r(command, " ", &rest);
	     word != NULL && count < WORDS - 1;
	     word = strtok_r(NULL, " ", &rest))
		c->words[count++] = word;
}

static double
run(struct candidate *c, const posix_spawn_file_actions_t *quiet)
{
	extern char **environ;
	double start = now();
	int status;
	pid_t pid;

	errno = posix_spawnp(&pid, c->words[0], quiet, NULL, c->words, environ);
	if (errno != 0 || waitpid(pid, &status, 0) != pid || status != 0)
		c->failures++;
	return now() - start;
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
report(struct candidate *c, int count, int runs)
{
	double base = 0;

	printf("%10s %10s %8s  %s\n", "median us", "p95 us", "ratio", "");
	for (int n = 0; n < count; n++) {
		double median;

		qsort(c[n].took, (size_t)runs, sizeof *c[n].took, ascending);
		median = c[n].took[runs / 2];
		base = n == 0 ? median : base;
		printf("%10.0f %10.0f %8.2f  %s", median,
		    c[n].took[runs * 95 / 100], median / base, c[n].name);
		if (c[n].failures > 0)
			printf(" (%d of %d failed)", c[n].failures,
			    runs + WARM_UP);
		putchar('\n');
	}
}

int
main(int argc, char *argv[])
{
	static struct candidate c[CANDIDATES];
	posix_spawn_file_actions_t quiet;
	int runs = 300, count = 0, option;

	while ((option = getopt(argc, argv, "n:")) == 'n')
		runs = atoi(optarg);
	if (option != -1 || runs < 1 || optind == argc
	    || (argc - optind) % 2 != 0) {
		fprintf(stderr, "usage: compare [-n RUNS] NAME COMMAND ...\n");
		return 2;
	}
	for (int i = optind; i < argc && count < CANDIDATES; i += 2, count++) {
		c[count].name = argv[i];
		c[count].took = calloc((size_t)runs, sizeof(double));
		split(&c[count], argv[i + 1]);
	}
	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0);
	for (int round = -WARM_UP; round < runs; round++)
		for (int n = 0; n < count; n++) {
			double took = run(&c[n], &quiet);

			if (round >= 0)
				c[n].took[round] = took;
		}
	report(c, count, runs);
	return 0;
}
