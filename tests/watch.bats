#!/usr/bin/env bats
# setlimit(1): the limits that it keeps itself, of time and of pressure; what
# it reports; and limits of what runs already.

load helper

setup() {
	report=$BATS_TEST_TMPDIR/report
}

# value KEY: of the report, as it is written.
value() {
	same 1 "$(wc -l <"$report")" "$(cat "$report")"
	grep -oE "\"$1\":(\"[^\"]*\"|[^,}]*)" "$report" | head -n 1 | cut -d: -f2-
}

# over STATUS SIGNAL LIMIT: what the report says of the end.
over() {
	same "$1 $2 $3" "$(value status) $(value signal) $(value limit)" "$(cat "$report")"
}

requires_cpuacct() {
	may_make_group cpuacct 2>/dev/null || may_make_group cpu 2>/dev/null ||
		skip "requires a group that counts processor time"
}

# spin N: a command line of so many processes that use all that they get.
spin() {
	local n text=
	for ((n = 1; n < $1; n++)); do
		text+='(while :; do :; done) & '
	done
	printf '%s' "$text while :; do :; done"
}

# --- words ---

@test "the words are written in one form, and read back" {
	written() {
		run -0 setlimit -n "$1"
		same "setlimit $2" "${lines[1]}"
		run -0 setlimit -n "$2"
		same "setlimit $2" "${lines[1]}"
	}
	written wall=10 wall=10s:2s
	written wall=1m:0.5s wall=60s:0.5s
	written wall=0.250 wall=0.25s:2s
	written wall=2h wall=7200s:2s
	written cpu-time=1.000000001s:3s cpu-time=1.000000001s:3s
	written pressure=memory:50%:5s pressure=memory:50%:5s:kill
	written pressure=io:1%:0.5s:stop pressure=io:1%:0.500s:stop
	written pressure=cpu:100%:10s:SIGTERM pressure=cpu:100%:10s:TERM
}

@test "a later word wins, one of pressure only over its like; none forgets all" {
	run -0 setlimit -n wall=1 wall=2 cpu-time=3
	same 'setlimit wall=2s:2s cpu-time=3s:2s' "${lines[1]}"
	run -0 setlimit -n pressure=io:1%:1s pressure=io:2%:2s:USR1 pressure=io:3%:3s
	same 'setlimit pressure=io:3%:3s:kill pressure=io:2%:2s:USR1' "${lines[1]}"
	run -0 setlimit -n wall=1 cpu-time=1 pressure=io:1%:1s nice=1 memory=1M none pids=3
	same 'setlimit none pids=3' "${lines[1]}"
}

@test "bad words of time and pressure are refused" {
	local word
	for word in wall wall= wall=0 wall=-1 wall=1x wall=1:0 wall=1: wall=1:2:3 \
		wall=99999999999999999999 wall=0x1 'wall= 1' wall=1e3 \
		cpu-time cpu-time= cpu-time=0s cpu-time=+1 cpu-time=50% \
		pressure pressure= pressure=memory pressure=memory:50% \
		pressure=memory:50:5s pressure=memory:0%:5s pressure=memory:101%:5s \
		pressure=memory:-1%:5s pressure=memory:50%:0.4s pressure=memory:50%:11s \
		pressure=disk:50%:5s pressure=memory:50%:5s: pressure=memory:50%:5s:no \
		pressure=memory:50%:5s:9 pressure=memory:50%:5s:kill: pressures=1; do
		refused setlimit -n "$word"
		refused setlimit "$word" -- echo "$ran"
	done
	refused setlimit -n pressure={io,cpu,memory}:1%:1s{,:stop,:USR1}
}

# --- time ---

