/* SPDX-License-Identifier: ISC */
/* unpacknote.c - see unpacknote.h */
#include "unpacknote.h"

#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "extent.h"
#include "fail.h"
#include "idmap.h"
#include "subid.h"
#include "unpack.h"

/* Whether a jail of ours can have any owner but one. */
static bool
has_owners(void)
{
	static struct extents uids, gids;
	struct fail why;

	/* Root of a user namespace has those that are mapped into it. */
	if (geteuid() == 0)
		return idmap_ids_here("uid_map") > 1;
	return subid_find(geteuid(), getegid(), &uids, &gids, &why) == 0;
}

static void
say_left_out(const char *format, unsigned long count)
{
	static const char *before = "note left out: ";

	if (count == 0)
		return;
	fputs(before, stdout);
	printf(format, count);
	before = "; ";
}

void
unpack_print_note(const struct unpack_counts *counts)
{
	say_left_out("%lu device nodes or sockets (a jail has its own /dev)",
	    counts->devices);
	say_left_out("attributes or ACLs of %lu entries", counts->attributes);
	if (counts->owners > 0 && !has_owners())
		say_left_out("the owners of %lu entries (you have no "
			     "subordinate ids)",
		    counts->owners);
	putchar('\n');
}

int
unpack_print_end(int result, const struct fail *why)
{
	if (result < 0) {
		printf("fail %s\n", why->text);
		if (why->hint[0] != '\0')
			printf("hint %s\n", why->hint);
		fflush(stdout);
		return why->status;
	}
	return fflush(stdout) == 0 ? 0 : EXIT_TOOL;
}
