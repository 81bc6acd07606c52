#!/usr/bin/env bats
# Where a group may not be made after a login, systemd is asked for one: what
# it is asked, when, and that the tool is the same afterwards.
#
# systemd-run(1) is played by a script, in a mount namespace of its own.  The
# groups are as systemd has them: user.slice/user-UID.slice is root's, the
# session in it is full of processes, and a scope is the user's.

load helper

setup() {
	requires root
	local v2 own
	v2=$(awk '$(NF-2) == "cgroup2" { print $5; exit }' /proc/self/mountinfo)
	[ -n "$v2" ] || skip "requires version 2 of control groups"
	# Here it may be the root of all, there the slice above our session.
	own=$(sed -n 's/^0:://p' /proc/self/cgroup)
	upper=$v2${own%/*}/tests-of-rungs-$BASHPID
	if grep -qw pids "${upper%/*}/cgroup.controllers"; then
		controller=pids word=pids=9 file=pids.max want=9
	elif grep -qw hugetlb "${upper%/*}/cgroup.controllers"; then
		controller=hugetlb word=hugetlb=2M:2M file=hugetlb.2MB.max want=2097152
	else
		skip "requires a controller of version 2"
	fi
	slice=$upper/user-1234.slice
	echo "+$controller" >"${upper%/*}/cgroup.subtree_control"
	mkdir "$upper" "$slice"
	echo "+$controller" >"$upper/cgroup.subtree_control"
	echo "+$controller" >"$slice/cgroup.subtree_control"
	mkdir "$slice/session-1.scope" "$slice/run-1.scope"
	# What systemd moves for the user, the user may move here.
	chown 1234 "$slice/cgroup.procs" "$slice/session-1.scope/cgroup.procs"
	chown -R 1234 "$slice/run-1.scope"
	runtime=$BATS_TEST_TMPDIR/runtime
	install -d -o 1234 "$runtime" "$runtime/systemd"
	touch "$runtime/systemd/private"
	log=$BATS_TEST_TMPDIR/log
	install -m 666 /dev/null "$log"
	chmod 711 "$BATS_TEST_TMPDIR"
	fake
}

teardown() {
	[ -z "${upper:-}" ] || poll all_removed
}

all_removed() {
	find "$upper" -depth -type d -exec rmdir {} + 2>/dev/null || true
	[ ! -d "$upper" ]
}

# fake: a systemd-run that notes what it is asked, and does it.
fake() {
	mkdir -p "$BATS_TEST_TMPDIR/bin" "$BATS_TEST_TMPDIR/work"
	cat >"$BATS_TEST_TMPDIR/bin/systemd-run" <<-EOF
		#!/bin/bash
		[ "\$1" != --version ] || exit 0
		printf '%s\n' "\$*" >>'$log'
		[ ! -e '$BATS_TEST_TMPDIR/broken' ] || exit 1
		while [ "\$1" != -- ]; do shift; done
		shift
		[ ! -e '$BATS_TEST_TMPDIR/expands' ] || set -- "\${@/\\\${HOME\}/expanded}"
		echo \$\$ >'$slice/run-1.scope/cgroup.procs' || exit
		exec "\$@"
	EOF
	chmod 755 "$BATS_TEST_TMPDIR/bin/systemd-run"
}

# after_login CMD...: in the session, as its user, where systemd-run is ours.
after_login() {
	XDG_RUNTIME_DIR=$runtime unshare -m bash -c '
		mount -t overlay -o "lowerdir=$1/bin:/usr/bin" none /usr/bin &&
			echo $$ >"$2/session-1.scope/cgroup.procs" &&
			HOME=$RUNGS_USER_HOME XDG_CACHE_HOME=$RUNGS_USER_HOME/.cache \
			setpriv --reuid=1234 --regid=1234 --clear-groups -- "${@:3}"' \
		- "$BATS_TEST_TMPDIR" "$slice" "$@"
}

# What the command is limited to, and where.
look='group=$(sed -n "s/^0:://p" /proc/self/cgroup); echo "${group##*/user-1234.slice}" | sed "s/[0-9]*-[0-9]*\$/N/"; cat "$(awk "\$(NF-2) == \"cgroup2\" { print \$5; exit }" /proc/self/mountinfo)$group/'

# bats test_tags=vm
@test "systemd is asked for a scope, and the limit is in there" {
	run -0 --separate-stderr after_login setlimit "$word" -- bash -c "$look$file\""
	assert_output "/run-1.scope/rungs-N"$'\n'"$want"
	same 1 "${#stderr_lines[@]}"
	local name=${word%%=*}
	[ "$name" = pids ] || name=${word%:*}
	[[ $stderr == "setlimit: $name: make a group in "*": Permission denied: asking systemd-run for one" ]]
	run -0 cat "$log"
	same 2 "${#lines[@]}"
	same "--user --scope --quiet -p Delegate=yes -- /usr/bin/systemd-run --version" "${lines[0]}"
	[[ ${lines[1]} == "--user --scope --quiet -p Delegate=yes -- "*"/setlimit $word -- bash -c "* ]]
	# Nothing is left in the scope.
	same '' "$(find "$slice" -mindepth 2 -type d)"
}

# bats test_tags=vm
@test "what is only watched is asked for, but no limit of the session left" {
	local watched=pressure=io:100%:2s
	[ -e "$slice/cpu.pressure" ] || skip "requires pressure"
	run -0 --separate-stderr after_login setlimit "$watched" -- bash -c "$look/../cgroup.procs\""
	same /run-1.scope/rungs-N "${lines[0]}"
	[[ $stderr == "setlimit: pressure: make a group in "*/session-1.scope": Permission denied: asking systemd-run for one" ]]
	: >"$log"
	echo "$want" >"$slice/session-1.scope/$file"
	not_asked after_login setlimit "$watched" -- echo "$ran"
}

# bats test_tags=vm
@test "what the tool was given is what the command gets, as it was" {
	run -0 --separate-stderr after_login setlimit "$word" -- sh -c 'for a; do printf "<%s>" "$a"; done; cat; env | grep RUNGS_AGAIN || echo none' - 'a b' '' '*' '${HOME}' $'c\nd' -- <<<typed
	assert_output $'<a b><><*><${HOME}><c\nd><-->typed\nnone'
	run -7 --separate-stderr after_login setlimit "$word" -- sh -c 'exit 7'
	run -127 after_login setlimit "$word" -- /no/such/command
	run -137 after_login setlimit "$word" -- sh -c 'kill -9 $$'
	# A pid that is waited for stays the same.
	run -0 --separate-stderr after_login sh -c "echo \$\$; exec setlimit $word -- sh -c 'echo \$PPID'"
	same "${lines[0]}" "${lines[1]}"
}

# bats test_tags=vm
@test "a command line that systemd-run changed is not run" {
	touch "$BATS_TEST_TMPDIR/expands"
	run -125 after_login setlimit "$word" -- echo "$ran" '${HOME}'
	never grep -Fqx "$ran expanded" <<<"$output"
	[[ ${lines[1]} == 'setlimit: RUNGS_AGAIN: the command line is not the one that systemd-run was given' ]]
	refused env RUNGS_AGAIN=1 setlimit nofile=64 -- echo "$ran"
}

@test "a description that came down a pipe gets there, too" {
	a_root scratch | setlimit "$word" core=0 >"$BATS_TEST_TMPDIR/jail"
	# More than a pipe takes at once.
	sed -i "1a # $(printf 'x%.0s' {1..70000})" "$BATS_TEST_TMPDIR/jail"
	chmod a+r "$BATS_TEST_TMPDIR/jail"
	piped() { setlimit nofile=99 <"$BATS_TEST_TMPDIR/jail" | after_login jailexec -- sh -c 'ulimit -c; ls -d /test; cat'; }
	run -0 --separate-stderr piped
	assert_output $'0\n/test'
	same 1 "${#stderr_lines[@]}"
	# A command gets what jailexec was given then.
	filed() { echo typed | after_login jailexec -f "$1" -- sh -c 'ulimit -c; ls -d /test; cat'; }
	run -0 --separate-stderr filed "$BATS_TEST_TMPDIR/jail"
	assert_output $'0\n/test\ntyped'
	substituted() { echo typed | after_login bash -c 'jailexec -f <(cat "$0") -- sh -c "ulimit -c; ls -d /test; cat; ls /proc/self/fd"' "$BATS_TEST_TMPDIR/jail"; }
	run -0 --separate-stderr substituted
	assert_output $'0\n/test\ntyped\n0\n1\n2\n3'
	run -0 cat "$log"
	same 6 "$(wc -l <"$log")"
}

@test "what status lines and kept descriptors go to stays open" {
	a_root scratch | setlimit "$word" >"$BATS_TEST_TMPDIR/jail"
	chmod a+r "$BATS_TEST_TMPDIR/jail"
	kept() { after_login jailexec -f "$BATS_TEST_TMPDIR/jail" --status-fd=7 --keep-fd=8 -- sh -c 'echo kept >&8' 7>"$BATS_TEST_TMPDIR/status" 8>"$BATS_TEST_TMPDIR/kept"; }
	run -0 kept
	same kept "$(cat "$BATS_TEST_TMPDIR/kept")"
	run -0 cat "$BATS_TEST_TMPDIR/status"
	same 2 "${#lines[@]}"
	[[ ${lines[0]} == *started* && ${lines[1]} == *exited* ]]
	background() { after_login jailexec -f "$BATS_TEST_TMPDIR/jail" --detach "--name=scope-$BASHPID" -- sh -c 'echo there >&2'; }
	run -0 background
	[ "$(wc -l <"$log")" -eq 4 ]
}

# not_asked CMD...: it fails as ever, and nobody is asked.
not_asked() {
	refused "$@"
	same 2 "${#lines[@]}"
	[[ ${lines[0]} != *asking* ]]
	same '' "$(cat "$log")"
}

# bats test_tags=vm
@test "nobody is asked where there is nobody, or nothing to ask for" {
	rm "$runtime/systemd/private"
	not_asked after_login setlimit "$word" -- echo "$ran"
	touch "$runtime/bus"
	run -0 --separate-stderr after_login setlimit "$word" -- true
	: >"$log"
	not_asked after_login env -u XDG_RUNTIME_DIR setlimit "$word" -- echo "$ran"
	not_asked after_login env -C "$runtime" XDG_RUNTIME_DIR=. setlimit "$word" -- echo "$ran"
	chmod 644 "$BATS_TEST_TMPDIR/bin/systemd-run"
	not_asked after_login setlimit "$word" -- echo "$ran"
	chmod 755 "$BATS_TEST_TMPDIR/bin/systemd-run"
	# Only for a limit of a group, and only if it is refused.
	run -0 after_login setlimit nofile=64 -- true
	same '' "$(cat "$log")"
	# Whether systemd has a controller, systemd knows.
	run -125 after_login setlimit cg:nothing.max=1 -- echo "$ran"
	same 2 "$(wc -l <"$log")"
}

# bats test_tags=vm
@test "one who cannot answer is not asked to run anything" {
	touch "$BATS_TEST_TMPDIR/broken"
	refused after_login setlimit "$word" -- echo "$ran"
	same 2 "${#lines[@]}"
	[[ ${lines[1]} == *': it is not delegated'* ]]
	same 1 "$(wc -l <"$log")"
	sleep 1000 3>&- &
	echo $! >"$slice/session-1.scope/cgroup.procs"
	run -125 after_login setlimit "$word" -- echo "$ran"
	stop $!
	[[ ${lines[1]} == *': our own group below that has others in it'*'not delegated'* ]]
}

# bats test_tags=vm
@test "it is asked once: who is refused again says so" {
	chown -R 0 "$slice/run-1.scope"
	chown 1234 "$slice/run-1.scope/cgroup.procs"
	run -125 after_login setlimit "$word" -- echo "$ran"
	same 3 "${#lines[@]}"
	[[ ${lines[1]} == *'Permission denied' ]]
	[[ ${lines[2]} == *': it is not delegated'* ]]
	never grep -Fq "$ran" <<<"$output"
	same 2 "$(wc -l <"$log")"
}

# bats test_tags=vm
@test "no limit is left behind to be asked for a scope" {
	[ "$controller" = pids ] && set -- pids.max 50 || set -- hugetlb.2MB.max 4194304
	echo "$2" >"$slice/session-1.scope/$1"
	not_asked after_login setlimit "$word" -- echo "$ran"
	[[ $output == *"$1 of its own"* ]]
	# Nor one of a group above that is not this user's alone.
	echo max >"$slice/session-1.scope/$1"
	mkdir "$upper/other.slice" "$upper/other.slice/session-1.scope"
	slice=$upper/other.slice
	run -125 after_login setlimit "$word" -- echo "$ran"
	slice=$upper/user-1234.slice
	same 2 "${#lines[@]}" "$output"
	[[ $output == *'not delegated'* ]]
	same '' "$(cat "$log")"
}

# bats test_tags=vm
@test "who is alone in a group of the user's own makes others in it" {
	slice=$slice/run-1.scope
	mkdir "$slice/session-1.scope"
	echo "+$controller" >"$slice/cgroup.subtree_control"
	chown -R 1234 "$slice"
	# Who kills all of that name leaves who puts the group right.
	run -0 --separate-stderr after_login setlimit "$word" -- bash -c "for _ in {1..1000}; do ! pgrep -x -P \$PPID rungs-keeper >/dev/null || break; sleep 0.02; false; done || exit 9; $look$file\""
	local text=$output left
	left=$(find "$slice/session-1.scope" -mindepth 1 -type d; cat "$slice/session-1.scope/cgroup.subtree_control")
	same "/run-1.scope/session-1.scope/rungs-N"$'\n'"$want" "$text"
	same '' "$left"
	same '' "$(cat "$log")"
}
