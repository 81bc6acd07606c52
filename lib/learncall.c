/* SPDX-License-Identifier: ISC */
/* learncall.c - see learncall.h */
#include "learncall.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fail.h"
#include "trace.h"
#include "program.h"
#include "scope.h"

static const char helper[] = "../libexec/rungs/denycall-compile";

enum { CALLS = 4096, SOCKET_FAMILIES = 64 };

/* As the kernel names them: the kind, the number, and the first argument. */
struct learned_calls {
	struct {
		uint32_t arch, number, first;
	} call[CALLS];
	size_t count;
	bool lost; /* there are more than any program has */
};

/* Whose number has another meaning may be one of them. */
static bool
has_family(const struct trace_call *call)
{
	return call->is_foreign || call->number == SYS_socket
	       || call->number == SYS_socketpair;
}

/*
 * The first argument counts where it is a family of sockets.  All others would
 * fill the list with noise.
 */
static void
note(const struct trace_call *call, void *context)
{
	struct learned_calls *l = context;
	uint32_t first = (uint32_t)call->args[0];

	if (first >= SOCKET_FAMILIES || !has_family(call))
		first = SOCKET_FAMILIES;
	for (size_t n = 0; n < l->count; n++)
		if (l->call[n].number == (uint32_t)call->number
		    && l->call[n].arch == call->arch
		    && l->call[n].first == first)
			return;
	if (l->count == CALLS) {
		l->lost = true;
		return;
	}
	l->call[l->count].number = (uint32_t)call->number;
	l->call[l->count].arch = call->arch;
	l->call[l->count++].first = first;
}

/* The helper knows their names.  What it prints is the policy. */
static int
write_policy(const struct learned_calls *l, int out, const char *file,
    struct fail *f)
{
	char path[PATH_MAX];
	const char *argv[] = { path, "--learned", NULL };
	autoclose int in = memfd_create("calls", MFD_CLOEXEC);
	struct program p = { .argv = argv, .in = in, .dir = -1 };
	autofree char *text = NULL;
	size_t size;
	int status;

	if (in < 0)
		return fail(f, errno, "make room for calls");
	for (size_t n = 0; n < l->count; n++)
		dprintf(in, "%u %u %u\n", l->call[n].arch, l->call[n].number,
		    l->call[n].first);
	if (lseek(in, 0, SEEK_SET) < 0 || program_beside(helper, path, f) < 0)
		return -1;
	if (program_run(&p, &text, &status, f) < 0)
		return fail_hint(f, "is rungs installed completely?");
	if (status != 0)
		return fail(f, 0, "denycall-compile ended with %d", status);
	size = strlen(text);
	if (write(out, text, size) != (ssize_t)size)
		return fail(f, errno, "%s: write the policy", file);
	return 0;
}

int
learn_calls(const char *file, char *command[], struct fail *f)
{
	static struct learned_calls learned; /* large */
	autoclose int out =
	    open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	int status;

	if (out < 0)
		return fail(f, errno, "%s: open it, for a policy", file);
	status = trace_run(NULL, 0, note, &learned, command, f);
	if (status < 0)
		return -1;
	if (learned.lost)
		return fail(f, 0, "it makes more than %d different calls",
		    CALLS);
	return write_policy(&learned, out, file, f) < 0 ? -1 : status;
}
