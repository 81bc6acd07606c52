#!/usr/bin/env bats
# Law 6: whatever is killed whenever, nothing is left behind.

load helper

setup_file() {
	root_dir >/dev/null
}

# A place for temporary files in which nobody else makes any.
setup() {
	requires leaving-groups
	export TMPDIR=$BATS_TEST_TMPDIR/tmp
	mkdir -m 1777 "$TMPDIR"
}

# start_jail: a jail that waits, as $as, marked as $mark; sets
# $pid to its jailexec, $first to its pid 1, $command to the command.
start_jail() {
	local out=$BATS_TEST_TMPDIR/out kind fd
	rm -f "$out"
	"$as" jailexec -f "$BATS_TEST_TMPDIR/jail" -- sh -c \
		'for kind in mnt net pid ipc uts user cgroup; do readlink "/proc/self/ns/$kind"; done; (while :; do sleep 1; done) & echo ready; while :; do sleep 1; done' \
		"$mark" >"$out" 2>&1 3>&- &
	job=$!
	poll grep -q ready "$out"
	pid=$(child_named "$job" jailexec)
	first=$(children "$pid")
	command=$(children "$first")
	[ "$(wc -w <<<"$pid $first $command")" -eq 3 ]
	links=$(grep '\[' "$out")
	[ "$(wc -l <<<"$links")" -eq 7 ]
	# The number of a namespace that is gone is soon given to another: not
	# while we hold it.
	for kind in mnt net pid ipc uts user cgroup; do
		exec {fd}<"/proc/$command/ns/$kind"
		held+=("$fd")
	done
}

# jail_is_gone: wait until nothing of it is left.
jail_is_gone() {
	local fd
	poll nothing_left
	for fd in "${held[@]}"; do
		exec {fd}<&-
	done
	held=()
}

children() {
	xargs <"/proc/$1/task/$1/children"
}

# A function in the background is a shell around the tool.
child_named() {
	local at=$1
	while [ "$(cat "/proc/$at/comm")" != "$2" ]; do
		at=$(children "$at")
		[ -n "$at" ] || return
	done
	echo "$at"
}

