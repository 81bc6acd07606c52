/* SPDX-License-Identifier: ISC */
/*
 * library.c - what lib/ promises, asked without a tool in between
 *
 *	library number          numbers are read strictly
 *	library inroot          paths below a root, by openat2(2)
 *	library inroot walk     the same on a kernel without it
 *	library description     text that is none is refused
 *	library quota           an archive has no more entries than it may
 *
 * inroot makes a tree in the working directory, which is to be empty.  It
 * prints a line for each promise that was broken.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "compat.h"
#include "description.h"
#include "fail.h"
#include "inroot.h"
#include "number.h"
#include "quota.h"
#include "scope.h"

static int broken, asked;

static void
expect(int holds, const char *what, const char *detail)
{
	asked++;
	if (holds)
		return;
	broken++;
	printf("broken: %s: %s\n", what, detail);
}

static void
good_number(const char *text, const struct unit *units, uint64_t max,
    uint64_t want)
{
	uint64_t value = 42;

	expect(number_read(text, strlen(text), units, max, &value) == 0
		   && value == want,
	    "this is a number", text);
}

static void
bad_number(const char *text, const struct unit *units, uint64_t max)
{
	uint64_t value = 42;

	expect(number_read(text, strlen(text), units, max, &value) < 0
		   && value == 42,
	    "this is none, and nothing is written", text);
}

static void
test_number(void)
{
	static const char *const never[] = { "", " ", "-1", "+1", " 1", "1 ",
		"0x10", "1.5", "1e3", "1k", "1KB", "1KK", "K", "1:", ":", "-",
		"--1", "1,000", "\t1", "1\n", "18446744073709551616",
		"99999999999999999999", "184467440737095516150" };

	for (size_t n = 0; n < COUNT(never); n++) {
		bad_number(never[n], number_plain, UINT64_MAX);
		bad_number(never[n], number_bytes, UINT64_MAX);
	}
	good_number("0", number_plain, 0, 0);
	good_number("007", number_plain, 7, 7);
	good_number("18446744073709551615", number_plain, UINT64_MAX,
	    UINT64_MAX);
	bad_number("8", number_plain, 7);
	bad_number("1K", number_plain, UINT64_MAX);
	bad_number("1s", number_bytes, UINT64_MAX);
	bad_number("1M", number_seconds, UINT64_MAX);
	good_number("1K", number_bytes, UINT64_MAX, 1024);
	good_number("3M", number_bytes, UINT64_MAX, 3 << 20);
	good_number("1G", number_bytes, UINT64_MAX, 1 << 30);
	good_number("2T", number_bytes, UINT64_MAX, UINT64_C(2) << 40);
	good_number("16777215T", number_bytes, UINT64_MAX,
	    UINT64_C(16777215) << 40);
	bad_number("16777216T", number_bytes, UINT64_MAX);
	good_number("7s", number_seconds, UINT64_MAX, 7);
	good_number("2m", number_seconds, UINT64_MAX, 120);
	good_number("1h", number_seconds, UINT64_MAX, 3600);
	good_number("1d", number_seconds, UINT64_MAX, 86400);
	bad_number("2m", number_seconds, 119);
	expect(number_read("123456", 3, number_plain, 999, &(uint64_t){ 0 })
		   == 0,
	    "only the bytes that were asked for", "123456");
}

/* Make openat2 fail as on a kernel, or below a filter, that lacks it. */
static void
lose_openat2(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_openat2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { COUNT(filter), filter };
	struct open_how how = { .flags = O_PATH };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0
	    || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) {
		perror("seccomp");
		exit(2);
	}
	expect(sys_openat2(AT_FDCWD, ".", &how) < 0 && errno == ENOSYS,
	    "openat2 is gone", strerror(errno));
}

static void
make_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) < 0) {
		perror(path);
		exit(2);
	}
	close(fd);
}

