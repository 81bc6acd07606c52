/* SPDX-License-Identifier: ISC */
/*
 * leak.c - run a command as a careless caller would
 *
 *	leak COMMAND [ARGUMENT ...]
 *
 * with descriptors 3 to 20 open on "/", a blocked and an ignored signal,
 * and SIGCHLD ignored, too.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int
main(int argc, char *argv[])
{
	sigset_t set;
	int top = open("/", O_RDONLY | O_DIRECTORY);

	if (argc < 2 || top < 0)
		return 2;
	for (int fd = 3; fd <= 20; fd++)
		if (fd != top && dup2(top, fd) < 0)
			return 2;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGUSR1, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	execvp(argv[1], argv + 1);
	perror(argv[1]);
	return 2;
}
