#!/usr/bin/env bats
# setlimit(1): the sixteen resource limits, the three of control groups, and
# what it says where one cannot be had.

load helper

# limits NAME: soft and hard of the command, as prlimit(1) shows them.
limit_of() {
	prlimit --noheadings --raw --output SOFT,HARD "--$1"
}
export -f limit_of

# limited NAME WORD ...: the words, and what NAME is then.
limited() {
	run -0 setlimit "${@:2}" -- bash -c "limit_of $1"
}

@test "each of the sixteen limits is set, soft and hard, and no other is" {
	requires no-sanitizer
	local name word before n=0
	for name in as core cpu data fsize locks memlock msgqueue nice nofile \
		nproc rss rtprio rttime sigpending stack; do
		before=$(prlimit --noheadings --raw --output RESOURCE,SOFT,HARD |
			grep -vi "^$name ")
		word=$name
		# Small enough for any machine, large enough to run a shell.
		case $name in
		rtprio) set -- 0 0 ;;
		nice)
			set -- 0 0
			word=rlimit-nice # "nice" is niceness itself
			;;
		msgqueue | memlock | locks | sigpending) set -- 1000 2000 ;;
		nofile) set -- 100 200 ;;
		nproc) set -- 900 1000 ;;
		*) set -- 1073741824 2147483648 ;;
		esac
		run -0 setlimit "$word=$1:$2" -- \
			prlimit --noheadings --raw --output RESOURCE,SOFT,HARD
		same "${name^^} $1 $2" "$(grep -i "^$name " <<<"$output")"
		same "$before" "$(grep -vi "^$name " <<<"$output")"
		n=$((n + 1))
	done
	same 16 "$n"
}

@test "one value is both, two are soft and hard" {
	limited nofile nofile=64
	assert_output '64 64'
	limited nofile nofile=32:64
	assert_output '32 64'
	limited core core=0:64
	assert_output '0 64'
}

@test "units are what they are said to be" {
	limited fsize fsize=1K
	assert_output '1024 1024'
	limited fsize fsize=3M:1G
	assert_output '3145728 1073741824'
	limited fsize fsize=2T
	assert_output '2199023255552 2199023255552'
	limited cpu cpu=90s:2m
	assert_output '90 120'
	limited cpu cpu=1h:1d
	assert_output '3600 86400'
	limited nofile nofile=1K
	assert_output '1024 1024'
}

@test "unlimited is a word, = is the hard limit" {
	limited core core=0:unlimited
	assert_output '0 unlimited'
	limited cpu cpu=unlimited
	assert_output 'unlimited unlimited'
	raised() { bash -c 'ulimit -Sn 50; ulimit -Hn 100; exec setlimit "$@" -- bash -c "limit_of nofile"' - "$@"; }
	run -0 raised nofile==
	assert_output '100 100'
	run -0 raised nofile=20:=
	assert_output '20 100'
	run -0 raised nofile==:80
	assert_output '80 80'
	refused raised nofile=200:= -- echo "$ran"
}

@test "a later word wins, none forgets those before it" {
	limited nofile nofile=10:20 nofile=30:40
	assert_output '30 40'
	limited nofile nofile=10 none nofile=50
	assert_output '50 50'
	local want
	want=$(limit_of nofile)
	limited nofile nofile=10 none
	assert_output "$want"
}

@test "limits bite" {
	run -1 setlimit nofile=10 -- "$RUNGS_STAGE/tests/hog" files 100
	assert_match '[0-9]+: Too many open files'
	run -0 setlimit nofile=110 -- "$RUNGS_STAGE/tests/hog" files 100
	assert_output 'all 100'
	ulimit -c 0
	run setlimit fsize=1K -- head -c 4096 /dev/zero
	run setlimit fsize=1K -- sh -c "head -c 4096 /dev/zero >'$BATS_TEST_TMPDIR/file'"
	[ "$status" -ne 0 ]
	same 1024 "$(stat -c %s "$BATS_TEST_TMPDIR/file")"
}

@test "limits bite in a jail, and are those of the description" {
	requires leaving-groups
	local as
	jailed() { a_root scratch | setlimit nofile=10:20 core=0 fsize=1K:2K | "$as" jailexec -- sh -c 'ulimit -Sn; ulimit -Hn; ulimit -c; exec /test/hog files 100'; }
	for as in "${callers[@]}"; do
		run -1 jailed
		same '10 20 0' "${lines[*]:0:3}"
		assert_match '[0-9]+: Too many open files'
	done
}

