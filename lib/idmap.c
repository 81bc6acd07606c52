/* SPDX-License-Identifier: ISC */
/* idmap.c - see idmap.h */
#include "idmap.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compat.h"
#include "fail.h"
#include "groups.h"
#include "nsfd.h"
#include "number.h"
#include "range.h"
#include "scope.h"
#include "subid.h"

/* Read "N:N:N" of length bytes; "N:N" gets a 0 in front. */
static int
parse_extent(struct extents *e, const char *text, size_t length)
{
	uint64_t number[3] = { 0 };
	int count = 0;

	for (;;) {
		size_t part = strcspn(text, ":,");

		if (part > length)
			part = length;
		if (count == 3
		    || number_read(text, part, number_plain, UINT32_MAX - 1,
			   &number[count++])
			   < 0)
			return -1;
		if (part == length)
			break;
		text += part + 1;
		length -= part + 1;
	}
	if (count == 2) {
		number[2] = number[1];
		number[1] = number[0];
		number[0] = 0;
	}
	return extents_add(e, number[0], number[1], number[2]);
}

int
idmap_parse(struct idmap *map, const char *value, struct fail *f)
{
	struct idmap new = { .kind = IDMAP_LIST, .lock = -1 };
	const char *extent = value;
	size_t length;

	new.keep = strcmp(value, "self") == 0;
	if (new.keep || strcmp(value, "auto") == 0) {
		new.kind = new.keep ? IDMAP_SELF : IDMAP_AUTO;
		*map = new;
		return 0;
	}
	for (;; extent += length + 1) {
		length = strcspn(extent, ",");
		if (parse_extent(&new.uids, extent, length) < 0)
			return fail(f, 0,
			    "user=%s: expected auto, self, HOSTID:COUNT, or "
			    "IN:OUT:COUNT,... that do not overlap",
			    value);
		if (extent[length] == '\0')
			break;
	}
	new.gids = new.uids;
	*map = new;
	return 0;
}

void
idmap_print(const struct idmap *map, FILE *out)
{
	if (map->kind == IDMAP_AUTO)
		fputs("=auto", out);
	if (map->keep)
		fputs("=self", out);
	for (int n = 0; map->kind == IDMAP_LIST && n < map->uids.count; n++)
		fprintf(out, "%c%" PRIu32 ":%" PRIu32 ":%" PRIu32,
		    n == 0 ? '=' : ',', map->uids.list[n].in,
		    map->uids.list[n].out, map->uids.list[n].count);
}

/*
 * How many ids from 0 on there are here, and in *e those of them that a root
 * expects.  No extent of a map may be of several of the map around it
 * (user_namespaces(7)), so they are kept apart.
 */
static uint32_t
find_ids(const char *map, struct extents *e)
{
	unsigned long long first, outside, count, ids = 0, left;
	char path[32], text[1024], *line = text;
	autoclose int fd = -1;
	ssize_t got;

	e->count = 0;
	snprintf(path, sizeof path, "/proc/self/%s", map);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	got = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	if (got <= 0)
		return 0;
	text[got] = '\0';
	while (sscanf(line, "%llu %llu %llu", &first, &outside, &count) == 3
	       && first == ids && count <= UINT32_MAX - ids) {
		left = ids < RANGE_IDS ? RANGE_IDS - ids : 0;
		if (left > 0
		    && extents_add(e, ids, ids, count < left ? count : left)
			   < 0)
			break;
		ids += count;
		line += strcspn(line, "\n");
	}
	return (uint32_t)ids;
}

uint32_t
idmap_ids_here(const char *map)
{
	struct extents e;

	return find_ids(map, &e);
}

static bool
is_first_namespace(void)
{
	autoclose int fd = nsfd_user(0);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0
	       && st.st_ino == RUNGS_FIRST_USER_NAMESPACE;
}

/*
 * How many, from 0 on, are uids and gids of the user namespace around us.
 * Where a picked range begins is not known yet.
 */
static uint32_t
count_here(struct idmap *map)
{
	uint32_t uids, gids;

	if (is_first_namespace()) {
		map->uids.count = 0;
		(void)extents_add(&map->uids, 0, 0, RANGE_IDS);
		map->gids = map->uids;
		return UINT32_MAX;
	}
	uids = find_ids("uid_map", &map->uids);
	gids = find_ids("gid_map", &map->gids);
	return uids < gids ? uids : gids;
}

/* For a caller who is root: PICK, or HERE where there are not all ids. */
static int
choose(struct idmap *map, struct fail *f)
{
	uint32_t count = count_here(map);

	if (count == 0)
		return fail(f, 0, "user: no map in /proc/self/uid_map");
	map->kind = count == UINT32_MAX ? IDMAP_PICK
	            : count == 1        ? IDMAP_SELF
	                                : IDMAP_HERE;
	if (map->kind == IDMAP_SELF)
		map->uids.count = map->gids.count = 0;
	return 0;
}

