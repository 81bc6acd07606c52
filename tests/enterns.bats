#!/usr/bin/env bats
# enterns(1): eight kinds of namespaces, alone and together, and what each
# of them says and refuses.

load helper

kinds='cgroup ipc mount net pid time user uts'

setup() {
	if [ "$(id -u)" -ne 0 ]; then
		skip 'requires root: an ordinary user has its own tests'
	fi
}

# The names of our kinds that are new to the command, for all of its links.
changed() {
	local kind name
	for kind in $kinds; do
		name=${kind/mount/mnt}
		grep -Fxq "$(readlink "/proc/self/ns/$name")" <<<"$output" ||
			printf '%s ' "$kind"
	done
}

@test "each kind alone changes that namespace and no other" {
	local kind
	for kind in $kinds; do
		run -0 enterns "$kind" -- bash -c 'for link in /proc/self/ns/*; do readlink "$link"; done'
		same "$kind " "$(changed)" "$output"
		# No other process than the command's is moved.
		same 10 "${#lines[@]}"
	done
}

@test "all of them together, in any order" {
	local words
	for words in "$kinds" 'uts user time pid net mount ipc cgroup' \
		'time pid user' 'mount user net'; do
		# shellcheck disable=SC2086
		run -0 enterns $words -- bash -c 'for link in /proc/self/ns/*; do readlink "$link"; done'
		same "$(tr ' ' '\n' <<<"$words" | sort | tr '\n' ' ')" "$(changed)"
	done
}

@test "KIND=host and none change nothing" {
	run -0 enterns net net=host uts=box none -- bash -c 'for link in /proc/self/ns/*; do readlink "$link"; done; hostname'
	same '' "$(changed)"
	assert_line "$(hostname)"
	run -0 enterns net uts net=host -- bash -c 'for link in /proc/self/ns/*; do readlink "$link"; done'
	same 'uts ' "$(changed)"
}

@test "user makes the caller uid 0, and nobody outside" {
	local as
	for as in as_caller as_user; do
		run -0 "$as" enterns user -- sh -c 'id -u; id -g; cat /proc/self/setgroups; cat /proc/self/uid_map /proc/self/gid_map | xargs -n 3'
		assert_output "$(printf '0\n0\ndeny\n0 %s 1\n0 %s 1' "$("$as" id -u)" "$("$as" id -g)")"
	done
	# It is still us who own what we own, and nothing more.
	run -0 as_user enterns user -- sh -c 'touch ~/mine && stat -c %u ~/mine'
	assert_output 0
	same 1234 "$(stat -c %u "$RUNGS_USER_HOME/mine")"
	run -1 as_user enterns user -- touch /etc/not-ours
	run -0 as_user enterns user -- "$RUNGS_STAGE/tests/whatigot"
	assert_match 'effective 000001ffffffffff'
}

@test "an ordinary user needs user for the others, and is told so" {
	requires user-namespaces
	local kind
	for kind in cgroup ipc mount net pid time uts; do
		refused as_user enterns "$kind" -- echo "$ran"
		assert_output "enterns: make namespaces ($kind): Operation not permitted
enterns: only root can make these without a user namespace: add enterns user"
		run -0 as_user enterns user "$kind" -- echo "$ran"
		assert_output "$ran"
	done
}

@test "uts=NAME sets the name inside and not outside" {
	local before name
	before=$(hostname)
	for name in web a WEB-1.example_x "$(printf 'n%.0s' {1..64})"; do
		run -0 enterns "uts=$name" -- hostname
		assert_output "$name"
	done
	run -0 enterns uts -- hostname
	assert_output "$before"
	same "$before" "$(hostname)"
}

@test "what is no host name is refused" {
	local name
	for name in '' "$(printf 'n%.0s' {1..65})" 'a b' a/b 'a;b' $'a\nb' ä 'a%s' $'\e[31m'; do
		refused enterns "uts=$name" -- echo "$ran"
		never grep -q $'\e' <<<"$output"
	done
}

@test "net has lo, and it is up" {
	run -0 enterns net -- sh -c 'ls /sys/class/net; cat /proc/net/dev | grep -c :; cat /proc/net/if_inet6 2>/dev/null | grep -c lo'
	same 1 "${lines[-2]}"
	run -0 enterns net -- bash -c 'exec 5<>/dev/udp/127.0.0.1/9 && echo routed'
	assert_output routed
	run -0 enterns user net -- bash -c 'exec 5<>/dev/udp/127.0.0.1/9 && echo routed'
	run -1 enterns net -- bash -c 'exec 5<>/dev/udp/192.0.2.1/9'
}

