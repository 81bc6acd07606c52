#!/usr/bin/env bats
# setlimit(1): each word for control groups, as it is written, and as the
# kernel has it.  What happens to who wants more is in bite.bats.

load helper
load groups

# one_of WANT...: $output is one of them, version 1's or version 2's.
one_of() {
	local want
	for want in "$@"; do
		[ "$output" != "$want" ] || return 0
	done
	printf 'want: %s\ngot: %s\n' "$*" "$output" >&2
	return 1
}

# reads WORD CONTROLLER V1-FILE V1-WANT V2-FILE V2-WANT
reads() {
	local word
	read -ra word <<<"$1"
	run -0 setlimit "${word[@]}" -- bash -c "held $2 $3 $5"
	one_of "$4" "$6"
}

teardown() {
	detach
}

# --- what the kernel is told ---

# bats test_tags=vm
@test "each word is what the kernel has then" {
	requires memory-group pids-group cpu-group
	reads memory=64M memory memory.limit_in_bytes 67108864 memory.max 67108864
	reads pids=32 pids pids.max 32 pids.max 32
	reads cpu=50% cpu cpu.cfs_quota_us 50000 cpu.max '50000 100000'
	reads cpu=1.5 cpu cpu.cfs_quota_us 150000 cpu.max '150000 100000'
	reads cpu-weight=50 cpu cpu.shares 512 cpu.weight 50
	reads cpu-weight=100 cpu cpu.shares 1024 cpu.weight 100
	reads cpu-weight=1 cpu cpu.shares 10 cpu.weight 1
	reads cpu-weight=10000 cpu cpu.shares 102400 cpu.weight 10000
	reads 'cpu=25% cpu-weight=7' cpu cpu.cfs_quota_us 25000 cpu.max '25000 100000'
	reads 'cpu=25% cpu-weight=7' cpu cpu.shares 71 cpu.weight 7
}

# bats test_tags=vm
@test "swap is what the kernel has then, beside memory" {
	requires memory-group swap-group
	reads 'memory=64M swap=16M' memory memory.memsw.limit_in_bytes 83886080 memory.swap.max 16777216
	reads 'swap=16M memory=64M' memory memory.limit_in_bytes 67108864 memory.max 67108864
	reads 'swap=0 memory=64M' memory memory.memsw.limit_in_bytes 67108864 memory.swap.max 0
	# Together they are more than can be said.
	run -0 setlimit memory=8388607T swap=8388607T -- true
}

# bats test_tags=vm
@test "huge pages have a limit for each size" {
	requires hugetlb-group
	reads hugetlb=2M:64M hugetlb hugetlb.2MB.limit_in_bytes 67108864 hugetlb.2MB.max 67108864
	reads hugetlb=2M:64M hugetlb hugetlb.2MB.rsvd.limit_in_bytes 67108864 hugetlb.2MB.rsvd.max 67108864
	reads 'hugetlb=2M:4M hugetlb=1G:1G' hugetlb hugetlb.1GB.limit_in_bytes 1073741824 hugetlb.1GB.max 1073741824
	reads 'hugetlb=2M:0 hugetlb=1G:1G' hugetlb hugetlb.2MB.limit_in_bytes 0 hugetlb.2MB.max 0
	refused setlimit hugetlb=4M:8M -- echo "$ran"
	assert_output 'setlimit: hugetlb=4M: this kernel has no pages of that size'
}

@test "hugetlb in version 2 and memory in version 1 are one group in each" {
	requires cgroup-v1 memory-group hugetlb-group
	[ -n "$(sed -n 's/^[0-9]*:hugetlb://p' /proc/self/cgroup)" ] && skip "requires hugetlb in version 2"
	run -0 setlimit hugetlb=2M:64M memory=64M -- bash -c 'grep -c rungs- /proc/self/cgroup; held memory memory.limit_in_bytes none; held none none hugetlb.2MB.max'
	assert_output $'2\n67108864\n67108864'
}

