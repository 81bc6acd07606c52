/* SPDX-License-Identifier: ISC */
/*
 * offspring.h - a process and all that descend from it
 *
 * For a command without a pid namespace or a control group of its own,
 * which would hold all of them together.
 */
#ifndef OFFSPRING_H
#define OFFSPRING_H

#include <sys/types.h>

struct fail;

/*
 * Become the parent of all that the command leaves without one, so that they
 * stay to be found.  prctl(2), PR_SET_CHILD_SUBREAPER.
 */
int offspring_adopt(struct fail *f);

/*
 * Send a signal to all that descend from us.  SIGKILL is sent until nobody
 * is left, or they keep coming for too long.  proc_pid_task(5), children.
 */
void offspring_signal(int sig);

#endif
