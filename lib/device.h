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
 * A new /dev, detached, with nodes of its own and nothing else in it, whose
 * owner is root in user_namespace.  Nodes are made by who may do that outside
 * of all user namespaces, and can be opened in a file system that is of there,
 * too, so nobody in user_namespace can add one: mknod(2), mount(2) MS_NODEV.
 * -1 with errno set: there is none, and device_open() is the other way.
 */
int device_make(int user_namespace);

/*
 * A new /dev, detached, with nothing in it.  Its nodes are mounts of their
 * own, for a node that is made in it is not one.  -1: errno is set.
 */
int device_new(void);

/*
 * Open the nodes, as detached mounts.  They are binds of the host's own,
 * each checked to be the device it is called: mknod(2) is not for user
 * namespaces.  This has to come before a new /dev may hide the host's.
 * -1: none is open.
 */
int device_open(int nodes[DEVICES], struct fail *f);

void device_close(const int nodes[DEVICES]);

/*
 * Attach the nodes in the directory dev, a mounted tmpfs that nobody else has
 * seen yet; and put into it what belongs there besides.  mqueue needs an ipc
 * namespace of our own.
 */
int device_attach(int dev, const int nodes[DEVICES], struct fail *f);
int device_fill(int dev, bool mqueue, struct fail *f);

/*
 * Open the host's null device, and refuse what only looks like it; or that
 * of a /dev of ours.  A file is masked with it.  -1: errno is set.
 */
int device_open_null(void);
int device_null_of(int dev);

#endif
