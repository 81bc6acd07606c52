/* SPDX-License-Identifier: ISC */
/*
 * learn.h - find out which words of landlock.h a command would need
 *
 * It is run once, with nothing refused; trace.h shows which paths and ports
 * it asks for.
 */
#ifndef LEARN_H
#define LEARN_H

struct fail;

/*
 * Run the command, and write to file a description with the words that
 * allow what it did and nothing else, and comments on what could not be
 * learned.  Returns as trace_run() does.
 */
int learn_paths(const char *file, char *command[], struct fail *f);

#endif
