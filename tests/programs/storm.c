/* SPDX-License-Identifier: ISC */
/*
 * storm.c - live through what would drown a careless supervisor
 *
 *	storm orphans COUNT STATUS   leave that many orphans, and end so
 *	storm signals STATUS         say "ready", and end so at SIGTERM
 *
 * Both catch SIGUSR1, SIGUSR2 and the first real-time signal meanwhile, and
 * the second says "all three" when each came at least once.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t came[65];

static void
count(int sig)
{
	came[sig] = 1;
}

static int
leave_orphans(int number)
{
	for (int n = 0; n < number; n++) {
		pid_t child = fork();

		if (child < 0)
			return -1;
		if (child == 0)
			_exit(fork() < 0 ? 1 : 0);
		while (waitpid(child, NULL, 0) < 0)
			;
	}
	return 0;
}

int
main(int argc, char *argv[])
{
	struct sigaction action = { .sa_handler = count };
	sigset_t all, old;
	bool told = false;

	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGUSR2, &action, NULL);
	sigaction(SIGRTMIN, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (argc == 4 && strcmp(argv[1], "orphans") == 0) {
		puts("ready");
		fflush(stdout);
		return leave_orphans(atoi(argv[2])) < 0 ? 125 : atoi(argv[3]);
	}
	if (argc != 3)
		return 125;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	puts("ready");
	fflush(stdout);
	while (came[SIGTERM] == 0) {
		sigsuspend(&old);
		if (came[SIGUSR1] == 0 || came[SIGUSR2] == 0
		    || came[SIGRTMIN] == 0 || told)
			continue;
		puts("all three");
		fflush(stdout);
		told = true;
	}
	return atoi(argv[2]);
}
