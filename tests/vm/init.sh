#!/bin/bash
# init.sh TAG - pid 1 of the machine that tests/vm/run.sh boots
#
# Makes of it what the tests expect of a machine with systemd, above all its
# control groups; runs the tests with that tag that /rungs/words names; writes
# what they print to the second serial port, with the status at the end.
#
# shellcheck disable=SC1091 # words is written by run.sh
set -u
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb LC_ALL=C
export RUNGS_OWN_MACHINE=yes RUNGS_TAGS=$1

busybox mkdir -p /proc /sys /dev /run /tmp /root /var/tmp
busybox mount -t proc none /proc
busybox mount -t sysfs none /sys
busybox mount -t devtmpfs none /dev

# end STATUS: the last line of the results, without which there are none.
end() {
	echo "machine: $1" >/dev/ttyS1
	# QEMU ends at a reboot.  What it was sent has to be through first.
	stty -F /dev/ttyS1 sane
	busybox reboot -f
}

# The first root is rootfs, which pivot_root(2) cannot leave.  Bound on
# itself and moved on top it is an ordinary mount.
top() {
	mount --bind / /run && cd /run && mount --move . / && exec chroot . "$0" "$1" up
}

# Control groups as systemd has them: all in one hierarchy, processes only in
# the leaves, controllers for whoever is below.  We are what a login of root
# is; the user's part is made by the tests that need one.
make_groups() {
	local group all='+cpu +cpuset +hugetlb +io +memory +pids'
	mount -t cgroup2 -o nosuid,nodev,noexec,nsdelegate none /sys/fs/cgroup
	cd /sys/fs/cgroup || return
	mkdir -p init.scope user.slice/user-0.slice/session-1.scope
	for group in . user.slice user.slice/user-0.slice; do
		echo "$all" >"$group/cgroup.subtree_control" || return
	done
	echo $$ >user.slice/user-0.slice/session-1.scope/cgroup.procs
	cd /
}

# Those of version 1: a hierarchy for each.
make_old_groups() {
	local name
	mount -t tmpfs none /sys/fs/cgroup
	for name in blkio cpu,cpuacct cpuset hugetlb memory pids; do
		mkdir "/sys/fs/cgroup/$name"
		mount -t cgroup -o "$name" none "/sys/fs/cgroup/$name" || return
	done
}

set_up() {
	umask 022
	mkdir -p /dev/pts /dev/shm /dev/mqueue
	mount -t devpts -o mode=620,ptmxmode=666 none /dev/pts
	mount -t mqueue none /dev/mqueue
	mount -t tmpfs -o mode=1777 none /dev/shm
	mount -t tmpfs -o mode=755 none /run
	until [ -b /dev/nvme0n1 ]; do sleep 0.1; done
	mount -t ext4 -o noatime /dev/nvme0n1 /tmp && chmod 1777 /tmp || return
	ln -sfn /proc/self/fd /dev/fd
	ln -sfn /proc/self/fd/0 /dev/stdin
	ln -sfn /proc/self/fd/1 /dev/stdout
	ln -sfn /proc/self/fd/2 /dev/stderr
	chmod 666 /dev/tty
	# Their owner, if an ordinary user packed them, was lost on the way.
	chmod u+s /usr/bin/newuidmap /usr/bin/newgidmap
	hostname machine
	echo 8 >/proc/sys/vm/nr_hugepages
	ip link set lo up
	local module
	while read -r module; do
		busybox insmod "$module" || return
	done </rungs/modules
	if [ "$RUNGS_TAGS" = vm1 ]; then
		make_old_groups
	else
		make_groups
	fi
}

[ "${2:-}" = up ] || top "$1"
stty -F /dev/ttyS1 raw
set_up || end 'it could not be set up'
. /rungs/words
cd /rungs || end 'nothing is packed'
tests/run.sh build "${files[@]}" >/dev/ttyS1 2>&1 </dev/null
end "status $?"
