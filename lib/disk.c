/* SPDX-License-Identifier: ISC */
/* disk.c - see disk.h */
#include "disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "fail.h"
#include "kernfile.h"
#include "scope.h"

int
disk_find(const char *path, char name[DISK_NAME], struct fail *f)
{
	autoclose int dir = -1;
	char device[64];
	struct stat st;
	dev_t number;

	if (stat(path, &st) < 0)
		return fail(f, errno, "find its device");
	number = S_ISBLK(st.st_mode) ? st.st_rdev : st.st_dev;
	snprintf(device, sizeof device, "/sys/dev/block/%u:%u", major(number),
	    minor(number));
	dir = open(device, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 && errno == ENOENT && access("/sys/dev/block", F_OK) == 0) {
		fail(f, 0,
		    S_ISBLK(st.st_mode)
			? "there is no such block device"
			: "its file system is not on one block device");
		return S_ISBLK(st.st_mode)
		           ? -1
		           : fail_hint(f, "name the device itself: findmnt "
					  "-no SOURCE -T FILE may know it");
	}
	if (dir < 0)
		return fail(f, errno, "open %s", device);
	if (kernfile_read(dir,
		faccessat(dir, "partition", F_OK, 0) == 0 ? "../dev" : "dev",
		name, DISK_NAME)
	    < 0)
		return fail(f, errno, "read %s/dev", device);
	name[strcspn(name, "\n")] = '\0';
	return 0;
}

bool
disk_has_scheduler(const char *scheduler)
{
	DIR *list = opendir("/sys/block");
	struct dirent *entry;
	char path[300], text[256], chosen[64];
	bool found = false;

	/* "none [bfq]": the one that is in use is in brackets. */
	snprintf(chosen, sizeof chosen, "[%s]", scheduler);
	while (!found && list != NULL && (entry = readdir(list)) != NULL) {
		snprintf(path, sizeof path, "%s/queue/scheduler",
		    entry->d_name);
		found = kernfile_read(dirfd(list), path, text, sizeof text) == 0
		        && strstr(text, chosen) != NULL;
	}
	if (list != NULL)
		closedir(list);
	return found;
}
