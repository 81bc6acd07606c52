/* SPDX-License-Identifier: ISC */
/* mkroot.c - see mkroot.h */
#include "mkroot.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cache.h"
#include "cachemake.h"
#include "cacheuse.h"
#include "demand.h"
#include "fail.h"
#include "origin.h"
#include "own.h"
#include "scope.h"
#include "work.h"

/* "alpine:3.20+curl+git": the same as in several words. */
static int
add_joined(struct mkroot_request *r, const char *word, struct fail *f)
{
	char *rest = strdup(word), *package; /* as long as the words live */

	if (rest == NULL)
		return fail(f, errno, "memory for words");
	r->words.from = strsep(&rest, "+");
	while ((package = strsep(&rest, "+")) != NULL)
		if (package_add(&r->words.packages, package, f) < 0)
			return -1;
	return 1;
}

int
mkroot_add(struct mkroot_request *r, const char *word, struct fail *f)
{
	int taken;

	if (source_is_stream(word))
		word = "tar:-";
	if (strncmp(word, "tar:", 4) == 0 || strncmp(word, "dir:", 4) == 0
	    || strncmp(word, "app:", 4) == 0) {
		r->words.from = word;
		return 1;
	}
	if (strncmp(word, "dir=", 4) == 0) {
		if (word[4] == '\0')
			return fail(f, 0, "dir=: expected dir=PATH");
		r->dir = word + 4;
		return 1;
	}
	if (*word != '+' && strchr(word, '=') == NULL && strcmp(word, "ro") != 0
	    && strcmp(word, "scratch") != 0 && strcmp(word, "none") != 0) {
		if (*word == '\0')
			return fail(f, 0, "'': no such template");
		if (strchr(word, '+') != NULL && !imagesource_is(word))
			return add_joined(r, word, f);
		r->words.from = word;
		return 1;
	}
	if (strcmp(word, "none") == 0)
		r->dir = NULL;
	taken = root_add(&r->words, word, f);
	if (taken != 0)
		return taken;
	fail(f, 0, "%s: no such word", word);
	return fail_hint(f,
	    "mkroot(1) has all there are; a command comes behind --");
}

/* A description has no way to write these, and nobody needs such a path. */
static int
check_bytes(const char *text, struct fail *f)
{
	for (const char *c = text; *c != '\0'; c++) {
		unsigned char byte = (unsigned char)*c;

		if ((byte < ' ' && byte != '\t' && byte != '\n') || byte == 127)
			return fail(f, 0,
			    "%s: a path with the control byte 0x%02x", text,
			    byte);
	}
	return 0;
}

static int
set_made(struct mkroot_made *made, const struct root *what, enum root_mode mode,
    struct fail *f)
{
	snprintf(made->from, sizeof made->from, "%s", what->from);
	snprintf(made->digest, sizeof made->digest, "%s",
	    what->digest != NULL ? what->digest : "");
	made->root = *what;
	made->root.from = made->from;
	made->root.digest = made->digest[0] != '\0' ? made->digest : NULL;
	made->root.dir = made->dir;
	made->root.mode = mode;
	if (check_bytes(made->from, f) < 0 || check_bytes(made->dir, f) < 0)
		return -1;
	return 0;
}

static int
make_in_place(const struct mkroot_request *r, const struct source *s,
    struct mkroot_made *made, struct fail *f)
{
	enum root_mode mode =
	    r->words.mode != ROOT_PLAIN ? r->words.mode : s->t.mode;
	char real[PATH_MAX];

	if (r->dir != NULL
	    && (realpath(r->dir, real) == NULL
		|| strcmp(real, s->in_place) != 0))
		return fail(f, 0, "dir=%s: %s is used where it is", r->dir,
		    s->from);
	strcpy(made->dir, s->in_place);
	if (secrets_find(&made->secrets, &s->t, s->in_place, f) < 0)
		return fail_prefix(f, "%s: ", s->from);
	return set_made(made, &(struct root){ .from = s->from }, mode, f);
}

/* A directory that is to be copied to a root of one's own.  1: it is not. */
static int
open_original(const struct mkroot_request *r, struct source *s, const char *own,
    struct fail *f)
{
	size_t length = strlen(s->in_place);
	char real[PATH_MAX];

