/* SPDX-License-Identifier: ISC */
/* packtree.c - see packtree.h */
#include "packtree.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "listing.h"
#include "ownerlist.h"
#include "pack.h"
#include "scope.h"

enum { MAX_DEPTH = 900 }; /* one descriptor for each directory above */

/* A file that has other names, too, and the first of them. */
struct named {
	dev_t dev;
	ino_t ino;
	int64_t number;
	char *path;
};

struct packing {
	const struct pack_job *job;
	struct archive *out, *disk;
	bool is_cpio,
	    is_opaque; /* is_opaque: the directory that is looked at */
	int64_t last;  /* the number given out last */
	struct ownerlist owners;
	struct named *named;
	size_t named_count, depth;
	char path[PATH_MAX]; /* below the root; "" is the root */
};

int
packtree_failed(struct archive *a, struct fail *f)
{
	const char *text = archive_error_string(a);

	return fail(f, 0, "write the archive: %s",
	    text != NULL ? text : "unknown error");
}

static const char *
shown(const struct packing *p)
{
	return p->path[0] != '\0' ? p->path : ".";
}

/*
 * Number files as they come, so that no number of a disk gets in, and find
 * the first name of one that has more.  1: it has been written.
 */
static int
number_file(struct packing *p, const struct stat *st, int64_t *number,
    const char **first, struct fail *f)
{
	struct named *more, new = { st->st_dev, st->st_ino, 0, NULL };

	*number = ++p->last;
	if (S_ISDIR(st->st_mode) || st->st_nlink < 2)
		return 0;
	for (size_t n = 0; n < p->named_count; n++)
		if (p->named[n].dev == st->st_dev
		    && p->named[n].ino == st->st_ino) {
			*number = p->named[n].number;
			*first = p->named[n].path;
			return 1;
		}
	more = reallocarray(p->named, p->named_count + 1, sizeof *more);
	if (more == NULL)
		return fail(f, errno, "memory for names of files");
	p->named = more;
	new.number = *number;
	if ((new.path = strdup(p->path)) == NULL)
		return fail(f, errno, "memory for names of files");
	p->named[p->named_count++] = new;
	return 0;
}

static int
copy_data(struct packing *p, int fd, int64_t size, struct fail *f)
{
	static char buffer[1 << 16];

	while (size > 0) {
		size_t want = size < (int64_t)sizeof buffer ? (size_t)size
		                                            : sizeof buffer;
		ssize_t got = read(fd, buffer, want);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail(f, errno, "%s: read", shown(p));
		if (got == 0)
			return fail(f, 0, "%s: it became shorter meanwhile",
			    shown(p));
		if (archive_write_data(p->out, buffer, (size_t)got) != got)
			return packtree_failed(p->out, f);
		size -= got;
	}
	return 0;
}

struct attribute {
	const char *name;
	const void *value;
	size_t size;
};

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct attribute *)a)->name,
	    ((const struct attribute *)b)->name);
}

/*
 * What overlayfs notes at a file of an upper layer is not the file's, and what
 * we do not know of cannot be left out.  1: it is such a note.
 */
static int
take_note(struct packing *p, const struct attribute *a, struct fail *f)
{
	static const char *const harmless[] = { "origin", "impure", "nlink",
		"uuid", "upper", "protattr" };
	const char *note = strstr(a->name, ".overlay.");
	size_t prefix = note != NULL ? (size_t)(note - a->name) : 0;

	if (!p->job->is_upper || note == NULL
	    || (strncmp(a->name, "user", prefix) != 0
		&& strncmp(a->name, "trusted", prefix) != 0))
		return 0;
	note += strlen(".overlay.");
	for (size_t n = 0; n < COUNT(harmless); n++)
		if (strcmp(note, harmless[n]) == 0)
			return 1;
	if (strcmp(note, "opaque") != 0 || a->size != 1
	    || *(const char *)a->value != 'y')
		return fail(f, 0, "%s: %s of overlayfs has no place in a layer",
		    shown(p), note);
	p->is_opaque = true;
	return 1;
}

/* A file system lists attributes in the order in which they were set. */
static int
sort_attributes(struct packing *p, struct archive_entry *from,
    struct archive_entry *to, struct fail *f)
{
	int noted = 0;
	int count = archive_entry_xattr_reset(from);
	struct attribute *list;

