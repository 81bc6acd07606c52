/* SPDX-License-Identifier: ISC */
/* subid.c - see subid.h */
#include "subid.h"

#include <errno.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "fail.h"
#include "number.h"

struct range {
	uint64_t first, count;
};

/* The user's name in /etc/passwd, or "" where it has none. */
static void
find_name(uint32_t uid, char name[64])
{
	FILE *in = fopen("/etc/passwd", "re");
	char line[1024];

	name[0] = '\0';
	while (in != NULL && name[0] == '\0'
	       && fgets(line, sizeof line, in) != NULL) {
		char *rest = NULL, *user = strtok_r(line, ":", &rest);
		char *number = strtok_r(NULL, ":", &rest);
		uint64_t id;

		if (user == NULL || number == NULL)
			continue;
		/* An empty password field leaves one token less. */
		if (number_parse(number, UINT32_MAX, &id) < 0
		    && (number = strtok_r(NULL, ":", &rest)) == NULL)
			continue;
		if (number_parse(number, UINT32_MAX, &id) == 0 && id == uid
		    && strlen(user) < 64)
			strcpy(name, user);
	}
	if (in != NULL)
		fclose(in);
}

/* The first range that the file gives to the user, by name or by number. */
static int
find_range(const char *path, uint32_t uid, struct range *range)
{
	FILE *in = fopen(path, "re");
	char line[1024], name[64], number[16];
	int result = -1;

	find_name(uid, name);
	snprintf(number, sizeof number, "%" PRIu32, uid);
	while (
	    in != NULL && result < 0 && fgets(line, sizeof line, in) != NULL) {
		char *rest = NULL, *user = strtok_r(line, ":\n", &rest);
		char *first = strtok_r(NULL, ":\n", &rest);
		char *count = strtok_r(NULL, ":\n", &rest);

		if (count == NULL
		    || (strcmp(user, number) != 0
			&& (name[0] == '\0' || strcmp(user, name) != 0))
		    || number_parse(first, UINT32_MAX - 1, &range->first) < 0
		    || number_parse(count, UINT32_MAX - 1, &range->count) < 0
		    || range->count == 0)
			continue;
		result = 0;
	}
	if (in != NULL)
		fclose(in);
	return result;
}

static int
run_mapper(const char *program, pid_t pid, uint32_t own,
    const struct range *range, struct fail *f)
{
	extern char **environ;
	char text[4][16], name[16], zero[] = "0", one[] = "1";
	char *argv[] = { name, text[0], zero, text[1], one, one, text[2],
		text[3], NULL };
	int status;
	pid_t child;

	snprintf(name, sizeof name, "%s", program);
	snprintf(text[0], sizeof text[0], "%d", (int)pid);
	snprintf(text[1], sizeof text[1], "%" PRIu32, own);
	snprintf(text[2], sizeof text[2], "%" PRIu64, range->first);
	snprintf(text[3], sizeof text[3], "%" PRIu64, range->count);
	if ((errno = posix_spawnp(&child, program, NULL, NULL, argv, environ))
	    != 0) {
		fail(f, errno, "user=auto: run %s", program);
		return fail_hint(f, "apt-get install uidmap has it");
	}
	if (waitpid(child, &status, 0) != child || status != 0)
		return fail(f, 0, "user=auto: %s refused the map", program);
	return 0;
}

int
subid_write(pid_t pid, uint32_t uid, uint32_t gid, struct fail *f)
{
	struct range uids, gids;
	const char *missing =
	    find_range("/etc/subuid", uid, &uids) < 0   ? "/etc/subuid"
	    : find_range("/etc/subgid", uid, &gids) < 0 ? "/etc/subgid"
							: NULL;

	if (missing != NULL) {
		fail(f, 0, "user=auto: %s gives user %" PRIu32 " no ids",
		    missing, uid);
		return fail_hint(f, "root adds them: usermod --add-subuids "
				    "100000-165535 --add-subgids "
				    "100000-165535 USER");
	}
	if (run_mapper("newgidmap", pid, gid, &gids, f) < 0)
		return -1;
	return run_mapper("newuidmap", pid, uid, &uids, f);
}