	/* A template's is used in place, as is one that is named twice. */
	if (own == NULL || s->t.in_place != NULL
	    || (realpath(r->dir, real) != NULL
		&& strcmp(real, s->in_place) == 0))
		return 1;
	if (strncmp(own, s->in_place, length) == 0
	    && (own[length] == '/' || length == 1))
		return fail(f, 0, "dir=%s: a copy cannot be in %s itself", own,
		    s->from);
	s->tree = open(s->in_place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return s->tree >= 0 ? 0 : fail(f, errno, "%s: open", s->from);
}

/*
 * What was noted when the root in the cache was made.  It also says whether
 * the key in the cache stands for what we think, as that is only a hash.
 */
static int
recall_origin(const struct source *s, const char *tree, struct origin *o,
    struct fail *f)
{
	const struct root *there = &o->root, *asked = s->asked;
	autoclose int rootfs = open(tree, O_PATH | O_CLOEXEC), dir = -1;

	if (rootfs >= 0)
		dir = openat(rootfs, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return fail(f, errno, "%s: open", tree);
	if (origin_read(dir, o, f) < 0)
		return fail_prefix(f, "%s: ", tree);
	/* An image is what its digest says, wherever it was found. */
	if (s->image.kind != NULL)
		return 0;
	if (strcmp(there->from, s->from) == 0
	    && (!s->installs || s->digest[0] == '\0'
		|| (there->digest != NULL
		    && strcmp(there->digest, s->digest) == 0))
	    && package_missing(&there->packages, &asked->packages) == NULL
	    && there->packages.count == asked->packages.count)
		return 0;
	return fail(f, 0, "%s: holds %s, not %s", tree, there->from, s->from);
}

static int
make_shared(const struct mkroot_request *r, struct source *s,
    struct mkroot_made *made, struct fail *f)
{
	enum root_mode mode = r->words.mode != ROOT_PLAIN ? r->words.mode
	                      : s->t.mode != ROOT_PLAIN   ? s->t.mode
	                                                  : ROOT_SCRATCH;
	struct root what = ROOT_NONE;
	struct cache c;
	bool noted;
	int got;

	if (cache_open(&c, f) < 0)
		return -1;
	got = cachemake(s, &c, r->words.digest, made->dir, f);
	cache_close(&c);
	if (got != 0)
		return got;
	noted = s->t.suite != NULL || s->image.kind != NULL || s->installs;
	if (noted && recall_origin(s, made->dir, &made->origin, f) < 0)
		return -1;
	if (noted)
		what = made->origin.root;
	else {
		what.mirror = r->words.mirror;
		what.packages = r->words.packages;
	}
	what.from = s->from;
	if (!noted || s->image.kind != NULL)
		what.digest = s->digest;
	if (demand_checked(&r->words, &what, f) < 0)
		return -1;
	return set_made(made, &what, mode, f);
}

/* Who vouches for what was installed is noted there alone. */
static int
recall_signer(struct source *s, const char *tree, struct fail *f)
{
	struct origin o;
	int result = recall_origin(s, tree, &o, f);

	if (result == 0 && o.root.signed_by != NULL)
		snprintf(s->signed_by, sizeof s->signed_by, "%s",
		    o.root.signed_by);
	origin_free(&o);
	return result;
}

/*
 * What the cache has is copied: that is faster than to make it again, and
 * may share the disk with it.  Only root can be sure to read all of it.
 */
static int
open_cached(struct source *s, const struct cache *c, const char *dir, int *hold,
    struct fail *f)
{
	s->file = s->archive != NULL ? cache_open_file(c, s->key, "archive")
	                             : s->file;
	if (geteuid() != 0)
		return 0;
	if (cacheuse_hold(dir, hold, f) < 0)
		return -1;
	s->tree = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return 0;
}

/* Look into the cache, or have it made there.  1: as fill_own. */
static int
use_cached(const struct mkroot_request *r, struct source *s, int *hold,
    struct fail *f)
{
	char dir[PATH_MAX];
	struct cache c;
	int got = 0;