static void
make_tree(void)
{
	static const char *const links[][2] = {
		{ "file", "root/link" },
		{ "link", "root/chain" },
		{ "/file", "root/absolute" },
		{ "../../../../../../file", "root/climber" },
		{ "../../secret", "root/dir/climber" },
		{ "/", "root/top" },
		{ "..", "root/up" },
		{ "dir", "root/to-dir" },
		{ "/dir/sub", "root/to-sub" },
		{ "/secret", "root/dir/absolute" },
		{ "loop", "root/loop" },
		{ "b", "root/a" },
		{ "a", "root/b" },
		{ "nowhere", "root/dangling" },
		{ "/outside", "root/to-outside" },
		{ "/proc/self/root", "root/magic" },
		{ "dir/", "root/slash" },
	};

	if (mkdir("root", 0755) < 0 || mkdir("root/dir", 0755) < 0
	    || mkdir("root/dir/sub", 0755) < 0 || mkdir("outside", 0755) < 0
	    || mkfifo("root/fifo", 0644) < 0) {
		perror("the tree");
		exit(2);
	}
	make_file("root/file", "inside");
	make_file("root/secret", "inside");
	make_file("root/dir/deep", "deep");
	make_file("secret", "outside");
	make_file("file", "outside");
	for (size_t n = 0; n < COUNT(links); n++)
		if (symlink(links[n][0], links[n][1]) < 0) {
			perror(links[n][1]);
			exit(2);
		}
}

static void
leads_to(int root, const char *path, const char *want)
{
	char text[16] = "";
	int fd = inroot_open(root, path, O_RDONLY, 0);

	if (fd < 0) {
		expect(0, path, strerror(errno));
		return;
	}
	expect(read(fd, text, sizeof text - 1) >= 0 && strcmp(text, want) == 0,
	    path, text);
	expect(fcntl(fd, F_GETFD) == FD_CLOEXEC, path, "close on exec");
	close(fd);
}

static void
is_dir(int root, const char *path, const char *want)
{
	int fd = inroot_open(root, path, O_PATH | O_DIRECTORY, 0);
	struct stat got, st;

	expect(fd >= 0 && fstat(fd, &got) == 0 && stat(want, &st) == 0
		   && got.st_ino == st.st_ino && got.st_dev == st.st_dev,
	    path, want);
	if (fd >= 0)
		close(fd);
}

static void
fails(int fd, int want, const char *path)
{
	expect(fd < 0 && errno == want, path,
	    fd < 0 ? strerror(errno) : "it was opened");
	if (fd >= 0)
		close(fd);
}

