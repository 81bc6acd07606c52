/* SPDX-License-Identifier: ISC */
/*
 * device.h - a /dev with what every program may use, and nothing else
 *
 * null zero full random urandom tty, pts, shm, mqueue and the usual links:
 * the OCI runtime specification, "Default Devices".
 */
#ifndef DEVICE_H
#define DEVICE_H

#include <stdbool.h>

struct fail;

/*
 * Fill the directory dev, a mounted tmpfs that nobody else has seen yet.
 * The nodes are binds of the host's own, each checked to be the device it
 * is called: mknod(2) is not for user namespaces.  mqueue needs an ipc
 * namespace of our own.
 */
int device_fill(int dev, bool mqueue, struct fail *f);

/*
 * Open the host's /dev/null, and refuse what only looks like it.  A file
 * is masked with it.  -1: errno is set.
 */
int device_open_null(void);

#endif