/*
 * An ordinary caller may write a map of its own ids, and newuidmap(1) any
 * other that it may have.
 */
static void
borrow(struct idmap *map)
{
	const struct extent *only = &map->uids.list[0];

	map->borrowed = true;
	if (map->uids.count != 1 || only->count != 1
	    || only->out != map->outside_uid || only->out != map->outside_gid)
		return;
	map->kind = IDMAP_SELF;
	map->uid = map->gid = only->in;
}

static int
hint_keep(struct fail *f)
{
	return fail_hint(f,
	    "it takes newgidmap(1), of the package uidmap, and a range in "
	    "/etc/subgid (usermod --add-subgids); enterns user=self keeps "
	    "them");
}

int
idmap_settle(struct idmap *map, uint32_t uid, uint32_t gid, bool pick,
    struct fail *f)
{
	map->uid = uid;
	map->gid = gid;
	/* Now: once inside, we have no name for them any more. */
	map->outside_uid = geteuid();
	map->outside_gid = getegid();
	if (map->kind == IDMAP_SELF && !map->keep && pick
	    && map->outside_uid == 0)
		return choose(map, f);
	if (map->kind == IDMAP_LIST && map->outside_uid != 0)
		borrow(map);
	if (map->kind != IDMAP_AUTO)
		return 0;
	map->borrowed = true;
	if (subid_find(map->outside_uid, map->outside_gid, &map->uids,
		&map->gids, f)
	    == 0)
		return 0;
	return fail_prefix(f, "user=auto: ");
}

int
idmap_leave_groups(struct idmap *map, struct fail *f)
{
	int others;

	if (map->kind != IDMAP_SELF || map->keep)
		return 0;
	if ((others = groups_has_others(f)) <= 0)
		return others;
	map->leave = true;
	if (map->outside_uid == 0)
		return 0;
	if (subid_find_group(map->outside_uid, &map->spare, f) == 0)
		return 0;
	fail_prefix(f, "leave the caller's groups: ");
	return hint_keep(f);
}

int
idmap_pick(struct idmap *map, struct fail *f)
{
	uint32_t first;

	if ((map->lock = range_take(&first, f)) < 0)
		return -1;
	map->uids.list[0].out = map->gids.list[0].out = first;
	return 0;
}

void
idmap_release(struct idmap *map)
{
	if (map->lock >= 0)
		range_free(map->lock, map->uids.list[0].out);
}

bool
idmap_shifts(const struct idmap *map)
{
	return map->kind == IDMAP_PICK
	       || (map->kind == IDMAP_LIST && !map->borrowed);
}

static bool
is_root_inside(const struct extents *e, uint32_t outside)
{
	for (int n = 0; n < e->count; n++)
		if (e->list[n].in == 0)
			return e->list[n].out == outside;
	return false;
}

bool
idmap_gives(const struct idmap *map)
{
	if (map->kind == IDMAP_LIST && map->borrowed)
		return is_root_inside(&map->uids, map->outside_uid)
		       && is_root_inside(&map->gids, map->outside_gid);
	return map->kind == IDMAP_AUTO || map->kind == IDMAP_HERE;
}

bool
idmap_reaches(const struct idmap *map, uint32_t uid)
{
	const struct extents *e = &map->uids;

	if (map->kind == IDMAP_SELF)
		return uid == map->outside_uid;
	/* Those that are picked are nobody's. */
	for (int n = 0; n < e->count && map->kind != IDMAP_PICK; n++)
		if (uid >= e->list[n].out
		    && uid - e->list[n].out < e->list[n].count)
			return true;
	return false;
}

bool
idmap_is_open(const struct idmap *map)
{
	return map->kind == IDMAP_SELF && map->uids.count == 0;
}

bool
idmap_is_from_outside(const struct idmap *map)
{
	return map->kind != IDMAP_SELF || map->spare != 0;
}

int
idmap_check(const struct idmap *map, uint32_t uid, uint32_t gid, struct fail *f)
{
	const struct extent *first = &map->uids.list[0];

	if (map->kind == IDMAP_SELF ? uid == map->uid && gid == map->gid
				    : extents_have(&map->uids, uid)
					  && extents_have(&map->gids, gid))
		return 0;
	if (map->kind != IDMAP_SELF && map->uids.count == 1)
		return fail(f, 0,
		    "%" PRIu32 ":%" PRIu32 ": this jail has the ids %" PRIu32
		    " to %" PRIu32,
		    uid, gid, first->in, first->in + first->count - 1);
	if (map->kind != IDMAP_SELF)
		return fail(f, 0,
		    "%" PRIu32 ":%" PRIu32 ": not both are ids of this jail",
		    uid, gid);
	return fail(f, 0,
	    "%" PRIu32 ":%" PRIu32 ": this jail has the user %" PRIu32
	    " and the group %" PRIu32 " alone",
	    uid, gid, map->uid, map->gid);
}

