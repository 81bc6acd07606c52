/* SPDX-License-Identifier: ISC */
/*
 * signals.c - catch the signals that it is told to, and say which came
 *
 *	signals NUMBER ...
 *
 * Prints "ready", then "got N" for each, and ends when all came once.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

int
main(int argc, char *argv[])
{
	sigset_t set;
	int sig;

	sigemptyset(&set);
	for (int n = 1; n < argc; n++)
		sigaddset(&set, atoi(argv[n]));
	sigprocmask(SIG_BLOCK, &set, NULL);
	puts("ready");
	fflush(stdout);
	for (int n = 1; n < argc; n++) {
		if (sigwait(&set, &sig) != 0)
			return 1;
		printf("got %d\n", sig);
		fflush(stdout);
		sigdelset(&set, sig);
	}
	return 0;
}
