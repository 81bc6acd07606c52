/* SPDX-License-Identifier: ISC */
/*
 * tool.h - what every main() in bin/ has in common
 *
 * Only here may lib/ print and exit: these are the last steps of a tool.
 */
#ifndef TOOL_H
#define TOOL_H

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>

struct description;
struct fail;

/*
 * To be called first.  Cut argv at its first "--" and return the command behind
 * it, or NULL when there is none.  Nothing behind "--" is a usage error of the
 * caller. Standard streams that were closed are /dev/null from here on: the
 * next open(2) would take their numbers, and our errors would go into a file.
 * A file of ours that would be larger than RLIMIT_FSIZE is an error, EFBIG, and
 * not the end of us.
 */
char **tool_command(int *argc, char *argv[]);

/*
 * Print what failed, and its remedy, each as one line on standard error,
 * and exit with the failure's status.
 */
_Noreturn void tool_die(const struct fail *f);

/* Print "usage: tool synopsis" on standard error and exit with 125. */
_Noreturn void tool_usage(const char *synopsis);

/* What getopt_long(3) knows for every tool, in letters and words. */
#define TOOL_LETTERS "hV"
/* clang-format off */
#define TOOL_OPTIONS							       \
	{ "help", no_argument, NULL, 'h' },				       \
	{ "version", no_argument, NULL, 'V' }
/* clang-format on */

/*
 * What getopt_long(3) returned, and is not the tool's own: print what was
 * asked for on standard output and exit with 0, or else as tool_usage().
 */
_Noreturn void tool_option(int option, const char *synopsis);

/*
 * What failed may be had in a control group that systemd gives us: then say
 * so in a line, and run it all again from there.  d and file are what
 * again_hand_on() is for, status is the number of a descriptor to keep, or
 * NULL. Returns where that does not help.
 */
void tool_retry(const struct fail *f, const struct description *d,
    const char *file, const char *status);

/* Print one line "tool: ..." on standard error and go on. */
void tool_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
