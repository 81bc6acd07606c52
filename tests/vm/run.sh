#!/usr/bin/env bash
# vm/run.sh BUILD [FILE.bats ...] - the tests that want another kernel
#
# Boots Debian's cloud kernel in QEMU with the tools in BUILD, and runs the
# tests tagged "vm" in there (# bats test_tags=vm), as root of a machine that
# has nothing but version 2 of control groups, and every capability.  Those
# tagged "vm1" are run in one with nothing but version 1.  With RUNGS_FILTER
# only those whose names match.  Nothing is installed, nobody
# has to be root: the kernel's package is downloaded to build/vm and unpacked
# there, all else is what this machine has installed.
#
# The processor is emulated unless KVM is to be had, so a test costs some
# ten times as much.  Where something is lacking there is one skip, with the
# reason.  The last lines are those of tests/run.sh in the machine; its
# console is shown when it did not get to its end.
set -u -o pipefail

say() {
	printf 'check-vm: %s\n' "$*"
}

die() {
	say "$*"
	echo '0 passed, 1 failed, 0 skipped'
	exit 1
}

skip() {
	say "skipped: $*"
	echo '0 passed, 0 failed, 1 skipped'
	exit 0
}

[ $# -ge 1 ] || die 'usage: vm/run.sh BUILD [FILE.bats ...]'
tests=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd) || exit
build=$(cd "$1" && pwd) || exit
shift
kernels=$tests/../build/vm
data=${RUNGS_DATA:-$tests/../../shared/data}
seconds=${RUNGS_VM_SECONDS:-900}

# Whose programs the tests may use.
packages=(bash bats bsdutils coreutils diffutils findutils grep gzip hostname
	iproute2 mawk mount passwd procps sed tar uidmap util-linux)
# What of the kernel is in modules, and needed.
modules=(overlay loop bfq)

work=$(mktemp -d "${TMPDIR:-/tmp}/rungs-vm.XXXXXX") || exit
qemu=

clean_up() {
	trap - EXIT
	[ -z "$qemu" ] || kill "$qemu" 2>/dev/null
	wait
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

# --- the kernel ---

# The package of the kernel that the one without a version stands for.
kernel_package() {
	apt-cache depends linux-image-cloud-amd64 2>/dev/null |
		sed -n 's/^ *Depends: \(linux-image-.*\)/\1/p' | head -n 1
}

# Download it and unpack it; apt checks whose it is.
fetch_kernel() {
	local package
	package=$(kernel_package)
	if [ -z "$package" ] && [ "$(id -u)" -eq 0 ]; then
		apt-get -q update >&2
		package=$(kernel_package)
	fi
	[ -n "$package" ] || return
	rm -rf "$kernels/new"
	mkdir -p "$kernels/new" && cd "$kernels/new" || return
	apt-get -q download "$package" >&2 && dpkg-deb -x ./*.deb . &&
		rm ./*.deb && mv "$kernels/new" "$kernels/kernel"
}

find_kernel() {
	local program
	[ "$(uname -m)" = x86_64 ] || skip "there is no kernel for $(uname -m)"
	for program in qemu-system-x86_64 busybox bats mke2fs; do
		command -v "$program" >/dev/null || skip "requires $program"
	done
	if [ ! -d "$kernels/kernel" ]; then
		for program in apt-get apt-cache dpkg-deb dpkg-query; do
			command -v "$program" >/dev/null ||
				skip "requires $program"
		done
		(fetch_kernel) || skip 'no kernel could be downloaded'
	fi
	kernel=$(echo "$kernels"/kernel/boot/vmlinuz-*)
	[ -f "$kernel" ] || die "$kernels/kernel: there is no kernel in it"
}

# --- what is in the machine ---

# pack FILE...: to the same place in the machine, what a link leads to.
pack() {
	printf '%s\n' "${@#/}" | tar -C / -chf - -T - | tar -C "$root" -xpf -
}

programs() {
	dpkg-query -L "${packages[@]}" 2>"$work/unknown" |
		grep -E -e '/s?bin/[^/]*$' -e '^/usr/lib(exec)?/bats' |
		while read -r file; do
			[ ! -f "$file" ] || printf '%s\n' "$file"
		done
	command -v awk busybox
}

# libraries FILE...: what they are linked with; ldd fails on the static.
libraries() {
	ldd "$@" 2>/dev/null | grep -o '/[^ :]*\.so[^ :]*' | sort -u
}

pack_system() {
	local dir list
	for dir in bin sbin lib lib64; do
		[ ! -L "/$dir" ] || cp -P "/$dir" "$root"
		mkdir -p "$root/$(readlink "/$dir" || echo "$dir")"
	done
	mapfile -t list < <(programs)
	pack "${list[@]}" || return
	mapfile -t list < <(libraries "${list[@]}" "$build"/libexec/rungs/*)
	pack "${list[@]}" || return
	ln -sf bash "$root/bin/sh"
	mkdir "$root/etc"
	printf '%s\n' root:x:0:0:root:/root:/bin/bash \
		nobody:x:65534:65534:nobody:/nonexistent:/bin/false \
		rungs:x:1234:1234:rungs:/tmp:/bin/bash >"$root/etc/passwd"
	printf '%s\n' root:x:0: rungs:x:1234: nogroup:x:65534: \
		>"$root/etc/group"
	echo rungs:100000:65536 | tee "$root/etc/subuid" >"$root/etc/subgid"
	echo 127.0.0.1 localhost >"$root/etc/hosts"
}

pack_modules() {
	local module file
	for module in "${modules[@]}"; do
		file=$(find "$kernels/kernel/lib/modules" -name "$module.ko")
		[ -f "$file" ] || return
		cp "$file" "$root/rungs/$module.ko"
		echo "/rungs/$module.ko" >>"$root/rungs/modules"
	done
}

# tagged TAG [FILE...]: which of the files, or of all, have a test with that.
tagged() {
	local tag=$1 file
	shift
	[ $# -gt 0 ] || set -- *.bats
	for file; do
		file=${file##*/}
		grep -lE "^ *# bats (test|file)_tags=(.*,)?$tag(,|\$)" \
			"${file%.bats}.bats"
	done
}

