/* SPDX-License-Identifier: ISC */
/* install.c - see install.h */
#include "install.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cache.h"
#include "cachemake.h"
#include "description.h"
#include "extent.h"
#include "fail.h"
#include "hash.h"
#include "helper.h"
#include "installing.h"
#include "program.h"
#include "scope.h"
#include "source.h"
#include "subid.h"
#include "work.h"

static const char helper[] = "mkroot-install";

/* The mirror in the jail, if it is a directory of this machine. */
#define MIRROR "/run/mirror"

void
install_settle(struct source *s)
{
	uint64_t key = package_hash(s->t.hash, &s->asked->packages);

	key = hash_bytes(key, s->key, strlen(s->key) + 1);
	key = hash_bytes(key, s->mirror, strlen(s->mirror) + 1);
	snprintf(s->key, sizeof s->key, "install-%016" PRIx64, key);
	s->installs = true;
}

/* The root without packages, in the cache. */
static int
find_base(struct source *s, char dir[PATH_MAX], struct fail *f)
{
	const struct root plain = {
		.from = s->from,
		.mirror = s->asked->mirror,
		.digest = s->digest[0] != '\0' ? s->digest : NULL,
	};
	struct source base;
	struct cache c;
	int got = source_open(&base, &plain, f);

	base.say = s->say;
	base.progress = s->progress;
	base.max_size = s->max_size;
	if (got == 0 && (got = cache_open(&c, f)) == 0) {
		got = cachemake(&base, &c, NULL, dir, f);
		cache_close(&c);
	}
	strcpy(s->url, base.url);
	source_close(&base);
	return got;
}

/* As addmount(1) has it: "\:" for a colon in a path. */
static void
put_path(const char *path, FILE *out)
{
	char word[2 * PATH_MAX], *stop = word;

	for (; *path != '\0' && stop < word + sizeof word - 2; path++) {
		if (*path == ':' || *path == '\\')
			*stop++ = '\\';
		*stop++ = *path;
	}
	*stop = '\0';
	description_escape(word, out);
}

static bool
is_here(const char *mirror)
{
	return strncmp(mirror, "file://", 7) == 0;
}

