/* SPDX-License-Identifier: ISC */
/* probe.h - the attempts, and what they are told */
#ifndef PROBE_H
#define PROBE_H

/* No errno: there is nothing to try it on; who saw it has to say. */
enum { ABSENT = 255, WITNESS = 254 };

/* What the caller said of NAME; without it the attempt ends, as absent. */
const char *fact(const char *name);

/* 0, or errno if that was less. */
int result(long done);

/* The mount namespace is the caller's: nothing may be done to a mount. */
int is_of_caller(void);

/* Each is 0 if it was let through, an errno, or one of those. */
int open_file(void);
int leave_root(void);
int open_handle(void);
int learn_root(void);
int use_descriptor(void);
int read_environment(void);
int see_process(void);
int open_first(void);
int read_key(void);
int read_shared(void);
int reach_service(void);
int reach_socket(void);
int mount_tmpfs(void);
int mount_proc(void);
int mount_group(void);
int make_writable(void);
int make_device(void);
int be_root(void);
int gain(void);
int set_hostname(void);
int set_interface(void);
int read_addresses(void);
int send_signal(void);
int type(void);

#endif
