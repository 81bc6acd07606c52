/* SPDX-License-Identifier: ISC */
/* unpack.c - see unpack.h */
#include "unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "entrypath.h"
#include "fail.h"
#include "hashed.h"
#include "idmap.h"
#include "layerdir.h"
#include "layerread.h"
#include "owners.h"
#include "quota.h"
#include "scope.h"
#include "whiteout.h"

struct unpacking {
	struct archive *in, *disk;
	struct unpack *job;
	bool owners; /* we may give files to anybody */
	bool replaces;
};

/*
 * Only what libarchive undoes itself: where it was built without a library
 * it would run gzip and the like as programs.  And no mtree, whose entries
 * name files of this machine to be read, and no raw, which takes anything.
 */
static void
allow_formats(struct archive *in)
{
	if (archive_zlib_version() != NULL)
		archive_read_support_filter_gzip(in);
	if (archive_bzlib_version() != NULL)
		archive_read_support_filter_bzip2(in);
	if (archive_liblzma_version() != NULL) {
		archive_read_support_filter_xz(in);
		archive_read_support_filter_lzma(in);
		archive_read_support_filter_lzip(in);
	}
	if (archive_liblz4_version() != NULL)
		archive_read_support_filter_lz4(in);
	if (archive_libzstd_version() != NULL)
		archive_read_support_filter_zstd(in);
	archive_read_support_filter_compress(in);
	archive_read_support_filter_rpm(in);
	archive_read_support_filter_uu(in);

	archive_read_support_format_tar(in);
	archive_read_support_format_gnutar(in);
	archive_read_support_format_cpio(in);
	archive_read_support_format_zip(in);
	archive_read_support_format_7zip(in);
	archive_read_support_format_iso9660(in);
	archive_read_support_format_xar(in);
	archive_read_support_format_cab(in);
	archive_read_support_format_rar(in);
	archive_read_support_format_rar5(in);
	archive_read_support_format_ar(in);
}

void
unpack_allow_tar(struct archive *in)
{
	archive_read_support_format_tar(in);
	archive_read_support_format_gnutar(in);
	archive_read_support_format_empty(in);
}

/* The files of an image, as they are kept and sent. */
static void
allow_files(struct archive *in)
{
	if (archive_zlib_version() != NULL)
		archive_read_support_filter_gzip(in);
	if (archive_libzstd_version() != NULL)
		archive_read_support_filter_zstd(in);
	unpack_allow_tar(in);
}

static int
open_archive(struct unpack *job, struct archive *in)
{
	static void (*const allow[])(struct archive *) = {
		[UNPACK_ROOT] = allow_formats,
		[UNPACK_LAYER] = unpack_allow_tar,
		[UNPACK_FILES] = allow_files,
	};

	allow[job->kind](in);
	if (job->layer != NULL)
		return layerread_open(job->layer, in);
	if (job->stream != NULL)
		return hashed_open(job->stream, in);
	return archive_read_open_fd(in, job->fd, 1 << 16);
}

/*
 * Whether every id exists here: root in a user namespace can give files
 * only to the ids that are mapped, so it keeps them all, as a user does.
 */
static bool
may_give_away(void)
{
	return geteuid() == 0 && idmap_ids_here("uid_map") == UINT32_MAX
	       && idmap_ids_here("gid_map") == UINT32_MAX;
}

/* there: what has the link's own name, or NULL.  1: it is done already. */
static int
check_hardlink(const struct unpacking *u, const char *target,
    const struct stat *there, struct fail *f)
{
	struct stat st;
	int found;

	target = entrypath_skip_dots(target);
	if (entrypath_check(target, f) < 0
	    || (found = entrypath_look_up(u->job->root, target, &st, f)) < 0)
		return fail_prefix(f, "a hard link to %.80s: ", target);
	if (!found)
		return fail(f, 0,
		    "a hard link to %.80s, which the archive has not "
		    "brought",
		    target);
	/* To link a file to itself would be to remove it. */
	return there != NULL && there->st_dev == st.st_dev
	       && there->st_ino == st.st_ino;
}

/*
 * What is cut to 32 bits can be root's, and 4294967295 leaves a file to
 * whoever unpacks it.
 */