	/* What is noted of a suite or an image is known to who makes it. */
	if (s->tree >= 0 || s->t.suite != NULL || s->image.kind != NULL
	    || (s->installs && geteuid() != 0))
		return 0;
	if (cache_open(&c, f) < 0)
		return s->archive != NULL ? -1 : 0;
	/* That keeps what was fetched. */
	if (s->archive != NULL)
		got = cachemake(s, &c, r->words.digest, dir, f);
	if (got == 0 && cachemake_recall(s, &c, dir))
		got = demand_digest(&r->words, s->from, s->digest, f) < 0
		          ? -1
		          : open_cached(s, &c, dir, hold, f);
	cache_close(&c);
	if (got == 0 && s->installs && s->tree >= 0)
		got = recall_signer(s, dir, f);
	return got;
}

/* Fill a root of the user's own.  1: its archive cannot be had. */
static int
fill_own(const struct mkroot_request *r, struct source *s, const char *path,
    struct fail *f)
{
	autoclose int hold = -1;
	struct work w;
	int got;

	if ((got = use_cached(r, s, &hold, f)) != 0)
		return got;
	if (own_begin(path, &w, f) < 0)
		return work_hint(path, f);
	got = source_fill(s, &w, r->words.digest, f);
	if (got == 0) {
		unlinkat(w.fd, "archive", 0);
		/* What is written to in place outlives what was said of it. */
		unlinkat(w.fd, "owners", 0);
		/* 1: another mkroot was quicker; own_find says what it is. */
		got = own_publish(path, &w, f) < 0 ? -1 : 0;
	}
	if (got < 0)
		work_hint(path, f);
	work_end(&w);
	return got;
}

/*
 * Whether what is there came about because what is asked for could not be
 * had then.
 */
static bool
was_fallback(const struct mkroot_request *r, const char *there)
{
	struct source s;
	struct fail why;
	bool was;

	if (r->strict || r->words.digest != NULL)
		return false;
	was = source_open(&s, &r->words, &why) == 0 && !s.released
	      && s.t.fallback != NULL && strcmp(s.t.fallback, there) == 0;
	source_close(&s);
	return was;
}

/* Use the own root at path.  1: done; 0: nothing is there. */
static int
use_own(const struct mkroot_request *r, const char *path,
    struct mkroot_made *made, struct fail *f)
{
	const char *from = r->words.from;
	char line[PATH_MAX + 128];
	const struct root *there = &made->origin.root;
	int got;