@test "a limit of version 2 alone is refused by version 1, and says so" {
	requires cgroup-v1 memory-group
	local word
	for word in memory-high=64M memory-low=64M memory-low=0; do
		refused setlimit memory=128M "$word" -- echo "$ran"
		assert_output "setlimit: ${word%%=*}: version 1 of control groups has nothing like it"
	done
	refused setlimit cg:memory.max=5 -- echo "$ran"
	assert_output 'setlimit: cg:memory.max: the memory controller is in version 1 of control groups here'
	refused setlimit swap=16M -- echo "$ran"
	assert_output 'setlimit: swap: version 1 of control groups limits memory and swap together only
setlimit: add memory=BYTES'
}

# bats test_tags=vm
@test "what only version 2 has is what the kernel has then" {
	requires memory-group cgroup-v2
	reads memory-high=64M - - - memory.high 67108864
	reads memory-low=16M - - - memory.low 16777216
	reads swap=16M - - - memory.swap.max 16777216
	reads cg:memory.oom.group=1 - - - memory.oom.group 1
	reads 'memory=64M cg:memory.min=4096' - - - memory.min 4096
	run -0 setlimit 'cg:cpu.max=5000 50000' -- bash -c 'held - - cpu.max'
	assert_output '5000 50000'
	# What was said last is done last.
	run -0 setlimit cg:memory.max=33554432 memory=64M -- bash -c 'held - - memory.max'
	assert_output 33554432
	refused setlimit cg:memory.nonsense=1 -- echo "$ran"
	assert_output 'setlimit: cg:memory.nonsense: this kernel has no memory.nonsense'
	refused setlimit cg:memory.oom.group=7 -- echo "$ran"
	refused setlimit cg:memory.current=7 -- echo "$ran"
	refused setlimit cg:nothing.max=1 -- echo "$ran"
}

# --- parts of what there is ---

# bats test_tags=vm
@test "a percentage of memory is one of what the machine has" {
	requires memory-group
	local total
	total=$(($(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo) * 1024))
	run -0 setlimit memory=50% -- bash -c 'held memory memory.limit_in_bytes memory.max'
	# The kernel counts in pages.
	same "$((total / 2 / 4096 * 4096))" "$output"
	run -0 setlimit memory=12.5% -- bash -c 'held memory memory.limit_in_bytes memory.max'
	same "$((total / 8 / 4096 * 4096))" "$output"
}

@test "a percentage is one of the caller's own group, or of one above it" {
	requires memory-group cgroup-v1
	half() { setlimit "$1" -- "${@:2}" setlimit "memory=50%" -- bash -c 'held memory memory.limit_in_bytes none'; }
	run -0 half memory=128M
	assert_output 67108864
	run -0 half memory=128M setlimit pids=50 --
	assert_output 67108864
	run -0 half memory=128M setlimit memory=256M --
	assert_output 67108864
	requires swap-group
	swapless() { setlimit memory=64M swap=0 -- setlimit memory=32M swap=100% -- bash -c 'held memory memory.memsw.limit_in_bytes none'; }
	run -0 swapless
	assert_output 33554432
	refused setlimit memory=16M -- setlimit memory=0.01% -- echo "$ran"
	assert_output 'setlimit: memory: of 16777216 bytes, that is less than a page is'
}

# bats test_tags=vm
@test "a percentage is one of a group above in version 2, too" {
	requires root memory-group cgroup-v2
	run -0 beside 'echo 128M >memory.max' setlimit memory=50% -- bash -c 'held - - memory.max'
	assert_output 67108864
}

# bats test_tags=vm
@test "no limit of the caller's own group is left behind in version 2" {
	requires root memory-group cgroup-v2
	local file
	# With somebody else in it: the shell.
	inside() { beside true bash -c 'echo "$1" >"$(control_group memory)/$0" && setlimit pids=50 -- echo "$2"; exit' "$@" "$ran"; }
	for file in memory.max=1G memory.high=1G memory.swap.max=1G pids.max=99 \
		'cpu.max=90000 100000' cpu.weight=50; do
		refused inside "${file%%=*}" "${file#*=}"
		[[ $output == *"${file%%=*} of its own"* ]]
	done
	run -0 inside cpu.weight 100
	run -0 inside memory.max max
	# Alone, it stays below the limit.
	run -0 beside true bash -c 'echo 64M >"$(control_group memory)/memory.max" && exec setlimit memory=100% -- bash -c "held - - memory.max; held - - ../memory.max"'
	assert_output $'67108864\n67108864'
}

