#!/usr/bin/env bats
# enterns(1), of=PID, of=NAME and KIND=PATH: to go into what is there, with
# all that holds there, and not around it.

load helper

setup() {
	requires leaving-groups
}

teardown() {
	[ -z "${jail_pid:-}" ] || stop "$jail_pid"
	# A name that a killed jailexec leaves behind is free, but it is there.
	rm -f "/run/rungs/jails/join-$$" 2>/dev/null || true
}

# begin_jail AS [OPTION...]: a default jail that sleeps; sets $jail_pid, its
# jailexec, $first, its pid 1, and $inside, the command in it.
begin_jail() {
	local as=$1 description
	shift
	# A number that no other process has as an argument.
	jails=$((${jails:-0} + 1))
	mark=$((1000000000 + BASHPID * 100 + jails))
	description=$BATS_TEST_TMPDIR/description
	a_root scratch >"$description"
	[ -z "${words:-}" ] || {
		# shellcheck disable=SC2086
		$words <"$description" >"$description.new"
		mv "$description.new" "$description"
	}
	chmod a+r "$description"
	$as jailexec -f "$description" "$@" -- \
		sh -c "echo here >/tmp/mark; exec ${command:-sleep} $mark" 3>&- &
	poll some_process_of "$mark"
	inside=$(processes_of "$mark")
	first=$(parent_of "$inside")
	jail_pid=$(parent_of "$first")
}

@test "of=PID is in all of the jail's namespaces, and in its root" {
	enters() {
		begin_jail "$as"
		run -0 "$as" enterns "of=$inside" -- sh -c 'cat /tmp/mark; hostname; pwd; for link in /proc/self/ns/*; do readlink $link; done'
		assert_line here jail /
		for kind in cgroup ipc mnt net pid user uts; do
			assert_line "$(readlink "/proc/$inside/ns/$kind")"
			never grep -Fxq "$(readlink "/proc/self/ns/$kind")" <<<"$output"
		done
		stop "$jail_pid"
	}
	for_each_caller enters
}

@test "ids, groups, capabilities and no_new_privs are the jail's" {
	enters() {
		begin_jail "$as"
		run -0 "$as" enterns "of=$inside" -- grep -E '^(Cap|NoNewPrivs|Uid|Gid)' /proc/self/status
		assert_match 'CapEff:.00000000800425fb'
		assert_match 'CapBnd:.00000000800425fb'
		assert_match 'CapInh:.0000000000000000'
		assert_match 'NoNewPrivs:.1'
		assert_match 'Uid:.0.0.0.0'
		assert_match 'Gid:.0.0.0.0'
		stop "$jail_pid"
	}
	for_each_caller enters
}

@test "the pid of the jail's pid 1 stands for its command" {
	begin_jail as_caller
	run -0 enterns "of=$first" -- grep CapEff /proc/self/status
	assert_match 'CapEff:.00000000800425fb'
}

# CVE-2015-1334: what is at /proc in there is not what says who is in there.
@test "a false /proc of the jail is not believed" {
	mkdir -p "$BATS_TEST_TMPDIR/proc/1" "$BATS_TEST_TMPDIR/proc/self"
	printf 'Uid:\t0 0 0 0\nCapPrm:\tffffffffffffffff\nCapBnd:\tffffffffffffffff\nNoNewPrivs:\t0\n' |
		tee "$BATS_TEST_TMPDIR/proc/1/status" >"$BATS_TEST_TMPDIR/proc/self/status"
	words="addmount bind=$BATS_TEST_TMPDIR/proc:/proc:ro" begin_jail as_caller
	run -0 enterns "of=$inside" -- /test/whatigot
	assert_line 'permitted 00000000800425fb' 'bounding 00000000800425fb'
}

@test "a process that gave up what its jail may do is no stronger entered" {
	command=/test/weak begin_jail as_caller
	poll grep -Eq '^CapPrm:.0{16}$' "/proc/$inside/status"
	run -0 enterns "of=$inside" -- grep CapEff /proc/self/status
	assert_match 'CapEff:.0000000000000000'
}

