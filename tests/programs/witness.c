/* SPDX-License-Identifier: ISC */
/*
 * witness.c - a careless caller, who notices what a command does to it
 *
 *	witness SECRET COMMAND [ARGUMENT ...]
 *
 * Runs COMMAND on a terminal, with all around it that a caller may have:
 * another process, a socket, a service, a key, shared memory, an open
 * descriptor and a variable.  Where they are is told in further arguments,
 * "pid=7 port=4711 ...".  SECRET is a file, whose first line is the secret
 * that all of them hold.
 *
 * Prints what COMMAND printed, without blank lines, and says itself what
 * the probe leaves to the witness: whether the process was signalled, and
 * something typed into the terminal.  The status is the command's, or 2.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/keyctl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

#include "compat.h"

enum { FACTS = 16, WORDS = 64 };

static char secret[64];
static char facts[FACTS][PATH_MAX];
static int known;
static pid_t other; /* a process of ours, none of the command's business */

static void
need(int done, const char *what)
{
	if (done >= 0)
		return;
	fprintf(stderr, "witness: %s: %s\n", what, strerror(errno));
	exit(2);
}

__attribute__((format(printf, 1, 2))) static void
tell(const char *format, ...)
{
	va_list words;

	va_start(words, format);
	vsnprintf(facts[known++], PATH_MAX, format, words);
	va_end(words);
}

/* Its name, its handle, and whose namespace it is in. */
static void
make_file(const char *name)
{
	union {
		struct file_handle head;
		unsigned char bytes[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} handle = { .head.handle_bytes = MAX_HANDLE_SZ };
	char path[PATH_MAX], hex[2 * MAX_HANDLE_SZ + 1];
	FILE *in = fopen(name, "re");
	struct stat st;
	int mount;

	need(in != NULL && fgets(secret, sizeof secret, in) ? 0 : -1, name);
	fclose(in);
	secret[strcspn(secret, "\n")] = '\0';
	tell("secret=%s", secret);
	need(realpath(name, path) ? 0 : -1, name);
	tell("file=%s", path);
	need(stat("/proc/self/ns/mnt", &st), "/proc/self/ns/mnt");
	tell("namespace=%lu", (unsigned long)st.st_ino);
	/* Not every file system has handles. */
	if (name_to_handle_at(AT_FDCWD, path, &handle.head, &mount, 0) < 0)
		return;
	for (unsigned n = 0; n < handle.head.handle_bytes; n++)
		sprintf(hex + 2 * n, "%02x",
		    handle.bytes[sizeof handle.head + n]);
	tell("handle=%d:%s", handle.head.handle_type, hex);
}

/* It is sent SIGURG, which does nothing to whoever else has that number. */
static void
make_process(void)
{
	sigset_t urgent, before;
	pid_t parent = getpid();
	char name[16];

	/* It is as it should be from its first moment on. */
	sigemptyset(&urgent);
	sigaddset(&urgent, SIGURG);
	sigprocmask(SIG_BLOCK, &urgent, &before);
	prctl(PR_GET_NAME, name);
	prctl(PR_SET_NAME, "rungs-witness");
	need(other = fork(), "fork");
	if (other == 0) {
		/* Who has died before can send no signal any more. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (getppid() == parent)
			pause();
		_exit(0);
	}
	prctl(PR_SET_NAME, name);
	sigprocmask(SIG_SETMASK, &before, NULL);
	tell("pid=%d", (int)other);
}

/* A signal that is blocked is pending as soon as it was sent. */
static int
was_signalled(void)
{
	unsigned long long pending = 0;
	char path[64], line[256];
	FILE *in;

	snprintf(path, sizeof path, "/proc/%d/status", (int)other);
	in = fopen(path, "re");
	need(in != NULL ? 0 : -1, path);
	while (fgets(line, sizeof line, in) != NULL)
		if (sscanf(line, "ShdPnd: %llx", &pending) == 1)
			break;
	fclose(in);
	return (int)(pending >> (SIGURG - 1) & 1);
}

static void
make_sockets(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	socklen_t length = sizeof in;
	int tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int local = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	need(bind(tcp, (struct sockaddr *)&in, sizeof in), "bind 127.0.0.1");
	need(listen(tcp, 5), "listen");
	need(getsockname(tcp, (struct sockaddr *)&in, &length), "getsockname");
	tell("port=%d", ntohs(in.sin_port));
	/* The name in front of which there is a NUL is no file. */
	snprintf(un.sun_path + 1, sizeof un.sun_path - 1, "rungs-witness-%d",
	    (int)getpid());
	tell("socket=%s", un.sun_path + 1);
	length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1
			     + strlen(un.sun_path + 1));
	need(bind(local, (struct sockaddr *)&un, length), "bind a name");
	need(listen(local, 5), "listen");
}

/* Both end with the last process that has them, whatever becomes of us. */
static void
make_shared(void)
{
	int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
	void *at;

	need(id, "shmget");
	at = shmat(id, NULL, 0);
	shmctl(id, IPC_RMID, NULL);
	need(at == (void *)-1 ? -1 : 0, "shmat");
	strcpy(at, secret);
	tell("memory=%d", id);

	/* A filter around us may keep keys from us. */
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) >= 0
	    && syscall(SYS_add_key, "user", "rungs-witness", secret,
		   strlen(secret), KEY_SPEC_SESSION_KEYRING)
		   >= 0)
		tell("key=rungs-witness");
}

