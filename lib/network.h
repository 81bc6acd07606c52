/* SPDX-License-Identifier: ISC */
/* network.h - whom a jail can talk to: for now itself, through lo */
#ifndef NETWORK_H
#define NETWORK_H

struct fail;

/*
 * Bring lo up in the network namespace that we are in; a new one has it
 * down, and even 127.0.0.1 does not answer then.  netdevice(7).
 */
int network_up(struct fail *f);

/*
 * Open the network namespace that we are in, which must be of our own user
 * namespace: ioctl(2) SIOCGSKNS, Linux 4.9.  It needs no /proc.
 */
int network_open(struct fail *f);

/*
 * Wait for the network namespace that somebody hands over, with a byte, and
 * enter it: setns(2).  -1: there will be none, or it may not be entered.
 */
int network_enter(int maker, struct fail *f);

#endif
