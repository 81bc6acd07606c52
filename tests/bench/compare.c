/* SPDX-License-Identifier: ISC */
/*
 * compare.c - how long commands take from posix_spawn(3) to their exit
 *
 *	compare [-n RUNS] [-r NAME/NAME[/GOAL]] ... [NAME COMMAND] ...
 *
 * All commands take turns in every round, so that a machine whose speed
 * drifts is as fair to one as to the other; the ratios are what counts.
 * Each round has another order: what the kernel still tidies up behind one
 * is then not always paid by the same other.
 * A COMMAND is split at blanks, and no shell is asked, unless it has a "|"
 * in it.  The first one is what the others are compared with.
 *
 * -r prints the ratio of two of them, too, and what it is to be at most.  It
 * is left out where one of them was not measured or failed.
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

enum { WORDS = 64, CANDIDATES = 64, WARM_UP = 10, PAIRS = 16 };

struct candidate {
	const char *name;
	char *words[WORDS];
	double *took; /* microseconds, one for each round */
	double median;
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

static void
shuffle(int *order, int count)
{
	for (int n = count - 1; n > 0; n--) {
		int other = (int)(random() % (n + 1)), kept = order[n];

		order[n] = order[other];
		order[other] = kept;
	}
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
	printf("%10s %10s %8s  %s\n", "median us", "p95 us", "ratio", "");
	for (int n = 0; n < count; n++) {
		qsort(c[n].took, (size_t)runs, sizeof *c[n].took, ascending);
		c[n].median = c[n].took[runs / 2];
		printf("%10.0f %10.0f %8.2f  %s", c[n].median,
		    c[n].took[runs * 95 / 100], c[n].median / c[0].median,
		    c[n].name);
		if (c[n].failures > 0)
			printf(" (%d of %d failed)", c[n].failures,
			    runs + WARM_UP);
		putchar('\n');
	}
}

static const struct candidate *
find(const struct candidate *c, int count, const char *name)
{
	for (int n = 0; n < count; n++)
		if (name != NULL && strcmp(c[n].name, name) == 0
		    && c[n].failures == 0)
			return &c[n];
	return NULL;
}

static void
report_pair(const struct candidate *c, int count, char *pair)
{
	const struct candidate *a = find(c, count, strtok(pair, "/"));
	const struct candidate *b = find(c, count, strtok(NULL, "/"));
	const char *goal = strtok(NULL, "/");

	if (a == NULL || b == NULL)
		return;
	printf("%.2f  %s / %s", a->median / b->median, a->name, b->name);
	if (goal != NULL)
		printf(" (goal: at most %s)", goal);
	putchar('\n');
}

static int
usage(void)
{
	fprintf(stderr, "usage: compare [-n RUNS] [-r NAME/NAME[/GOAL]] ... "
			"NAME COMMAND ...\n");
	return 2;
}

int
main(int argc, char *argv[])
{
	static struct candidate c[CANDIDATES];
	posix_spawn_file_actions_t quiet;
	int runs = 300, count = 0, pair_count = 0, option;
	int order[CANDIDATES];
	char *pairs[PAIRS];

	while ((option = getopt(argc, argv, "n:r:")) != -1)
		if (option == 'n')
			runs = atoi(optarg);
		else if (option == 'r' && pair_count < PAIRS)
			pairs[pair_count++] = optarg;
		else
			return usage();
	if (runs < 1 || optind == argc || (argc - optind) % 2 != 0)
		return usage();
	for (int i = optind; i < argc && count < CANDIDATES; i += 2, count++) {
		c[count].name = argv[i];
		c[count].took = calloc((size_t)runs, sizeof(double));
		split(&c[count], argv[i + 1]);
	}
	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0);
	for (int n = 0; n < count; n++)
		order[n] = n;
	for (int round = -WARM_UP; round < runs; round++) {
		shuffle(order, count);
		for (int n = 0; n < count; n++) {
			double took = run(&c[order[n]], &quiet);

			if (round >= 0)
				c[order[n]].took[round] = took;
		}
	}
	report(c, count, runs);
	for (int n = 0; n < pair_count; n++)
		report_pair(c, count, pairs[n]);
	return 0;
}
