/* SPDX-License-Identifier: ISC */
/* handover.h - a descriptor from one process to another; unix(7) */
#ifndef HANDOVER_H
#define HANDOVER_H

/*
 * Send one message, and with it the descriptor fd unless that is -1.  -1
 * with errno set: nothing was sent.
 */
int handover_send(int channel, int fd);

/*
 * Wait for that message.  *fd is the descriptor, O_CLOEXEC, or -1 when none
 * came.  -1: the other side is gone.
 */
int handover_receive(int channel, int *fd);

#endif
