/* SPDX-License-Identifier: ISC */
/* latest.c - see latest.h */
#include "latest.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "fail.h"
#include "fetch.h"
#include "release.h"
#include "source.h"

/* "$machine" in the path of an index is this machine's name. */
static int
expand_index(const struct source *s, char path[PATH_MAX], struct fail *f)
{
	static const char variable[] = "$machine";
	const char *from = s->index->path, *at = strstr(from, variable);
	struct utsname machine;
	int size;

	if (at == NULL)
		size = snprintf(path, PATH_MAX, "%s", from);
	else if (uname(&machine) < 0)
		return fail(f, errno, "ask for the machine's name");
	else
		size = snprintf(path, PATH_MAX, "%.*s%s%s", (int)(at - from),
		    from, machine.machine, at + strlen(variable));
	return size < PATH_MAX ? 0 : fail(f, ENAMETOOLONG, "%s", from);
}

int
latest_look_up(struct source *s, struct fail *f)
{
	char path[PATH_MAX], *slash;
	struct release latest;
	int got;

	if (strncmp(s->mirror, "http:", 5) == 0 && s->asked->digest == NULL) {
		fail(f, 0, "the digest would come from %s unprotected",
		    s->mirror);
		return fail_hint(f, "use https://, or say digest=");
	}
	if (expand_index(s, path, f) < 0
	    || fetch_url(s->mirror, path, s->url, f) < 0)
		return -1;
	got = fetch_text(s->url, &s->releases, f);
	if (got == 0 && release_find(&latest, s->releases, s->index->flavor, f))
		got = -1;
	if (got != 0) {
		fail_prefix(f, "fetch %s: ", s->url);
		return -1;
	}
	/* The archive is beside its index. */
	slash = strrchr(path, '/');
	snprintf(s->latest_path, sizeof s->latest_path, "%.*s%s",
	    slash != NULL ? (int)(slash + 1 - path) : 0, path, latest.file);
	s->latest.release = latest.version;
	s->latest.digest = latest.digest;
	s->latest.path = s->latest_path;
	if (s->asked->digest != NULL
	    && strcmp(s->asked->digest + strlen("sha256:"), latest.digest) != 0)
		return fail(f, 0, "its digest is sha256:%s, not %s",
		    latest.digest, s->asked->digest);
	source_set_digest(s, latest.digest);
	return 0;
}

int
latest_open(struct source *s, const char *name, const char *release,
    struct fail *f)
{
	s->archive = &s->latest;
	s->released = true;
	snprintf(s->from, sizeof s->from, "%s:%s", name, release);
	if (s->asked->digest == NULL)
		return latest_look_up(s, f) < 0
		           ? fail_prefix(f, "%s: ", s->from)
		           : 0;
	source_set_digest(s, s->asked->digest + strlen("sha256:"));
	return 0;
}
