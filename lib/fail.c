/* SPDX-License-Identifier: ISC */
/* fail.c - see fail.h */
#include "fail.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void
make_printable(char *text)
{
	for (unsigned char *c = (unsigned char *)text; *c != '\0'; c++)
		if (*c < ' ' || *c == 127)
			*c = '?';
}

int
fail(struct fail *f, int err, const char *format, ...)
{
	va_list ap;
	size_t used;

	f->status = EXIT_TOOL;
	f->undelegated = false;
	f->hint[0] = '\0';
	va_start(ap, format);
	vsnprintf(f->text, sizeof f->text, format, ap);
	va_end(ap);

	used = strlen(f->text);
	if (err != 0)
		snprintf(f->text + used, sizeof f->text - used, ": %s",
		    strerror(err));
	make_printable(f->text);
	return -1;
}

int
fail_hint(struct fail *f, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(f->hint, sizeof f->hint, format, ap);
	va_end(ap);
	make_printable(f->hint);
	return -1;
}

int
fail_prefix(struct fail *f, const char *format, ...)
{
	char old[sizeof f->text];
	va_list ap;
	size_t used;

	memcpy(old, f->text, sizeof old);
	va_start(ap, format);
	vsnprintf(f->text, sizeof f->text, format, ap);
	va_end(ap);
	make_printable(f->text);
	used = strlen(f->text);
	snprintf(f->text + used, sizeof f->text - used, "%s", old);
	return -1;
}
