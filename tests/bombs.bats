#!/usr/bin/env bats
# setlimit(1): whoever takes all that there is, and whoever is killed at any
# moment, nobody else is worse off, and nothing is left of it.

load helper
load groups

# --- neighbours ---

# A neighbour that answers forty times; $late is by how many milliseconds half
# of that comes too late.
neighbour() {
	"$RUNGS_STAGE/tests/latency" 1.5 '' 40 >"$BATS_TEST_TMPDIR/answers" 3>&- &
	neighbour=$!
}

answered() {
	wait "$neighbour"
	late=$(awk '{ print $(NF-3) }' "$BATS_TEST_TMPDIR/answers")
}

# beside_all LIMIT... -- CMD...: it answers once CMD has said that it is ready.
beside_all() {
	local pid
	rm -f "$BATS_TEST_TMPDIR/ready"
	setlimit wall=60:0.1 "$@" >"$BATS_TEST_TMPDIR/ready" 3>&- &
	pid=$!
	poll grep -qs ready "$BATS_TEST_TMPDIR/ready"
	neighbour
	answered
	kill -TERM "$pid" || true
	wait "$pid" || true
}

# near BOMB: it goes off for as long as there are answers, at least once.
near() {
	neighbour
	while :; do
		"$1"
		kill -0 "$neighbour" 2>/dev/null || break
	done
	answered
}

bomb_memory() {
	run -137 setlimit memory=16M cpu=50% -- "$RUNGS_STAGE/tests/hog" memory 64
}

# What a jail has in /tmp is memory.  Not every kernel can map the owners of a
# root that is on a tmpfs.
bomb_tmpfs() {
	filled() { a_root scratch | setlimit memory=16M cpu=50% | enterns user=host | jailexec -- sh -c 'exec head -c 64m /dev/zero >/tmp/file'; }
	run -137 filled
}

bomb_disk() {
	filled() { a_root scratch | setlimit cpu=50% | enterns user=host | addmount tmpfs=/tmp:size=1M | jailexec -- sh -c 'head -c 8m /dev/zero >/tmp/file || wc -c </tmp/file'; }
	run -0 filled
	assert_line 1048576
	local file=$BATS_TEST_TMPDIR/large
	run -153 setlimit fsize=1M cpu=50% -- sh -c 'exec head -c 8M /dev/zero >"$0"' "$file"
	same 1048576 "$(stat -c %s "$file")"
}

bomb_descriptors() {
	run -1 setlimit nofile=64 pids=9 cpu=50% -- "$RUNGS_STAGE/tests/hog" files 100000
	assert_match '[56][0-9]: Too many open files'
}

# The cache of files is counted, and makes room.
bomb_cache() {
	local file=$BATS_TEST_TMPDIR/cached
	cached() { setlimit memory=16M cpu=50% -- bash -c 'head -c 32M /dev/zero >"$0" && cat "$0" >/dev/null && held memory memory.max_usage_in_bytes memory.peak' "$file"; }
	run -0 cached
	same 33554432 "$(stat -c %s "$file")"
	[ "$output" -le 16777216 ]
	[ "$output" -gt 8388608 ]
}

# bats test_tags=vm
@test "bombs go off under limits, and a neighbour still answers in time" {
	requires root memory-group pids-group cpu-group no-sanitizer
	[ "$(stat -f -c %T "$BATS_TEST_TMPDIR")" != tmpfs ] || skip "requires files on a disk"
	local bomb late neighbour alone greedy=$RUNGS_STAGE/tests/greedy
	root_dir >/dev/null
	alone() {
		neighbour
		answered
		alone=$late
	}
	# in_time CMD...: the neighbour is, beside that.  Others may be here as
	# well, for a moment.
	in_time() {
		for _ in 1 2 3; do
			"$@"
			echo "$late ms late, alone $alone ms: $*"
			! awk "BEGIN { exit !($late < 5 * $alone + 15) }" || return 0
			alone
		done
		return 1
	}
	alone
	# With so little it takes them long to be there.
	in_time beside_all cpu=20% -- sh -c 'echo ready; exec "$0" cpu 40' "$greedy"
	in_time beside_all pids=16 cpu=20% -- sh -c 'echo ready; exec "$0" fork 40' "$greedy"
	for bomb in memory tmpfs disk descriptors cache; do
		in_time near "bomb_$bomb"
	done
}