@test "mounts in a mount namespace stay there" {
	mkdir "$BATS_TEST_TMPDIR/point"
	run -0 enterns mount -- sh -c "mount -t tmpfs none '$BATS_TEST_TMPDIR/point' && touch '$BATS_TEST_TMPDIR/point/file' && ls '$BATS_TEST_TMPDIR/point'"
	assert_output file
	same '' "$(ls "$BATS_TEST_TMPDIR/point")"
	never grep -Fq "$BATS_TEST_TMPDIR/point" /proc/self/mountinfo
	# Even where the host's mounts are shared with their copies.
	run -0 unshare -m --propagation shared bash -c "enterns mount -- mount -t tmpfs none '$BATS_TEST_TMPDIR/point' && ls -A '$BATS_TEST_TMPDIR/point' | wc -l; grep -c '$BATS_TEST_TMPDIR/point' /proc/self/mountinfo; true"
	assert_output $'0\n0'
}

@test "ipc is empty" {
	run -0 enterns ipc -- bash -c 'ipcmk -Q >/dev/null; ipcs -q | grep -c ^0x'
	assert_output 1
}

@test "cgroup makes the caller's group the top" {
	run -0 enterns cgroup -- cat /proc/self/cgroup
	same '' "$(cut -d: -f3 <<<"$output" | grep -vx /)"
}

uptime_of() {
	"$@" cut -d. -f1 /proc/uptime
}

# ahead SECONDS WORD...: so much later it is in there than it is here.
ahead() {
	local before theirs after
	before=$(uptime_of env)
	theirs=$(uptime_of enterns "${@:2}" --)
	after=$(uptime_of env)
	((before + $1 <= theirs && theirs <= after + $1)) && return
	printf '%s: %s there, from %s to %s here\n' "${*:2}" "$theirs" \
		"$before" "$after" >&2
	return 1
}

@test "time=OFFSET moves the clocks that count from the start" {
	ahead 0 time
	ahead 5000 time=5000
	ahead 5000 time=+5000
	ahead 600 time=+10m
	ahead 7200 time=2h
	ahead 172800 time=+2d
	ahead 60 time=60s
	ahead 3600 user time=1h
	ahead 3600 pid time=1h
	run -0 enterns time=+77 -- cat /proc/self/timens_offsets
	same 'monotonic 77 0 boottime 77 0' "$(xargs <<<"$output")"
	run -0 enterns time=-5 -- cat /proc/self/timens_offsets
	same 'monotonic -5 0 boottime -5 0' "$(xargs <<<"$output")"
	run -0 enterns time=+7 -- sh -c 'readlink /proc/self/ns/time; readlink /proc/self/ns/time_for_children'
	same "${lines[0]#*:}" "${lines[1]#*:}"
	whole() { a_root scratch | enterns time=+88 | jailexec -- sh -c 'cat /proc/self/timens_offsets; readlink /proc/self/ns/time; readlink /proc/self/ns/time_for_children'; }
	run -0 whole
	same 'monotonic 88 0 boottime 88 0' "$(xargs <<<"${lines[0]} ${lines[1]}")"
	same "${lines[2]#*:}" "${lines[3]#*:}"
}

@test "what is no offset is refused" {
	local word
	for word in time= time=+ time=- time=x time=1.5 time=+-1 time=--1 time=0x10 \
		'time= 1' 'time=1 ' time=1K time=1ms time=99999999999999999999 \
		time=18446744073709551617 time=4611686019 time=+4611686019; do
		refused enterns "$word" -- echo "$ran"
		assert_output "enterns: $word: expected time=+SECONDS"
	done
	refused enterns time=-999999999 -- echo "$ran"
	assert_line 'enterns: no clock may become negative'
}

@test "what is no kind is refused" {
	local word
	for word in bogus '' = Net nets net= net=x net=Host pid=1 user=root \
		mount=proc 'net ' ' net' 'net uts' - of=; do
		refused enterns "$word" -- echo "$ran"
		refused enterns -n "$word"
	done
	refused enterns bogus -- echo "$ran"
	assert_output $'enterns: bogus: no such namespace\nenterns: enterns(1) has all there are; a command comes behind --'
	refused enterns of= -- echo "$ran"
	assert_output 'enterns: of=: expected of=PID or of=NAME'
}

@test "a filter adds one line, its words in one order" {
	run -0 enterns -n uts=web net user
	assert_output $'jail 1\nenterns net user uts=web\nend'
	run -0 enterns -n time=1m pid mount ipc cgroup uts
	assert_output $'jail 1\nenterns cgroup ipc mount pid time=+60 uts\nend'
	run -0 enterns -n net none pid=host
	assert_output $'jail 1\nenterns none pid=host\nend'
	added() { enterns -n net | enterns ipc; }
	run -0 added
	assert_output $'jail 1\nenterns net\nenterns ipc\nend'
}

