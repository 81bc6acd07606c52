/* SPDX-License-Identifier: ISC */
/* source.c - see source.h */
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "assemble.h"
#include "catalog.h"
#include "copytree.h"
#include "debootstrap.h"
#include "fail.h"
#include "fetch.h"
#include "hash.h"
#include "helper.h"
#include "install.h"
#include "latest.h"
#include "origin.h"
#include "scope.h"
#include "work.h"

void
source_split(const char *from, char name[NAME_MAX + 1], const char **release)
{
	size_t length = strcspn(from, ":");

	*release = from[length] == ':' ? from + length + 1 : NULL;
	if (length > NAME_MAX)
		length = 0; /* no template has such a name, nor this one */
	memcpy(name, from, length);
	name[length] = '\0';
}

void
source_set_digest(struct source *s, const char *hex)
{
	snprintf(s->digest, sizeof s->digest, "sha256:%.64s", hex);
	snprintf(s->key, sizeof s->key, "sha256-%.64s", hex);
}

/* tar:FILE; the file stays open, so that it is one file from here on. */
static int
open_file(struct source *s, const char *path, struct fail *f)
{
	char real[PATH_MAX];

	if (*path == '\0')
		return fail(f, 0, "tar: expected tar:FILE");
	if (realpath(path, real) == NULL)
		return fail(f, errno, "tar:%s: open", path);
	s->file = open(real, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (s->file < 0 || fstat(s->file, &s->status) < 0)
		return fail(f, errno, "tar:%s: open", path);
	if (!S_ISREG(s->status.st_mode)) {
		fail(f, 0, "tar:%s: not a regular file", path);
		return S_ISDIR(s->status.st_mode) ? fail_hint(f,
			   "dir:%s uses a directory in place", path)
		                                  : -1;
	}
	snprintf(s->from, sizeof s->from, "tar:%s", real);
	return 0;
}

bool
source_is_stream(const char *name)
{
	return strcmp(name, "-") == 0 || strcmp(name, "tar:-") == 0;
}

void
source_drain(void)
{
	static char buffer[1 << 16];
	ssize_t got = isatty(STDIN_FILENO) ? 0 : 1;

	while (got > 0 || (got < 0 && errno == EINTR))
		got = read(STDIN_FILENO, buffer, sizeof buffer);
}

static int
open_stream(struct source *s, struct fail *f)
{
	strcpy(s->from, "tar:-");
	s->is_stream = true;
	s->file = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (s->file < 0 || fstat(s->file, &s->status) < 0)
		return fail(f, errno, "-: standard input");
	return 0;
}

/* dir:PATH, or in-place of a template: there must be a directory. */
static int
open_dir(struct source *s, const char *path, struct fail *f)
{
	struct stat st;

	if (*path == '\0')
		return fail(f, 0, "dir: expected dir:PATH");
	if (realpath(path, s->in_place) == NULL || stat(s->in_place, &st) < 0)
		return fail(f, errno, "dir:%s: open", path);
	if (!S_ISDIR(st.st_mode))
		return fail(f, 0, "dir:%s: not a directory", path);
	return 0;
}

static int
choose_archive(struct source *s, const char *name, const char *release,
    struct fail *f)
{
	struct utsname machine;

	if ((s->index = template_index(&s->t, release)) != NULL)
		return latest_open(s, name, release, f);
	if (uname(&machine) < 0)
		return fail(f, errno, "ask for the machine's name");
	s->archive = template_choose(&s->t, release, machine.machine, f);
	if (s->archive == NULL)
		return fail_prefix(f, "%s%s%s: ", name,
		    release != NULL ? ":" : "", release != NULL ? release : "");
	s->released = release != NULL;
	snprintf(s->from, sizeof s->from, "%s:%s", name, s->archive->release);
	source_set_digest(s, s->archive->digest);
	return 0;
}

/* It is known by all that decides what is in it, but for the day. */
static int
choose_suite(struct source *s, const char *name, const char *release,
    struct fail *f)
{
	uint64_t key = package_hash(s->t.hash, &s->asked->packages);
	struct utsname machine;

	if (release == NULL)
		release = s->t.suite;
	if (!debian_is_suite(release))
		return fail(f, 0, "%s:%s: not the name of a suite", name,
		    release);
	if (uname(&machine) < 0)
		return fail(f, errno, "ask for the machine's name");
	s->debian = (struct debian){
		.t = &s->t,
		.suite = release,
		.mirror = s->mirror,
		.packages = &s->asked->packages,
	};
	key = hash_bytes(key, machine.machine, strlen(machine.machine) + 1);
	key = hash_bytes(key, release, strlen(release) + 1);
	key = hash_bytes(key, s->mirror, strlen(s->mirror) + 1);
	snprintf(s->from, sizeof s->from, "%s:%s", name, release);
	snprintf(s->key, sizeof s->key, "suite-%016" PRIx64, key);
	return 0;
}

static int
open_template(struct source *s, const char *from, struct fail *f)
{
	char name[NAME_MAX + 1];
	const char *release;
	uint64_t key;

	source_split(from, name, &release);
	if (catalog_load(name, &s->t, f) < 0)
		return -1;
	if (s->t.mirror != NULL
	    && fetch_mirror(s->asked->mirror, s->t.mirror, s->mirror, f) < 0)
		return fail_prefix(f, "%s: ", name);
	if (s->t.suite != NULL)
		return choose_suite(s, name, release, f);
	if (s->t.archive_count > 0)
		return choose_archive(s, name, release, f);
	if (release != NULL && !assemble_has_applets(&s->t))
		return fail(f, 0, "%s: this template has no releases", from);
	s->applets = release;
	snprintf(s->from, sizeof s->from, "%s", from);
	if (s->t.in_place != NULL)
		return open_dir(s, s->t.in_place, f) < 0
		           ? fail_prefix(f, "%s: ", name)
		           : 0;
	key = assemble_key(&s->t);
	if (release != NULL)
		key = hash_bytes(key, release, strlen(release) + 1);
	snprintf(s->key, sizeof s->key, "recipe-%016" PRIx64, key);
	return 0;
}

/* app:PROGRAM[,FILE...]; it is known by all the files that are needed. */
static int
open_app(struct source *s, const char *what, struct fail *f)
{
	if (app_open(&s->app, what, f) < 0)
		return fail_prefix(f, "app:");
	if (snprintf(s->from, sizeof s->from, "app:%s", what) >= SOURCE_FROM)
		return fail(f, ENAMETOOLONG, "app:%s", what);
	snprintf(s->key, sizeof s->key, "app-%016" PRIx64, app_key(&s->app));
	return 0;
}

/* An image is known by the digest of its manifest, once that was read. */
static int
open_image(struct source *s, const char *name, struct fail *f)
{
	s->file = imagesource_open(&s->image, name, &s->status, f);
	if (s->file < 0)
		return -1;
	imagesource_name(name, s->from, sizeof s->from);
	return 0;
}

static int
open_kind(struct source *s, const char *name, struct fail *f)
{
	if (strncmp(name, "app:", 4) == 0)
		return open_app(s, name + 4, f);
	if (source_is_stream(name))
		return open_stream(s, f);
	if (imagesource_is(name))
		return open_image(s, name, f);
	if (strncmp(name, "tar:", 4) == 0)
		return open_file(s, name + 4, f);
	if (strncmp(name, "dir:", 4) != 0)
		return open_template(s, name, f);
	if (open_dir(s, name + 4, f) < 0)
		return -1;
	snprintf(s->from, sizeof s->from, "dir:%s", s->in_place);
	return 0;
}

int
source_open(struct source *s, const struct root *asked, struct fail *f)
{
	memset(s, 0, offsetof(struct source, in_place));
	s->in_place[0] = s->from[0] = s->mirror[0] = s->url[0] = '\0';
	s->file = s->tree = -1;
	s->asked = asked;
	if (open_kind(s, asked->from, f) < 0)
		return -1;
	if (asked->packages.count > 0 && s->t.script != NULL)
		install_settle(s);
	if (asked->packages.count > 0 && s->t.suite == NULL && !s->installs)
		return fail(f, 0, "+%s: nothing can add packages to %s",
		    asked->packages.names[0], s->from);
	if (asked->mirror != NULL && s->t.mirror == NULL)
		return fail(f, 0, "mirror=%s: %s comes from no mirror",
		    asked->mirror, s->from);
	return 0;
}

void
source_close(struct source *s)
{
	template_free(&s->t);
	free(s->releases);
	s->releases = NULL;
	app_close(&s->app);
	imagesource_close(&s->image);
	scope_close(&s->file);
	scope_close(&s->tree);
	s->file = s->tree = -1;
}

/* The archive in the work directory; 1: it cannot be had. */
static int
fetch_archive(struct source *s, const struct work *w, int *file, struct fail *f)
{
	char line[SOURCE_FROM + 128];
	int got;

	if (s->index != NULL && s->latest.path == NULL
	    && latest_look_up(s, f) < 0)
		return -1;
	if (s->index != NULL && s->say != NULL) {
		snprintf(line, sizeof line,
		    "%s: is %.32s; its digest is not pinned but the mirror's "
		    "word",
		    s->from, s->latest.release);
		s->say(line);
	}
	if (fetch_url(s->mirror, s->archive->path, s->url, f) < 0)
		return -1;
	if (s->progress && s->say != NULL) {
		snprintf(line, sizeof line, "fetching %s", s->url);
		s->say(line);
	}
	got = fetch(s->url, w->fd, "archive", s->progress, f);
	if (got != 0)
		return got;
	*file = openat(w->fd, "archive", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	return *file >= 0 ? 0 : fail(f, errno, "open what was fetched");
}

/* Check, make and unpack what mmdebstrap makes; it has no digest of its own. */
static int
fill_suite(struct source *s, const struct work *w, int root, const char *want,
    struct fail *f)
{
	struct source as = *s;
	autoclose int archive = -1;
	int got;

	s->debian.progress = s->progress;
	if ((got = debian_check(&s->debian, w->fd, s->url, f)) != 0)
		return got;
	snprintf(s->digest, sizeof s->digest, "sha256:%s", s->debian.digest);
	if (want != NULL && strcmp(want, s->digest) != 0)
		return fail(f, 0, "its digest is %s, not %s", s->digest, want);
	strcpy(s->signed_by, s->debian.signer);
	if ((got = debian_build(&s->debian, w->fd, f)) > 0)
		return debootstrap(&s->debian, w->fd, root, f);
	if (got < 0)
		return -1;
	archive = openat(w->fd, "archive", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (archive < 0)
		return fail(f, errno, "open what mmdebstrap made");
	unlinkat(w->fd, "archive", 0);
	return helper_unpack(&as, archive, root, NULL, f);
}

/* A copy of a tree that is there, and a line on what it has not. */
static int
copy_tree(struct source *s, int root, struct fail *f)
{
	struct copytree_lost lost = { 0 };
	struct fail note;

	if (copytree(s->tree, root, &lost, f) < 0)
		return -1;
	if (s->say != NULL && copytree_note(&lost, s->from, &note))
		s->say(note.text);
	return 0;
}

static int
fill_root(struct source *s, const struct work *w, int root, const char *digest,
    struct fail *f)
{
	autoclose int fetched = -1;
	int got, file = s->file;

	if (s->tree >= 0)
		return copy_tree(s, root, f);
	if (s->installs)
		return install(s, w, root, f);
	if (s->t.step_count > 0)
		return assemble(&s->t, s->applets, root, f);
	if (s->app.files.count > 0)
		return app_fill(&s->app, root, f);
	if (s->image.kind != NULL)
		return helper_unpack_image(s, root, digest, f);
	if (s->t.suite != NULL)
		return fill_suite(s, w, root, digest, f);
	if (s->archive != NULL)
		digest = s->digest;
	if (file < 0) {
		if ((got = fetch_archive(s, w, &fetched, f)) != 0)
			return got;
		file = fetched;
	}
	return helper_unpack(s, file, root, digest, f);
}

int
source_fill(struct source *s, const struct work *w, const char *digest,
    struct fail *f)
{
	struct root note = {
		.from = s->from,
		.mirror = s->asked->mirror,
		.packages = s->asked->packages,
	};
	autoclose int root = -1;
	int got;

	if (mkdirat(w->fd, "rootfs", 0755) < 0
	    || (root = openat(w->fd, "rootfs",
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC))
		   < 0
	    || fchmod(root, 0755) < 0)
		got = fail(f, errno, "make the new root");
	else
		got = fill_root(s, w, root, digest, f);
	if (got == 0 && s->image.kind != NULL)
		got = imagesource_launch(&s->image, w->fd, &note.launch, f);
	if (got == 0) {
		note.digest = s->digest[0] != '\0' ? s->digest : NULL;
		if (s->signed_by[0] != '\0')
			note.signed_by = s->signed_by;
		got = origin_write(w->fd, &note, f);
	}
	return got < 0 && !s->installs ? fail_prefix(f, "%s: ", s->from) : got;
}