# bats test_tags=vm
@test "a chain of limits is a group in a group, and all is gone at the end" {
	requires root memory-group pids-group
	run -0 apart setlimit memory=64M -- setlimit pids=9 cpu=50% -- setlimit memory=50% pids=5 -- \
		bash -c 'held memory memory.limit_in_bytes memory.max; held pids pids.max pids.max'
	assert_output $'33554432\n5'
	run -7 apart setlimit memory=64M -- setlimit pids=9 -- sh -c 'exit 7'
}

# bats test_tags=vm
@test "who is not alone in a limited group of version 2 is told why not" {
	requires root memory-group cgroup-v2
	refused setlimit memory=64M -- sh -c 'setlimit pids=9 -- echo "$0"; exit' "$ran"
	[[ $output == *' has processes and a memory.max of its own: a group beside it would escape that'* ]]
}

# --- processors ---

allowed='grep Cpus_allowed_list: /proc/self/status | cut -f2'

# bats test_tags=vm
@test "cpus is where the command may run, with a group and without" {
	requires two-processors
	place() {
		run -0 "$as" setlimit cpus=1 -- sh -c "nproc; $allowed"
		assert_output $'1\n1'
		run -0 "$as" setlimit cpus=0 -- sh -c "nproc; $allowed"
		assert_output $'1\n0'
		run -0 "$as" setlimit cpus=0-1 -- sh -c "$allowed"
		assert_output 0-1
		# Whoever is bound to less can say so.
		run -0 "$as" taskset -c 0 setlimit cpus=1 -- sh -c "$allowed"
		assert_output 1
	}
	for_each_caller place
}

@test "cpus holds in a jail, which is what nproc says there" {
	requires leaving-groups
	requires two-processors
	local as
	jailed() { a_root scratch | setlimit cpus=1 | "$as" jailexec -- sh -c "nproc; $allowed"; }
	for as in "${callers[@]}"; do
		run -0 jailed
		assert_output $'1\n1'
	done
}

# bats test_tags=vm
@test "cpus is a group's where there can be one, and then nobody gets out" {
	requires cpuset-group two-processors
	run -0 setlimit cpus=1 -- bash -c 'held cpuset cpuset.cpus cpuset.cpus'
	assert_output 1
	run -1 setlimit cpus=1 -- taskset -c 0 echo "$ran"
	never grep -Fq "$ran" <<<"$output"
	reads 'cpus=0 mems=0' cpuset cpuset.mems 0 cpuset.mems 0
	reads mems=0 cpuset cpuset.mems 0 cpuset.mems 0
}

# bats test_tags=vm
@test "a processor or memory that is not there is refused" {
	local last
	last=$(grep -c '' <(grep ^processor /proc/cpuinfo))
	absent() {
		refused "$as" setlimit "cpus=0,$last" -- echo "$ran"
		refused "$as" setlimit cpus=8191 -- echo "$ran"
	}
	for_each_caller absent
	requires cpuset-group
	refused setlimit mems=0,63 -- echo "$ran"
	refused setlimit mems=1023 -- echo "$ran"
	assert_output 'setlimit: mems: not all of 1023 are there for this caller
setlimit: Mems_allowed_list in /proc/self/status has those that are'
}

# bats test_tags=vm
@test "a processor that the caller's group does not have is refused" {
	requires cgroup-v1 cpuset-group two-processors
	refused setlimit cpus=0 -- setlimit cpus=1 -- echo "$ran"
	refused setlimit cpus=0 -- setlimit cpus=0-1 -- echo "$ran"
	run -0 setlimit cpus=0-1 -- setlimit cpus=1 -- sh -c "$allowed"
	assert_output 1
}