static void
become(const char *file, int terminal, char *argv[])
{
	char *words[WORDS + FACTS + 1];
	int count = 0, fd = open(file, O_RDONLY);

	for (; argv[count] != NULL && count < WORDS; count++)
		words[count] = argv[count];
	for (int n = 0; n < known; n++)
		words[count++] = facts[n];
	words[count] = NULL;
	/* It stays open. */
	need(fd, file);
	setenv("RUNGS_WITNESS", secret, 1);
	need(login_tty(terminal), "login_tty");
	execvp(words[0], words);
	perror(words[0]);
	_exit(127);
}

/* What comes out of the terminal until the command has ended. */
static char *
follow(int master, int pidfd)
{
	struct pollfd ready[2] = { { master, POLLIN, 0 },
		{ pidfd, POLLIN, 0 } };
	char buffer[4096], *text;
	size_t size;
	ssize_t got;
	FILE *out = open_memstream(&text, &size);

	need(out == NULL ? -1 : 0, "open_memstream");
	do {
		need(poll(ready, 2, -1), "poll");
		while ((got = read(master, buffer, sizeof buffer)) > 0)
			for (ssize_t n = 0; n < got; n++)
				if (buffer[n] != '\r')
					putc(buffer[n], out);
	} while (ready[1].revents == 0);
	fclose(out);
	return text;
}

/* Print it, with what the probe left to us to say. */
static void
testify(char *text, int slave)
{
	char byte, *rest = NULL;
	int signalled = was_signalled();
	int typed = read(slave, &byte, 1) == 1 && byte == 'x';

	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		char *end = strstr(line, ": the witness knows");
		int seen = strncmp(line, "type", 4) == 0 ? typed : signalled;

		if (end == NULL) {
			puts(line);
			continue;
		}
		*end = '\0';
		printf("%s: %s\n", line,
		    seen ? "allowed" : "denied (no effect)");
	}
}

int
main(int argc, char *argv[])
{
	struct termios raw;
	int master, slave, status;
	char *text;
	pid_t pid;

	if (argc < 3)
		return 2;
	make_file(argv[1]);
	make_process();
	make_sockets();
	make_shared();
	need(openpty(&master, &slave, NULL, NULL, NULL), "openpty");
	/* So that what is typed is there at once, and not on the screen. */
	tcgetattr(slave, &raw);
	cfmakeraw(&raw);
	tcsetattr(slave, TCSANOW, &raw);
	fcntl(master, F_SETFD, FD_CLOEXEC);
	fcntl(master, F_SETFL, O_NONBLOCK);
	need(pid = fork(), "fork");
	if (pid == 0)
		become(argv[1], dup(slave), argv + 2);
	text = follow(master, sys_pidfd_open(pid));
	fcntl(slave, F_SETFL, O_NONBLOCK);
	testify(text, slave);
	need(waitpid(pid, &status, 0), "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 2;
}