static int
check_owner(struct archive_entry *entry, struct fail *f)
{
	la_int64_t id[] = { archive_entry_uid(entry),
		archive_entry_gid(entry) };

	for (size_t n = 0; n < COUNT(id); n++)
		if (id[n] < 0 || id[n] >= UINT32_MAX)
			return fail(f, 0,
			    "an owner that is not from 0 to 4294967294");
	return 0;
}

/* What is never made. */
static bool
is_node(struct archive_entry *entry)
{
	mode_t type = archive_entry_filetype(entry);

	return type == AE_IFBLK || type == AE_IFCHR || type == AE_IFSOCK;
}

/*
 * Refuse an entry that would touch anything but its own name.  1: there is
 * nothing to do for it.
 */
static int
check_entry(struct unpacking *u, struct archive_entry *entry, struct fail *f)
{
	const char *path = archive_entry_pathname(entry);
	const char *target = archive_entry_hardlink(entry);
	bool is_dir =
	    archive_entry_filetype(entry) == AE_IFDIR && target == NULL;
	struct stat st;
	int there;

	if (path == NULL || *path == '\0')
		return fail(f, 0, "a name that is empty or cannot be read");
	path = entrypath_skip_dots(path);
	u->replaces = *path == '\0';
	if (u->replaces && !is_dir)
		return fail(f, 0, "the root itself must be a directory");
	if (u->replaces)
		return u->job->kind == UNPACK_LAYER
		           ? layerdir_renew(u->job->root, path, f)
		           : 0;
	if (entrypath_check(path, f) < 0)
		return -1;
	if (u->job->kind == UNPACK_LAYER && whiteout_is(path))
		return 1;
	if ((there = entrypath_look_up(u->job->root, path, &st, f)) < 0)
		return -1;
	u->replaces = there;
	/*
	 * A layer replaces what lower ones left: a directory by anything,
	 * anything by a directory, and a file by a device, which is not made.
	 */
	if (u->job->kind == UNPACK_LAYER) {
		if (there
		    && (S_ISDIR(st.st_mode) != is_dir || is_node(entry))) {
			if (entrypath_remove(u->job->root, path, f) < 0)
				return -1;
			there = 0;
		}
		if (there && is_dir
		    && layerdir_renew(u->job->root, path, f) < 0)
			return -1;
		/* Of what is gone, the list may still say something. */
		u->replaces = true;
	}
	if (there && S_ISDIR(st.st_mode) && !is_dir)
		return fail(f, 0, "it would replace a directory");
	if (there && !S_ISDIR(st.st_mode) && is_dir)
		return fail(f, 0,
		    "a directory that would replace what is none");
	if (target == NULL)
		return 0;
	return check_hardlink(u, target, there ? &st : NULL, f);
}

int
unpack_failed(struct archive *a, const char *what, struct fail *f)
{
	const char *text = archive_error_string(a);
	int error = archive_errno(a);

	/* The kernel's reason is clear; the library's often repeats it. */
	if (error == ENOSPC || error == EDQUOT)
		return fail(f, error, "%s", what);
	return fail(f, 0, "%s: %s", what,
	    text != NULL ? text : "unknown error");
}

/* said: the size in the header, for which the quota has been charged. */
static int
copy_data(struct unpacking *u, la_int64_t said, struct fail *f)
{
	la_int64_t offset, end;
	const void *block;
	size_t size;
	int got;

	while ((got = archive_read_data_block(u->in, &block, &size, &offset))
	       == ARCHIVE_OK) {
		end = offset + (la_int64_t)size;
		if (end > said) {
			if (quota_bytes(u->job->quota, (uint64_t)(end - said),
				f)
			    < 0)
				return -1;
			said = end;
		}
		if (archive_write_data_block(u->disk, block, size, offset)
		    < ARCHIVE_OK)
			return unpack_failed(u->disk, "write", f);
	}
	return got == ARCHIVE_EOF ? 0 : unpack_failed(u->in, "read", f);
}

/*
 * Leave out what is not for a root to say: trusted.overlay.* would lead an
 * overlay over it to somewhere else, security.selinux is the label that
 * another machine's policy gave.
 */
