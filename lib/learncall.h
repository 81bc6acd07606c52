/* SPDX-License-Identifier: ISC */
/* learncall.h - the policy that a command needs, from what it calls */
#ifndef LEARNCALL_H
#define LEARNCALL_H

struct fail;

/*
 * Run the command once, with nothing denied, and write to the file what it
 * called, as a policy of denycall(1).  Returns as trace_run() does; -1, too,
 * when nothing was learned: the file, if it could be made, is empty then.
 */
int learn_calls(const char *file, char *command[], struct fail *f);

#endif