@test "what is no number is refused, and nothing is run" {
	local value
	for value in '' -1 +1 ' 1' '1 ' 1.5 0x10 1k 1KB 1KK K : 1: :1 1:2:3 \
		1:-1 -1:1 2:1 1K:1 1e3 1,5 unlimite unlimitedx Unlimited == =: \
		:= ==x 18446744073709551615 18446744073709551616 \
		99999999999999999999 16777216T 36893488147419103233 $'1\n' 1s; do
		refused setlimit "nofile=$value" -- echo "$ran"
		refused setlimit -n "nofile=$value"
	done
	for value in 1K 1M 1ms 5x 1w; do
		refused setlimit "cpu=$value" -- echo "$ran"
	done
	refused setlimit nofile=2:1 -- echo "$ran"
	assert_output 'setlimit: nofile=2:1: the soft limit is above the hard one'
	refused setlimit nofile=unlimited:5 -- echo "$ran"
	for value in as=0 cpu=0 cpu=0:5 data=0 stack=0:=; do
		refused setlimit "$value" -- echo "$ran"
		assert_output "setlimit: $value: nothing can run with none of it"
	done
	run -0 setlimit core=0 fsize=0 nproc=0 -- true
}

@test "what is no limit is refused" {
	local word
	for word in bogus=1 bogus nofile =1 = '' nofiles=1 NOFILE=1 RLIMIT_CPU=1 \
		memory pids cpu 'nofile =1' none=1; do
		refused setlimit "$word" -- echo "$ran"
	done
	refused setlimit bogus=1 -- echo "$ran"
	assert_output $'setlimit: bogus=1: no such limit\nsetlimit: setlimit(1) has all there are'
	run -125 setlimit nofile=64 true
	assert_output $'setlimit: true: no such limit\nsetlimit: setlimit(1) has all there are; a command comes behind --'
	refused setlimit nofile -- echo "$ran"
	assert_output 'setlimit: nofile: expected nofile=SOFT[:HARD], each a number such as 64 or 64M or unlimited'
}

@test "raising a hard limit is refused with the reason, as root without the capability" {
	requires root no-sys-resource
	raise() { bash -c 'ulimit -n 100; exec setlimit nofile=200 -- echo "$0"' "$ran"; }
	refused raise
	assert_output 'setlimit: nofile: prlimit: Operation not permitted
setlimit: the hard limit is lower already; raising it needs CAP_SYS_RESOURCE outside of any user namespace'
}

@test "raising a hard limit is refused with the reason, as an ordinary user" {
	raise() { as_user bash -c 'ulimit -n 100; exec setlimit nofile=200 -- echo "$0"' "$ran"; }
	refused raise
	same 2 "${#lines[@]}"
	jailed() { ulimit -n 100; a_root scratch | setlimit nofile=200 | as_user jailexec -- echo "$ran"; }
	refused jailed
}

@test "a filter adds one line, in its one form" {
	run -0 setlimit -n nofile=64
	assert_output $'jail 1\nsetlimit nofile=64:64\nend'
	run -0 setlimit -n pids=32 memory=64M nofile=1K:= core=unlimited cpu=1m:2m cpu=50%
	assert_output $'jail 1\nsetlimit core=unlimited:unlimited cpu=60:120 nofile=1024:= cpu=50% memory=67108864 pids=32\nend'
	# A filter sets nothing, so it needs nothing.
	run -0 as_user setlimit -n memory=1G nofile=unlimited
}

@test "the status is the command's, and setlimit becomes it" {
	run -7 setlimit core=0 -- sh -c 'exit 7'
	run -0 bash -c 'echo $$; exec setlimit core=0 -- bash -c "echo \$\$"'
	same "${lines[0]}" "${lines[1]}"
}

# --- control groups ---

# group_file CONTROLLER FILE: of the group that the command is in.
group_file() {
	local group
	group=$(grep -E "^[0-9]+:([^:]*,)?$1(,[^:]*)?:" /proc/self/cgroup)
	cat "/sys/fs/cgroup/$1${group##*:}/$2"
}
export -f group_file