/* The jail, for jailexec(1); nothing of what is lent to it stays. */
static int
describe(const struct source *s, int work, const char *base, struct fail *f)
{
	int result,
	    fd = openat(work, INSTALLING_JAIL,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;

	if (out == NULL) {
		scope_close(&fd);
		return fail(f, errno, "describe a jail");
	}
	fputs("jail 1\nmkroot dir=", out);
	description_escape(base, out);
	fputs(" scratch\nenterns net=host\naddmount "
	      "try-bind=/etc/resolv.conf:/etc/resolv.conf:ro,noidmap",
	    out);
	if (is_here(s->mirror)) {
		fputs(" bind=", out);
		put_path(s->mirror + 7, out);
		fputs(":" MIRROR ":ro,noidmap", out);
	}
	fputc('\n', out);
	result = description_end(out, f);
	if (fclose(out) == EOF && result == 0)
		result = fail(f, errno, "describe a jail");
	return result;
}

/* What there is to say to a helper, and who else is to run before it. */
struct call {
	const char *argv[PACKAGES + 16];
	size_t count;
	char enterns[PATH_MAX], addmount[PATH_MAX], program[PATH_MAX],
	    layer[PATH_MAX];
};

static void
add(struct call *c, const char *word)
{
	c->argv[c->count++] = word;
}

/* What is lost with the last process that sees it. */
static int
put_layer_in_memory(struct call *c, int work, struct fail *f)
{
	char link[32], path[PATH_MAX];
	ssize_t length;

	snprintf(link, sizeof link, "/proc/self/fd/%d", work);
	length = readlink(link, path, sizeof path - 1);
	if (length < 0)
		return fail(f, errno, "find the work directory");
	path[length] = '\0';
	if (strpbrk(path, ":\\") != NULL)
		return fail(f, 0, "%s: a path with a colon or a backslash",
		    path);
	if (snprintf(c->layer, sizeof c->layer,
		"tmpfs=%s/" INSTALLING_LAYER ":mode=700", path)
	    >= PATH_MAX)
		return fail(f, ENAMETOOLONG, "%s", path);
	if (program_beside("enterns", c->enterns, f) < 0
	    || program_beside("addmount", c->addmount, f) < 0)
		return -1;
	add(c, c->enterns);
	add(c, "user=auto");
	add(c, "mount");
	add(c, "--");
	add(c, c->addmount);
	add(c, c->layer);
	add(c, "--");
	return 0;
}

/* Of several ids, if there are some: files of packages belong to several. */
static int
make_call(const struct source *s, int work, bool is_auto, struct call *c,
    struct fail *f)
{
	c->count = 0;
	if (is_auto && put_layer_in_memory(c, work, f) < 0)
		return -1;
	if (program_beside("../libexec/rungs/mkroot-install", c->program, f)
	    < 0)
		return -1;
	add(c, c->program);
	if (s->progress)
		add(c, "--aloud");
	add(c, "--");
	add(c, is_here(s->mirror) ? "file://" MIRROR : s->mirror);
	add(c, s->t.script);
	for (size_t n = 0; n < s->asked->packages.count; n++)
		add(c, s->asked->packages.names[n]);
	add(c, NULL);
	return 0;
}

/* Not all scripts of packages fail where they cannot give away a file. */
static void
tell_alone(const struct source *s)
{
	struct fail note;

	if (s->say == NULL)
		return;
	fail(&note, 0,
	    "%s: installed with one id: what scripts of packages give to "
	    "others is root's (you have no subordinate ids)",
	    s->from);
	s->say(note.text);
}

/* Leave the packed root in the work directory. */
static int
run(struct source *s, int work, const char *base, struct fail *f)
{
	static struct call c; /* large */
	const struct program p = {
		.argv = c.argv,
		.in = -1,
		.dir = work,
		.take_errors = !s->progress,
	};
	struct extents uids, gids;
	struct fail why;
	bool is_user = geteuid() != 0;
	bool is_auto =
	    is_user
	    && subid_find(geteuid(), getegid(), &uids, &gids, &why) == 0;
	autofree char *output = NULL;
	int status;

	if (describe(s, work, base, f) < 0
	    || make_call(s, work, is_auto, &c, f) < 0)
		return -1;
	if (program_run(&p, &output, &status, f) < 0)
		return fail_hint(f, "is rungs installed completely?");
	if (helper_result(s, helper, output, status, f) == 0) {
		if (is_user && !is_auto)
			tell_alone(s);
		return 0;
	}
	if (is_user && !is_auto && strstr(f->text, "owner") != NULL)
		fail_hint(f, "%s", why.hint);
	return -1;
}

/* Unpack that root, which has no digest of its own. */
static int
take_over(const struct source *s, int work, int root, struct fail *f)
{
	struct source as = *s;
	autoclose int archive =
	    openat(work, INSTALLING_ARCHIVE, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (archive < 0)
		return fail(f, errno, "open what was installed");
	return helper_unpack(&as, archive, root, NULL, f);
}

int
install(struct source *s, const struct work *w, int root, struct fail *f)
{
	char base[PATH_MAX];
	int got = find_base(s, base, f);

	if (got != 0)
		return got;
	if (mkdirat(w->fd, INSTALLING_LAYER, 0700) < 0)
		got = fail(f, errno, "make a layer");
	else if (run(s, w->fd, base, f) < 0 || take_over(s, w->fd, root, f) < 0)
		got = -1;
	unlinkat(w->fd, INSTALLING_JAIL, 0);
	unlinkat(w->fd, INSTALLING_ARCHIVE, 0);
	if (tree_remove(w->fd, INSTALLING_LAYER) < 0 && got == 0)
		got = fail(f, errno, "remove the layer");
	return got < 0 ? fail_prefix(f, "%s: ", s->from) : 0;
}