@test "a jail of another user id is entered as that user" {
	requires root
	begin_jail as_caller -u 1000:7
	run -0 enterns "of=$inside" -- sh -c 'id -u; id -g; id -G; grep CapEff /proc/self/status'
	assert_line 1000 7
	assert_match 'CapEff:.0000000000000000'
}

@test "resource limits come along" {
	words='setlimit nofile=33:44 core=0' begin_jail as_caller
	run -0 enterns "of=$inside" -- sh -c 'ulimit -Sn; ulimit -Hn; ulimit -c'
	assert_output $'33\n44\n0'
}

@test "control groups come along, so that a limit is no way around" {
	requires root pids-group
	words='setlimit pids=12' begin_jail as_caller
	# shellcheck disable=SC2016 # for the shell in the jail
	run enterns "of=$inside" -- sh -c 'n=0; while [ $n -lt 30 ]; do sleep 1000 >/dev/null 2>&1 & n=$((n + 1)); done'
	grep -q "can't fork" <<<"$output"
	[ "$status" -ne 0 ]
}

# Who is in there has power over who comes in, and so over what that brings.
# bats test_tags=vm
@test "root brings none of its groups into a user's jail" {
	requires root sys-resource
	begin_jail as_user
	run -0 setpriv --groups 0,4,27 -- enterns "of=$inside" -- grep Groups /proc/self/status
	same 'Groups: 0' "$(xargs <<<"$output")"
}

@test "nobody brings a group that the jail has not got" {
	requires root
	member() { setpriv --reuid=1234 --regid=1234 --groups=4321 -- "$@"; }
	begin_jail as_user
	refused member enterns "of=$inside" -- echo "$ran"
	assert_line "enterns: of=$inside: we are in the group 4321, which it is not, and could not leave it in there"
	stop "$jail_pid"
	words='enterns user=self' begin_jail member
	run -0 member enterns "of=$inside" -- grep Groups /proc/self/status
	same 'Groups: 65534' "$(xargs <<<"$output")"
}

@test "who is in more groups than are read is not gone into" {
	requires root
	local groups
	for groups in 254 255 300; do
		setpriv --groups="$(seq -s, 5000 $((4999 + groups)))" -- sleep 1000 3>&- &
		jail_pid=$!
		# Before that, it has not left ours.
		poll grep -qx sleep "/proc/$jail_pid/comm"
		if ((groups == 254)); then
			run -0 enterns "of=$jail_pid" -- true
		else
			refused enterns "of=$jail_pid" -- echo "$ran"
			assert_output "enterns: of=$jail_pid: it has too many groups"
		fi
		stop "$jail_pid"
	done
}

@test "user=PATH makes us somebody in there, and no longer who we were" {
	requires root
	begin_jail as_user
	run -0 setpriv --groups 0,4,27 -- enterns "user=/proc/$inside/ns/user" -- \
		grep -E '^(Uid|Gid|Groups)' /proc/self/status
	same 'Uid: 0 0 0 0 Gid: 0 0 0 0 Groups:' "$(xargs <<<"$output")"
	stop "$jail_pid"
	begin_jail as_user -u 7:8
	refused enterns "user=/proc/$inside/ns/user" -- echo "$ran"
	assert_output 'enterns: user: the namespace has no id that could be ours'
	# It is the user's own.
	run -0 as_user enterns "user=/proc/$inside/ns/user" -- sh -c 'id -u; id -g'
	assert_output $'7\n8'
}

# crun 1.28: from another cgroup namespace, the kernel's own word is "..".
@test "a group that is above all that we can see is not joined" {
	requires root pids-group
	local above group dir=$BATS_TEST_TMPDIR/groups
	begin_jail as_caller
	above=$(control_group pids) group=$above/tests-of-rungs-$BASHPID
	mkdir "$group" "$dir" "$dir/pids"
	# What ".." would lead to is a file that anybody may write to.
	touch "$dir/tasks" "$dir/cgroup.procs"
	cat >"$dir/enter" <<-END
		umount "$above" || exit
		mount -t cgroup -o pids none "$dir/pids" 2>/dev/null ||
			mount -t cgroup2 none "$dir/pids" || exit
		enterns of=$inside -- echo $ran
	END
	# shellcheck disable=SC2016 # for the shell in there
	run sh -c 'file=$1/tasks
		[ -e "$file" ] || file=$1/cgroup.procs
		echo 0 >"$file" && exec unshare --mount --cgroup sh "$2/enter"' \
		sh "$group" "$dir"
	poll rmdir "$group"
	assert_match "enterns: of=$inside: its control group /\.\. is not below .*"
	same 125 "$status"
	same '' "$(cat "$dir/tasks")"
}

