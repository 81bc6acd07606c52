/* SPDX-License-Identifier: ISC */
/*
 * tool.h - what every main() in bin/ has in common
 *
 * Only here may lib/ print and exit: these are the last steps of a tool.
 */
#ifndef TOOL_H
#define TOOL_H

#include <stdbool.h>
#include <stdio.h>

struct fail;

/*
 * To be called first.  Cut argv at its first "--" and return the command behind
 * it, or NULL when there is none.  Nothing behind "--" is a usage error of the
 * caller. Standard streams that were closed are /dev/null from here on: the
 * next open(2) would take their numbers, and our errors would go into a file.
 */
char **tool_command(int *argc, char *argv[]);

/*
 * Print what failed, and its remedy, each as one line on standard error,
 * and exit with the failure's status.
 */
_Noreturn void tool_die(const struct fail *f);

/* Print "usage: tool synopsis" on standard error and exit with 125. */
_Noreturn void tool_usage(const char *synopsis);

/* Print one line "tool: ..." on standard error and go on. */
void tool_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