@test "an ordinary user in a group of less does not get more processors" {
	requires root cpuset-group cgroup-v1 two-processors
	refused setlimit cpus=0 -- setpriv --reuid=1234 --regid=1234 --clear-groups -- setlimit cpus=0-1 -- echo "$ran"
	assert_output 'setlimit: cpus: not all of them are there for this caller
setlimit: Cpus_allowed_list in /proc/self/status has those that are'
}

# --- disks ---

# bats test_tags=vm
@test "io is for a device, and for the device of a file" {
	requires root io-group loop-device
	local loop number
	truncate -s 8M "$BATS_TEST_TMPDIR/disk"
	attach "$BATS_TEST_TMPDIR/disk"
	run -0 setlimit "io=$loop:rbps=10M,wiops=100" -- bash -c 'for file in read_bps write_bps read_iops write_iops; do held blkio blkio.throttle.${file}_device io.max; done'
	one_of "$number 10485760"$'\n'"$number 100" "$(for _ in 1 2 3 4; do echo "$number rbps=10485760 wbps=max riops=max wiops=100"; done)"
	run -0 setlimit "io=$loop:wbps=1K,riops=7" -- bash -c 'for file in read_bps write_bps read_iops write_iops; do held blkio blkio.throttle.${file}_device io.max; done'
	one_of "$number 1024"$'\n'"$number 7" "$(for _ in 1 2 3 4; do echo "$number rbps=max wbps=1024 riops=7 wiops=max"; done)"
	refused setlimit "io=$loop:rbps=1M" "io=/dev/../$loop:wbps=1M" -- echo "$ran"
	assert_output "setlimit: io=/dev/../$loop: another word is for the same disk, $number"
}

@test "io is for the disk of a partition and of a file on it" {
	requires root io-group loop-device cgroup-v1
	local loop number part
	truncate -s 8M "$BATS_TEST_TMPDIR/disk"
	attach "$BATS_TEST_TMPDIR/disk"
	addpart "$loop" 1 2048 8192 || skip "requires partitions"
	part=$(cat "/sys/block/${loop##*/}/${loop##*/}p1/dev")
	mknod "$BATS_TEST_TMPDIR/part" b "${part%:*}" "${part#*:}"
	run -0 setlimit "io=$BATS_TEST_TMPDIR/part:rbps=1M" -- bash -c 'held blkio blkio.throttle.read_bps_device io.max'
	assert_output "$number 1048576"
	delpart "$loop" 1
}

@test "io by a file is the device of its file system" {
	requires root io-group cgroup-v1
	local device
	device=$(stat -c '%Hd:%Ld' "$BATS_TEST_DIRNAME")
	[ -e "/sys/dev/block/$device" ] && [ ! -e "/sys/dev/block/$device/partition" ] ||
		skip "requires a file system on a whole disk"
	run -0 setlimit "io=$BATS_TEST_DIRNAME:riops=9999" -- bash -c 'held blkio blkio.throttle.read_iops_device none'
	assert_output "$device 9999"
	cd "$BATS_TEST_DIRNAME"
	run -0 setlimit "io=helper.bash:riops=9999" -- bash -c 'held blkio blkio.throttle.read_iops_device none'
	assert_output "$device 9999"
}

# bats test_tags=vm
@test "what is on no device is refused, and what is not there" {
	requires root io-group
	refused setlimit io=/proc:rbps=1M -- echo "$ran"
	assert_output 'setlimit: io=/proc: its file system is not on one block device
setlimit: name the device itself: findmnt -no SOURCE -T FILE may know it'
	refused setlimit io=/dev/null:rbps=1M -- echo "$ran"
	refused setlimit io=/no/such/path:rbps=1M -- echo "$ran"
	assert_output 'setlimit: io=/no/such/path: find its device: No such file or directory'
	mknod "$BATS_TEST_TMPDIR/none" b 240 77
	refused setlimit "io=$BATS_TEST_TMPDIR/none:rbps=1M" -- echo "$ran"
	assert_output "setlimit: io=$BATS_TEST_TMPDIR/none: there is no such block device"
}