static bool
is_taken_over(const char *name)
{
	return strcmp(name, "security.capability") == 0
	       || (strncmp(name, "user.", 5) == 0
		   && strncmp(name, "user.overlay.", 13) != 0);
}

/* An ACL's entry for a name, such as GNU tar writes: whose it is we cannot
 * tell.
 */
static bool
has_names(struct archive_entry *entry)
{
	const int all =
	    ARCHIVE_ENTRY_ACL_TYPE_ACCESS | ARCHIVE_ENTRY_ACL_TYPE_DEFAULT;
	int type, permissions, tag, id;
	const char *name;

	archive_entry_acl_reset(entry, all);
	while (archive_entry_acl_next(entry, all, &type, &permissions, &tag,
		   &id, &name)
	       == ARCHIVE_OK)
		if (id < 0
		    && (tag == ARCHIVE_ENTRY_ACL_USER
			|| tag == ARCHIVE_ENTRY_ACL_GROUP))
			return true;
	return false;
}

/* Keep the attributes that are taken over.  1: some are not. */
static int
choose_attributes(struct archive_entry *entry, struct fail *f)
{
	struct archive_entry *all = NULL;
	size_t size, total = 0;
	const char *name;
	const void *value;
	int lost = has_names(entry);

	if (archive_entry_xattr_reset(entry) == 0)
		return lost;
	if ((all = archive_entry_clone(entry)) == NULL)
		return fail(f, ENOMEM, "attributes");
	archive_entry_xattr_reset(all);
	archive_entry_xattr_clear(entry);
	while (
	    archive_entry_xattr_next(all, &name, &value, &size) == ARCHIVE_OK) {
		total += strlen(name) + size;
		if (is_taken_over(name))
			archive_entry_xattr_add_entry(entry, name, value, size);
		else
			lost = 1;
	}
	archive_entry_free(all);
	if (total > QUOTA_ATTRIBUTES)
		return fail(f, 0, "more than %d bytes of attributes",
		    QUOTA_ATTRIBUTES);
	return lost;
}

/*
 * libarchive only warns when a mode or an owner could not be set, as it
 * does for an attribute.  Look what came of it.
 */
static int
check_made(const struct unpacking *u, struct archive_entry *entry,
    struct fail *f)
{
	const char *path = entrypath_skip_dots(archive_entry_pathname(entry));
	struct stat st;

	if (*path == '\0' || archive_entry_hardlink(entry) != NULL)
		return 0;
	if (entrypath_look_up(u->job->root, path, &st, f) != 1
	    || (st.st_mode & S_IFMT) != archive_entry_filetype(entry))
		return fail(f, 0, "write: it was not made");
	if (u->owners
	    && (st.st_uid != (uid_t)archive_entry_uid(entry)
		|| st.st_gid != (gid_t)archive_entry_gid(entry)))
		return fail(f, 0, "write: its owner cannot be set");
	/* A directory gets its mode when all is in it. */
	if (S_ISREG(st.st_mode)
	    && (st.st_mode & 07777) != archive_entry_perm(entry))
		return fail(f, 0, "write: its mode cannot be set");
	return 0;
}

/* The archive's owners are for a jail that has them: owners.h. */
static int
note_owner(struct unpacking *u, struct archive_entry *entry, struct fail *f)
{
	const char *path = archive_entry_pathname(entry);
	const char *target = archive_entry_hardlink(entry);
	uint32_t uid = (uint32_t)archive_entry_uid(entry);
	uint32_t gid = (uint32_t)archive_entry_gid(entry);

	if (target != NULL)
		return u->job->owners == NULL
		           ? 0
		           : owners_note_link(u->job->owners, path, target, f);
	/* What it takes the place of may have been somebody else's. */
	if (uid == 0 && gid == 0 && (u->job->owners == NULL || !u->replaces))
		return 0;
	u->job->counts.owners += uid != 0 || gid != 0;
	return owners_note(&u->job->owners, u->job->root, path, uid, gid, f);
}