@test "a filter that cannot write says so" {
	full() { enterns -n net >/dev/full; }
	refused full
	closed() { enterns -n net >&-; }
	run closed
	[ "$status" -eq 125 ] || [ "$status" -eq 0 ]
}

# --- pid: processes ---

@test "pid: the command is an ordinary process with its own numbers" {
	run -0 enterns pid -- "$RUNGS_STAGE/tests/whatigot"
	assert_line 'pid 2' 'ppid 1' 'deathsig 0'
}

@test "pid: the exit status is the command's, 128 + N for signal N" {
	local n
	ulimit -c 0
	for n in 0 1 3 124 125 126 127 128 200 255; do
		run "-$n" enterns pid -- sh -c "exit $n"
	done
	for n in 1 2 3 6 9 11 13 14 15 34 64; do
		run env --default-signal enterns pid -- "$RUNGS_STAGE/tests/attack" raise "$n"
		same $((128 + n)) "$status"
	done
	run -127 enterns pid -- no-such-command
	run -126 enterns pid -- /etc/passwd
}

@test "pid: signals reach the command" {
	local sig pid out
	for sig in HUP INT QUIT TERM USR1 USR2 RTMIN RTMAX; do
		out=$BATS_TEST_TMPDIR/$sig
		env --default-signal enterns pid -- "$RUNGS_STAGE/tests/signals" \
			"$(kill -l "$sig")" >"$out" 2>&1 3>&- &
		pid=$!
		poll grep -q ready "$out"
		kill "-$sig" "$pid"
		status=0
		wait "$pid" || status=$?
		same $'ready\ngot '"$(kill -l "$sig")" "$(cat "$out")" "$sig"
		same 0 "$status"
	done
}

@test "pid: it all dies with enterns" {
	local mark=enterns-$BASHPID pid
	enterns pid -- sh -c 'sleep 1000 & echo ready; while :; do sleep 1; done' "$mark" \
		>"$BATS_TEST_TMPDIR/out" 3>&- &
	pid=$!
	poll grep -q ready "$BATS_TEST_TMPDIR/out"
	some_process_of "$mark"
	stop "$pid"
	poll no_process_of "$mark"
}

@test "pid: pid 1 reaps, and takes the rest along" {
	local mark=enterns-$BASHPID-reaps
	run -0 enterns pid mount -- sh -c '
		mount -t proc none /proc
		for n in 1 2 3 4 5 6 7 8 9; do (true & true &); done
		cd /proc
		for try in $(seq 600); do
			set -- [0-9]*
			[ $# -le 2 ] && break
			sleep 0.05
		done
		echo "$@"'
	# pid 1 and the shell: an orphan that nobody reaped would be there, too.
	assert_output '1 2'
	run -4 enterns pid -- sh -c "(setsid sh -c 'trap \"\" HUP TERM; while :; do sleep 1; done' $mark >/dev/null 2>&1 3>&- &); exit 4"
	poll no_process_of "$mark"
}

@test "without pid enterns becomes the command" {
	run -0 bash -c 'echo $$; exec enterns net uts=x -- bash -c "echo \$\$"'
	same "${lines[0]}" "${lines[1]}"
}

@test "a chain keeps what the caller gave: descriptors, signals, environment" {
	local want
	careless() { env -i "PATH=$PATH" A=1 "$RUNGS_STAGE/tests/leak" "$@" | grep -v -e ^pid -e ^ppid; }
	want=$(careless "$RUNGS_STAGE/tests/whatigot")
	run -0 careless enterns uts -- "$RUNGS_STAGE/tests/whatigot"
	assert_output "$want"
	run -0 careless enterns pid -- "$RUNGS_STAGE/tests/whatigot"
	assert_output "$want"
	# What we do about it ourselves stays ours.
	large() { env --ignore-signal=XFSZ "$@" "$RUNGS_STAGE/tests/whatigot" | grep ^ignored; }
	want=$(large env)
	[[ "$want " == *' 25 '* ]]
	run -0 large enterns uts --
	assert_output "$want"
	run -0 large enterns pid --
	assert_output "$want"
}

# --- where the kernel says no ---

@test "no user namespaces: one line, the remedy, nothing run" {
	local as
	for as in as_caller as_user; do
		none() {
			"$as" enterns user -- sh -c "echo 0 >/proc/sys/user/max_user_namespaces; exec enterns user -- echo $ran"
		}
		refused none
		assert_output 'enterns: make namespaces (user): No space left on device
enterns: user.max_user_namespaces is 0 here: set it higher with sysctl(8)'
	done
}

@test "no network namespaces: the limit is named" {
	none() {
		enterns user -- sh -c "echo 0 >/proc/sys/user/max_net_namespaces; exec enterns uts net -- echo $ran"
	}
	refused none
	assert_line 'enterns: user.max_net_namespaces is 0 here: set it higher with sysctl(8)'
}