static int
write_map(pid_t pid, const char *name, const char *text, struct fail *f)
{
	char path[64];
	autoclose int fd = -1;

	if (pid == 0)
		snprintf(path, sizeof path, "/proc/self/%s", name);
	else
		snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text))
		return 0;
	fail(f, errno, "user: write '%.80s' to %s", text, path);
	if (errno == EPERM || errno == EACCES)
		fail_hint(f,
		    "a security module (see "
		    "kernel.apparmor_restrict_unprivileged_userns), or the "
		    "user namespace around us, refuses this map");
	return -1;
}

/*
 * With a group that nobody uses, whose number is the last that is not the
 * command's, so that setgroups(2) is allowed.
 */
static int
write_spare(const struct idmap *map, pid_t pid, struct fail *f)
{
	struct extents gids = { .count = 0 };
	uint32_t last = UINT32_MAX - 1;

	if (extents_add(&gids, map->gid, map->outside_gid, 1) < 0
	    || extents_add(&gids, map->gid == last ? last - 1 : last,
		   map->spare, 1)
		   < 0)
		fail(f, 0, "/etc/subgid gives the caller its own group");
	else if (subid_write_groups(pid, &gids, f) == 0)
		return 0;
	fail_prefix(f, "leave the caller's groups: ");
	return hint_keep(f);
}

static int
write_self(const struct idmap *map, pid_t pid, struct fail *f)
{
	char text[64];

	if (map->spare != 0) {
		if (write_spare(map, pid, f) < 0)
			return -1;
	} else {
		if (write_map(pid, "setgroups", "deny", f) < 0)
			return -1;
		snprintf(text, sizeof text, "%" PRIu32 " %" PRIu32 " 1",
		    map->gid, map->outside_gid);
		if (write_map(pid, "gid_map", text, f) < 0)
			return -1;
	}
	snprintf(text, sizeof text, "%" PRIu32 " %" PRIu32 " 1", map->uid,
	    map->outside_uid);
	return write_map(pid, "uid_map", text, f);
}

static int
write_extents(pid_t pid, const char *name, const struct extents *e,
    struct fail *f)
{
	char text[EXTENTS_ROOM * 36] = "";

	for (int n = 0; n < e->count; n++) {
		size_t used = strlen(text);

		snprintf(text + used, sizeof text - used,
		    "%s%" PRIu32 " %" PRIu32 " %" PRIu32, n > 0 ? "\n" : "",
		    e->list[n].in, e->list[n].out, e->list[n].count);
	}
	return write_map(pid, name, text, f);
}

/*
 * In a new pid namespace there may still be the /proc of another, where our
 * child's number is somebody else's, who must not get the ids.
 */
static int
check_proc(struct fail *f)
{
	char target[16], own[16];
	ssize_t length = readlink("/proc/self", target, sizeof target - 1);

	snprintf(own, sizeof own, "%d", (int)getpid());
	target[length > 0 ? length : 0] = '\0';
	if (length < 0 || strcmp(target, own) == 0)
		return 0;
	fail(f, 0, "/proc: it shows the processes of another pid namespace");
	return fail_hint(f, "unshare --mount-proc mounts the right one, and so "
			    "does mount -t proc proc /proc there");
}

int
idmap_write(const struct idmap *map, pid_t pid, struct fail *f)
{
	const struct extent *first = &map->uids.list[0];

	if (pid != 0 && check_proc(f) < 0)
		return -1;
	if (map->kind == IDMAP_SELF)
		return write_self(map, pid, f);
	if (!map->borrowed) {
		if (write_extents(pid, "gid_map", &map->gids, f) < 0)
			return -1;
		return write_extents(pid, "uid_map", &map->uids, f);
	}
	if (subid_write(pid, &map->uids, &map->gids, f) == 0)
		return 0;
	if (map->kind == IDMAP_AUTO)
		return fail_prefix(f, "user=auto: ");
	return fail_prefix(f,
	    "user=%" PRIu32 ":%" PRIu32 ":%" PRIu32 "%s: ", first->in,
	    first->out, first->count, map->uids.count > 1 ? ",..." : "");
}

int
idmap_become_root(struct fail *f)
{
	if (sys_setgroups(0, NULL) < 0 || sys_setresgid(0, 0, 0) < 0
	    || sys_setresuid(0, 0, 0) < 0)
		return fail(f, errno, "user: become root in the namespace");
	/*
	 * A change of ids makes us undumpable, and then our own /proc/self
	 * is not ours.  The ids are nobody else's, so nobody can look.
	 */
	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0)
		return fail(f, errno, "user: be dumpable again");
	return 0;
}
