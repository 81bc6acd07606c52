#!/usr/bin/env bats
# setlimit(1): who wants more than a limit does not get it; that of each word.
#
#	memory pids			setlimit.bats: more ... than that
#	cpus				limits.bats: cpus is a group's
#	wall cpu-time pressure		watch.bats
#	nofile fsize			setlimit.bats: limits bite
#	all other words			here
#
# locks and rss are known to the kernel, and nothing else: setrlimit(2).  What
# takes swap, two nodes of memory, huge pages or a disk of one's own is shown
# in the virtual machine, in version 2 and then in version 1.

load helper
load groups

setup() {
	hog=$RUNGS_STAGE/tests/hog greedy=$RUNGS_STAGE/tests/greedy
}

teardown() {
	detach
}

# --- of a process ---

@test "each limit of a process bites" {
	requires no-sanitizer
	local as
	# hogged STATUS WANT LIMIT HOG...
	hogged() {
		run "-$1" "$as" setlimit "$3" -- "$hog" "${@:4}"
		assert_match "$2"
	}
	bitten() {
		hogged 1 '[1-6]?[0-9]: Cannot allocate memory' as=64M memory 70
		hogged 1 '[1-6]?[0-9]: Cannot allocate memory' data=64M memory 70
		run -139 "$as" setlimit stack=1M core=0 -- "$hog" stack 1024
		hogged 0 'all 1024' stack=2M stack 1024
		hogged 1 '[0-9]: Too many open files' msgqueue=500 queues 10
		hogged 1 '[0-9]: Resource temporarily unavailable' sigpending=9 signals 10
	}
	for_each_caller bitten
	run -152 setlimit cpu=1:9 core=0 -- sh -c 'while :; do :; done'
	# Root may, whatever the limit.
	as=as_user
	hogged 1 '0: Cannot allocate memory' memlock=64K lock 65
	hogged 0 'all 64' memlock=64K lock 64
	hogged 1 '0: Resource temporarily unavailable' nproc=1 pids 1
	run as_user setlimit rlimit-nice=0 -- nice -n -1 nice
	assert_match '.*: Permission denied'
	never as_user setlimit rtprio=0 -- chrt -f 1 true
	if [ "$(cat /proc/sys/kernel/core_pattern)" = core ]; then
		cd "$BATS_TEST_TMPDIR"
		run setlimit core=0 -- sh -c 'kill -SEGV $$'
		never ls core*
		run setlimit core=8K -- sh -c 'kill -SEGV $$'
		(($(stat -c %s core*) <= 8192))
	fi
}

# bats test_tags=vm
@test "a limit is how far an ordinary user gets, too" {
	requires root sys-resource
	user() { setlimit "$1" -- setpriv --reuid=1234 --regid=1234 --clear-groups -- "${@:2}"; }
	run -0 user rlimit-nice=25 nice -n -5 nice
	assert_output -5
	run user rlimit-nice=25 nice -n -6 nice
	assert_match '.*: Permission denied'
	run -0 user rtprio=5 chrt -f 5 true
	never user rtprio=5 chrt -f 6 true
	run -152 setlimit core=0 sched=fifo:1 rttime=50000:9000000 -- sh -c 'while :; do :; done'
}

# --- memory ---

# bats test_tags=vm
@test "memory-high slows down, and does not kill" {
	requires memory-group cgroup-v2 no-sanitizer
	# A little above, with all else that it has: the kernel makes it wait by
	# the square of how much.
	run -0 setlimit memory-high=16M -- bash -c '"$0" memory 16 && held - - memory.events' "$hog"
	assert_line 'all 16' 'oom_kill 0'
	never grep -qx 'high 0' <<<"$output"
}

# kept LIMIT: how much it has of what it read, in MiB, once another one in the
# same group above has had need of three times as much.
kept() {
	local pid
	cd "$BATS_TEST_TMPDIR" && rm -f mine others ready go && mkfifo go || return
	setlimit "$1" -- bash -c 'head -c 16M /dev/zero >mine && sync mine && echo >ready && read <go; held - - memory.current' >current &
	pid=$!
	poll test -s ready
	setlimit pids=9 -- head -c 48M /dev/zero >others
	echo >go
	wait "$pid"
	echo $(($(cat current) >> 20))
}

# bats test_tags=vm
@test "memory-low is left to a group, while another one gives" {
	requires root memory-group cgroup-v2
	[ "$(stat -f -c %T "$BATS_TEST_TMPDIR")" != tmpfs ] || skip "requires files on a disk"
	export -f kept poll
	export BATS_TEST_TMPDIR
	run -0 beside 'echo 48M >memory.max' bash -c 'kept memory-low=0; kept memory-low=20M'
	echo "$output"
	((lines[0] <= 13 && lines[1] >= 15))
}