@test "wall ends a command with 124, alone and in a jail, politely at first" {
	requires leaving-groups
	run -124 setlimit --report="$report" wall=0.2 -- sleep 1000
	over 124 15 '"wall"'
	# in_time SECONDS... -- CMD...: with each of them, until it was soon enough.
	in_time() {
		local limit limits=()
		while [ "$1" != -- ]; do limits+=("$1") && shift; done
		for limit in "${limits[@]}"; do
			run -124 "${@:2}"
			! grep -qx "$said" <<<"$output" || return 0
		done
		assert_line "$said"
	}
	asked() { setlimit --report="$report" "wall=$limit:$limit" -- bash -c 'trap "echo asked" TERM; while :; do sleep 0.05; done'; }
	said=asked in_time 0.5 4 20 -- asked
	over 124 9 '"wall"'
	run -0 setlimit --report="$report" wall=1000 -- true
	over 0 null null
	a_root scratch | setlimit wall=0.2:0.2 >"$BATS_TEST_TMPDIR/jail"
	a_root scratch | setlimit wall=1000 >"$BATS_TEST_TMPDIR/long"
	look() {
		run -124 "$as" jailexec -f "$BATS_TEST_TMPDIR/jail" -- sleep 1000
		run -124 "$as" jailexec -f "$BATS_TEST_TMPDIR/jail" -- sh -c 'trap "" TERM; while :; do sleep 1; done'
		# The shorter of the two is what counts.
		run -124 "$as" jailexec --timeout=1000 -f "$BATS_TEST_TMPDIR/jail" -- sleep 1000
		run -124 "$as" jailexec --timeout=0.1 -f "$BATS_TEST_TMPDIR/long" -- sleep 1000
	}
	for_each_caller look
	# Who has been asked has the grace of that limit, whatever comes next.
	tidies() {
		a_root scratch | setlimit "wall=$limit.3:30" >"$BATS_TEST_TMPDIR/next"
		jailexec "--timeout=$limit:30" -f "$BATS_TEST_TMPDIR/next" -- \
			sh -c 'trap "sleep 0.8; echo tidy; exit" TERM; while :; do sleep 0.05; done'
	}
	said=tidy in_time 1 5 20 -- tidies
}

# bats test_tags=vm
@test "when time is over, nothing of the command is left" {
	local mark=watch-$BASHPID word
	for word in wall=0.3:0.1 'wall=0.3:0.1 nofile=64'; do
		# shellcheck disable=SC2086
		run -124 setlimit $word -- sh -c "
			(trap '' TERM; exec -a $mark sleep 1000) &
			(setsid sh -c 'sleep 1000 & wait' $mark &)
			while :; do sleep 1; done" "$mark"
		no_process_of "$mark"
	done
	requires memory-group
	run -124 setlimit wall=0.3:0.1 memory=64M -- sh -c "
		(trap '' TERM; while :; do sleep 1; done) &
		(setsid sh -c 'trap \"\" TERM; while :; do sleep 1; done' $mark &)
		sleep 1000" "$mark"
	poll no_process_of "$mark"
	requires root
	# Who has left the group is found all the same.
	run -124 timeout -s KILL 30 setlimit wall=0.5:0.1 memory=64M -- sh -c "
		echo 0 >\"\$0/cgroup.procs\" || exit 3
		(setsid sh -c 'trap \"\" TERM; while :; do sleep 1; done' $mark &)
		while :; do sleep 1; done" "$(control_group memory)"
	poll no_process_of "$mark"
}

# bats test_tags=vm
@test "cpu-time counts all processes of the group, and only when they work" {
	requires_cpuacct
	run -124 setlimit --report="$report" cpu-time=0.3:9 -- sh -c "$(spin 3)"
	over 124 15 '"cpu-time"'
	awk -v cpu="$(value cpu)" "BEGIN { exit !(cpu >= 0.29) }"
	# Who ignores the request.
	run -124 setlimit --report="$report" cpu-time=2:0.1 -- sh -c "trap '' TERM; $(spin 2)"
	over 124 9 '"cpu-time"'
	# A child that has ended counts, too.
	run -124 setlimit --report="$report" cpu-time=0.3 -- bash -c 'while :; do (for ((n = 0; n < 2000; n++)); do :; done); done'
	over 124 15 '"cpu-time"'
	run -3 setlimit --report="$report" cpu-time=1000 -- sh -c 'sleep 0.3; exit 3'
	over 3 null null
	run -124 jailexec -f <(a_root scratch | setlimit cpu-time=0.2:0.2) -- sh -c "$(spin 2)"
}

# bats test_tags=vm
@test "cpu-time without a group to be had runs nothing" {
	refused as_user setlimit cpu-time=1 -- echo "$ran"
	[[ $output == 'setlimit: cpu-time: '*'Permission denied'* ]]
	same 2 "${#lines[@]}"
}

# --- pressure ---