# groups_of PID: what is left of the groups of a tool that had that pid.  They
# are numbered: another's sweep may have taken the first as it was made.
groups_of() {
	local controller dir
	for controller in memory pids cpu; do
		for dir in "$(control_group "$controller")/rungs-$1"-*; do
			[ ! -d "$dir" ] || echo "$dir"
		done
	done
}

@test "memory, pids and cpu are written to groups of its own" {
	requires cgroup-v1 memory-group pids-group cpu-group
	run -0 setlimit memory=64M -- bash -c 'group_file memory memory.limit_in_bytes'
	assert_output 67108864
	run -0 setlimit pids=32 -- bash -c 'group_file pids pids.max'
	assert_output 32
	run -0 setlimit cpu=50% -- bash -c 'group_file cpu cpu.cfs_quota_us; group_file cpu cpu.cfs_period_us'
	assert_output $'50000\n100000'
	run -0 setlimit cpu=150% -- bash -c 'group_file cpu cpu.cfs_quota_us'
	assert_output 150000
	run -0 setlimit cpu=0.25 -- bash -c 'group_file cpu cpu.cfs_quota_us'
	assert_output 25000
	run -0 setlimit cpu=60 cpu=12.5% -- bash -c 'group_file cpu cpu.cfs_quota_us; ulimit -t'
	assert_output $'12500\n60'
	run -0 setlimit memory=64M pids=20 cpu=50% -- bash -c 'grep -c :/.*rungs- /proc/self/cgroup'
	assert_output 3
}

@test "they hold in a jail, which is in them from its first moment" {
	requires cgroup-v1 memory-group pids-group cpu-group
	jailed() {
		a_root scratch | setlimit "$@" | jailexec -v -- sh -c 'cut -d: -f3 /proc/self/cgroup | sort -u'
	}
	run -0 --separate-stderr jailed memory=64M pids=20 cpu=50%
	# The namespace begins at our own groups.
	assert_output /
	local steps
	steps=$(cut -d: -f2 <<<"$stderr" | grep -n -e cgroup -e root -e command | tr -d ' ' | xargs)
	[[ $steps =~ :cgroup\ .*cgroup\ .*cgroupnamespace\ .*root\ .*command ]]
	jailed() { a_root scratch | setlimit "$1" | jailexec -- /test/hog "${@:2}"; }
	run -137 jailed memory=32M memory 256
	run -0 jailed memory=64M memory 16
	run -1 jailed pids=10 pids 20
	assert_match '[0-9]+: Resource temporarily unavailable'
	run -0 jailed pids=30 pids 20
}

# bats test_tags=vm
@test "more memory than that ends the command with SIGKILL" {
	requires memory-group no-sanitizer
	run -137 setlimit memory=32M -- "$RUNGS_STAGE/tests/hog" memory 256
	run -0 setlimit memory=64M -- "$RUNGS_STAGE/tests/hog" memory 16
	assert_output 'all 16'
}

# bats test_tags=vm
@test "more processes than that cannot be made" {
	requires pids-group
	run -1 setlimit pids=10 -- "$RUNGS_STAGE/tests/hog" pids 20
	assert_output '9: Resource temporarily unavailable'
	run -0 setlimit pids=21 -- "$RUNGS_STAGE/tests/hog" pids 20
	assert_output 'all 20'
	run -1 setlimit pids=1 -- "$RUNGS_STAGE/tests/hog" pids 1
	assert_output '0: Resource temporarily unavailable'
}

# with_pid CMD...: its pid in $pid, its end awaited.
with_pid() {
	"$@" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
	pid=$!
	status=0
	wait "$pid" || status=$?
}

@test "the groups are removed at the end, however it ends" {
	requires pids-group memory-group
	local pid
	with_pid setlimit pids=9 memory=64M -- true
	same 0 "$status"
	same '' "$(groups_of "$pid")"
	with_pid setlimit pids=9 -- no-such-command
	same 127 "$status"
	same '' "$(groups_of "$pid")"
	with_pid setlimit pids=9 memory=64M nofile=2:1 -- true
	same 125 "$status"
	same '' "$(groups_of "$pid")"
	with_pid setlimit memory=32M pids=9 -- sh -c 'kill -9 $$'
	same 137 "$status"
	same '' "$(groups_of "$pid")"
	jailed() { exec jailexec -f "$BATS_TEST_TMPDIR/jail" -- "$@"; }
	a_root scratch | setlimit pids=20 memory=64M >"$BATS_TEST_TMPDIR/jail"
	with_pid jailed sh -c 'sleep 1000 & exit 3'
	same 3 "$status"
	same '' "$(groups_of "$pid")"
}