# bats test_tags=vm
@test "a fork bomb is over with the jail" {
	requires pids-group
	bomb() { a_root scratch | setlimit pids=30 | enterns user=host | jailexec -- /test/hog bomb; }
	run -0 bomb
	assert_output 'Resource temporarily unavailable'
	counted() { setlimit pids=20 -- bash -c '"$0" pids 40; held pids pids.events pids.events' "$RUNGS_STAGE/tests/hog"; }
	run -0 counted
	never grep -qx 'max 0' <<<"$output"
}

# --- killed ---

# swept: as many more runs as it takes until nothing of the others is left.
swept() {
	local n
	for ((n = 0; n < 200; n++)); do
		setlimit memory=64M pids=50 -- true || return
		[ -n "$(ours memory; ours pids)" ] || return 0
		sleep 0.05
	done
	return 1
}

# limits_of PID...: all that holds for them, and for the group that we are in.
limits_of() {
	local pid file
	for pid; do
		cat "/proc/$pid/cgroup" "/proc/$pid/limits" "/proc/$pid/oom_score_adj"
		ps -o ni=,cls= -p "$pid"
		taskset -p "$pid"
	done
	for file in {"$(control_group memory)","$(control_group pids)"}/{memory.limit_in_bytes,memory.max,pids.max,cgroup.subtree_control}; do
		[ ! -e "$file" ] || cat "$file"
	done
}
export -f swept limits_of

# bats test_tags=vm
@test "what a killed chain left is removed by the next run" {
	requires root memory-group pids-group
	killed() {
		setlimit memory=64M pids=50 -- sh -c 'setlimit pids=9 memory=32M -- sh -c "kill -9 \$PPID"; kill -9 $PPID' || true
		swept
	}
	export -f killed
	run -0 apart bash -c killed
}

# bats test_tags=vm
@test "setlimit is killed at any moment: nobody else is limited, nothing stays" {
	requires root memory-group pids-group no-sanitizer
	killed() {
		local other before after status=0
		sleep 1000 &
		other=$!
		before=$(limits_of $$ "$other")
		"$RUNGS_STAGE/tests/killat" setlimit memory=64M pids=9 nofile=64 nice=5 oom-score=9 -- true &&
			swept || status=$?
		after=$(limits_of $$ "$other")
		kill "$other"
		diff <(echo "$before") <(echo "$after") && return "$status"
	}
	export -f killed
	run -0 apart bash -c killed
	[ "$output" -gt 50 ]
}

# bats test_tags=vm
@test "a group of version 2 that setlimit was alone in takes the next process" {
	requires root memory-group cgroup-v2 no-sanitizer
	# While something that it has begun lives on, and when that has ended.
	run -137 beside true setlimit memory=64M -- sh -c 'kill -9 $PPID; sleep 0.2'
	killed() {
		local group upper
		group=$(control_group memory)
		upper=$(dirname "$group")
		mkdir "$upper/alone" || return
		"$RUNGS_STAGE/tests/killat" -g "$upper/alone/cgroup.procs" setlimit memory=64M pids=9 -- true &&
			poll removed "$upper/alone"
	}
	export -f killed poll removed
	run -0 beside true bash -c killed
	[ "$output" -gt 50 ]
}

# bats test_tags=vm
@test "a thousand groups are made, and not one is left" {
	requires root memory-group pids-group busybox
	local count=1000
	[ -z "${RUNGS_SANITIZED:-}" ] || count=50
	made() {
		seq "$1" | xargs -n 1 -P 2 setlimit pids=9 -- busybox true && ours pids
	}
	export -f made
	run -0 apart bash -c "made $count"
	assert_output ''
}