	if ((list = calloc((size_t)count + 1, sizeof *list)) == NULL)
		return fail(f, errno, "memory for attributes");
	for (int n = 0; n < count; n++)
		(void)archive_entry_xattr_next(from, &list[n].name,
		    &list[n].value, &list[n].size);
	qsort(list, (size_t)count, sizeof *list, by_name);
	if (count > 0)
		archive_entry_xattr_clear(to);
	for (int n = 0; n < count && noted >= 0; n++)
		if ((noted = take_note(p, &list[n], f)) == 0)
			archive_entry_xattr_add_entry(to, list[n].name,
			    list[n].value, list[n].size);
	free(list);
	return noted < 0 ? -1 : 0;
}

/* Attributes and ACLs, as the open file has them. */
static int
add_attributes(struct packing *p, struct archive_entry *e, int fd,
    const struct stat *st, struct fail *f)
{
	struct archive_entry *found;
	int result;

	if (archive_read_disk_entry_from_file(p->disk, e, fd, st) != ARCHIVE_OK)
		return packtree_failed(p->disk, f);
	if (p->is_cpio
	    && archive_entry_xattr_count(e) + archive_entry_acl_types(e) > 0)
		p->job->counts->attributes++;
	if ((found = archive_entry_clone(e)) == NULL)
		return fail(f, ENOMEM, "%s", shown(p));
	result = sort_attributes(p, found, e, f);
	archive_entry_free(found);
	return result;
}

/* What all kinds of files have.  Times but the one would differ each time. */
static int
describe(struct packing *p, struct archive_entry *e, int fd, struct stat *st,
    const char *target, struct fail *f)
{
	const char *first = NULL;
	int64_t number;
	int linked;

	if ((linked = number_file(p, st, &number, &first, f)) < 0)
		return -1;
	ownerlist_apply(&p->owners, shown(p), st);
	archive_entry_copy_pathname(e, p->path[0] != '\0' ? p->path : "./");
	/* Of a file with an ACL, the mode's middle is the mask's: first. */
	archive_entry_copy_stat(e, st);
	if (fd >= 0 && add_attributes(p, e, fd, st, f) < 0)
		return -1;
	archive_entry_set_mtime(e,
	    st->st_mtim.tv_sec < p->job->newest ? st->st_mtim.tv_sec
						: p->job->newest,
	    st->st_mtim.tv_sec < p->job->newest ? st->st_mtim.tv_nsec : 0);
	archive_entry_set_dev(e, 0);
	archive_entry_set_ino64(e, number);
	if (S_ISDIR(st->st_mode))
		archive_entry_set_nlink(e, 2);
	if (!S_ISREG(st->st_mode))
		archive_entry_set_size(e, 0);
	if (target != NULL)
		archive_entry_copy_symlink(e, target);
	/* cpio knows one file by its number, and has its data each time. */
	if (linked == 1 && !p->is_cpio) {
		archive_entry_copy_hardlink(e, first);
		archive_entry_set_size(e, 0);
	}
	return 0;
}

static int
write_entry(struct packing *p, int fd, struct stat *st, const char *target,
    struct fail *f)
{
	struct archive_entry *e = archive_entry_new();
	int64_t size = 0;
	int result;

	if (e == NULL)
		return fail(f, ENOMEM, "%s", shown(p));
	result = describe(p, e, fd, st, target, f);
	/* A name that is not UTF-8 is worth a warning, and goes as it is. */
	if (result == 0 && archive_write_header(p->out, e) < ARCHIVE_WARN)
		result = packtree_failed(p->out, f);
	if (S_ISREG(st->st_mode))
		size = archive_entry_size(e);
	if (result == 0)
		result = copy_data(p, fd, size, f);
	p->job->counts->entries++;
	archive_entry_free(e);
	return result;
}

/* Whiteouts of whiteout.h, in dir: a file without anything in it. */
static int
write_whiteout(struct packing *p, size_t dir, const char *name,
    const struct stat *st, struct fail *f)
{
	struct archive_entry *e = archive_entry_new();
	char path[PATH_MAX + NAME_MAX];
	int result = 0;

	if (e == NULL)
		return fail(f, ENOMEM, "%s", shown(p));
	snprintf(path, sizeof path, "%.*s.wh.%s", (int)dir, p->path, name);
	archive_entry_copy_pathname(e, path);
	archive_entry_set_mode(e, S_IFREG | 0644);
	archive_entry_set_size(e, 0);
	archive_entry_set_ino64(e, ++p->last);
	archive_entry_set_mtime(e,
	    st->st_mtim.tv_sec < p->job->newest ? st->st_mtim.tv_sec
						: p->job->newest,
	    0);
	if (archive_write_header(p->out, e) < ARCHIVE_WARN)
		result = packtree_failed(p->out, f);
	archive_entry_free(e);
	return result;
}