# The tree, as tests/run.sh wants it, and what it is to run.
pack_tree() {
	local files=()
	mkdir -p "$root/rungs/build" "$root/rungs/data" "$root/rungs/tests"
	cp -rL "$build"/{bin,libexec,share,tests} "$root/rungs/build" &&
		cp "$tests"/*.bats "$tests"/*.bash "$tests/run.sh" \
			"$root/rungs/tests" || return
	[ ! -d "$data" ] || cp -L "$data"/alpine-*.tar.gz "$root/rungs/data"
	mapfile -t files < <(cd "$tests" && tagged vm "$@")
	((${#files[@]} > 0)) || die 'no test is tagged vm'
	export RUNGS_DATA=/rungs/data RUNGS_FILTER=${RUNGS_FILTER:-}
	declare -p files RUNGS_DATA RUNGS_FILTER >"$root/rungs/words"
	cp "$tests/vm/init.sh" "$root/init" && chmod 755 "$root/init"
}

make_initramfs() {
	root=$work/root
	mkdir -p "$root/rungs"
	pack_system && pack_modules && pack_tree "$@" &&
		(cd "$root" && find . | busybox cpio -o -H newc -R 0:0) \
			>"$work/initramfs" 2>"$work/cpio.log"
}

# For the tests' own files: what is in memory only is a tmpfs, and not every
# kernel can do with that what it can with a disk.
make_disk() {
	truncate -s 1G "$work/disk" &&
		mke2fs -q -F -t ext4 -O ^has_journal -m 0 "$work/disk"
}

# --- the machine ---

# boot ACCELERATOR TAG: 0 when the machine came to its end.  TCG without cx16:
# newer kernels use it all the time, and it is slow.  Two nodes of memory, for
# limits that are of one.
boot() {
	local cpu=host
	[ "$1" = kvm ] || cpu=max,-cx16
	timeout -k 10 "$seconds" qemu-system-x86_64 -accel "$1" -cpu "$cpu" \
		-M q35 -smp 2 -m 512 -nodefaults -no-user-config \
		-object memory-backend-ram,id=large,size=384M \
		-object memory-backend-ram,id=small,size=128M \
		-numa node,memdev=large,cpus=0-1 -numa node,memdev=small \
		-display none -no-reboot \
		-kernel "$kernel" -initrd "$work/initramfs" \
		-drive "file=$work/disk,if=none,id=disk,format=raw,cache=unsafe" \
		-device nvme,serial=disk,drive=disk \
		-serial "file:$work/console" -serial "file:$work/results" \
		-append "console=ttyS0 rdinit=/init quiet panic=-1 \
			no_timer_check cryptomgr.notests mitigations=off \
			-- $2" \
		</dev/null >"$work/qemu.log" 2>&1 &
	qemu=$!
	tail -n +1 -f --pid="$qemu" "$work/results" |
		grep --line-buffered -vE "^machine: |$total"
	wait "$qemu"
	qemu=
	grep -q '^machine: ' "$work/results"
}

# For a machine that did not come to its end.
show_console() {
	cat "$work/console" "$work/qemu.log"
	die "the machine did not come to its end within $seconds s"
}

# Where the processor says nothing of virtual machines, /dev/kvm may be there
# and still not run a kernel that was not made for it.
may_use_kvm() {
	grep -qwE 'vmx|svm' /proc/cpuinfo && [ -w /dev/kvm ]
}

# machine TAG: boot one for those tests; adds to the totals.
machine() {
	: >"$work/results"
	if ! { may_use_kvm && boot kvm "$1"; }; then
		[ ! -s "$work/results" ] || show_console
		boot tcg,thread=multi "$1" || show_console
	fi
	[[ $(grep -E "$total" "$work/results") =~ $total ]] || show_console
	((passed += BASH_REMATCH[1], failed += BASH_REMATCH[2]))
	((skipped += BASH_REMATCH[3]))
}

PATH=$PATH:/usr/sbin:/sbin
total='^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped.?$'
passed=0 failed=0 skipped=0
find_kernel
make_disk || die 'its disk could not be packed'
make_initramfs "$@" || die 'the machine could not be packed'
machine vm
if [ -n "$(cd "$tests" && tagged vm1 "$@")" ]; then
	say 'the same with version 1 of control groups'
	machine vm1
fi
printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
((failed == 0 && passed > 0))
