/* SPDX-License-Identifier: ISC */
/* owners.c - see owners.h */
#include "owners.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "inroot.h"
#include "number.h"
#include "scope.h"

/* As inroot.h wants it: "./a//b/" is "a/b", and the tree itself ".". */
static const char *
tidy(const char *path, char text[PATH_MAX])
{
	size_t used = 0;

	for (; *path != '\0'; path += strspn(path, "/")) {
		size_t length = strcspn(path, "/");

		if (length != 1 || *path != '.') {
			if (used + length + 2 > PATH_MAX)
				return NULL;
			if (used > 0)
				text[used++] = '/';
			memcpy(text + used, path, length);
			used += length;
		}
		path += length;
	}
	text[used] = '\0';
	return used > 0 ? text : ".";
}

static int
note(FILE *list, const char *owner, const char *path, struct fail *f)
{
	char text[PATH_MAX];

	if ((path = tidy(path, text)) == NULL)
		return fail(f, ENAMETOOLONG, "note its owner");
	fprintf(list, "%s%c%s%c", owner, '\0', path, '\0');
	if (ferror(list))
		return fail(f, errno, "note its owner");
	if (ftell(list) > OWNERS_SIZE)
		return fail(f, 0,
		    "note its owner: too many files that are not 0:0's");
	return 0;
}

int
owners_note(FILE **list, int tree, const char *path, uint32_t uid, uint32_t gid,
    struct fail *f)
{
	char owner[32];
	int fd;

	if (*list == NULL) {
		fd = openat(tree, OWNERS_LIST,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd < 0)
			return fail(f, errno, "make a list of owners");
		if ((*list = fdopen(fd, "w")) == NULL) {
			close(fd);
			return fail(f, errno, "make a list of owners");
		}
	}
	snprintf(owner, sizeof owner, "%" PRIu32 ":%" PRIu32, uid, gid);
	return note(*list, owner, path, f);
}

int
owners_note_link(FILE *list, const char *path, const char *other,
    struct fail *f)
{
	char owner[PATH_MAX + 1], text[PATH_MAX];

	if ((other = tidy(other, text)) == NULL)
		return fail(f, ENAMETOOLONG, "note its owner");
	snprintf(owner, sizeof owner, "=%s", other);
	return note(list, owner, path, f);
}

int
owners_open(int tree, int *list, struct fail *f)
{
	struct stat st;
	int fd;

	*list = -1;
	/* As root.c: roots/KEY/rootfs, and the tag is that of a cache. */
	if (faccessat(tree, "../../../CACHEDIR.TAG", F_OK, 0) < 0)
		return 0;
	fd = openat(tree, OWNERS_LIST,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT
		           ? 0
		           : fail(f, errno, "owners: open the list");
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid()
	    && st.st_size <= OWNERS_SIZE) {
		*list = fd;
		return 0;
	}
	close(fd);
	return fail(f, 0,
	    "owners: the list beside the root is no file of the caller's, or "
	    "larger than %d bytes",
	    OWNERS_SIZE);
}

int
owners_parse(const char *owner, uint32_t *uid, uint32_t *gid)
{
	const char *colon = strchr(owner, ':');
	uint64_t u, g;

	errno = EBADMSG;
	if (colon == NULL
	    || number_read(owner, (size_t)(colon - owner), number_plain,
		   UINT32_MAX - 1, &u)
		   < 0
	    || number_parse(colon + 1, UINT32_MAX - 1, &g) < 0)
		return -1;
	*uid = (uint32_t)u;
	*gid = (uint32_t)g;
	return 0;
}

/* The owner of what another name in the tree is, or the one that is said. */
static int
read_owner(const char *text, int top, uint32_t *uid, uint32_t *gid)
{
	autoclose int parent = -1;
	const char *name;
	struct stat st;

	if (*text != '=')
		return owners_parse(text, uid, gid);
	parent = inroot_parent(top, text + 1, &name);
	if (parent < 0 || fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	*uid = st.st_uid;
	*gid = st.st_gid;
	return 0;
}

/*
 * To give a file away takes its set-user-ID and set-group-ID bits, even from
 * root.  Only we are in this layer, so it is still the same file.
 */
static int
put_mode_back(int parent, const char *name, const struct stat *st)
{
	autoclose int fd = -1;

	if (!S_ISREG(st->st_mode) || (st->st_mode & (S_ISUID | S_ISGID)) == 0)
		return 0;
	fd = openat(parent, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return fd < 0 ? -1 : fchmod(fd, st->st_mode & 07777);
}

static int
give_file(int top, const char *path, uint32_t uid, uint32_t gid)
{
	bool is_top = strcmp(path, ".") == 0;
	const char *name = ".";
	autoclose int parent =
	    is_top ? dup(top) : inroot_parent(top, path, &name);
	struct stat st;

	if (parent < 0 || fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	/* To leave it alone is to have no copy of it. */
	if (st.st_uid == uid && st.st_gid == gid)
		return 0;
	if (fchownat(parent, name, uid, gid, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	return put_mode_back(parent, name, &st);
}

static int
give(void *context, const char *owner, const char *path, struct fail *f)
{
	const int *top = context;
	uint32_t uid, gid;
	int error;

	if (read_owner(owner, *top, &uid, &gid) == 0
	    && give_file(*top, path, uid, gid) == 0)
		return 0;
	error = errno;
	fail(f, error, "owners: give %.128s to %.128s", path, owner);
	if (error == EINVAL)
		fail_hint(f, "this jail has not got that id: root adds some "
			     "with usermod --add-subuids and --add-subgids");
	return -1;
}

int
owners_each(int list, owners_visit *visit, void *context, struct fail *f)
{
	struct stat st;
	size_t used = 0, size;
	ssize_t got = 1;
	char *text, *at;
	int result = 0;

	if (fstat(list, &st) < 0)
		return fail(f, errno, "owners: read the list");
	/* Nothing is allocated here, and a file in use may be cut. */
	size = (size_t)st.st_size;
	text = mmap(NULL, size + 1, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (text == MAP_FAILED)
		return fail(f, errno, "owners: read the list");
	while (used < size && got > 0) {
		got = pread(list, text + used, size - used, (off_t)used);
		used += got > 0 ? (size_t)got : 0;
	}
	if (got < 0)
		result = fail(f, errno, "owners: read the list");
	else if (used > 0 && text[used - 1] != '\0')
		result = fail(f, 0, "owners: the list is cut short");
	for (at = text; at < text + used && result == 0;) {
		const char *owner = at;
		/* Behind a list that is cut short is one more NUL. */
		const char *path = owner + strlen(owner) + 1;

		at += strlen(owner) + strlen(path) + 2;
		result = visit(context, owner, path, f);
	}
	munmap(text, size + 1);
	return result;
}

int
owners_give(int list, int top, struct fail *f)
{
	return owners_each(list, give, &top, f);
}
