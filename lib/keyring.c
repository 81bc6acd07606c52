/* SPDX-License-Identifier: ISC */
/* keyring.c - see keyring.h */
#include "keyring.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fail.h"

int
keyring_add(void *layer, const char *word, struct fail *f)
{
	struct keyring *k = layer;

	(void)f;
	if (strcmp(word, "keyring") != 0 && strcmp(word, "none") != 0)
		return 0;
	k->renew = word[0] == 'k';
	return 1;
}

void
keyring_print(const void *layer, FILE *out)
{
	const struct keyring *k = layer;

	if (k->renew)
		fputs(" keyring", out);
}

/* Whether keyctl(2) fails like that where there is nothing to refuse. */
static bool
refuses_all(int error)
{
	return syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID,
		   KEY_SPEC_SESSION_KEYRING, 0)
	           < 0
	       && errno == error;
}

int
keyring_renew(struct fail *f)
{
	int error;

	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) >= 0)
		return 0;
	error = errno;
	if (error == ENOSYS || (error == EPERM && refuses_all(error)))
		return 0;
	fail(f, error, "leave the caller's session keyring");
	if (error == EDQUOT)
		fail_hint(f, "each jail has a keyring: sysctl "
			     "kernel.keys.maxkeys says how many one user has");
	return -1;
}