@test "nothing of the caller comes along" {
	begin_jail as_caller
	SECRET=there run -0 enterns "of=$inside" -- env
	never grep -q SECRET <<<"$output"
	run -0 enterns "of=$inside" -- sh -c 'ls /proc/self/fd; ls /proc/self/fd/7/ 2>&1 | head -n 1' 7</
	never grep -Fxq 7 <<<"$output"
	directory() { enterns "of=$inside" -- echo "$ran" </; }
	refused directory
	assert_line 'enterns: descriptor 0: refuse a directory: it would be a way out of the root'
}

@test "the caller's keys do not come along" {
	# They would be denied by the filter, too.
	words='denycall none' begin_jail as_caller
	run "$RUNGS_STAGE/tests/attack" keyring "$RUNGS_STAGE/tests/attack" key
	[ "$output" = 'done' ] || skip "requires keys: $output"
	run -1 "$RUNGS_STAGE/tests/attack" keyring enterns "of=$inside" -- /test/attack key
	assert_output 'Required key not available'
}

@test "a filter holds for who goes in, and there is none where there was none" {
	! grep -Eqx 'Seccomp:.[12]' /proc/self/status || skip 'requires no filter'
	enters() {
		begin_jail "$as"
		run -0 "$as" enterns "of=$inside" -- sh -c 'grep -E "Seccomp_filters|NoNew" /proc/self/status; /test/calls native'
		assert_line $'NoNewPrivs:\t1' $'Seccomp_filters:\t1'
		assert_match 'native @kernel bpf.* EPERM EPERM'
		stop "$jail_pid"
		words='denycall none' begin_jail "$as"
		run -0 "$as" enterns "of=$inside" -- grep Seccomp: /proc/self/status
		assert_output $'Seccomp:\t0'
		stop "$jail_pid"
	}
	for_each_caller enters
}

@test "it has a session of its own, and a terminal of the jail's" {
	requires script
	begin_jail as_caller
	run -0 script -qec "enterns of=$inside -- sh -c 'tty; cut -d \" \" -f 5 /proc/self/stat'" /dev/null
	grep -q '/dev/pts/0' <<<"$output"
}

@test "its status is ours, and a signal is 128 and its number" {
	begin_jail as_caller
	run -9 enterns "of=$inside" -- sh -c 'exit 9'
	run -137 enterns "of=$inside" -- sh -c 'kill -KILL $$'
	run -127 enterns "of=$inside" -- no-such-command
	run -126 enterns "of=$inside" -- /etc/passwd
}

@test "it ends with the jail, and with us" {
	begin_jail as_caller
	enterns "of=$inside" -- sleep "8$mark" 3>&- &
	entered=$!
	# Not only enterns, which has the words as well.
	poll pgrep -fx "sleep 8$mark" >/dev/null
	kill -KILL "$entered"
	poll no_process_of "8$mark"
	enterns "of=$inside" -- sleep "8$mark" 3>&- &
	entered=$!
	# Not only enterns, which has the words as well.
	poll pgrep -fx "sleep 8$mark" >/dev/null
	stop "$jail_pid"
	status=0
	wait "$entered" || status=$?
	[ "$status" -eq 137 ]
	poll no_process_of "8$mark"
}

@test "who is in the jail cannot look into who comes in" {
	begin_jail as_caller
	# Its memory and its descriptors are closed until it is the command.
	run enterns "of=$inside" -- sh -c 'ls /proc/1/fd 2>&1'
	grep -q 'Permission denied' <<<"$output"
}

