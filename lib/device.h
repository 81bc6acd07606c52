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

enum { DEVICES = 6 };

/*
 * Open the nodes, as detached mounts.  They are binds of the host's own,
 * each checked to be the device it is called: mknod(2) is not for user
 * namespaces.  This has to come before a new /dev may hide the host's.
 * -1: none is open.
 */
int device_open(int nodes[DEVICES], struct fail *f);

void device_close(const int nodes[DEVICES]);

/*
 * Fill the directory dev, a mounted tmpfs that nobody else has seen yet.
 * mqueue needs an ipc namespace of our own.
 */
int device_fill(int dev, const int nodes[DEVICES], bool mqueue, struct fail *f);

/*
 * Open the host's /dev/null, and refuse what only looks like it.  A file
 * is masked with it.  -1: errno is set.
 */
int device_open_null(void);

#endif
