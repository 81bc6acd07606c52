/* SPDX-License-Identifier: ISC */
/* channel.h - messages, and descriptors in them, between our processes */
#ifndef CHANNEL_H
#define CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct fail;

/* A SOCK_SEQPACKET pair: a message comes whole, and the end is seen. */
int channel_open(int ends[2], struct fail *f);

/*
 * Send a message, and with it the descriptor fd unless that is -1; unix(7),
 * SCM_RIGHTS.  -1 with errno set: nothing was sent.
 */
int channel_send(int channel, const void *data, size_t size, int fd);

/* The same, with three more arguments, which no kernel looks at: judge.h. */
int channel_send_marked(int channel, const void *data, size_t size, int fd,
    const uint64_t mark[3]);

/*
 * Wait for a message of at most size bytes and return how long it is, 0
 * when the other side is gone.  *fd is the descriptor that came with it,
 * O_CLOEXEC, or -1.  -1: errno is set.
 */
ssize_t channel_receive(int channel, void *data, size_t size, int *fd);

/*
 * Have the kernel say, from now on, who sends what comes in here: unix(7),
 * SCM_CREDENTIALS.  The other is channel_receive(), and *sender the pid, as
 * we see it, or 0.
 */
int channel_ask_sender(int channel, struct fail *f);
ssize_t channel_receive_from(int channel, void *data, size_t size, int *fd,
    pid_t *sender);

/* Whether the other side is gone and has left nothing to read. */
bool channel_is_closed(int channel);

#endif