# name_dir: where the names of $as are.
name_dir() {
	if [ "$("$as" id -u)" -eq 0 ]; then
		echo /run/rungs/jails
	else
		echo "$XDG_RUNTIME_DIR/rungs/jails"
	fi
}

@test "of=NAME finds a jail by its name" {
	enters() {
		export XDG_RUNTIME_DIR=$BATS_TEST_TMPDIR/run-$as
		mkdir -m 700 "$XDG_RUNTIME_DIR"
		[ "$as" = as_caller ] || chown 1234:1234 "$XDG_RUNTIME_DIR"
		begin_jail "$as" "--name=join-$$"
		poll test -s "$(name_dir)/join-$$"
		run -0 "$as" enterns "of=join-$$" -- cat /tmp/mark
		assert_output here
		stop "$jail_pid"
		poll no_process_of "$mark"
		refused "$as" enterns "of=join-$$" -- echo "$ran"
	}
	for_each_caller enters
}

@test "KIND=host stays out of one" {
	begin_jail as_caller
	run -0 enterns "of=$inside" uts=host -- hostname
	assert_output "$(hostname)"
}

@test "an ordinary user does not get into root's jails" {
	requires root
	begin_jail as_caller
	refused as_user enterns "of=$inside" -- echo "$ran"
}

@test "what is no process, and what would go along, is refused" {
	for of in 0 -1 99999999 4294967297 '' /proc/1 ../x NoName; do
		refused enterns "of=$of" -- echo "$ran"
	done
	begin_jail as_caller
	for word in net uts=box user; do
		refused enterns "of=$inside" "$word" -- echo "$ran"
	done
	joined() { a_root scratch | enterns "of=$inside" | jailexec -- echo "$ran"; }
	refused joined
}

@test "a chain and a pipe mean the same" {
	begin_jail as_caller
	pipe() { enterns -n "of=$inside" uts=host | jailexec -x -- sh -c 'cat /tmp/mark; hostname'; }
	run -0 pipe
	assert_output "here
$(hostname)"
}

@test "KIND=PATH enters the one that the file stands for" {
	requires root
	enterns net uts=elsewhere -- sleep 1000 3>&- &
	jail_pid=$!
	# Not only enterns, which has the word as well.
	poll grep -qx sleep "/proc/$jail_pid/comm"
	run -0 enterns "uts=/proc/$jail_pid/ns/uts" -- hostname
	assert_output elsewhere
	run -0 enterns "net=/proc/$jail_pid/ns/net" -- readlink /proc/self/ns/net
	assert_output "$(readlink "/proc/$jail_pid/ns/net")"
	in_it() {
		a_root scratch | enterns "net=/proc/$jail_pid/ns/net" |
			jailexec -- readlink /proc/self/ns/net
	}
	run -0 in_it
	assert_output "$(readlink "/proc/$jail_pid/ns/net")"
}

@test "KIND=PATH enters every kind, the user namespace when that helps" {
	enters() {
		local kind kinds='cgroup ipc net user uts' words=()
		begin_jail "$as"
		for kind in $kinds; do
			words+=("$kind=/proc/$inside/ns/$kind")
		done
		run -0 "$as" enterns "${words[@]}" -- sh -c 'for link in /proc/self/ns/*; do readlink $link; done'
		for kind in $kinds; do
			assert_line "$(readlink "/proc/$inside/ns/$kind")"
		done
		run -0 "$as" enterns "${words[@]}" "mount=/proc/$inside/ns/mnt" -- /bin/cat /tmp/mark
		assert_output here
		if [ "$as" = as_caller ]; then
			refused as_user enterns "user=/proc/$inside/ns/user" -- echo "$ran"
		fi
		stop "$jail_pid"
	}
	requires root
	for_each_caller enters
}

@test "who has ended is no jail to go into, whoever has its number" {
	local ended
	# A shell reaps: the child ends when it is none any more.
	bash -c '(until grep -qx sleep "/proc/$$/comm"; do :; done) & exec sleep 1000' 3>&- &
	jail_pid=$!
	ended() { ended=$(cut -d ' ' -f 1 "/proc/$jail_pid/task/$jail_pid/children") && grep -q '^State:.Z' "/proc/$ended/status"; }
	poll ended
	refused enterns "of=$ended" -- echo "$ran"
	stop "$jail_pid"
	refused enterns "of=$ended" -- echo "$ran"
}