static void
test_open(int root)
{
	char name[NAME_MAX + 2], path[PATH_MAX + 2];
	struct stat st;
	int fd;

	leads_to(root, "file", "inside");
	leads_to(root, "/file", "inside");
	leads_to(root, "./dir/../file", "inside");
	leads_to(root, "dir//deep", "deep");
	leads_to(root, "../../../file", "inside");
	leads_to(root, "/../file", "inside");
	leads_to(root, "dir/../../secret", "inside");
	leads_to(root, "link", "inside");
	leads_to(root, "chain", "inside");
	leads_to(root, "absolute", "inside");
	leads_to(root, "climber", "inside");
	leads_to(root, "dir/absolute", "inside");
	leads_to(root, "dir/climber", "inside");
	leads_to(root, "to-dir/deep", "deep");
	leads_to(root, "to-sub/../deep", "deep");
	leads_to(root, "top/dir/deep", "deep");
	leads_to(root, "up/up/up/secret", "inside");
	leads_to(root, "slash/deep", "deep");
	is_dir(root, ".", "root");
	is_dir(root, "/", "root");
	is_dir(root, "..", "root");
	is_dir(root, "top", "root");
	is_dir(root, "up/..", "root");
	is_dir(root, "to-sub", "root/dir/sub");

	fails(inroot_open(root, "loop", O_RDONLY, 0), ELOOP, "loop");
	fails(inroot_open(root, "a", O_RDONLY, 0), ELOOP, "a");
	fails(inroot_open(root, "nowhere", O_RDONLY, 0), ENOENT, "nowhere");
	fails(inroot_open(root, "dangling", O_RDONLY, 0), ENOENT, "dangling");
	fails(inroot_open(root, "to-outside", O_RDONLY, 0), ENOENT,
	    "to-outside");
	fails(inroot_open(root, "file/deep", O_RDONLY, 0), ENOTDIR,
	    "file/deep");
	fails(inroot_open(root, "link", O_RDONLY | O_NOFOLLOW, 0), ELOOP,
	    "link, not followed");
	memset(name, 'n', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	fails(inroot_open(root, name, O_RDONLY, 0), ENAMETOOLONG,
	    "a name of 256 bytes");
	memset(path, '/', sizeof path - 1);
	path[sizeof path - 1] = '\0';
	fails(inroot_open(root, path, O_RDONLY, 0), ENAMETOOLONG,
	    "a path of 4097 bytes");

	/* The last link itself, and a link on the way all the same. */
	fd = inroot_open(root, "link", O_PATH | O_NOFOLLOW, 0);
	expect(fd >= 0 && fstat(fd, &st) == 0 && S_ISLNK(st.st_mode),
	    "O_PATH | O_NOFOLLOW", "opens the link");
	scope_close(&fd);
	fd = inroot_open(root, "to-dir/deep", O_RDONLY | O_NOFOLLOW, 0);
	expect(fd >= 0, "O_NOFOLLOW", "is about the last component");
	scope_close(&fd);

	/* What is made is made inside. */
	fd = inroot_open(root, "../new", O_WRONLY | O_CREAT | O_EXCL, 0600);
	expect(fd >= 0 && access("root/new", F_OK) == 0
		   && access("new", F_OK) < 0,
	    "../new", "is made inside");
	expect(fd >= 0 && fstat(fd, &st) == 0 && (st.st_mode & 0777) == 0600,
	    "../new", "has the mode");
	scope_close(&fd);
	fails(inroot_open(root, "new", O_WRONLY | O_CREAT | O_EXCL, 0600),
	    EEXIST, "new, again");
}

static void
test_nolinks(int root)
{
	static const char *const links[] = { "link", "chain", "absolute",
		"to-dir/deep", "top/file", "up/file", "dir/climber", "loop",
		"magic" };
	int fd;

	for (size_t n = 0; n < COUNT(links); n++)
		fails(inroot_open_nolinks(root, links[n], O_RDONLY, 0), ELOOP,
		    links[n]);
	fails(inroot_open_nolinks(root, "link", O_PATH | O_NOFOLLOW, 0), ELOOP,
	    "link, O_PATH and no links");
	fd = inroot_open_nolinks(root, "dir/../file", O_RDONLY, 0);
	expect(fd >= 0, "dir/../file", "has no link");
	scope_close(&fd);
}

static void
test_mkdirs(int root)
{
	static const struct {
		const char *path, *made;
	} all[] = {
		{ "x/y/z", "root/x/y/z" },
		{ "/p/q", "root/p/q" },
		{ "../../r", "root/r" },
		{ "to-dir/more", "root/dir/more" },
		{ "to-sub/../side", "root/dir/side" },
		{ "dir/sub", "root/dir/sub" },
	};
	struct stat got, st;
	int fd;

	for (size_t n = 0; n < COUNT(all); n++) {
		fd = inroot_mkdirs(root, all[n].path);
		expect(fd >= 0 && fstat(fd, &got) == 0
			   && stat(all[n].made, &st) == 0
			   && got.st_ino == st.st_ino
			   && (st.st_mode & 07777) == 0755,
		    "make directories", all[n].path);
		scope_close(&fd);
	}
	expect(access("r", F_OK) < 0 && access("outside/x", F_OK) < 0,
	    "make directories", "nothing outside");
	fd = inroot_mkdirs(root, "file");
	expect(fd < 0 && (errno == ENOTDIR || errno == EEXIST), "file",
	    "is in the way");
	fd = inroot_mkdirs(root, "file/x");
	expect(fd < 0, "file/x", "has a file in the way");
	fd = inroot_mkdirs(root, "dangling/x");
	expect(fd < 0 && access("root/nowhere", F_OK) < 0, "dangling/x",
	    "a link to nothing makes nothing");
	fd = inroot_mkdirs(root, "to-outside/x");
	expect(fd < 0 && access("outside/x", F_OK) < 0, "to-outside/x",
	    "nothing is made outside");
}

static void
test_parent(int root)
{
	static const char *const none[] = { "", ".", "..", "/", "a/..", "dir/",
		"dir/." };
	const char *name;
	struct stat got, st;
	int fd;

	for (size_t n = 0; n < COUNT(none); n++)
		fails(inroot_parent(root, none[n], &name), EINVAL, none[n]);
	fd = inroot_parent(root, "dir/new", &name);
	expect(fd >= 0 && strcmp(name, "new") == 0 && fstat(fd, &got) == 0
		   && stat("root/dir", &st) == 0 && got.st_ino == st.st_ino,
	    "parent", "dir/new");
	scope_close(&fd);
	fd = inroot_parent(root, "/new", &name);
	expect(fd >= 0 && fstat(fd, &got) == 0 && stat("root", &st) == 0
		   && got.st_ino == st.st_ino,
	    "parent", "/new");
	scope_close(&fd);
	fails(inroot_parent(root, "to-dir/new", &name), ELOOP, "to-dir/new");
	fails(inroot_parent(root, "nowhere/new", &name), ENOENT, "nowhere/new");
}

static void
test_read(int root)
{
	char text[16];

	expect(inroot_read(root, "file", text, sizeof text) == 6
		   && strcmp(text, "inside") == 0,
	    "read", "file");
	expect(inroot_read(root, "climber", text, sizeof text) == 6
		   && strcmp(text, "inside") == 0,
	    "read", "climber");
	expect(inroot_read(root, "file", text, 7) == 6, "read",
	    "just enough room");
	expect(inroot_read(root, "file", text, 6) < 0 && errno == EFBIG, "read",
	    "one byte too large");
	expect(inroot_read(root, "fifo", text, sizeof text) < 0
		   && errno == EINVAL,
	    "read", "a fifo must not hang us");
	expect(inroot_read(root, "dir", text, sizeof text) < 0
		   && errno == EINVAL,
	    "read", "a directory is not read");
	expect(inroot_read(root, "nowhere", text, sizeof text) < 0
		   && errno == ENOENT,
	    "read", "what is not there");
}

/* Of procfs, only the links that are no more than their text. */
static void
test_magic(void)
{
	int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int status = inroot_open(proc, "self/status", O_RDONLY, 0);
	int mounts = inroot_open(proc, "/mounts", O_RDONLY, 0);

	expect(status >= 0, "self/status", strerror(errno));
	expect(mounts >= 0, "/mounts", strerror(errno));
	fails(inroot_open(proc, "self/root", O_PATH, 0), ELOOP, "self/root");
	fails(inroot_open(proc, "self/cwd/..", O_PATH, 0), ELOOP, "self/cwd");
	fails(inroot_open(proc, "self/fd/0", O_PATH, 0), ELOOP, "self/fd/0");
	fails(inroot_open(proc, "self/ns/net", O_PATH, 0), ELOOP, "self/ns");
	close(status);
	close(mounts);
	close(proc);
}

static void
test_inroot(int walk)
{
	int root;

	umask(022);
	make_tree();
	if (walk)
		lose_openat2();
	root = open("root", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	test_open(root);
	fails(inroot_open(root, "magic", O_PATH | O_DIRECTORY, 0), ENOENT,
	    "magic");
	test_nolinks(root);
	test_mkdirs(root);
	test_parent(root);
	test_read(root);
	close(root);
	test_magic();
}

static int
count_words(const char *tool, const char *word, void *context, struct fail *f)
{
	(void)f;
	(void)tool;
	*(int *)context += word != NULL ? 1 : 100;
	return 0;
}

static void
parses(const char *text, int words)
{
	struct description d;
	struct fail why;
	int count = 0;

	if (description_parse(text, strlen(text), &d, &why) < 0) {
		expect(0, why.text, text);
		return;
	}
	expect(description_each(&d, count_words, &count, &why) == 0
		   && count == words,
	    "words", text);
	description_free(&d);
}

static void
refuses_bytes(const char *text, size_t size)
{
	struct description d;
	struct fail why;

	expect(description_parse(text, size, &d, &why) < 0 && d.text == NULL
		   && why.text[0] != '\0',
	    "refused", text);
}

static void
refuses(const char *text)
{
	refuses_bytes(text, strlen(text));
}

/* "jail 1", count lines of the same text, "end". */
static char *
long_text(size_t count, const char *line)
{
	char *text = malloc(16 + count * strlen(line)), *to = text;

	to = stpcpy(to, "jail 1\n");
	for (size_t n = 0; n < count; n++)
		to = stpcpy(to, line);
	strcpy(to, "end\n");
	return text;
}

static int
keep_word(const char *tool, const char *word, void *context, struct fail *f)
{
	(void)f;
	(void)tool;
	*(const char **)context = word;
	return 0;
}

static void
test_two_descriptions(void)
{
	struct description one, two;
	const char *first = "", *second = "";
	struct fail why;

	if (description_parse("jail 1\na one\nend\n", 17, &one, &why) < 0
	    || description_parse("jail 1\na two\nend\n", 17, &two, &why) < 0
	    || description_each(&one, keep_word, &first, &why) < 0
	    || description_each(&two, keep_word, &second, &why) < 0) {
		expect(0, why.text, "two at once");
		return;
	}
	expect(strcmp(first, "one") == 0, "the first", first);
	expect(strcmp(second, "two") == 0, "the second", second);
	description_free(&one);
	description_free(&two);
}

static void
test_description(void)
{
	char *text;

	/* A long one first: it has no place of its own. */
	text = long_text(DESCRIPTION_LINES - 2, "a\n");
	parses(text, (DESCRIPTION_LINES - 2) * 100);
	free(text);
	test_two_descriptions();
	parses("jail 1\nend\n", 0);
	parses("jail 1\na b c\nend\n", 2);
	parses("jail 1\na\nend\n", 100);
	parses("jail 1\n\n# \\ anything\n \t\na  b\tc \nend\n", 2);
	parses("jail 1\na \\040\\011\\012\\134\nend\n", 1);
	refuses("");
	refuses("\n");
	refuses("jail 1");
	refuses("jail 1\n");
	refuses("jail 1\nend");
	refuses("jail 2\nend\n");
	refuses("jail 1 \nend\n");
	refuses(" jail 1\nend\n");
	refuses("jail 1\r\nend\r\n");
	refuses("jail 1\na b\n");
	refuses("jail 1\nend\nend\n");
	refuses("jail 1\nend\n\n");
	refuses("jail 1\nend\nend");
	refuses("jail 1\nend\na b\n");
	refuses("jail 1\n end\n");
	refuses("end\njail 1\n");
	refuses("jail 1\na \\\nend\n");
	refuses("jail 1\na \\04\nend\n");
	refuses("jail 1\na \\000\nend\n");
	refuses("jail 1\na \\057\nend\n");
	refuses("jail 1\na \x01\nend\n");
	refuses("jail 1\na \x1b[0m\nend\n");
	refuses("jail 1\n# \x1b[0m\nend\n");
	refuses("jail 1\na \x7f\nend\n");
	refuses_bytes("jail 1\na \0\nend\n", 15);
	refuses_bytes("jail 1\nend\n\0", 12);
	text = long_text(DESCRIPTION_LINES - 1, "a\n");
	refuses(text);
	free(text);
}

/* A million entries would take a test too long. */
static void
test_quota(void)
{
	struct quota q = { .size = 10, .entries = QUOTA_ENTRIES - 1 };
	struct fail why;

	expect(quota_entry(&q, 10, &why) == 0, "the last entry", "10 bytes");
	expect(quota_entry(&q, 0, &why) < 0, "one too many", "no bytes");
	q.entries = 0;
	expect(quota_entry(&q, -1, &why) < 0, "no such size", "-1");
	expect(quota_bytes(&q, UINT64_MAX, &why) < 0, "too much", "2^64 - 1");
}

int
main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "";

	if (strcmp(what, "number") == 0)
		test_number();
	else if (strcmp(what, "inroot") == 0)
		test_inroot(argc > 2);
	else if (strcmp(what, "description") == 0)
		test_description();
	else if (strcmp(what, "quota") == 0)
		test_quota();
	else
		return 2;
	printf("%d promises, %d broken\n", asked, broken);
	return broken > 0;
}
