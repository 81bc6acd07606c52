/* SPDX-License-Identifier: ISC */
/*
 * typist.c - somebody who sits at a terminal, types, and watches
 *
 *	typist COMMAND [ARGUMENT ...] <SCRIPT
 *
 * Runs COMMAND on a terminal of its own, in a new session.  A line of SCRIPT
 * is one of
 *
 *	type TEXT       type it; \xHH is a byte
 *	line TEXT       the same, and the return key
 *	see TEXT        wait until it is shown, behind what was seen before
 *	raw, cooked     wait until the terminal is
 *	size ROWS COLUMNS
 *	hangup          be gone
 *
 * Prints all that was shown, without carriage returns.  The status is the
 * command's, or 2 if something was not seen in time.
 */
#include <poll.h>
#include <pty.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>

enum { PATIENCE = 60 /* seconds */, STEP = 20 /* milliseconds */ };

static int master = -1;
static pid_t command;
static char *shown;
static size_t length, seen;

static _Noreturn void
give_up(const char *line)
{
	fwrite(shown + seen, 1, length - seen, stdout);
	printf("\ntypist: %s: this did not come\n", line);
	if (master >= 0)
		close(master);
	exit(2);
}

/* Take what is shown meanwhile.  False: the terminal is gone. */
static bool
watch(int milliseconds)
{
	struct pollfd ready = { .fd = master, .events = POLLIN };
	char text[65536];
	ssize_t got;

	if (poll(&ready, 1, milliseconds) <= 0)
		return true;
	got = read(master, text, sizeof text);
	if (got <= 0)
		return false;
	shown = realloc(shown, length + (size_t)got + 1);
	if (shown == NULL)
		exit(2);
	for (ssize_t n = 0; n < got; n++)
		if (text[n] != '\r' && text[n] != '\0')
			shown[length++] = text[n];
	shown[length] = '\0';
	return true;
}

static bool
has_shown(const char *text)
{
	const char *at = shown == NULL ? NULL : strstr(shown + seen, text);

	if (at == NULL)
		return false;
	seen = (size_t)(at - shown) + strlen(text);
	return true;
}

static bool
has_modes(const char *word)
{
	struct termios modes;

	if (tcgetattr(master, &modes) < 0)
		return false;
	return ((modes.c_lflag & (ICANON | ECHO | ISIG)) == 0)
	       == (strcmp(word, "raw") == 0);
}

static void
wait_until(bool (*is)(const char *), const char *text, const char *line)
{
	time_t end = time(NULL) + PATIENCE;

	while (!is(text))
		if (!watch(STEP) || time(NULL) > end)
			give_up(line);
}

/* In place, and return how long it is then. */
static size_t
unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from != '\0';) {
		if (strncmp(from, "\\x", 2) == 0) {
			char hex[3] = { from[2], from[3], '\0' };

			*to++ = (char)strtol(hex, NULL, 16);
			from += 4;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
	return (size_t)(to - text);
}

static void
act(char *line)
{
	struct winsize size = { .ws_row = 0 };
	char *rest = strchr(line, ' ');
	char whole[512];

	snprintf(whole, sizeof whole, "%s", line);
	if (rest != NULL)
		*rest++ = '\0';
	if (strcmp(line, "type") == 0 || strcmp(line, "line") == 0) {
		size_t size_of_it = unescape(rest);

		if (line[0] == 'l')
			rest[size_of_it++] = '\r';
		if (write(master, rest, size_of_it) != (ssize_t)size_of_it)
			give_up(whole);
	} else if (strcmp(line, "see") == 0) {
		wait_until(has_shown, rest, whole);
	} else if (strcmp(line, "raw") == 0 || strcmp(line, "cooked") == 0) {
		wait_until(has_modes, line, whole);
	} else if (strcmp(line, "size") == 0) {
		if (sscanf(rest, "%hu %hu", &size.ws_row, &size.ws_col) != 2
		    || ioctl(master, TIOCSWINSZ, &size) < 0)
			give_up(whole);
	} else if (strcmp(line, "hangup") == 0) {
		close(master);
		master = -1;
	} else {
		give_up(whole);
	}
}

int
main(int argc, char *argv[])
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 };
	char line[512];
	int slave, status;
	time_t end;

	if (argc < 2 || openpty(&master, &slave, NULL, NULL, &size) < 0)
		return 2;
	if ((command = fork()) == 0) {
		close(master);
		if (login_tty(slave) < 0)
			_exit(2);
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	close(slave);
	while (fgets(line, sizeof line - 1, stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		act(line);
	}
	/* It hangs up when nobody has it any more. */
	end = time(NULL) + PATIENCE;
	while (master >= 0 && watch(STEP))
		if (time(NULL) > end)
			give_up("the end");
	if (shown != NULL)
		fwrite(shown, 1, length, stdout);
	/* One that does not notice is not waited for. */
	alarm(PATIENCE);
	if (waitpid(command, &status, 0) < 0)
		return 2;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 2;
}