@test "groups that a killed run left are removed by the next run" {
	requires pids-group memory-group
	local pid mark=setlimit-$BASHPID-left
	setlimit pids=20 memory=64M -- sh -c 'echo ready; while :; do sleep 1; done' "$mark" \
		>"$BATS_TEST_TMPDIR/out" 3>&- &
	pid=$!
	poll grep -q ready "$BATS_TEST_TMPDIR/out"
	[ -n "$(groups_of "$pid")" ]
	# A group that is in use stays.
	setlimit pids=20 memory=64M -- true
	[ -n "$(groups_of "$pid")" ]
	stop "$pid"
	poll no_process_of "$mark"
	swept() { setlimit pids=20 memory=64M -- true && [ -z "$(groups_of "$pid")" ]; }
	poll swept
}

@test "thirty at once do not take each other's groups" {
	requires pids-group
	local n pids=()
	for n in {1..30}; do
		setlimit "pids=$((n + 20))" -- bash -c 'group_file pids pids.max' \
			>"$BATS_TEST_TMPDIR/$n" 2>&1 3>&- &
		pids+=($!)
	done
	for n in {1..30}; do
		wait "${pids[n - 1]}"
	done
	for n in {1..30}; do
		same "$((n + 20))" "$(cat "$BATS_TEST_TMPDIR/$n")"
		same '' "$(groups_of "${pids[n - 1]}")"
	done
}

@test "cpu is a time without and a share with a sign of one" {
	run -0 setlimit -n cpu=60
	assert_line 'setlimit cpu=60:60'
	run -0 setlimit -n cpu=60%
	assert_line 'setlimit cpu=60%'
	run -0 setlimit -n cpu=1.5
	assert_line 'setlimit cpu=150%'
	run -0 setlimit -n cpu=0.05
	assert_line 'setlimit cpu=5%'
}

@test "what is no size of a group is refused" {
	local word
	for word in memory= memory=0 memory=-1 memory=1k memory=1.5G memory=x \
		memory=9223372036854775808 memory=16777216T memory=unlimited \
		'memory= 1' pids= pids=0 pids=-1 pids=1K pids=4194305 pids=1:2 \
		cpu=% cpu=0% cpu=-5% cpu=5%% cpu=1.234 cpu=. cpu=1. cpu=.5 \
		cpu=0.00 cpu=1.5.5 cpu=x% cpu=1,5% cpu=99999999% cpu=50%x; do
		refused setlimit "$word" -- echo "$ran"
		refused setlimit -n "$word"
	done
	refused setlimit pids=0 -- echo "$ran"
	assert_output 'setlimit: pids=0: nothing can run with none of it'
}

@test "an ordinary user without a group of their own is told so" {
	requires root cgroup-v1 memory-group pids-group
	local word
	for word in memory=64M pids=32 cpu=50%; do
		refused as_user setlimit "$word" -- echo "$ran"
		same 2 "${#lines[@]}"
		[[ ${lines[0]} == "setlimit: ${word%%=*}: "*'Permission denied' ]]
		[[ ${lines[1]} == *chown* ]]
	done
}

@test "an ordinary user can use a group that was given to them" {
	requires root cgroup-v1 pids-group
	local dir
	dir=$(control_group pids)/tests-of-rungs-$BASHPID
	mkdir "$dir"
	chown -R 1234:1234 "$dir"
	given() {
		bash -c 'echo $$ >"$0/tasks" && exec "$@"' "$dir" \
			setpriv --reuid=1234 --regid=1234 --clear-groups -- "$@"
	}
	run given setlimit pids=9 -- bash -c 'group_file pids pids.max'
	local got=$status text=$output
	poll rmdir "$dir"
	same "0 9" "$got $text"
}

@test "where no controller is mounted, it says so" {
	requires root
	local word
	hidden() {
		unshare -m sh -c 'umount -l -R /sys/fs/cgroup && exec "$@"' - "$@"
	}
	for word in memory=64M pids=9 cpu=50%; do
		refused hidden setlimit "$word" -- echo "$ran"
		same 2 "${#lines[@]}" "$output"
	done
}