@test "a weight for disks is refused where no disk goes by weights" {
	requires root io-group
	weightless() { unshare -m sh -c 'mount -t tmpfs none /sys/block && exec "$@"' - "$@"; }
	[ ! -e /sys/fs/cgroup/io.cost.qos ] || never grep -q enable=1 /sys/fs/cgroup/io.cost.qos
	refused weightless setlimit io-weight=50 -- echo "$ran"
	assert_output 'setlimit: io-weight: no disk here has a scheduler that goes by weights
setlimit: echo bfq >/sys/block/DISK/queue/scheduler gives it one'
}

# bats test_tags=vm
@test "a weight for disks is what the kernel has then" {
	requires root io-group loop-device
	local loop number
	truncate -s 1M "$BATS_TEST_TMPDIR/disk"
	attach "$BATS_TEST_TMPDIR/disk"
	echo bfq 2>/dev/null >"/sys/block/${loop##*/}/queue/scheduler" || skip "requires bfq"
	reads io-weight=50 blkio blkio.bfq.weight 50 io.bfq.weight 'default 50'
	reads io-weight=100 blkio blkio.bfq.weight 100 io.bfq.weight 'default 100'
	reads io-weight=10000 blkio blkio.bfq.weight 1000 io.bfq.weight 'default 1000'
}

@test "a real-time process in a new group of version 1 is told why not" {
	requires root cgroup-v1 cpu-group
	[ -e "$(control_group cpu)/cpu.rt_runtime_us" ] || skip "requires groups of real-time processes"
	refused setlimit sched=fifo:1 cpu=50% -- echo "$ran"
	same 'setlimit: a new group of version 1 has no time for sched=fifo and sched=rr' "${lines[1]}"
}

# --- how they are written ---