static int
unpack_entry(struct unpacking *u, struct archive_entry *entry, struct fail *f)
{
	la_int64_t size = archive_entry_size(entry);
	int header, finish, check, lost;

	if (quota_entry(u->job->quota, size, f) < 0
	    || (check = check_entry(u, entry, f)) < 0)
		return -1;
	if (check == 1)
		return 0;
	if (is_node(entry)) {
		u->job->counts.devices++;
		return 0;
	}
	if (check_owner(entry, f) < 0
	    || (lost = choose_attributes(entry, f)) < 0)
		return -1;
	if (!u->owners || u->job->kind == UNPACK_FILES) {
		if (u->job->kind != UNPACK_FILES && note_owner(u, entry, f) < 0)
			return -1;
		/* All belongs to us, so a set-user-ID bit can stay as it is. */
		archive_entry_set_uid(entry, geteuid());
		archive_entry_set_gid(entry, getegid());
	}
	archive_entry_set_fflags(entry, 0, 0);
	header = archive_write_header(u->disk, entry);
	if (header < ARCHIVE_WARN)
		return unpack_failed(u->disk, "write", f);
	if (copy_data(u, size, f) < 0)
		return -1;
	finish = archive_write_finish_entry(u->disk);
	if (finish < ARCHIVE_WARN)
		return unpack_failed(u->disk, "write", f);
	if (header == ARCHIVE_WARN || finish == ARCHIVE_WARN) {
		u->job->counts.attributes++;
		return check_made(u, entry, f);
	}
	u->job->counts.attributes += (unsigned)lost;
	return 0;
}

/* Into a tree that is there, without a trace in what the layer says nothing of.
 */
static int
unpack_over(struct unpacking *u, struct archive_entry *entry, struct fail *f)
{
	const char *path = archive_entry_pathname(entry);
	struct layerdir above = { .fd = -1 };
	struct fail why;
	int result;

	path = path != NULL ? entrypath_skip_dots(path) : "";
	if (u->job->kind == UNPACK_LAYER && *path != '\0')
		layerdir_open(&above, u->job->root, path);
	result = unpack_entry(u, entry, f);
	return layerdir_close(&above, result == 0 ? f : &why) < 0 ? -1 : result;
}

static int
unpack_all(struct unpacking *u, struct fail *f)
{
	struct archive_entry *entry;
	const char *name;
	int got;

	uint64_t before = u->job->quota->entries;

	while ((got = archive_read_next_header(u->in, &entry)) != ARCHIVE_EOF) {
		if (got < ARCHIVE_WARN)
			return unpack_failed(u->in, "unreadable archive", f);
		name = archive_entry_pathname(entry);
		if (unpack_over(u, entry, f) < 0
		    || quota_stream(u->job->quota,
			   archive_filter_bytes(u->in, 0), f)
			   < 0)
			return fail_prefix(f,
			    "unpack '%.128s': ", name != NULL ? name : "");
	}
	if (u->job->quota->entries == before && u->job->kind != UNPACK_LAYER)
		return fail(f, 0, "unreadable archive: it holds nothing");
	/* Modes and times of directories come last. */
	if (archive_write_close(u->disk) < ARCHIVE_WARN)
		return unpack_failed(u->disk, "unpack", f);
	return 0;
}

int
unpack_archive(struct unpack *job, struct fail *f)
{
	struct unpacking u = { .job = job };
	int flags =
	    ARCHIVE_EXTRACT_SECURE_SYMLINKS | ARCHIVE_EXTRACT_SECURE_NODOTDOT
	    | ARCHIVE_EXTRACT_SECURE_NOABSOLUTEPATHS | ARCHIVE_EXTRACT_UNLINK
	    | ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME | ARCHIVE_EXTRACT_ACL
	    | ARCHIVE_EXTRACT_XATTR | ARCHIVE_EXTRACT_OWNER;
	int result = -1;

	u.owners = may_give_away();
	u.in = archive_read_new();
	u.disk = archive_write_disk_new();
	if (u.in == NULL || u.disk == NULL) {
		fail(f, ENOMEM, "unpack");
		goto done;
	}
	archive_write_disk_set_options(u.disk, flags);
	if (open_archive(job, u.in) != ARCHIVE_OK)
		unpack_failed(u.in, "unreadable archive", f);
	else
		result = unpack_all(&u, f);
done:
	archive_write_free(u.disk);
	archive_read_free(u.in);
	if (job->owners != NULL && fflush(job->owners) == EOF && result == 0)
		result = fail(f, errno, "write the list of owners");
	return result;
}
