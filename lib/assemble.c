/* SPDX-License-Identifier: ISC */
/* assemble.c - see assemble.h */
#include "assemble.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "inroot.h"
#include "program.h"
#include "scope.h"
#include "template.h"

static const char blanks[] = " \t";

/* Copy the next word of *list to path.  false: none is left. */
static bool
next_source(const char **list, char path[PATH_MAX])
{
	size_t length = strcspn(*list, blanks);

	if (length == 0 || length >= PATH_MAX)
		return false;
	memcpy(path, *list, length);
	path[length] = '\0';
	*list += length;
	*list += strspn(*list, blanks);
	return true;
}

uint64_t
assemble_key(const struct template *t)
{
	uint64_t key = t->hash;
	char path[PATH_MAX];
	struct stat st;

	for (size_t n = 0; n < t->step_count; n++) {
		const char *list = t->steps[n].text;

		if (t->steps[n].operation != TEMPLATE_PROGRAM)
			continue;
		while (next_source(&list, path)) {
			if (stat(path, &st) < 0)
				continue;
			key = hash_bytes(key, path, strlen(path) + 1);
			key = hash_bytes(key, &st.st_dev, sizeof st.st_dev);
			key = hash_bytes(key, &st.st_ino, sizeof st.st_ino);
			key = hash_bytes(key, &st.st_size, sizeof st.st_size);
			key = hash_bytes(key, &st.st_mtim, sizeof st.st_mtim);
			key = hash_bytes(key, &st.st_ctim, sizeof st.st_ctim);
		}
	}
	return key;
}

/* Whether one of count program headers asks for a dynamic linker. */
static bool
has_interpreter(int fd, off_t offset, size_t size, size_t count, bool is64)
{
	union {
		Elf32_Phdr h32;
		Elf64_Phdr h64;
	} header;
	size_t want = is64 ? sizeof header.h64 : sizeof header.h32;

	if (size < want)
		return true;
	for (size_t n = 0; n < count; n++) {
		if (pread(fd, &header, want, offset + (off_t)(n * size))
		    != (ssize_t)want)
			return true;
		/* p_type comes first in both. */
		if (header.h32.p_type == PT_INTERP)
			return true;
	}
	return false;
}

/* Whether fd is an ELF executable that needs no other file to run. */
static bool
is_static(int fd)
{
	union {
		Elf32_Ehdr h32;
		Elf64_Ehdr h64;
	} header;
	ssize_t got = pread(fd, &header, sizeof header, 0);

	if (got < (ssize_t)sizeof header.h32
	    || memcmp(&header, ELFMAG, SELFMAG) != 0)
		return false;
	if (header.h32.e_type != ET_EXEC && header.h32.e_type != ET_DYN)
		return false;
	if (header.h32.e_ident[EI_CLASS] == ELFCLASS32)
		return !has_interpreter(fd, (off_t)header.h32.e_phoff,
		    header.h32.e_phentsize, header.h32.e_phnum, false);
	return got == sizeof header.h64
	       && header.h32.e_ident[EI_CLASS] == ELFCLASS64
	       && !has_interpreter(fd, (off_t)header.h64.e_phoff,
		   header.h64.e_phentsize, header.h64.e_phnum, true);
}

/*
 * Open the first source of a program step that is a static executable, and
 * leave its path in path.  -1: there is none; the template has the remedy.
 */
static int
open_source(const struct template *t, const struct template_step *step,
    char path[PATH_MAX], struct fail *f)
{
	const char *list = step->text;
	bool found = false;
	struct stat st;
	int fd;

	while (next_source(&list, path)) {
		fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
		if (fd < 0)
			continue;
		found = true;
		if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && is_static(fd))
			return fd;
		close(fd);
	}
	fail(f, 0, "%s: %s", step->text,
	    found ? "not statically linked: it would not run in a new root"
		  : "not on this machine");
	if (t->hint != NULL)
		fail_hint(f, "%s", t->hint);
	return -1;
}

/* Make the directory above path; its descriptor, or -1 and errno. */
static int
make_parent(int root, const char *path, const char **name)
{
	char above[PATH_MAX];
	size_t length = strlen(path);
	autoclose int made = -1;

	if (length >= sizeof above) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(above, path);
	for (; length > 0 && above[length - 1] != '/'; length--)
		above[length - 1] = '\0';
	made = inroot_mkdirs(root, length > 0 ? above : ".");
	return made < 0 ? -1 : inroot_parent(root, path, name);
}

