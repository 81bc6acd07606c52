/* SPDX-License-Identifier: ISC */
/* fetch.c - see fetch.h */
#include "fetch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "fail.h"
#include "program.h"
#include "scope.h"

/* What a mirror may begin with, and what curl may then be redirected to. */
static const struct {
	const char *scheme, *allowed;
} schemes[] = {
	{ "https://", "=https" },
	{ "http://", "=http,https" },
	{ "file://", "=file" },
};

enum { WRITE_FAILED = 23 }; /* of curl: a full disk, most of the time */

/* The exit statuses of curl(1) that have a reason of their own here. */
static const struct {
	int status;
	bool unreachable; /* as opposed to wrong */
	const char *reason;
} reasons[] = {
	{ 5, true, "the proxy's name is not known" },
	{ 6, true, "the server's name is not known" },
	{ 7, true, "cannot connect to the server" },
	{ 18, true, "the connection broke" },
	{ 22, true, "the server has no such file" },
	{ WRITE_FAILED, false, "curl could not write it" },
	{ 28, true, "the server does not answer" },
	{ 35, true, "no secure connection to the server" },
	{ 37, true, "no such file" },
	{ 52, true, "the server sent nothing" },
	{ 55, true, "the connection broke" },
	{ 56, true, "the connection broke" },
	{ 60, false, "the server's certificate cannot be verified" },
	{ 77, false, "the certificates of this machine cannot be read" },
};

static const char *
allowed_schemes(const char *url)
{
	for (size_t n = 0; n < COUNT(schemes); n++)
		if (strncmp(url, schemes[n].scheme, strlen(schemes[n].scheme))
		    == 0)
			return schemes[n].allowed;
	return NULL;
}

/* Nothing of a URL that an argument, a shell or a list would take for more. */
static bool
is_plain(const char *url)
{
	for (; *url != '\0'; url++)
		if (*url <= ' ' || *url >= 127
		    || strchr("\"'`\\<>[]{}|^$;,*?()!", *url) != NULL)
			return false;
	return true;
}

int
fetch_mirror(const char *said, const char *template, char mirror[PATH_MAX],
    struct fail *f)
{
	const char *url = said != NULL ? said : getenv("RUNGS_MIRROR");
	size_t length;

	if (url == NULL || *url == '\0')
		url = template;
	if (allowed_schemes(url) == NULL || !is_plain(url)) {
		fail(f, 0, "%s: not a mirror that can be used", url);
		return fail_hint(f,
		    "a mirror begins with https://, http:// or file:// and "
		    "has nothing in it to be quoted");
	}
	length = strlen(url);
	while (length > 0 && url[length - 1] == '/')
		length--;
	if (snprintf(mirror, PATH_MAX, "%.*s", (int)length, url) >= PATH_MAX)
		return fail(f, ENAMETOOLONG, "%s", url);
	return 0;
}

int
fetch_url(const char *mirror, const char *path, char url[PATH_MAX],
    struct fail *f)
{
	if (snprintf(url, PATH_MAX, "%s/%s", mirror, path) >= PATH_MAX)
		return fail(f, ENAMETOOLONG, "%s", mirror);
	return 0;
}

/* "curl: (7) Failed to connect" without what is in front of the text. */
static const char *
curl_text(char *output)
{
	char *text = output, *stop;

	output[strcspn(output, "\n")] = '\0';
	if (strncmp(output, "curl: (", 7) == 0
	    && (stop = strchr(output, ')')) != NULL)
		text = stop + 1 + strspn(stop + 1, " ");
	return text;
}

/* Whether there is no room for another block at fd. */
static bool
is_full(int fd)
{
	struct statvfs fs;

	return fstatvfs(fd, &fs) == 0 && fs.f_bavail < 16;
}

static int
explain(int status, char *output, const char *url, int dir, struct fail *f)
{
	const char *text = curl_text(output), *reason = NULL;
	bool unreachable = false;

	for (size_t n = 0; n < COUNT(reasons); n++)
		if (reasons[n].status == status) {
			reason = reasons[n].reason;
			unreachable = reasons[n].unreachable;
		}
	if (status >= EXIT_SIGNAL)
		return fail(f, 0, "fetch %s: curl died of signal %d", url,
		    status - EXIT_SIGNAL);
	if (status == WRITE_FAILED && is_full(dir))
		return fail(f, ENOSPC, "fetch %s: write", url);
	if (*text != '\0' && status != WRITE_FAILED && status != 37)
		reason = text;
	if (unreachable) {
		fail(f, 0, "%s", reason);
		return 1;
	}
	if (reason == NULL)
		return fail(f, 0, "fetch %s: curl failed with status %d", url,
		    status);
	fail(f, 0, "fetch %s: %s", url, reason);
	if (status == 60 || status == 77)
		fail_hint(f, "apt-get install ca-certificates");
	return -1;
}

int
fetch(const char *url, int dir, const char *name, bool progress, struct fail *f)
{
	const char *const argv[] = { "curl", "--fail", "--location",
		"--globoff", "--max-redirs", "5", "--connect-timeout", "20",
		"--speed-limit", "100", "--speed-time", "30", "--proto",
		allowed_schemes(url), "--proto-redir", allowed_schemes(url),
		"--output", name, "--url", url,
		progress ? "--progress-bar" : "--silent", "--show-error",
		NULL };
	struct program curl = {
		.argv = argv,
		.in = -1,
		.dir = dir,
		.take_errors = !progress,
	};
	autofree char *output = NULL;
	int status;

	if (program_run(&curl, &output, &status, f) < 0) {
		if (errno != ENOENT)
			return -1;
		fail(f, 0, "curl is not installed");
		fail_hint(f, "apt-get install curl");
		return 1;
	}
	return status == 0 ? 0 : explain(status, output, url, dir, f);
}

int
fetch_text(const char *url, char **text, struct fail *f)
{
	const char *const argv[] = { "curl", "--fail", "--location",
		"--globoff", "--max-redirs", "5", "--connect-timeout", "20",
		"--max-time", "60", "--proto", allowed_schemes(url),
		"--proto-redir", allowed_schemes(url), "--url", url, "--silent",
		NULL };
	const struct program curl = { .argv = argv, .in = -1, .dir = -1 };
	int status;

	if (program_run(&curl, text, &status, f) < 0) {
		if (errno != ENOENT)
			return -1;
		fail(f, 0, "curl is not installed");
		fail_hint(f, "apt-get install curl");
		return 1;
	}
	if (status == 0)
		return 0;
	**text = '\0';
	return explain(status, *text, url, -1, f);
}
