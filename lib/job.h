/* SPDX-License-Identifier: ISC */
/*
 * job.h - stop as the command stops, for the caller's shell to see
 *
 * A shell knows of its job what wait(2) tells it, WUNTRACED: that is us, so
 * when the command stops we do, by the same signal, until the shell lets us
 * go on.  Where no shell would, in an orphaned process group, the kernel
 * stops nobody by a signal of job control.  setpgid(2), signal(7).
 */
#ifndef JOB_H
#define JOB_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Stop, by SIGSTOP or a signal of job control, that is ours alone or the
 * whole process group's, as one from a terminal is.  If wake is not 0, go on
 * after so many nanoseconds at the latest.
 *
 * True: we were stopped, and the SIGCONT that ended it, which has to be
 * blocked, is pending.  False: we were not, or could not be woken.
 */
bool job_stop(int sig, bool whole, uint64_t wake);

/* Whether such a SIGCONT has come. */
bool job_is_continued(void);

#endif