/* Make an empty file that was not there; its descriptor, or -1 and errno. */
static int
make_file(int root, const char *path, mode_t mode)
{
	const char *name;
	autoclose int parent = make_parent(root, path, &name);
	int fd;

	if (parent < 0)
		return -1;
	fd = openat(parent, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	/* Not through the umask of whoever calls us. */
	if (fd >= 0 && fchmod(fd, mode) < 0)
		scope_close(&fd);
	return fd;
}

static int
write_all(int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t put = write(fd, bytes, size);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		bytes += put;
		size -= (size_t)put;
	}
	return 0;
}

static int
copy_program(const struct template *t, const struct template_step *step,
    int root, struct fail *f)
{
	static char buffer[1 << 16];
	char path[PATH_MAX];
	autoclose int from = open_source(t, step, path, f);
	autoclose int to = -1;
	ssize_t got;

	if (from < 0)
		return -1;
	if ((to = make_file(root, step->path, 0755)) < 0)
		return fail(f, errno, "make %s", step->path);
	while ((got = read(from, buffer, sizeof buffer)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail(f, errno, "read %s", path);
		if (write_all(to, buffer, (size_t)got) < 0)
			return fail(f, errno, "write %s", step->path);
	}
	return 0;
}

static int
make_link(int root, const char *path, const char *target)
{
	const char *name;
	autoclose int parent = make_parent(root, path, &name);

	return parent < 0 ? -1 : symlinkat(target, parent, name);
}

/* The program step that made path; the parser saw to it that there is one. */
static const struct template_step *
find_program(const struct template *t, const char *path)
{
	const struct template_step *step = t->steps;

	while (step->operation != TEMPLATE_PROGRAM
	       || strcmp(step->path, path) != 0)
		step++;
	return step;
}

/* Ask a program what it can be called as, and link all that to it. */
static int
make_applets(const struct template *t, const struct template_step *step,
    int root, struct fail *f)
{
	char source[PATH_MAX], target[PATH_MAX + 1] = "/";
	const char *const argv[] = { source, "--list-full", NULL };
	struct program list = { .argv = argv, .in = -1, .dir = -1 };
	autoclose int fd =
	    open_source(t, find_program(t, step->path), source, f);
	autofree char *output = NULL;
	char *rest = NULL, *name;
	int status;

	if (fd < 0 || program_run(&list, &output, &status, f) < 0)
		return -1;
	if (status != 0)
		return fail(f, 0, "%s --list-full: failed with status %d",
		    source, status);
	strncat(target, step->path, PATH_MAX - 1);
	for (name = strtok_r(output, "\n", &rest); name != NULL;
	     name = strtok_r(NULL, "\n", &rest)) {
		/* A program's own place is in its list, too. */
		if (make_link(root, name, target) < 0 && errno != EEXIST)
			return fail(f, errno, "link %s", name);
	}
	return 0;
}

static int
make_dir(int root, const char *path, mode_t mode)
{
	autoclose int made = inroot_mkdirs(root, path);
	autoclose int fd = -1;

	if (made < 0)
		return -1;
	/* What mkdirs returns is O_PATH, which fchmod(2) does not take. */
	fd = openat(made, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -1 : fchmod(fd, mode);
}

static int
append_line(int root, const char *path, const char *text)
{
	autoclose int fd =
	    inroot_open_nolinks(root, path, O_WRONLY | O_APPEND, 0);

	if (fd < 0 && errno == ENOENT)
		fd = make_file(root, path, 0644);
	if (fd < 0 || write_all(fd, text, strlen(text)) < 0)
		return -1;
	return write_all(fd, "\n", 1);
}

static int
do_step(const struct template *t, const struct template_step *step, int root,
    struct fail *f)
{
	int fd, result = -1;

	switch (step->operation) {
	case TEMPLATE_PROGRAM:
		return copy_program(t, step, root, f);
	case TEMPLATE_APPLETS:
		return make_applets(t, step, root, f);
	case TEMPLATE_DIR:
		result = make_dir(root, step->path, step->mode);
		break;
	case TEMPLATE_FILE:
		if ((fd = make_file(root, step->path, step->mode)) >= 0)
			result = close(fd);
		break;
	case TEMPLATE_LINE:
		result = append_line(root, step->path, step->text);
		break;
	case TEMPLATE_LINK:
		result = make_link(root, step->path, step->text);
	}
	return result == 0 ? 0 : fail(f, errno, "make %s", step->path);
}

int
assemble(const struct template *t, int root, struct fail *f)
{
	/* inroot_mkdirs makes 0755, whatever the caller's umask. */
	mode_t mask = umask(022);
	int result = 0;

	for (size_t n = 0; n < t->step_count && result == 0; n++)
		if ((result = do_step(t, &t->steps[n], root, f)) < 0)
			fail_prefix(f, "line %u: ", t->steps[n].line);
	umask(mask);
	return result;
}