# normal WANT WORD...: what the filter makes of the words, and of that.
normal() {
	local word words=()
	run -0 setlimit -n "${@:2}"
	assert_line "setlimit $1"
	for word in $1; do
		word=${word//\\040/ }
		words+=("${word//\\134/\\}")
	done
	run -0 setlimit -n "${words[@]}"
	assert_line "setlimit $1"
}

@test "each word has one form" {
	normal memory=67108864 memory=64M
	normal memory=50% memory=50%
	normal memory=12.50% memory=12.5%
	normal memory=0.05% memory=0.05%
	normal memory=100% memory=100%
	normal swap=0 swap=0
	normal swap=0% swap=0.00%
	normal memory-high=1073741824 memory-high=1G
	normal memory-low=0 memory-low=0
	normal cpu=150% cpu=1.5
	normal cpu=1000000% cpu=10000.00
	normal cpu=1000000% cpu=1000000%
	normal cpu-weight=7 cpu-weight=007
	normal cpus=0-3,5 cpus=5,3,0-2,1
	normal cpus=8191 cpus=8191
	normal mems=0-1 mems=1,0
	normal io-weight=1 io-weight=1
	normal hugetlb=2097152:67108864 hugetlb=2M:64M
	normal io=/dev/sda:rbps=10485760,wiops=100 io=/dev/sda:wiops=100,rbps=10M
	normal io=/a:b:wbps=1 io=/a:b:wbps=1
	normal 'io=/a\040b:wbps=1' 'io=/a b:wbps=1'
	normal cg:memory.zswap.max=0 cg:memory.zswap.max=0
	normal 'cg:cpu.max=5\0406' 'cg:cpu.max=5 6'
	normal 'cg:io.latency=8:0\040target=5\134' "cg:io.latency=8:0 target=5\\"
	normal 'nofile=64:64 cpu=50% cpu-weight=5 cpus=0 hugetlb=2097152:0 memory=67108864 pids=9 swap=0' \
		swap=0 pids=9 memory=64M hugetlb=2M:0 cpus=0 cpu-weight=5 cpu=0.5 nofile=64
	cd "$BATS_TEST_TMPDIR"
	normal "io=$PWD/disk:rbps=1" io=disk:rbps=1
	cd /
	normal io=/disk:rbps=1 io=disk:rbps=1
}

@test "a word with blanks is read back, and means the same" {
	run -0 bash -c 'setlimit -n "cg:cpu.max=5 6" "io=/a b:rbps=1" | setlimit pids=5 | grep -v pids'
	assert_output $'jail 1\nsetlimit io=/a\\040b:rbps=1 cg:cpu.max=5\\0406\nend'
	# It gets as far as the path, blank and all.
	jailed() { setlimit -n "io=/no such:rbps=1" | jailexec -x -- echo "$ran"; }
	refused jailed
	[[ $output == *'/no such'* || $output == *'io controller'* ]]
}

@test "a later word wins, a list word adds, none forgets" {
	normal memory=1048576 memory=64M memory=50% memory=1M
	normal memory=50% memory=64M memory=50%
	normal cpus=1 cpus=0 cpus=1
	normal 'io=/b:wbps=2 io=/a:rbps=1' io=/a:wbps=9 io=/b:wbps=2 io=/a:rbps=1
	normal 'hugetlb=1073741824:0 hugetlb=2097152:5' hugetlb=2M:4 hugetlb=1G:0 hugetlb=2048K:5
	normal 'cg:a.b=1 cg:a.c=3' cg:a.b=1 cg:a.c=2 cg:a.c=3
	normal 'none pids=5' memory=1M cpus=0 io=/a:rbps=1 cg:a.b=1 none pids=5
	cd /
	normal io=/a:rbps=2 io=/a:rbps=1 io=a:rbps=2
	local n words=()
	for ((n = 0; n < 64; n++)); do
		words+=("cg:a.b$n=1")
	done
	run -0 setlimit -n "${words[@]}"
	refused setlimit -n "${words[@]}" pids=5
	assert_output 'setlimit: pids=5: more than 64 limits of a group'
}

@test "what is no limit of a group is refused, in one line" {
	local word huge=1
	while ((${#huge} < 5000)); do huge+=,$huge; done
	for word in memory=4095 memory=101% memory=100.01% memory=0% memory=% \
		memory=1.234% memory=1.% memory=0.5 memory=50%% memory=-50% memory=5%x \
		memory-high= memory-high=0 memory-high=-1 memory-high=x \
		memory-low= memory-low=-1 memory-low=101% memory-low=9223372036854775808 \
		swap= swap=-1 swap=x swap=101% swap=9223372036854775808 swap \
		cpu-weight= cpu-weight=0 cpu-weight=-1 cpu-weight=10001 \
		cpu-weight=1K cpu-weight=50% cpu-weight io-weight=0 \
		io-weight=10001 io-weight= io-weight=default io-weight=1.5 \
		cpus= 'cpus=,' 'cpus=0,' cpus=,0 cpus=0,,1 cpus=3-1 cpus=0-1- cpus=-1 \
		cpus=0- cpus=- cpus=x cpus=8192 cpus=0-8192 cpus='0 1' cpus=0-1-2 \
		cpus=99999999999999999999 "cpus=$huge" cpus=0:1 cpus=all cpus \
		mems= mems=1-0 mems=x mems=8192 "mems=$huge" \
		io= io=/ io=:rbps=1 io=/: io=/:rbps io=/:rbps= io=/:rbps=0 \
		io=/:rbps=-1 io=/:rbps=1x io=/:rbps=1,rbps=2 'io=/:rbps=1,' \
		io=/:,rbps=1 io=/:rbps=1,,wbps=1 io=/:bps=1 io=/:RBPS=1 \
		io=/:riops=4294967296 io=/:wbps=9223372036854775808 io=/:rbps=max \
		'io=/:rbps=1 ' io "io=/${huge}:rbps=1" \
		hugetlb= hugetlb=2M hugetlb=2M: hugetlb=:5 hugetlb=3M:5 \
		hugetlb=0:5 hugetlb=2M:-1 hugetlb=2M:5:6 hugetlb=2M:x hugetlb=512:5 \
		hugetlb=2M:9223372036854775808 hugetlb=2m:5 hugetlb \
		cg cg: cg:=1 cg:memory=1 cg:memory.max cg:memory.max= cg:.max=1 \
		cg:memory.=1 cg:../memory.max=1 cg:a/b.max=1 cg:memory..max=1 \
		cg:..=1 cg:Memory.max=1 'cg:memory max=1' cg:memory-max.x=1 \
		cg:cgroup.procs=1 cg:cgroup.threads=1 cg:cgroup.kill=1 \
		cg:cgroup.type=threaded cg:cgroup.subtree_control=+memory \
		cg:cgroup.freeze=1 cg:cgroup.max.depth=1 cg:cgroup.x=1 \
		cg=memory.max=1 $'cg:memory.max=1\n2' $'cg:memory.max=\e[m' \
		"cg:memory.max=$huge" "cg:memory.a${huge//,/_}=1"; do
		echo "${word:0:70}" >&2
		refused setlimit "$word" -- echo "$ran"
		same 1 "${#lines[@]}" "$word"
		[[ $output =~ :\ [a-z0-9].*[a-z0-9%,] ]]
		refused setlimit -n "$word"
	done
}

@test "what is wrong is said, also of a word longer than a line" {
	local long
	long=cpus=$(printf '1,%.0s' {1..3000})x
	refused setlimit "$long" -- echo "$ran"
	[[ $output == *': expected a list such as 0-3,5' ]]
	refused setlimit io=/:rbps=1,wbps=2,rbps=3 -- echo "$ran"
	assert_output 'setlimit: io=/:rbps=1,wbps=2,rbps=3: rbps is there twice'
	refused setlimit io=/:speed=3 -- echo "$ran"
	assert_output 'setlimit: io=/:speed=3: expected rbps, wbps, riops or wiops =NUMBER'
	refused setlimit memory=101% -- echo "$ran"
	assert_output 'setlimit: memory=101%: there is no more than 100%'
	refused setlimit memory=1 -- echo "$ran"
	assert_output 'setlimit: memory=1: the least is 4096'
	refused setlimit cpu-weight=10001 -- echo "$ran"
	assert_output 'setlimit: cpu-weight=10001: the most is 10000'
	refused setlimit cpu=10000.01 -- echo "$ran"
	assert_output 'setlimit: cpu=10000.01: the most is 10000 processors'
	refused setlimit cpu=1000000.01% -- echo "$ran"
	assert_output 'setlimit: cpu=1000000.01%: the most is 10000 processors'
	refused setlimit cg:cgroup.procs=1 -- echo "$ran"
	assert_output 'setlimit: cg:cgroup.procs=1: the group itself is not for words'
	refused setlimit pids -- echo "$ran"
	assert_output 'setlimit: pids: expected pids=LIMIT'
	refused setlimit memory=64m -- echo "$ran"
	assert_output 'setlimit: memory=64m: expected bytes, such as 65536, 64M or 2G, or 50% of what there is'
	refused setlimit cpu=1.5.5 -- echo "$ran"
	assert_output 'setlimit: cpu=1.5.5: expected a share of the processors, such as 50% or 1.5'
	refused setlimit pids=x -- echo "$ran"
	assert_output 'setlimit: pids=x: expected a number'
	refused setlimit pids=9 --report=used -- echo "$ran"
	assert_output 'setlimit: --report=used: no such limit
setlimit: options come before all words'
}

@test "an ordinary user without a group is told so, whatever the word" {
	requires root cgroup-v1 memory-group hugetlb-group io-group
	local word
	for word in swap=1M cpu-weight=5 mems=0 io=/:rbps=1M io-weight=5 hugetlb=2M:0; do
		refused as_user setlimit memory=64M "$word" -- echo "$ran"
		refused as_user setlimit "$word" -- echo "$ran"
		same 2 "${#lines[@]}" "$output"
	done
}