@test "KIND=PATH waits for no fifo" {
	mkfifo "$BATS_TEST_TMPDIR/fifo"
	refused timeout 30 enterns "net=$BATS_TEST_TMPDIR/fifo" -- echo "$ran"
	assert_line "enterns: net=$BATS_TEST_TMPDIR/fifo: enter it: Invalid argument"
}

@test "KIND=PATH of a pid namespace holds for the command" {
	# The leak check cannot end in a process whose children are elsewhere.
	requires root no-sanitizer
	begin_jail as_caller
	run -0 enterns "pid=/proc/$inside/ns/pid" -- readlink /proc/self/ns/pid
	run -0 enterns "pid=/proc/$inside/ns/pid" "mount=/proc/$inside/ns/mnt" -- /bin/sh -c 'readlink /proc/self/ns/pid'
	assert_output "$(readlink "/proc/$inside/ns/pid")"
}

@test "a path that is no such namespace is refused" {
	requires root
	for path in /etc/passwd /nowhere /proc/self/ns/uts; do
		refused enterns "net=$path" -- echo "$ran"
	done
	joined() { a_root scratch | enterns pid=/proc/self/ns/pid | jailexec -- echo "$ran"; }
	refused joined
}

@test "what is printed reads back the same" {
	run -0 enterns -n of=12 net=host uts=/a/b
	assert_output $'jail 1\nenterns of=12 net=host uts=/a/b\nend'
}

@test "what goes in can be given less than who is there" {
	entered() { setlimit -n nice=6 oom-score=77 | enterns "of=$inside" | "$as" jailexec -x -- sh -c 'cut -d" " -f19 /proc/self/stat; cat /proc/self/oom_score_adj'; }
	less() {
		begin_jail "$as"
		run -0 entered
		assert_output $'6\n77'
		same 0 "$(cut -d' ' -f19 "/proc/$inside/stat")"
		stop "$jail_pid"
	}
	for_each_caller less
}

@test "what goes in gets no better turn than who is there" {
	turn='cut -d" " -f19,41 /proc/self/stat; ionice; cat /proc/self/oom_score_adj'
	follows() {
		words='setlimit nice=5 ionice=idle sched=idle oom-score=300' begin_jail "$as"
		run -0 "$as" enterns "of=$inside" -- sh -c "$turn"
		assert_output $'5 5\nidle\n300'
		entered() { setlimit -n nice=1 sched=batch ionice=best-effort:2 oom-score=2 | enterns "of=$inside" | "$as" jailexec -x -- sh -c "$turn"; }
		run -0 entered
		assert_output $'5 5\nidle\n300'
		lower() { setlimit -n nice=9 oom-score=900 | enterns "of=$inside" | "$as" jailexec -x -- sh -c "$turn"; }
		run -0 lower
		assert_output $'9 5\nidle\n900'
		stop "$jail_pid"
		words='setlimit nice=5 ionice=best-effort:7 sched=batch' begin_jail "$as"
		run -0 "$as" nice -n 7 enterns "of=$inside" -- sh -c "$turn"
		same $'7 3\nbest-effort: prio 7' "$(head -n 2 <<<"$output")"
		stop "$jail_pid"
	}
	for_each_caller follows
	[ "$(id -u)" -eq 0 ] || return 0
	begin_jail as_caller
	better() { setlimit -n sched=fifo:1 ionice=realtime:1 | enterns "of=$inside" | jailexec -x -- sh -c "$turn"; }
	run -0 better
	same $'0 0\nbest-effort: prio 4' "$(head -n 2 <<<"$output")"
	# What is told beforehand is what is done, whatever is there.
	told() { enterns -n "of=$inside" | jailexec -x "$1" -- true 2>&1 | grep -c '^\(jailexec: \)\?priority: '; }
	same "1 1" "$(told -e) $(told -v)"
	stop "$jail_pid"
	words='setlimit nice=3' begin_jail as_caller
	same "1 1" "$(told -e) $(told -v)"
}