# bats test_tags=vm,vm1
@test "swap is no more than that, beside memory" {
	requires own-machine memory-group swap-group no-sanitizer
	local file=$BATS_TEST_TMPDIR/swap
	head -c 64M /dev/zero >"$file" && chmod 600 "$file"
	mkswap "$file" && swapon "$file"
	run -137 setlimit memory=16M swap=8M -- "$hog" memory 40
	run -0 setlimit memory=16M swap=48M -- "$hog" memory 40
	run -137 setlimit memory=16M swap=0 -- "$hog" memory 40
	swapoff "$file"
}

# bats test_tags=vm,vm1
@test "mems is the node that memory is from" {
	requires cpuset-group
	[ -d /sys/devices/system/node/node1 ] || skip "requires two nodes of memory"
	local node
	for node in 0 1; do
		run -0 setlimit "mems=$node" -- grep -E 'heap|stack' /proc/self/numa_maps
		same 2 "$(grep -c " N$node=" <<<"$output")"
		never grep " N$((1 - node))=" <<<"$output"
	done
}

# bats test_tags=vm,vm1
@test "huge pages are refused beyond the limit, reserved or not" {
	requires hugetlb-group
	[ "$(awk '$1 == "HugePages_Free:" { print $2 }' /proc/meminfo)" -ge 4 ] || skip "requires huge pages"
	run -0 setlimit hugetlb=2M:4M -- "$hog" huge 2
	run -1 setlimit hugetlb=2M:4M -- "$hog" huge 3
	assert_output '2: Cannot allocate memory'
	run -0 setlimit hugetlb=2M:4M -- "$hog" fault 2
	run -135 setlimit hugetlb=2M:4M core=0 -- "$hog" fault 3
}

# bats test_tags=vm
@test "oom-score is who is killed first when a group is full" {
	requires memory-group no-sanitizer
	# One that is small is, only because of that.
	ended() {
		run -0 setlimit memory=32M -- bash -c 'setlimit "oom-score=$1" -- sleep 1000 & pid=$!; until [ "$(cat "/proc/$pid/oom_score_adj")" = "$1" ]; do :; done; "$0" memory 64 & "$0" memory 64; kill "$pid"; wait "$pid"; echo "$?"' "$hog" "$1"
		same "$2" "${lines[-1]}" "$output"
	}
	ended 0 143
	ended 1000 137
}

# bats test_tags=vm
@test "any other file of a controller bites as well" {
	requires pids-group cgroup-v2
	run -1 setlimit cg:pids.max=1 -- "$hog" pids 1
	assert_output '0: Resource temporarily unavailable'
	# The command is in there from its beginning: who came later could not be
	# refused.
	refused setlimit cg:pids.max=0 -- echo "$ran"
	assert_output 'setlimit: clone3: Resource temporarily unavailable'
}

# --- processors ---

# used SECONDS WORD...: how many milliseconds of processors two busy processes
# get in that time.
used() {
	local report=$BATS_TEST_TMPDIR/used
	setlimit --report="$report" "${@:2}" "wall=$1:0.1" -- "$greedy" cpu 2 >/dev/null || [ $? -eq 124 ]
	grep -o '"cpu":[0-9.]*' "$report" | awk -F: 'NR == 1 { print int($2 * 1000) }'
}

# ran_for FILE: how many milliseconds the processes in it have run.
ran_for() {
	local pid
	while read -r pid; do
		cat "/proc/$pid/schedstat"
	done <"$BATS_TEST_TMPDIR/$1" | awk '{ sum += $1 } END { print int(sum / 1e6) }'
}

# share WORD WORD: $few and $many, how many milliseconds busy processes get on
# one processor that has both.
share() {
	local word own=()
	for word; do
		# What the one before has said must not be taken for this one's.
		rm -f "$BATS_TEST_TMPDIR/ready"
		setlimit "$word" cpus=0 wall=100:0.1 -- "$greedy" cpu 2 >"$BATS_TEST_TMPDIR/ready" 3>&- &
		own+=("$!")
		poll grep -qs ready "$BATS_TEST_TMPDIR/ready"
		pgrep -P "$(pgrep -P "$!")" >"$BATS_TEST_TMPDIR/$word"
	done
	local few_before many_before
	few_before=$(ran_for "$1") many_before=$(ran_for "$2")
	# Whoever has very little may have to wait for its first turn.
	for _ in {1..20}; do
		sleep 1
		few=$(($(ran_for "$1") - few_before)) many=$(($(ran_for "$2") - many_before))
		((few == 0)) || break
	done
	kill -TERM "${own[@]}"
	wait "${own[@]}" || true
	echo "$few ms with $1, $many ms with $2"
}

