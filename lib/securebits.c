/* SPDX-License-Identifier: ISC */
/* securebits.c - see securebits.h */
#include "securebits.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>

#include "fail.h"
#include "scope.h"

/*
 * By their numbers, each with its lock behind it: linux/securebits.h.  The
 * fourth, no_cap_ambient_raise, came with Linux 4.3, the last two with 6.14.
 */
static const char *const names[] = {
	"noroot",
	"noroot_locked",
	"no_setuid_fixup",
	"no_setuid_fixup_locked",
	"keep_caps",
	"keep_caps_locked",
	"no_cap_ambient_raise",
	"no_cap_ambient_raise_locked",
	"exec_restrict_file",
	"exec_restrict_file_locked",
	"exec_deny_interactive",
	"exec_deny_interactive_locked",
};

enum { KEEP_CAPS = 4 };

static int
parse_name(const char *text, size_t length, unsigned *bits)
{
	for (unsigned n = 0; n < COUNT(names); n++)
		if (n != KEEP_CAPS && strlen(names[n]) == length
		    && memcmp(names[n], text, length) == 0) {
			*bits |= 1U << n;
			return 0;
		}
	return -1;
}

int
securebits_add(void *layer, const char *word, struct fail *f)
{
	static const char prefix[] = "securebits=";
	struct securebits *s = layer, new = { .asked = true };
	const char *text = word + strlen(prefix);
	size_t length;

	if (strcmp(word, "none") == 0) {
		*s = (struct securebits){ .asked = false };
		return 1;
	}
	if (strncmp(word, prefix, strlen(prefix)) != 0)
		return 0;
	for (; strcmp(text, "none") != 0; text += length + 1) {
		length = strcspn(text, ",");
		if (parse_name(text, length, &new.bits) < 0) {
			fail(f, 0, "%.200s: %.*s: no such bit", word,
			    length < 40 ? (int)length : 40, text);
			return fail_hint(f,
			    "noroot, no_setuid_fixup, no_cap_ambient_raise "
			    "..., or with _locked: droppriv(1); none; "
			    "execve(2) "
			    "clears keep_caps");
		}
		if (text[length] == '\0')
			break;
	}
	*s = new;
	return 1;
}

void
securebits_print(const void *layer, FILE *out)
{
	const struct securebits *s = layer;
	const char *comma = "";

	if (!s->asked)
		return;
	fprintf(out, " securebits=%s", s->bits == 0 ? "none" : "");
	for (unsigned n = 0; n < COUNT(names); n++)
		if (s->bits & 1U << n) {
			fprintf(out, "%s%s", comma, names[n]);
			comma = ",";
		}
}

int
securebits_apply(const struct securebits *s, struct fail *f)
{
	int error;

	if (prctl(PR_SET_SECUREBITS, s->bits, 0, 0, 0) < 0) {
		error = errno;
		fail(f, error, "set the securebits");
		if (error == EPERM)
			fail_hint(f, "it takes CAP_SETPCAP, bits that nobody "
				     "locked and a kernel that knows them");
		return -1;
	}
	if (prctl(PR_GET_SECUREBITS, 0, 0, 0, 0) != (int)s->bits)
		return fail(f, 0, "the securebits are not what was asked for");
	return 0;
}