	if ((got = own_find(path, &made->origin, f)) <= 0)
		return got;
	if (demand_packages(&r->words, there, path, f) < 0)
		return -1;
	if (from != NULL && demand_same(from, there->from, path, f) < 0) {
		if (!was_fallback(r, there->from))
			return -1;
		snprintf(line, sizeof line,
		    "%s: %s holds %s, made when %s could not be fetched; "
		    "using it (--strict refuses)",
		    from, path, there->from, from);
		if (r->say != NULL)
			r->say(line);
	}
	if (snprintf(made->dir, PATH_MAX, "%s/rootfs", path) >= PATH_MAX)
		return fail(f, ENAMETOOLONG, "dir=%s", path);
	if (demand_checked(&r->words, there, f) < 0
	    || set_made(made, there, r->words.mode, f) < 0)
		return -1;
	return 1;
}

static int make_from(const struct mkroot_request *r, const char *from,
    const char *own, bool last, struct mkroot_made *made, struct fail *f);

/* The archive cannot be had, and *f says why: fall back, or fail. */
static int
fall_back(const struct mkroot_request *r, const struct source *s,
    const char *own, bool last, struct mkroot_made *made, struct fail *f)
{
	char line[sizeof f->text + SOURCE_FROM + 64], *colon;

	if (last || r->strict || s->released || r->words.digest != NULL
	    || r->words.packages.count > 0 || s->t.fallback == NULL)
		return fail_prefix(f, "%s: fetch %s: ", s->from, s->url);
	snprintf(line, sizeof line,
	    "%s: cannot be fetched (%s); using %s instead (--strict refuses)",
	    s->from, f->text, s->t.fallback);
	if ((colon = strchr(line, ':')) != NULL)
		*colon = ' ';
	if (r->say != NULL)
		r->say(line);
	return make_from(r, s->t.fallback, own, true, made, f);
}

/*
 * Make what from stands for: at own, or in the cache if that is NULL.  last
 * says that this is the fallback and has none itself.
 */
static int
make_from(const struct mkroot_request *r, const char *from, const char *own,
    bool last, struct mkroot_made *made, struct fail *f)
{
	struct mkroot_request as = *r;
	struct source s;
	int got;

	as.words.from = from;
	if (source_open(&s, &as.words, f) < 0) {
		got = -1;
		goto done;
	}
	s.say = r->say;
	s.progress = r->progress;
	s.max_size = r->max_size;
	got = s.in_place[0] != '\0' ? open_original(r, &s, own, f) : 0;
	if (got >= 0 && s.in_place[0] != '\0'
	    && demand_checked(&r->words, &(struct root){ .from = s.from }, f)
		   < 0)
		got = -1;
	if (got < 0)
		goto done;
	if (got == 1) {
		got = make_in_place(r, &s, made, f);
		goto done;
	}
	/* What was verified once need not come in again. */
	if (s.is_stream && r->words.digest != NULL)
		source_set_digest(&s, r->words.digest + strlen("sha256:"));
	if (r->words.digest != NULL && s.t.suite == NULL
	    && (s.archive != NULL || s.key[0] != '\0')
	    && demand_digest(&r->words, s.from, s.digest, f) < 0) {
		got = -1;
		goto done;
	}
	if (own == NULL)
		got = make_shared(r, &s, made, f);
	else if ((got = fill_own(r, &s, own, f)) == 0)
		got = use_own(&as, own, made, f) == 1 ? 0 : -1;
	if (got == 1)
		got = fall_back(r, &s, own, last, made, f);
done:
	source_close(&s);
	return got;
}

/* Whether dir, which is in the cache, is where the root was found. */
static int
check_cached_dir(const char *dir, const struct mkroot_made *made,
    struct fail *f)
{
	char asked[PATH_MAX], real[PATH_MAX];

	if (strcmp(dir, made->dir) == 0)
		return 0;
	if (realpath(dir, asked) != NULL && realpath(made->dir, real) != NULL
	    && strcmp(asked, real) == 0)
		return 0;
	return fail(f, 0, "dir=%s: in the cache, and not the root of %s", dir,
	    made->from);
}

int
mkroot_make(const struct mkroot_request *r, struct mkroot_made *made,
    struct fail *f)
{
	const char *from = r->words.from;
	char own[PATH_MAX];
	struct source s;
	struct fail why;
	int got;

	if (r->dir != NULL && cache_contains(r->dir)) {
		if (from == NULL)
			return fail(f, 0,
			    "dir=%s: in the cache: name the template", r->dir);
		if (make_from(r, from, NULL, false, made, f) < 0)
			return -1;
		return check_cached_dir(r->dir, made, f);
	}
	if (r->dir == NULL)
		return make_from(r, from, NULL, false, made, f);

	got = own_resolve(r->dir, own, f);
	if (got == 0 && from != NULL && source_is_stream(from)
	    && r->words.digest == NULL && access(own, F_OK) == 0) {
		fail(f, 0, "dir=%s: is there, made of another archive or not",
		    own);
		return fail_hint(f, "say digest=, or name another directory");
	}
	if (got == 0 && (got = use_own(r, own, made, f)) == 1)
		return 0;
	if (from == NULL)
		return got < 0 ? -1
		               : fail(f, 0,
				   "dir=%s: nothing is there yet: name a "
				   "template",
				   own);
	if (got == 0)
		return make_from(r, from, own, false, made, f);
	/* Only what is used in place may be there already. */
	why = *f;
	if (source_open(&s, &r->words, f) == 0 && s.in_place[0] != '\0'
	    && open_original(r, &s, own, f) == 1)
		got = make_from(r, from, NULL, false, made, f);
	else
		*f = why;
	source_close(&s);
	return got;
}