# Whether no process is in any namespace that the jail had.
no_namespace_left() {
	never grep -Fqf <(printf '%s\n' "$links") \
		<(readlink /proc/[0-9]*/ns/* 2>/dev/null)
}

nothing_left() {
	no_process_of "$mark" && no_namespace_left 2>/dev/null
}

# What of the host a jail could have changed, as one text.
host() {
	grep -F -e "$BATS_FILE_TMPDIR" -e lowerdir= /proc/self/mountinfo
	ls -A "$TMPDIR"
	digest "$(root_dir)"
	[ ! -d /run/netns ] || ls -A /run/netns
}

host_same() {
	same "$before" "$(host)" 'the host'
}

@test "each process of a jail is killed in turn: nothing is left" {
	local as victim mark before
	for as in "${callers[@]}"; do
		mark=left-$BASHPID-$as
		before=$(host)
		for mode in scratch ro; do
			a_root "$mode" >"$BATS_TEST_TMPDIR/jail"
			for victim in pid first command; do
				start_jail
				kill -KILL "${!victim}"
				status=0
				wait "$job" || status=$?
				same 137 "$status" "$as $mode $victim"
				jail_is_gone
				host_same
			done
		done
	done
}

# has_group PID CONTROLLER: jailexec PID has one.  They are numbered: another's
# sweep may have taken the first as it was made.
has_group() {
	compgen -G "$(control_group "$2")/rungs-$1-*" >/dev/null
}

@test "a jail with every kind of limit is killed: nothing is left, empty groups go" {
	requires root memory-group pids-group cpu-group
	local as=as_caller victim mark=left-$BASHPID-groups controller
	a_root scratch | setlimit memory=128M pids=50 cpu=90% nofile=64 |
		enterns time=+9 >"$BATS_TEST_TMPDIR/jail"
	for victim in pid first command; do
		start_jail
		has_group "$pid" memory
		has_group "$pid" pids
		has_group "$pid" cpu
		kill -KILL "${!victim}"
		wait "$job" || true
		jail_is_gone
		swept() {
			setlimit memory=128M pids=50 cpu=90% -- true
			for controller in memory pids cpu; do
				! has_group "$pid" "$controller" || return 1
			done
		}
		poll swept
	done
}

# runs_or_ended PID: its command has written to $out, or it has ended.
runs_or_ended() {
	[ -s "$out" ] || ! kill -0 "$1" 2>/dev/null
}

@test "jailexec is killed at any of its system calls: nothing runs on" {
	requires strace no-sanitizer
	local as=as_caller mark=left-$BASHPID-calls call calls before pid killed=0
	local trace=$BATS_TEST_TMPDIR/trace out=$BATS_TEST_TMPDIR/out
	before=$(host)
	a_root scratch | setlimit nofile=64 >"$BATS_TEST_TMPDIR/jail"
	mkfifo "$BATS_TEST_TMPDIR/go"
	strace -o "$trace" jailexec -f "$BATS_TEST_TMPDIR/jail" -- true
	calls=$(awk -F'(' '/^[a-z0-9_]+\(/ { print $1 ":" ++n[$1] }' "$trace")
	[ "$(wc -l <<<"$calls")" -gt 20 ]
	for call in $calls; do
		rm -f "$out"
		exec 8<>"$BATS_TEST_TMPDIR/go"
		strace -o /dev/null \
			-e "inject=${call%:*}:signal=KILL:when=${call#*:}" \
			jailexec -f "$BATS_TEST_TMPDIR/jail" -- \
			sh -c 'ulimit -n; read -r x' "$mark" \
			<"$BATS_TEST_TMPDIR/go" >"$out" 2>/dev/null 3>&- 8>&- &
		pid=$!
		poll runs_or_ended "$pid"
		# It ends when nobody can write to it any more: let it, if
		# jailexec has got as far as to wait for that.
		if kill -0 "$pid" 2>/dev/null; then
			exec 8>&-
		fi
		status=0
		wait "$pid" || status=$?
		poll no_process_of "$mark"
		exec 8>&-
		[ "$status" -ne 137 ] || killed=$((killed + 1))
		# What ran had its limits.
		case $(cat "$out") in
		64 | '') ;;
		*) same 64 "$(cat "$out")" "$call" ;;
		esac
	done
	((killed > 20))
	host_same
}

@test "the first process and the command are killed at any system call, too" {
	requires strace no-sanitizer
	local mark=left-$BASHPID-inside call calls before file
	local trace=$BATS_TEST_TMPDIR/trace
	before=$(host)
	a_root scratch | setlimit nofile=64 >"$BATS_TEST_TMPDIR/jail"
	strace -f -ff -o "$trace" jailexec -f "$BATS_TEST_TMPDIR/jail" -- true "$mark"
	# The set-up is in the files of the processes that began with a clone.
	calls=$(for file in "$trace".*; do
		awk -F'(' '/^[a-z0-9_]+\(/ { print $1 ":" ++n[$1] }' "$file"
	done | sort -u | grep -v -e ^execve -e ^brk -e ^clone3 |
		grep -e mount -e pivot -e fs -e prctl -e cap -e set -e unshare -e chdir -e dup)
	[ "$(wc -l <<<"$calls")" -gt 40 ]
	for call in $calls; do
		run strace -f -o /dev/null \
			-e "inject=${call%:*}:signal=KILL:when=${call#*:}" \
			jailexec -f "$BATS_TEST_TMPDIR/jail" -- \
			grep -E '^(Cap|NoNew|Uid|Groups)' /proc/self/status
		poll no_process_of "$mark"
		all_or_nothing "$call"
	done
	host_same
}

# all_or_nothing CALL: the command had all that there is to have, or it did
# not run, and then the status says so.
all_or_nothing() {
	if [[ $output == *CapBnd:* ]]; then
		same 'Uid: 0 0 0 0 Groups: 0 CapInh: 0000000000000000 CapPrm: 00000000800425fb CapEff: 00000000800425fb CapBnd: 00000000800425fb CapAmb: 0000000000000000 NoNewPrivs: 1' \
			"$(grep -E '^(Cap|NoNew|Uid|Groups)' <<<"$output" | xargs)" "$1"
	elif [ "$status" -lt 125 ]; then
		printf '%s: nothing ran, and the status is %s\n' "$1" "$status" >&2
		return 1
	fi
}

@test "who says its last word while one looks whether it is gone is heard" {
	requires strace no-sanitizer
	a_root scratch >"$BATS_TEST_TMPDIR/jail"
	run -0 strace -f -o /dev/null -e inject=recvmsg:retval=0:when=1 \
		jailexec -f "$BATS_TEST_TMPDIR/jail" -- echo here
	assert_output here
	run -125 strace -f -o /dev/null -e inject=recvmsg:retval=0:when=2 \
		-e inject=move_mount:error=EPERM:when=2+ \
		jailexec -f "$BATS_TEST_TMPDIR/jail" -- echo here
	[[ $output == jailexec:*'Operation not permitted'* ]]
}

@test "a setup that fails leaves nothing, wherever it fails" {
	requires strace no-sanitizer
	local bad='' call calls before file trace=$BATS_TEST_TMPDIR/trace
	before=$(host)
	a_root scratch | setlimit nofile=64 >"$BATS_TEST_TMPDIR/jail"
	strace -f -ff -o "$trace" jailexec -f "$BATS_TEST_TMPDIR/jail" -- true
	calls=$(for file in "$trace".*; do
		awk -F'(' '/^[a-z0-9_]+\(/ && / = [0-9]/ { print $1 ":" ++n[$1] }' "$file"
	done | sort -u | grep -E '^(mount|umount2|pivot_root|fsopen|fsconfig|fsmount|move_mount|mount_setattr|open_tree|prctl|capset|setgroups|setresuid|setresgid|setrlimit|prlimit64|unshare|sethostname|fchdir|chdir|clone3|socketpair|keyctl):')
	[ "$(wc -l <<<"$calls")" -gt 40 ]
	for call in $calls; do
		run strace -f -o /dev/null \
			-e "inject=${call%:*}:error=EPERM:when=${call#*:}" \
			jailexec -f "$BATS_TEST_TMPDIR/jail" -- \
			grep -E '^(Cap|NoNew|Uid|Groups)' /proc/self/status
		# All of them are tried, and all that were bad are shown.
		(all_or_nothing "$call" 2>/dev/null) || bad+=" $call"
		# Who ends while strace looks at it makes that say something, too.
		[ "$status" -eq 0 ] || grep -q '^jailexec: [^[:space:]]' <<<"$output" ||
			bad+=" $call($status without a reason: '$output')"
	done
	same '' "$bad" 'these went wrong'
	host_same
}