/* The whole of a directory has been replaced: what is below it is gone. */
static int
write_opaque(struct packing *p, const struct stat *st, struct fail *f)
{
	size_t length = strlen(p->path);
	int result;

	if (!p->is_opaque)
		return 0;
	p->is_opaque = false;
	if (length == 0 || length + 1 == sizeof p->path)
		return write_whiteout(p, length, ".wh..opq", st, f);
	p->path[length] = '/';
	result = write_whiteout(p, length + 1, ".wh..opq", st, f);
	p->path[length] = '\0';
	return result;
}

static int pack_directory(struct packing *p, int fd, struct fail *f);

/* Whatever has that name by now: what is open decides. */
static int
pack_open(struct packing *p, int dir, const char *name, struct fail *f)
{
	autoclose int fd = openat(dir, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat now;

	if (fd < 0 || fstat(fd, &now) < 0)
		return fail(f, errno, "%s: open", shown(p));
	p->is_opaque = false;
	if ((p->depth > 0 || !p->job->without_top)
	    && write_entry(p, fd, &now, NULL, f) < 0)
		return -1;
	if (!S_ISDIR(now.st_mode))
		return 0;
	return write_opaque(p, &now, f) < 0 ? -1 : pack_directory(p, fd, f);
}

static int
pack_one(struct packing *p, int dir, const char *name, struct fail *f)
{
	char target[PATH_MAX];
	struct stat st;
	ssize_t length;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return fail(f, errno, "%s", shown(p));
	switch (st.st_mode & S_IFMT) {
	case S_IFREG:
	case S_IFDIR:
		return pack_open(p, dir, name, f);
	case S_IFLNK:
		length = readlinkat(dir, name, target, sizeof target);
		if (length < 0 || length == (ssize_t)sizeof target)
			return fail(f, length < 0 ? errno : ENAMETOOLONG,
			    "%s: read", shown(p));
		target[length] = '\0';
		return write_entry(p, -1, &st, target, f);
	case S_IFSOCK:
		p->job->counts->sockets++;
		return 0;
	case S_IFCHR:
		if (p->job->is_upper && st.st_rdev == 0)
			return write_whiteout(p, strlen(p->path) - strlen(name),
			    name, &st, f);
		/* fall through */
	default:
		return write_entry(p, -1, &st, NULL, f);
	}
}

/* All that is in the open directory fd, whose path is p's. */
static int
pack_directory(struct packing *p, int fd, struct fail *f)
{
	size_t length = strlen(p->path), room = PATH_MAX - length;
	struct listing names;
	int result = 0;

	if (++p->depth > MAX_DEPTH)
		return fail(f, 0, "%s: more than %d directories deep", shown(p),
		    MAX_DEPTH);
	if (listing_read(&names, fd) < 0)
		return fail(f, errno, "%s: read", shown(p));
	for (size_t n = 0; n < names.count && result == 0; n++) {
		if (p->job->is_layer && strncmp(names.list[n], ".wh.", 4) == 0)
			result = fail(f, 0,
			    "%s: in an image a name that begins with .wh. "
			    "takes another file away",
			    names.list[n]);
		else if ((size_t)snprintf(p->path + length, room, "%s%s",
			     length > 0 ? "/" : "", names.list[n])
			 >= room)
			result = fail(f, ENAMETOOLONG, "%s", names.list[n]);
		else
			result = pack_one(p, fd, names.list[n], f);
	}
	listing_free(&names);
	p->path[length] = '\0';
	p->depth--;
	return result;
}

static void
packing_close(struct packing *p)
{
	for (size_t n = 0; n < p->named_count; n++)
		free(p->named[n].path);
	free(p->named);
	ownerlist_close(&p->owners);
	archive_read_free(p->disk);
}

int
packtree(const struct pack_job *job, struct archive *out, bool is_cpio,
    struct fail *f)
{
	static struct packing p; /* large */
	int result = -1;

	p = (struct packing){ .job = job, .out = out, .is_cpio = is_cpio };
	if ((p.disk = archive_read_disk_new()) == NULL)
		fail(f, ENOMEM, "begin the archive");
	else if (archive_read_disk_set_behavior(p.disk,
		     ARCHIVE_READDISK_NO_FFLAGS | ARCHIVE_READDISK_NO_SPARSE)
		 != ARCHIVE_OK)
		packtree_failed(p.disk, f);
	else if (ownerlist_open(&p.owners, job->owners, f) == 0)
		result = pack_open(&p, job->root, ".", f);
	packing_close(&p);
	return result;
}