# bats test_tags=vm
@test "who has little of the processor gets no more" {
	requires root cpu-group cpuset-group
	local few many
	few=$(used 0.5 cpu=10%)
	echo "$few ms of 10%"
	# An emulated processor is late to hold anybody back.
	never grep -q ' - cgroup ' /proc/self/mountinfo 2>/dev/null || ((few <= 150))
	held_back() { setlimit "cpu=$1" -- bash -c 'for ((n = 0; n < 20000; n++)); do :; done; held cpu cpu.stat cpu.stat'; }
	run -0 held_back 5%
	assert_match 'nr_throttled [1-9][0-9]*'
	run -0 held_back 1000%
	assert_line 'nr_throttled 0'
	share cpu-weight=1 cpu-weight=100
	((few > 0 && few * 4 < many))
}

@test "whoever asks for less of the processor has less" {
	requires root no-sanitizer
	local few many word
	for word in nice=19 sched=idle; do
		share "$word" nice=0
		((few * 4 < many))
	done
}

# --- disks ---

# bats test_tags=vm
@test "who writes more than that to a disk has to wait" {
	requires root io-group loop-device
	local loop number disk
	truncate -s 16M "$BATS_TEST_TMPDIR/disk"
	attach "$BATS_TEST_TMPDIR/disk"
	truncate -s 16M "$BATS_TEST_TMPDIR/file"
	write() { timeout "$1" setlimit "io=$2:wbps=$3" -- dd if=/dev/zero "of=$2" bs=64K count=250 oflag=direct conv=notrunc status=none; }
	# The disk that our files are on, too.
	for disk in "$loop" "$BATS_TEST_TMPDIR/file"; do
		run setlimit "io=$disk:wbps=1G" -- true
		[[ $output != *'not on one block device'* ]] || continue
		run -0 write 60 "$disk" 1G
		# This would take a minute.  A slow machine takes no less.
		run -124 write 2 "$disk" 256K
	done
}

# less DISK WORD WORD: who reads with the one gets less than half of what the
# other does.  On a busy machine they may read one after the other: again then.
less() {
	local try word read pids
	for ((try = 0; try < 5; try++)); do
		pids=()
		for word in "${@:2}"; do
			setlimit --report="$BATS_TEST_TMPDIR/$word" "$word" wall=1.5:0.1 cpu=1000% -- \
				"$hog" disk "$1" 3>&- &
			pids+=("$!")
		done
		wait "${pids[@]}" || true
		mapfile -t read < <(cd "$BATS_TEST_TMPDIR" && sed 's/.*"io-read":\([0-9]*\).*/\1/' "${@:2}")
		echo "${*:2}: ${read[*]}"
		((read[0] * 2 >= read[1])) || return 0
	done
	return 1
}

# bats test_tags=vm
@test "weights and classes share a disk of bfq" {
	requires root io-group loop-device
	local loop number queue
	head -c 16M /dev/zero >"$BATS_TEST_TMPDIR/disk"
	attach "$BATS_TEST_TMPDIR/disk"
	queue=/sys/dev/block/$number/queue
	echo bfq 2>/dev/null >"$queue/scheduler" || skip "requires bfq"
	# It has favourites, who has only begun, and waits for nobody who thinks
	# for long, as all do on a slow machine.
	echo 0 >"$queue/iosched/low_latency"
	echo 100 >"$queue/iosched/slice_idle"
	echo 1 >"$queue/iosched/strict_guarantees"
	less "$loop" io-weight=1 io-weight=10000
	less "$loop" ionice=idle ionice=best-effort:0
}

# bats test_tags=vm
@test "weights share a disk by its cost, and no scheduler's" {
	requires own-machine io-group
	local cost=/sys/fs/cgroup/io.cost disk
	disk=$(stat -c %Hd:%Ld "$BATS_TEST_TMPDIR")
	echo none >"/sys/dev/block/$disk/queue/scheduler"
	echo "$disk enable=1 ctrl=user min=50.00 max=150.00" >"$cost.qos"
	echo "$disk ctrl=user model=linear rbps=8000000 rseqiops=400 rrandiops=400 wbps=8000000 wseqiops=400 wrandiops=400" >"$cost.model"
	less "/dev/$(basename "$(readlink "/sys/dev/block/$disk")")" io-weight=1 io-weight=10000
	echo "$disk enable=0" >"$cost.qos"
}
