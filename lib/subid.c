/* SPDX-License-Identifier: ISC */
/* subid.c - see subid.h */
#include "subid.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "extent.h"
#include "fail.h"
#include "number.h"
#include "program.h"
#include "scope.h"

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

int
subid_find(uint32_t uid, uint32_t gid, struct extents *uids,
    struct extents *gids, struct fail *f)
{
	struct range u, g;
	const char *missing =
	    find_range("/etc/subuid", uid, &u) < 0   ? "/etc/subuid"
	    : find_range("/etc/subgid", uid, &g) < 0 ? "/etc/subgid"
						     : NULL;

	if (missing != NULL) {
		fail(f, 0, "%s gives user %" PRIu32 " no ids", missing, uid);
		return fail_hint(f, "root adds them: usermod --add-subuids "
				    "100000-165535 --add-subgids "
				    "100000-165535 USER");
	}
	uids->count = gids->count = 0;
	if (extents_add(uids, 0, uid, 1) < 0
	    || extents_add(uids, 1, u.first, u.count) < 0)
		return fail(f, 0,
		    "/etc/subuid gives user %" PRIu32
		    " a range that is none, or has its own id",
		    uid);
	if (extents_add(gids, 0, gid, 1) < 0
	    || extents_add(gids, 1, g.first, g.count) < 0)
		return fail(f, 0,
		    "/etc/subgid gives user %" PRIu32
		    " a range that is none, or has its own group",
		    uid);
	return 0;
}

int
subid_find_group(uint32_t uid, uint32_t *gid, struct fail *f)
{
	struct range range;

	if (find_range("/etc/subgid", uid, &range) < 0)
		return fail(f, 0, "/etc/subgid gives user %" PRIu32 " no ids",
		    uid);
	*gid = (uint32_t)range.first;
	return 0;
}

/* The first line of what a program said, which ends with it. */
static void
cut_line(char *text)
{
	text[strcspn(text, "\n")] = '\0';
}

static int
run_mapper(const char *program, pid_t pid, const struct extents *e,
    struct fail *f)
{
	char number[1 + 3 * EXTENTS_ROOM][12];
	const char *argv[1 + 1 + 3 * EXTENTS_ROOM + 1] = { program, number[0] };
	const struct program p = { .argv = argv,
		.in = -1,
		.dir = -1,
		.take_errors = true };
	autofree char *said = NULL;
	int status;

	snprintf(number[0], sizeof number[0], "%d", (int)pid);
	for (int n = 0; n < 3 * e->count; n++) {
		const struct extent *x = &e->list[n / 3];

		snprintf(number[1 + n], sizeof number[0], "%" PRIu32,
		    n % 3 == 0   ? x->in
		    : n % 3 == 1 ? x->out
				 : x->count);
		argv[2 + n] = number[1 + n];
	}
	if (program_run(&p, &said, &status, f) < 0)
		return errno == ENOENT
		           ? fail_hint(f, "apt-get install uidmap has it")
		           : -1;
	if (status == 0)
		return 0;
	cut_line(said);
	if (said[0] == '\0')
		fail(f, 0, "%s refused the map, with status %d", program,
		    status);
	else
		fail(f, 0, "%.200s", said);
	return fail_hint(f, "/etc/subuid and /etc/subgid say which ids a user "
			    "may have; root adds some with usermod "
			    "--add-subuids and --add-subgids");
}

int
subid_write_groups(pid_t pid, const struct extents *gids, struct fail *f)
{
	return run_mapper("newgidmap", pid, gids, f);
}

int
subid_write(pid_t pid, const struct extents *uids, const struct extents *gids,
    struct fail *f)
{
	if (subid_write_groups(pid, gids, f) < 0)
		return -1;
	return run_mapper("newuidmap", pid, uids, f);
}