# bats test_tags=vm
@test "pressure kills, stops, and tells" {
	requires pressure
	requires memory-group
	local pid
	# Though memory was short before, too.
	run -137 setlimit --report="$report" pressure=cpu:70%:2s memory=16M -- taskset 1 sh -c "\"\$0\" memory 64; $(spin 6)" "$RUNGS_STAGE/tests/hog"
	over 137 9 '"pressure"'
	run -7 timeout 100 setlimit --report="$report" pressure=cpu:70%:2s:USR1 wall=90 -- \
		taskset 1 bash -c "trap 'kill -KILL \$(jobs -p); exit 7' USR1; $(spin 6)"
	over 7 null null
	setlimit --report="$report" pressure=cpu:30%:2s:stop wall=100 -- \
		taskset 1 bash -c "trap 'kill -KILL \$(jobs -p); exit 7' TERM; echo \$\$; $(spin 6)" \
		>"$BATS_TEST_TMPDIR/pid" 3>&- &
	pid=$!
	poll test -s "$BATS_TEST_TMPDIR/pid"
	poll frozen 1
	# When it may go on, the kernel still has that in mind: it has a window
	# to itself all the same.
	sleep 1.5
	began=$(date +%s%N)
	kill -CONT "$pid"
	poll frozen 0
	poll frozen 1
	(($(date +%s%N) - began >= 2000000000))
	kill -TERM "$pid"
	kill -CONT "$pid"
	status=0
	wait "$pid" || status=$?
	same 7 "$status"
}

# frozen 0|1: the group of version 2 of the process in the file pid.
frozen() {
	grep -qx "frozen $1" "$(group_of_pid)/cgroup.events"
}

group_of_pid() {
	echo "$(awk '$(NF-2) == "cgroup2" { print $5; exit }' /proc/self/mountinfo)$(
		sed -n 's/^0:://p' "/proc/$(cat "$BATS_TEST_TMPDIR/pid")/cgroup")"
}

# bats test_tags=vm
@test "who is frozen when time is over can hear it, and who is stopped" {
	requires pressure
	requires root
	local how owners=() pid=$BATS_TEST_TMPDIR/pid heard=$BATS_TEST_TMPDIR/heard
	for how in freeze stop; do
		rm -f "$pid"
		setlimit pressure=io:100%:10s wall=4:9 -- bash -c 'trap "echo heard; exit" TERM; echo $$ >"$0"; while :; do sleep 0.05; done' \
			"$pid" >"$heard.$how" 3>&- &
		owners+=("$!")
		poll test -s "$pid"
		if [ "$how" = freeze ]; then
			echo 1 >"$(group_of_pid)/cgroup.freeze"
		else
			kill -STOP "$(cat "$pid")"
		fi
	done
	for how in freeze stop; do
		status=0
		wait "${owners[0]}" || status=$?
		owners=("${owners[@]:1}")
		same 124 "$status"
		same heard "$(cat "$heard.$how")"
	done
}

