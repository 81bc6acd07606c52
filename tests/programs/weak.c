/* SPDX-License-Identifier: ISC */
/* weak.c - weak MARK: give up every capability, keep the id, and wait */
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

int
main(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct none[2] = { { 0 } };

	if (syscall(SYS_capset, &header, none) < 0)
		return 1;
	for (;;)
		pause();
}