# bats test_tags=vm
@test "a group that somebody has removed says nothing any more" {
	requires pressure
	requires root
	run -7 setlimit --report="$report" pressure=cpu:70%:2s -- bash -c '
		own=$(awk "\$(NF-2) == \"cgroup2\" { print \$5; exit }" /proc/self/mountinfo)$(sed -n "s/^0:://p" /proc/self/cgroup)
		other=${own%/*}/tests-of-rungs-$$
		mkdir "$other" && echo $$ >"$other/cgroup.procs" && rmdir "$own" || exit
		echo "$other"
		cut -d" " -f14,15 /proc/$PPID/stat
		sleep 0.5
		cut -d" " -f14,15 /proc/$PPID/stat
		exit 7'
	poll rmdir "${lines[0]}"
	over 7 null null
	# A hundredth of a second each: it has slept.
	((${lines[2]/ /+} - (${lines[1]/ /+}) < 8))
}

# bats test_tags=vm
@test "pressure that does not come does nothing" {
	requires pressure
	run -0 setlimit --report="$report" pressure={cpu,memory,io}:100%:2s -- sleep 0.1
	over 0 null null
	[[ $(cat "$report") =~ \"stalled\":\{\"cpu\":[0-9]+\.[0-9]{6},\"memory\":[0-9]+\.[0-9]{6},\"io\":[0-9]+\.[0-9]{6}\} ]]
	run -0 jailexec -f <(a_root scratch | setlimit pressure=memory:100%:2s) -- true
}

# --- report ---

# bats test_tags=vm
@test "a report is one line of JSON, in a file or on a descriptor" {
	run -3 setlimit --report="$report" nofile=64 -- sh -c 'exit 3'
	over 3 null null
	grep -Eqx '\{"event":"exited","status":3,"signal":null,"limit":null,"wall":[0-9]+\.[0-9]{6},"cpu":[0-9]+\.[0-9]{6},"cpu-user":[0-9]+\.[0-9]{6},"cpu-system":[0-9]+\.[0-9]{6},"memory-peak":null,"pids-peak":null,"io-read":null,"io-written":null,"stalled":\{"cpu":null,"memory":null,"io":null\},"oom-killed":false\}' "$report"
	# An older one is not added to.
	run -143 setlimit --report="$report" nofile=64 -- sh -c 'kill -TERM $$'
	over 143 15 null
	setlimit --report=7 nofile=64 -- sh -c '! true >&7' 7>"$report" 2>/dev/null
	over 0 null null
	run -127 setlimit --report="$report" nofile=64 -- /no/such
	grep -q '^{"event":"failed","status":127,"error":' "$report"
	run -125 setlimit --report="$report" nofile=64 wall=5 cpu=50% -- sh -c 'exit 0' 8>&- 3<"$report" || true
	refused setlimit --report=99 nofile=64 -- echo "$ran"
	refused setlimit --report=/no/such/file nofile=64 -- echo "$ran"
	refused setlimit --report=0 nofile=64 -- echo "$ran" <"$report"
	run -125 setlimit --report=1 nofile=64
	[[ $output == usage:* ]]
	run -125 enterns --report=1 uts -- true
}

# bats test_tags=vm
@test "a report counts what all of the group used" {
	requires root memory-group pids-group cpu-group io-group
	local file=$BATS_TEST_TMPDIR/file
	[ "$(stat -f -c %T "$BATS_TEST_TMPDIR")" != tmpfs ] || skip "requires files on a disk"
	# One limit is enough for all of it to be counted.
	run -0 setlimit --report="$report" cpu=1000% -- bash -c \
		'for n in 1 2 3; do sleep 1000 & done; head -c 20000000 /dev/zero | tail -c 19000000 >/dev/null; dd if=/dev/zero "of=$0" bs=64K count=32 oflag=direct status=none; dd "if=$0" of=/dev/null bs=64K count=16 iflag=direct status=none; kill $(jobs -p); wait' "$file"
	over 0 null null
	(($(value memory-peak) >= 18 << 20 && $(value memory-peak) <= 64 << 20))
	(($(value pids-peak) >= 5 && $(value pids-peak) <= 20))
	# Of programs that are read meanwhile, too.
	(($(value io-written) >= 2 << 20 && $(value io-written) < 4 << 20))
	(($(value io-read) >= 1 << 20))
	awk "BEGIN { exit !($(value cpu-user) + $(value cpu-system) > 0) }"
	# Version 1 alone counts those that nobody waited for, too; pressure it
	# does not know.
	local v2
	v2=$(awk '$(NF-2) == "cgroup2" { print $5; exit }' /proc/self/mountinfo)
	if grep -q ' - cgroup ' /proc/self/mountinfo && [ -n "$v2" ]; then
		run -0 unshare -m sh -c 'umount -l "$0" && exec "$@"' "$v2" setlimit --report="$report" cpu=1000% -- \
			bash -c '( (for ((n = 0; n < 300000; n++)); do :; done; touch "$0.done") & ); until [ -e "$0.done" ]; do sleep 0.05; done' "$file"
		awk "BEGIN { exit !($(value cpu) > 0.2) }"
		[[ $(cat "$report") == *'"stalled":{"cpu":null'* ]]
	fi
	hog() {
		head -c 100M /dev/zero | setlimit --report="$report" memory=16M -- tail -c 90M >/dev/null
	}
	run hog
	over 137 9 '"memory"'
	same true "$(value oom-killed)"
	# Who got over that was not ended by it.
	run -3 setlimit --report="$report" memory=16M -- sh -c '"$0" memory 64; exit 3' "$RUNGS_STAGE/tests/hog"
	over 3 null null
	same true "$(value oom-killed)"
}

# --- what runs already ---

# begin WORD...: something that runs under these limits: $pid, by setlimit $own.
begin() {
	setlimit "$@" -- sh -c 'echo $$; exec sleep 1000' >"$BATS_TEST_TMPDIR/pid" 3>&- &
	own=$!
	poll test -s "$BATS_TEST_TMPDIR/pid"
	pid=$(cat "$BATS_TEST_TMPDIR/pid")
}

# of_group CONTROLLER V1-FILE V2-FILE: of the group that $pid is in.
of_group() {
	awk -F: -v c="$1" '("," $2 ",") ~ ("," c ",") { print $3 }' "/proc/$pid/cgroup" >"$BATS_TEST_TMPDIR/group"
	if [ -s "$BATS_TEST_TMPDIR/group" ]; then
		cat "$(awk -v c="$1" '$(NF-2) == "cgroup" && ("," $NF ",") ~ ("," c ",") { print $5; exit }' \
			/proc/self/mountinfo)$(cat "$BATS_TEST_TMPDIR/group")/$2"
	else
		cat "$(awk '$(NF-2) == "cgroup2" { print $5; exit }' /proc/self/mountinfo)$(
			sed -n 's/^0:://p' "/proc/$pid/cgroup")/$3"
	fi
}

# bats test_tags=vm
@test "of=PID changes the limits of what runs" {
	local own pid
	requires memory-group pids-group
	begin memory=64M pids=20
	run -0 setlimit "of=$pid" memory=32M pids=7 nofile=50:60 nice=3
	assert_output ''
	same 33554432 "$(of_group memory memory.limit_in_bytes memory.max)"
	same 7 "$(of_group pids pids.max pids.max)"
	same '50 60' "$(awk '/^Max open files/ { print $4, $5 }' "/proc/$pid/limits")"
	same 3 "$(ps -o ni= -p "$pid" | xargs)"
	# What it began without, and what is not ours to change.
	# In version 2, its one group may have that controller as well.
	[ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ] || refused setlimit "of=$pid" cpu=50%
	refused setlimit "of=$pid" wall=3
	refused setlimit "of=$pid" memory=1
	refused setlimit "of=$BASHPID" memory=1G
	refused setlimit of=1 memory=1G
	stop "$own"
	poll no_process "$pid"
	refused setlimit "of=$pid" nofile=3
}

no_process() {
	[ ! -e "/proc/$1" ]
}

# bats test_tags=vm
@test "of=NAME changes the limits of a jail, by its command" {
	requires memory-group
	local name=change-$BASHPID own pid
	jailexec --name="$name" -f <(a_root scratch | setlimit memory=64M) -- \
		sh -c 'echo ready; exec sleep 1000' >"$BATS_TEST_TMPDIR/ready" 3>&- &
	own=$!
	poll grep -q ready "$BATS_TEST_TMPDIR/ready"
	run -0 setlimit "of=$name" memory=48M nofile=33
	pid=$(pgrep -P "$(pgrep -P "$own")")
	same 50331648 "$(of_group memory memory.limit_in_bytes memory.max)"
	same 33 "$(awk '/^Max open files/ { print $4 }' "/proc/$pid/limits")"
	kill -TERM "$own"
	wait "$own" || true
}

@test "of= is for what runs, and for nothing else" {
	refused setlimit of= nofile=3
	assert_output 'setlimit: of=: expected of=PID or of=NAME'
	refused setlimit of=no-such-name nofile=3
	refused setlimit "of=$BASHPID"
	assert_output "setlimit: of=$BASHPID: no limit is said"
	refused setlimit of=0 nofile=3
	refused setlimit of=-1 nofile=3
	refused setlimit of=99999999999 nofile=3
	refused setlimit of=1 nofile=3 -- echo "$ran"
	refused jailexec -f <(a_root scratch | sed 's/^end/setlimit of=1 nofile=3\nend/') -- echo "$ran"
	[[ $output == *'it runs already'* ]]
	run -125 setlimit -n of=1 nofile=3
	[[ $output == usage:* ]]
}

@test "a stranger's limits are not for an ordinary user to change" {
	requires root
	local own pid
	begin nofile=64
	refused as_user setlimit "of=$pid" nofile=3
	same 64 "$(awk '/^Max open files/ { print $4 }' "/proc/$pid/limits")"
	stop "$own"
}
