#!/usr/bin/env bats
# jailexec(1), how it watches a jail: status lines, time limits, names, what
# it explains, the background, and signals in numbers.

load helper

ran=THE-COMMAND-RAN

setup_file() {
	root_dir >/dev/null
	# Where names are for anybody but root.
	as_user mkdir -m 700 "$RUNGS_USER_HOME/run"
	export XDG_RUNTIME_DIR=$RUNGS_USER_HOME/run
}

setup() {
	requires leaving-groups
	export jail=$BATS_TEST_TMPDIR/jail lines_file=$BATS_TEST_TMPDIR/lines
	a_root scratch >"$jail"
	: >"$lines_file"
	chmod 666 "$lines_file"
}

# for_each_caller FUNCTION: the same promise for root and for anybody else.
# Not "|| return": behind that, no command in the function could fail.
for_each_caller() {
	local as
	for as in "${callers[@]}"; do
		echo "as: $as"
		"$1"
	done
}

# refused ARGUMENT...: it says 125 and one or two lines, and runs nothing.
refused() {
	run -125 "$@"
	never grep -Fq "$ran" <<<"$output" || return
	[[ $output == jailexec:* ]] || return
	((${#lines[@]} <= 2))
}

jailed() {
	"${as:-as_caller}" jailexec -f "$jail" "$@"
}

# told OPTION...: with its lines in a file, and none of an earlier jail.
told() {
	forget
	telling "$@"
}

# telling OPTION...: the same behind forget, for what runs in the background:
# there, to forget would come too late.
telling() {
	jailed --status-fd=4 "$@" 4>>"$lines_file"
}

forget() {
	: >"$lines_file"
}

# event NAME: the line of that event, which must be there once.
event() {
	same 1 "$(grep -c "^{\"event\":\"$1\"" "$lines_file")" "$(cat "$lines_file")"
	grep "^{\"event\":\"$1\"" "$lines_file"
}

# value KEY: of the line on standard input, the first; a namespace's inode.
value() {
	grep -oE "\"$1\":(\"[^\"]*\"|[^,}]*)" | head -n 1 | cut -d: -f2-
}

inode() {
	sed 's/.*"namespaces"://' | value "$1"
}

# ended STATUS SIGNAL LIMIT: what the line of the end says.
ended() {
	local line
	line=$(event exited)
	same "$1 $2 $3" "$(value status <<<"$line") $(value signal <<<"$line") $(value limit <<<"$line")" "$line"
}

# started: wait until the jail has said so.
started() {
	poll grep -q '"started"' "$lines_file"
}

# jailexec_of PID: itself, or the first below it that is jailexec: a shell
# function in the background is a shell of its own.
jailexec_of() {
	local pid=$1
	while [ "$(cat "/proc/$pid/comm")" != jailexec ]; do
		pid=$(cut -d' ' -f1 "/proc/$pid/task/$pid/children")
		[ -n "$pid" ] || return
	done
	echo "$pid"
}

# name_dir: where the names of $as are.
name_dir() {
	if [ "$(${as:-as_caller} id -u)" -eq 0 ]; then
		echo /run/rungs/jails
	else
		echo "$XDG_RUNTIME_DIR/rungs/jails"
	fi
}

# start_of PID: field 22 of its stat.
start_of() {
	sed 's/.*) //' "/proc/$1/stat" | cut -d' ' -f20
}

wait_for() {
	status=0
	wait "$1" || status=$?
}

gone() {
	[ ! -e "/proc/$1" ]
}

# --- --status-fd ---

@test "a started line has the pids and namespaces, an exited line the end" {
	look() {
		local pid first command kind line
		mkfifo "$BATS_TEST_TMPDIR/$as"
		forget
		telling -- sh -c 'read -r x; exit 3' <"$BATS_TEST_TMPDIR/$as" 3>&- &
		pid=$!
		exec 8>"$BATS_TEST_TMPDIR/$as"
		started
		line=$(event started)
		first=$(value pid <<<"$line")
		command=$(value child-pid <<<"$line")
		same "NSpid: $first 1" "$(grep NSpid: "/proc/$first/status" | xargs)"
		poll grep -qx sh "/proc/$command/comm"
		same "NSpid: $command 2" "$(grep NSpid: "/proc/$command/status" | xargs)"
		for kind in cgroup ipc mnt net pid time user uts; do
			same "$(stat -Lc %i "/proc/$command/ns/$kind")" "$(inode "$kind" <<<"$line")" "$kind"
		done
		never grep -q exited "$lines_file"
		echo go >&8
		exec 8>&-
		wait_for "$pid"
		same 3 "$status"
		ended 3 null null
		same 2 "$(wc -l <"$lines_file")"
		grep -Eqx '\{"event":"started","pid":[0-9]+,"child-pid":[0-9]+,"namespaces":\{("[a-z]+":[0-9]+,?){7,8}\}\}' "$lines_file"
		grep -Eqx '\{"event":"exited","status":3,"signal":null,"limit":null,"wall":[0-9]+\.[0-9]{6},"cpu":[0-9]+\.[0-9]{6},.*,"memory-peak":(null|[0-9]+),.*"oom-killed":false\}' "$lines_file"
	}
	requires root
	for_each_caller look
}

@test "namespaces are told of a command that ends at once" {
	look() {
		local n
		for n in {1..20}; do
			run -0 told -- true
			same 8 "$(event started | sed 's/.*"namespaces"://' | grep -oE '"[a-z]+":[1-9][0-9]*' | wc -l)"
			ended 0 null null
		done
	}
	for_each_caller look
}

@test "a signal is told from the number that a shell gives it" {
	look() {
		local n mode
		for mode in '' --pid1; do
			for n in 1 9 15 34 64; do
				[ -z "$mode" ] || ((n == 1 || n == 9)) || continue
				run "-$((128 + n))" told ${mode:+"$mode"} -- sh -c "exit $((128 + n))"
				ended $((128 + n)) null null
			done
		done
		ulimit -c 0
		for n in 1 6 9 11 15 34 64; do
			run "-$((128 + n))" told -- /test/attack raise "$n"
			ended $((128 + n)) "$n" null
		done
	}
	for_each_caller look
	# No process id namespace, and no defaults.
	export bare=$BATS_TEST_TMPDIR/bare
	printf 'jail 1\nend\n' >"$bare"
	exactly() { jailexec -x -f "$bare" --status-fd=4 -- sh -c "$1" 4>"$lines_file"; }
	# shellcheck disable=SC2016
	run -137 exactly 'kill -9 $$'
	ended 137 9 null
	run -137 exactly 'exit 137'
	ended 137 null null
	same "$(value pid < <(event started))" "$(value child-pid < <(event started))"
}

@test "what kills the jail's first process from outside is told, too" {
	requires root
	telling -- sh -c 'while :; do sleep 1; done' 3>&- &
	local pid=$!
	started
	kill -KILL "$(event started | value pid)"
	wait_for "$pid"
	same 137 "$status"
	ended 137 9 null
}

# Looked at often enough: it does not only sleep between two looks.
sleeps_on() {
	local n
	for ((n = 0; n < 20; n++)); do
		is_in_state "$1" S || return
	done
}

has_closed_all() {
	[ -z "$(ls "/proc/$1/fd")" ]
}

@test "jailexec sleeps while its first process takes long to end" {
	requires root
	telling -- sh -c 'while :; do sleep 1; done' 3>&- &
	local pid=$! first watched guest spins=0
	started
	first=$(event started | value pid)
	watched=$(jailexec_of "$pid")
	# Who came from outside has to be waited for by who is outside.
	nsenter --target "$first" --pid sleep 1000 >/dev/null 2>&1 3>&- &
	guest=$!
	poll pgrep -P "$guest" sleep >/dev/null
	kill -STOP "$guest"
	kill -KILL "$(event started | value child-pid)"
	poll has_closed_all "$first"
	poll sleeps_on "$watched" || spins=1
	is_in_state "$first" S || spins=2
	kill -CONT "$guest"
	wait "$guest" || :
	wait_for "$pid"
	same 137 "$status"
	same 0 "$spins"
}

@test "a failed line says why, in JSON, and nothing was started" {
	look() {
		run -127 told -- /no/such
		same '{"event":"failed","status":127,"error":"/no/such: No such file or directory"}' "$(cat "$lines_file")"
		run -126 told -- /etc
		same '{"event":"failed","status":126,"error":"/etc: Permission denied"}' "$(cat "$lines_file")"
		run -125 told --timeout=never -- true
		[[ $(event failed) == *'"status":125,"error":"--timeout=never: '* ]]
		run -125 told -C /no/such -- true
		same '{"event":"failed","status":125,"error":"/no/such: change to it: No such file or directory"}' "$(cat "$lines_file")"
		run -125 "$as" jailexec --status-fd=4 -f /dev/null -- true 4>"$lines_file"
	}
	for_each_caller look
}

@test "any text becomes JSON" {
	local name want
	# A control byte has been replaced before; what is no UTF-8 is here.
	while read -r name want; do
		run -127 told -- "$(printf '%b' "$name")"
		same "{\"event\":\"failed\",\"status\":127,\"error\":\"$want: No such file or directory\"}" "$(cat "$lines_file")"
	done <<-'END'
		/a"b\\c /a\"b\\c
		/x\x1by /x?y
		/\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 /é€😀
		/\xff\xfe /\ufffd\ufffd
		/\xc0\x80 /\ufffd\ufffd
		/\xed\xa0\x80 /\ufffd\ufffd\ufffd
		/\xf4\x90\x80\x80 /\ufffd\ufffd\ufffd\ufffd
		/\xe2\x82 /\ufffd\ufffd
	END
	# As long as a message can be, and all of it to be escaped.
	run -126 told -- "/$(head -c 3000 /dev/zero | tr '\0' '\377')"
	same 1 "$(wc -l <"$lines_file")"
	grep -Eqx '\{"event":"failed","status":12[67],"error":"/(\\ufffd)+"\}' "$lines_file"
}

@test "a reader that went away does not end the jail" {
	look() {
		local fifo=$BATS_TEST_TMPDIR/fifo-$as reader
		mkfifo -m 666 "$fifo"
		(: <"$fifo") 3>&- &
		reader=$!
		exec 8>"$fifo"
		wait "$reader"
		broken() { jailed --status-fd=8 -- sh -c 'trap - PIPE; echo alive; exit 7'; }
		run -7 broken
		assert_output alive
		exec 8>&-
	}
	for_each_caller look
}

@test "the status descriptor is not the command's" {
	look() {
		run -0 told -- /test/whatigot
		assert_line 'descriptors 0 1 2'
		printf 'jail 1\nend\n' >"$BATS_TEST_TMPDIR/bare"
		# Nor is what jailexec made of it, where it closes nothing.
		bare() { "$as" jailexec -x -f "$BATS_TEST_TMPDIR/bare" "$@" -- "$RUNGS_STAGE/tests/whatigot" 9>>"$lines_file" | grep ^desc; }
		run -0 bare
		[[ $output == *' 9'* ]]
		same "${output/ 9/}" "$(bare --status-fd=9)"
		# One of the standard streams can carry both.
		run -0 --separate-stderr jailed --status-fd=2 -- sh -c 'echo mine >&2'
		same 3 "${#stderr_lines[@]}"
		grep -qx mine <<<"$stderr"
	}
	for_each_caller look
}

@test "a status descriptor that is none is refused" {
	look() {
		local n
		for n in '' x -1 1.5 0x4 ' 4' 99 4294967300 99999999999999999999; do
			refused jailed --status-fd="$n" -- echo "$ran"
		done
		readonly_fd() { jailed --status-fd=4 -- echo "$ran" 4</dev/null; }
		refused readonly_fd
		assert_output 'jailexec: --status-fd=4: it is not open for writing'
	}
	for_each_caller look
}

@test "a jail that ran out of memory is told from one that was killed" {
	requires root memory-group
	limited() {
		setlimit memory=32M <"$jail" | jailexec --status-fd=4 -- "$@" 4>"$lines_file"
	}
	run -137 limited /test/hog memory 200
	ended 137 9 '"memory"'
	same true "$(event exited | value oom-killed)"
	(($(event exited | value memory-peak) <= 32 << 20))
	(($(event exited | value memory-peak) >= 16 << 20))
	run -0 limited /test/hog memory 2
	ended 0 null null
	same false "$(event exited | value oom-killed)"
	# shellcheck disable=SC2016
	run -137 limited sh -c 'kill -9 $$'
	ended 137 9 null
	run -0 limited sh -c '/test/hog memory 200; true'
	ended 0 null null
	same true "$(event exited | value oom-killed)"
}

# --- --timeout ---

# ready_within GRACE ARGUMENT...: a command that takes too long, and says
# "ready" when it has set itself up.  If the time was over before that, it gets
# more of it.
ready_within() {
	local limit grace=$1
	shift
	for limit in 0.2 1s 5s 25s; do
		run -124 told --timeout="$limit:$grace" "$@"
		! grep -Fxq ready <<<"$output" || return 0
	done
	echo 'it was not ready in any time' >&2
	return 1
}

@test "a command that takes too long ends with 124" {
	look() {
		run -124 told --timeout=0.2s:100s -- sleep 1000
		ended 124 15 '"timeout"'
		# Whatever it does about it.
		ready_within 100s -- sh -c 'trap "exit 5" TERM; echo ready; while :; do sleep 0.01; done'
		ended 124 null '"timeout"'
		# All of its group is asked: the shell waits for the other.
		ready_within 100s -- sh -c 'trap "exit 5" TERM; sh -c "echo ready; exec sleep 1000"'
		ended 124 null '"timeout"'
		# Also when it is stopped.
		# shellcheck disable=SC2016
		ready_within 100s -- sh -c 'echo ready; kill -STOP $$; echo woken'
		ended 124 15 '"timeout"'
	}
	for_each_caller look
}

@test "a command that does not listen is killed after the grace" {
	look() {
		local mark=jail-$BASHPID-$as
		ready_within 0.2s -- sh -c \
			'trap "" TERM; (setsid sh -c "trap \"\" TERM; echo ready; while :; do sleep 1; done" '"$mark"' &) ; while :; do sleep 0.1; done'
		ended 124 9 '"timeout"'
		no_process_of "$mark"
		run -124 told --pid1 --timeout=0.2s:0.2s -- sh -c 'while :; do sleep 0.1; done'
		ended 124 9 '"timeout"'
	}
	for_each_caller look
	requires root
	printf 'jail 1\nend\n' >"$BATS_TEST_TMPDIR/bare"
	# There is a grace, too, when none is said.
	run -124 jailexec -x -f "$BATS_TEST_TMPDIR/bare" --timeout=0.2s -- \
		sh -c 'trap "" TERM; while :; do sleep 0.1; done'
	# It has no group of its own to be asked.
	exactly() { jailexec -x -f "$1" --status-fd=4 --timeout=0.2s:100s -- sleep 1000 4>"$lines_file"; }
	run -124 exactly "$BATS_TEST_TMPDIR/bare"
	ended 124 15 '"timeout"'
	enterns -n pid >"$BATS_TEST_TMPDIR/pid"
	run -124 exactly "$BATS_TEST_TMPDIR/pid"
	ended 124 15 '"timeout"'
}

@test "a command that ends in time has its own status" {
	look() {
		run -5 told --timeout=600s -- sh -c 'exit 5'
		ended 5 null null
		run -124 told --timeout=1d:1m -- sh -c 'exit 124'
		ended 124 null null
		run -127 told --timeout=600 -- no-such-command
		event failed >/dev/null
	}
	for_each_caller look
}

@test "a time limit that is none is refused" {
	look() {
		local t
		for t in '' 0 0s 0.0s 0.0000000001 -1 +1 x 1x s .5 5. 1.2.3 1e3 0x1 \
			' 1' '1 ' 1ss 1s5 inf never 99999999999d 9223372036854775808 \
			: 1: :1 1:0 1:x 1:1:1 1s,1; do
			refused jailed --timeout="$t" -- echo "$ran" || {
				echo "timeout $t" >&2
				return 1
			}
		done
	}
	as=as_caller look
}

# --- --pid1 ---

@test "--pid1 makes the command the jail's pid 1" {
	look() {
		run -0 jailed --pid1 -- /test/whatigot
		assert_line 'pid 1' 'ppid 0' 'descriptors 0 1 2' 'no_new_privs 1' \
			'effective 00000000800425fb'
		run -0 jailed --pid1 -- sh -c 'cd /proc; echo [0-9]*'
		assert_output 1
		run -7 told --pid1 -- sh -c 'exit 7'
		ended 7 null null
		same "$(value pid < <(event started))" "$(value child-pid < <(event started))"
		run -127 jailed --pid1 -- no-such-command
		assert_output 'jailexec: no-such-command: No such file or directory'
	}
	for_each_caller look
}

@test "with --pid1 signals reach what handles them, and only that" {
	look() {
		local pid
		told --pid1 -- sh -c 'trap "echo got; exit 4" USR1; echo ready; while :; do sleep 0.01; done' \
			>"$BATS_TEST_TMPDIR/$as" 3>&- &
		pid=$!
		poll grep -q ready "$BATS_TEST_TMPDIR/$as"
		# For a pid 1 the kernel drops what it does not handle.
		kill -TERM "$(jailexec_of "$pid")"
		kill -USR1 "$(jailexec_of "$pid")"
		wait_for "$pid"
		same 4 "$status"
		same $'ready\ngot' "$(cat "$BATS_TEST_TMPDIR/$as")"
		ended 4 null null
	}
	for_each_caller look
}

@test "a command that is pid 1 dies with jailexec, whoever it is" {
	look() {
		local pid first user
		for user in 0 5; do
			forget
			telling --pid1 -u "$user" -- sh -c 'while :; do sleep 1; done' 3>&- &
			pid=$!
			started
			first=$(event started | value pid)
			kill -KILL "$(jailexec_of "$pid")"
			wait "$pid" 2>/dev/null || true
			poll gone "$first"
		done
	}
	for_each_caller look
}

@test "--pid1 without process ids of its own is refused" {
	host() { enterns pid=host <"$jail" | jailexec --pid1 -- echo "$ran"; }
	refused host
	assert_output "jailexec: --pid1: this jail has the caller's process ids
jailexec: enterns pid gives it its own"
	exactly() { printf 'jail 1\nend\n' | jailexec -x --pid1 -- echo "$ran"; }
	refused exactly
}

# --- --keep-fd ---

@test "--keep-fd keeps those and closes all others" {
	look() {
		leaking() { "$as" "$RUNGS_STAGE/tests/leak" jailexec -f "$jail" "$@"; }
		run -0 leaking --keep-fd=3 -- /test/whatigot
		assert_line 'descriptors 0 1 2 3'
		run -0 leaking --keep-fd=20 --keep-fd=7 --keep-fd=8 --keep-fd=7 --keep-fd 4 -- /test/whatigot
		assert_line 'descriptors 0 1 2 4 7 8 20'
		run -0 leaking --pid1 --keep-fd=5 -- /test/whatigot
		assert_line 'descriptors 0 1 2 5'
		run -0 leaking -x --keep-fd=5 -- /test/whatigot || skip 'no chroot'
		assert_line 'descriptors 0 1 2 5'
	}
	as=as_caller look
	run -0 as_user "$RUNGS_STAGE/tests/leak" jailexec -f "$jail" --keep-fd=3 --keep-fd=9 -- /test/whatigot
	assert_line 'descriptors 0 1 2 3 9'
	# What went wrong is still reported.
	run -127 jailexec -f "$jail" --keep-fd=3 -- /no/such 3</dev/null
	assert_output 'jailexec: /no/such: No such file or directory'
}

@test "a kept descriptor is the caller's, and closed when the command closes it" {
	look() {
		kept() { echo hello | jailed --keep-fd=5 -- sh -c 'cat <&5' 5<&0 </dev/null; }
		run -0 kept
		assert_output hello
	}
	for_each_caller look
	# jailexec does not hold the other end.
	mkfifo "$BATS_TEST_TMPDIR/fifo"
	jailexec -f "$jail" --keep-fd=6 -- sh -c 'exec 6>&-; while :; do sleep 0.1; done' \
		6>"$BATS_TEST_TMPDIR/fifo" 3>&- &
	local pid=$!
	run -0 timeout 120 cat "$BATS_TEST_TMPDIR/fifo"
	kill -TERM "$pid"
	wait_for "$pid"
	same 143 "$status"
}

@test "a descriptor that cannot be kept is refused" {
	look() {
		local n
		for n in '' 0 1 2 99 -1 x 3.5 ' 9' 4294967305; do
			refused jailed --keep-fd="$n" -- echo "$ran"
		done
		both() { jailed --status-fd=7 --keep-fd=7 -- echo "$ran" 7>"$lines_file"; }
		refused both
		assert_output 'jailexec: --keep-fd=7: it is taken already'
		# Not even one that jailexec has opened by then.
		exec 7>>"$lines_file"
		for n in {3..30}; do
			[ -e "/proc/$BASHPID/fd/$n" ] ||
				refused jailed --status-fd=7 --keep-fd="$n" -- echo "$ran"
		done
		exec 7>&-
	}
	for_each_caller look
	many() {
		local n
		local -a options
		for ((n = 0; n < 64; n++)); do
			eval "exec $((n + 100))</dev/null"
			options+=("--keep-fd=$((n + 100))")
		done
		jailexec -f "$jail" "${options[@]}" -- echo "$ran"
	}
	refused many
}

# --- -e and -v ---

# steps OPTION...: the lines of -v, as those of -e.
steps() {
	"${as:-as_caller}" jailexec -v "$@" 2>&1 >/dev/null | sed 's/^jailexec: //'
}

@test "-e prints what -v prints, in the same order" {
	local dir=$BATS_TEST_TMPDIR/d
	mkdir "$dir"
	enterns uts=web time=+77 <"$jail" >"$dir/time"
	setlimit nofile=64 <"$jail" >"$dir/limit"
	enterns net=host cgroup=host uts=host <"$jail" >"$dir/host"
	setlimit -n nofile=64 >"$dir/bare"
	enterns -n uts=web pid >"$dir/namespaces"
	addmount -n tmpfs=/tmp >"$dir/mounts"
	look() {
		local options
		while read -r options; do
			# shellcheck disable=SC2086
			run -0 "$as" jailexec -e $options -- sleep 0.1
			[ -n "$output" ]
			# shellcheck disable=SC2086
			same "$output" "$(steps $options -- sleep 0.1)" "$options"
		done <<-END
			-f $jail
			-f $jail -u 5 -C /tmp
			-f $jail --pid1
			-f $jail --timeout=60s --name=explain-$BASHPID-$as --status-fd=1
			-f $dir/time
			-f $dir/limit
			-f $dir/host
			-x -f $dir/bare
			-x -f $dir/bare --timeout=60
		END
	}
	for_each_caller look
	requires root
	as=as_caller
	local options
	for options in "-x -f $dir/namespaces" "-x -f $jail" "-x -f $dir/mounts"; do
		# shellcheck disable=SC2086
		same "$(jailexec -e $options -- true)" "$(steps $options -- true)" "$options"
	done
	! may_make_group memory || {
		setlimit memory=64M <"$jail" >"$dir/group"
		same "$(jailexec -e -f "$dir/group" -- true)" "$(steps -f "$dir/group" -- true)"
		jailexec -e -f "$dir/group" -- true | grep -q '^cgroup: mkdir(2)'
	}
}

@test "-e says for each step its call, its year and why" {
	run -0 jailed --explain --timeout=1s -- true
	never grep -Evx '[[:alnum:]_ ]+: [^ ].{1,60} +(19|20)[0-9]{2}  [^ ].*' <<<"$output"
	# A jail of root's begins without the host's mounts.
	[[ $output == *'top: chroot(2) '*' 1979  make it the root of all that can be named'* ]] || {
		assert_match 'pivot: pivot_root\(2\) +2000  make it the root of all that can be named'
		assert_match 'host: umount2\(2\) MNT_DETACH +2001  let go of every file of the host'
	}
	assert_match 'command: execve\(2\) +1971  become the command'
	[[ ${lines[-1]} == 'time limit: timerfd_create(2) '* ]]
	# In columns.
	same "${#lines[@]}" "$(grep -cE '^.{43} [0-9]{4}  [^ ]' <<<"$output")"
	full() { jailed -e -- true >/dev/full; }
	refused full
}

@test "-e says that nodes are made where they are, and nowhere else" {
	requires root strace no-sanitizer
	local as=as_caller dir=$BATS_TEST_TMPDIR/d said=0 made=0
	mkdir "$dir"
	# nodes SAID MADE COMMAND...: whether it says so, and how many are made.
	nodes() {
		same "$1" "$("${@:3}" jailexec -e -f "$dir/jail" -- true | grep -c ': mknod(2) ')"
		"${@:3}" strace -f -qq -o "$dir/calls" -e trace=mknod,mknodat jailexec -f "$dir/jail" -- true
		same "$2" "$(grep -c 'S_IFCHR.* = 0$' "$dir/calls")"
	}
	! has_own_nodes || said=1 made=6
	cp "$jail" "$dir/jail"
	nodes $said $made env
	nodes 0 0 setpriv --bounding-set=-mknod
	enterns user=host <"$jail" >"$dir/jail"
	nodes 0 0 env
	addmount none proc <"$jail" >"$dir/jail"
	nodes 0 0 env
}

@test "-e does nothing" {
	local dir=$BATS_TEST_TMPDIR/none
	{ printf 'jail 1\nmkroot dir=%s scratch\nend\n' "$dir" | setlimit memory=64M pids=3; } >"$BATS_TEST_TMPDIR/absent"
	look() {
		run -0 "$as" jailexec -e -f "$BATS_TEST_TMPDIR/absent" --name=nothing -- echo "$ran"
		never grep -Fq "$ran" <<<"$output"
		[ ! -e "$dir" ]
		[ ! -e "$(name_dir)/nothing" ]
		refused "$as" jailexec -e -f /no/such -- echo "$ran"
		refused "$as" jailexec -e -f "$jail" --timeout=x -- echo "$ran"
	}
	for_each_caller look
	requires strace
	local name
	# The leak checker is a tracer, too.
	ASAN_OPTIONS=detect_leaks=0 strace -f -o "$BATS_TEST_TMPDIR/trace" jailexec -e -f "$BATS_TEST_TMPDIR/absent" --detach --name=nothing -- true
	for name in clone clone3 fork vfork unshare setns mount mkdir mkdirat chroot pivot_root open_tree flock; do
		# Whether a call is there is asked with a descriptor that is none.
		never grep -Eq "^[0-9]+ +$name\\(([^-]|-[^1])" "$BATS_TEST_TMPDIR/trace"
	done
	same 1 "$(grep -cE '^[0-9]+ +execve\(' "$BATS_TEST_TMPDIR/trace")"
}

# --- --name ---

@test "a name is held while the jail runs, says which process, and goes" {
	look() {
		local pid first file
		file=$(name_dir)/held-$BASHPID
		forget
		telling --name="${file##*/}" -- sh -c 'while :; do sleep 0.1; done' 3>&- &
		pid=$!
		started
		first=$(event started | value pid)
		same "pid $first start $(start_of "$first")" "$(cat "$file")"
		same '600 700' "$(stat -c %a "$file" "${file%/*}" | xargs)"
		never flock -n "$file" true
		refused jailed --name="${file##*/}" -- echo "$ran"
		assert_output "jailexec: ${file##*/}: a jail of this name runs already
jailexec: its first process is $first"
		# Another is another.
		run -0 jailed --name="${file##*/}.b" -- true
		[ ! -e "$file.b" ]
		kill -TERM "$(jailexec_of "$pid")"
		wait_for "$pid"
		same 143 "$status"
		[ ! -e "$file" ]
		# A jail that did not come to be has no name.
		run -127 jailed --name="${file##*/}" -- no-such-command
		[ ! -e "$file" ]
		run -0 jailed --name="${file##*/}" -- true
	}
	for_each_caller look
}

@test "a name that was left behind is free, one that is alive is not" {
	look() {
		local dir name=stale-$BASHPID text ended
		dir=$(name_dir)
		run -0 jailed --name="$name" -- true
		# Nobody asks how this one ended.
		sh -c 'true & exec sleep 1000' 3>&- &
		poll pgrep -r Z -P $!
		ended=$(pgrep -r Z -P $!)
		# Killed before it had written; dead; on its way there; the pid is
		# another's by now; nonsense.
		for text in '' "pid 4194304 start 5" "pid $$ start 1" \
			"pid $ended start $(start_of "$ended")" \
			"pid $$ start $(($(start_of $$) + 1))" nonsense; do
			printf '%s\n' "$text" >"$dir/$name"
			$as true
			[ "$as" = as_caller ] || chown 1234:1234 "$dir/$name"
			run -0 jailed --name="$name" -- echo in
			assert_output in
			[ ! -e "$dir/$name" ]
		done
		printf 'pid %s start %s\n' $$ "$(start_of $$)" >"$dir/$name"
		[ "$as" = as_caller ] || chown 1234:1234 "$dir/$name"
		refused jailed --name="$name" -- echo "$ran"
		assert_output "jailexec: $name: a jail of this name has outlived its jailexec
jailexec: kill -KILL $$ ends it"
		rm "$dir/$name"
		stop $!
	}
	for_each_caller look
}

@test "a name is free before the end is told" {
	look() {
		local pid file pipe=$BATS_TEST_TMPDIR/$as-lines go=$BATS_TEST_TMPDIR/$as-go
		file=$(name_dir)/told-$BASHPID
		mkfifo "$pipe" "$go"
		exec 8<>"$go" 9<>"$pipe"
		jailed --name="${file##*/}" --status-fd=9 -- sh -c 'read -r x' <&8 3>&- &
		pid=$!
		read -r -t 300 line <&9
		[ -s "$file" ]
		# The line of the end has to wait: there is no room for it.
		dd if=/dev/zero of="$pipe" oflag=nonblock bs=4096 count=1000 2>/dev/null || true
		echo go >&8
		poll test ! -e "$file"
		kill -0 "$pid"
		dd if="$pipe" iflag=nonblock of=/dev/null bs=64K count=1 2>/dev/null
		wait_for "$pid"
		same 0 "$status"
		exec 8>&- 9>&-
	}
	for_each_caller look
}

@test "ten that want one name at once: one gets it" {
	look() {
		local n name=race-$BASHPID
		local -a pids=()
		mkfifo "$BATS_TEST_TMPDIR/go-$as"
		for n in {1..10}; do
			jailed --name="$name" -- sh -c 'echo in; read -r x' \
				<"$BATS_TEST_TMPDIR/go-$as" >"$BATS_TEST_TMPDIR/$as-$n" 2>&1 3>&- &
			pids+=($!)
		done
		exec 8>"$BATS_TEST_TMPDIR/go-$as"
		all_said() { [ "$(cat "$BATS_TEST_TMPDIR/$as"-* | grep -cx -e in -e '.* runs already')" -eq 10 ]; }
		poll all_said
		same 1 "$(cat "$BATS_TEST_TMPDIR/$as"-* | grep -cx in)"
		same 9 "$(cat "$BATS_TEST_TMPDIR/$as"-* | grep -c 'runs already')"
		exec 8>&-
		wait "${pids[@]}" || true
		[ ! -e "$(name_dir)/$name" ]
	}
	for_each_caller look
}

@test "a name that is none is refused" {
	local name long
	long=$(printf '%064d' 0)
	for name in '' . .. .a a/b ../a /a 'a b' A aB -a _a a..b $'a\n' a$'\t' é 'a*' \
		"${long}0"; do
		refused jailed --name="$name" -- echo "$ran"
	done
	for name in "$BASHPID" "a$BASHPID" "a.b-c_d$BASHPID" "$(printf '%064d' "$BASHPID")"; do
		run -0 jailed --name="$name" -- true
	done
}

@test "nobody else's directory or link is used for names" {
	requires user-namespaces
	local as=as_user dir=$RUNGS_USER_HOME/other
	as_user mkdir -m 700 "$dir"
	refused as_user env -u XDG_RUNTIME_DIR jailexec -f "$jail" --name=a -- echo "$ran"
	assert_line 'jailexec: XDG_RUNTIME_DIR is not set: no place for a name'
	export XDG_RUNTIME_DIR
	cd "$dir"
	XDG_RUNTIME_DIR=. refused jailed --name=a -- echo "$ran"
	cd /
	XDG_RUNTIME_DIR=/no/such refused jailed --name=a -- echo "$ran"
	XDG_RUNTIME_DIR=/tmp refused jailed --name=a -- echo "$ran"
	XDG_RUNTIME_DIR=$dir
	# A link, or a directory that others can write to.
	as_user mkdir -m 700 "$dir/real"
	as_user ln -s real "$dir/rungs"
	refused jailed --name=a -- echo "$ran"
	as_user rm "$dir/rungs"
	as_user mkdir -m 777 "$dir/rungs"
	refused jailed --name=a -- echo "$ran"
	assert_output 'jailexec: rungs: others can write to it'
	as_user chmod 755 "$dir/rungs"
	as_user mkdir -m 700 "$dir/rungs/jails"
	as_user ln -s "$dir/victim" "$dir/rungs/jails/a"
	refused jailed --name=a -- echo "$ran"
	[ ! -e "$dir/victim" ]
	as_user mkdir "$dir/rungs/jails/b"
	refused jailed --name=b -- echo "$ran"
	requires root
	rm -r "$dir/rungs"
	mkdir -m 755 "$dir/rungs"
	refused jailed --name=a -- echo "$ran"
	assert_output 'jailexec: rungs: it belongs to somebody else'
}

# --- --detach ---

@test "--detach returns when the command runs, and it runs on" {
	look() {
		local name=web-$BASHPID-$as file first command
		file=$(name_dir)/$name
		mkfifo -m 666 "$BATS_TEST_TMPDIR/$as"
		detached() {
			jailed --detach --name="$name" --status-fd=4 -- sh -c 'echo in; read -r x; echo "got $x"; exit 6' \
				<>"$BATS_TEST_TMPDIR/$as" >"$BATS_TEST_TMPDIR/out-$as" 2>&1 3>&- 4>"$lines_file"
		}
		run -0 detached
		assert_output ''
		first=$(event started | value pid)
		command=$(event started | value child-pid)
		# The kernel closes what is not to be passed on before it gives the name.
		poll grep -qx sh "/proc/$command/comm"
		same "pid $first start $(start_of "$first")" "$(cat "$file")"
		# In a session of its own, with no terminal.
		local above
		above=$(awk '/^PPid:/ { print $2 }' "/proc/$first/status")
		same "jailexec $above" "$(cat "/proc/$above/comm") $(sed 's/.*) //' "/proc/$above/stat" | cut -d' ' -f4)"
		same / "$(readlink "/proc/$above/cwd")"
		refused jailed --detach --name="$name" -- echo "$ran"
		echo word >"$BATS_TEST_TMPDIR/$as"
		poll grep -q exited "$lines_file"
		ended 6 null null
		same $'in\ngot word' "$(cat "$BATS_TEST_TMPDIR/out-$as")"
		poll gone "$above"
		[ ! -e "$file" ]
	}
	requires root
	for_each_caller look
}

@test "--detach fails when the command does not run" {
	look() {
		local name=web-$BASHPID
		run -127 told --detach --name="$name" -- no-such-command
		assert_output 'jailexec: no-such-command: No such file or directory'
		same '{"event":"failed","status":127,"error":"no-such-command: No such file or directory"}' "$(cat "$lines_file")"
		run -126 jailed --detach --name="$name" -- /etc
		run -125 jailed --detach --name="$name" -C /no/such -- true
		[ ! -e "$(name_dir)/$name" ]
		refused jailed --detach -- echo "$ran"
		assert_output 'jailexec: --detach: expected --name=NAME, to find it again by'
		refused jailed --detach --name=../x -- echo "$ran"
		run -0 jailed --detach --name="$name" -- true
	}
	for_each_caller look
}

@test "a detached jail has no terminal, only files" {
	requires script
	local name=tty-$BASHPID out=$BATS_TEST_TMPDIR/tty
	# Its streams are the terminal of script(1).
	script -qec "jailexec -f '$jail' --detach --name=$name --status-fd=4 -- sh -c 'ls -l /proc/self/fd; test -t 0 || test -t 1 || (: </dev/tty) || exit 9' 4>'$lines_file'; echo status \$?" /dev/null </dev/null >"$out" 2>&1
	grep -q 'status 0' "$out"
	never grep -q '/proc' "$out"
	poll grep -q exited "$lines_file"
	ended 9 null null
	# What is no terminal stays.
	script -qec "jailexec -f '$jail' --detach --name=$name --status-fd=4 -- sh -c 'cat; echo words; echo errors >&2' 4>'$lines_file' >'$out.1' 2>'$out.2'" /dev/null </dev/null
	poll grep -q exited "$lines_file"
	same 'words errors' "$(cat "$out.1" "$out.2" | xargs)"
}

@test "a detached jail dies with the one that watches it, and frees its name" {
	look() {
		local name=killed-$BASHPID first above
		told --detach --name="$name" -- sh -c '(setsid sleep 1000 &); while :; do sleep 1; done' </dev/null >/dev/null 2>&1 3>&-
		first=$(event started | value pid)
		above=$(awk '/^PPid:/ { print $2 }' "/proc/$first/status")
		kill -KILL "$above"
		poll gone "$first"
		# The file is still there; the name is free.
		[ -e "$(name_dir)/$name" ]
		run -0 jailed --name="$name" -- echo in
		assert_output in
		[ ! -e "$(name_dir)/$name" ]
	}
	for_each_caller look
}

@test "a detached jail has its time limit, too" {
	look() {
		run -0 told --detach --name="timed-$BASHPID" --timeout=0.2s -- sleep 1000
		poll grep -q exited "$lines_file"
		ended 124 15 '"timeout"'
	}
	for_each_caller look
}

# --- many, and stops ---

@test "what jailexec may not write does not end the command" {
	# Room for the ids that root's jail picks, and for no line.
	head -c 4096 /dev/zero >"$BATS_TEST_TMPDIR/full"
	chmod 666 "$BATS_TEST_TMPDIR/full"
	short() { (ulimit -f 4 && exec 4>>"$BATS_TEST_TMPDIR/full" && jailed --status-fd=4 -- sh -c 'sleep 0.2; exit 9' | cat; exit "${PIPESTATUS[0]}"); }
	look() {
		run -9 short
	}
	for_each_caller look
}

@test "a storm of signals loses no exit status" {
	look() {
		local pid n target
		told -- /test/storm signals 42 >"$BATS_TEST_TMPDIR/$as" 3>&- &
		pid=$!
		poll grep -q ready "$BATS_TEST_TMPDIR/$as"
		target=$(jailexec_of "$pid")
		for ((n = 0; n < 2000; n++)); do
			kill -USR1 "$target"
			kill -USR2 "$target"
			kill -RTMIN "$target"
		done
		poll grep -q 'all three' "$BATS_TEST_TMPDIR/$as"
		kill -TERM "$target"
		wait_for "$pid"
		same 42 "$status"
		ended 42 null null
	}
	for_each_caller look
}

@test "a signal reaches the command where none can be queued" {
	look() {
		local pid
		unqueued() { (ulimit -i 0 && told -- /test/signals 34 10); }
		unqueued >"$BATS_TEST_TMPDIR/$as" 3>&- &
		pid=$!
		poll grep -q ready "$BATS_TEST_TMPDIR/$as"
		kill -RTMIN "$(jailexec_of "$pid")"
		poll grep -q 'got 34' "$BATS_TEST_TMPDIR/$as"
		kill -USR1 "$(jailexec_of "$pid")"
		wait_for "$pid"
		same 0 "$status"
	}
	for_each_caller look
}

@test "10,000 orphans lose no exit status, in a storm of signals" {
	look() {
		local pid n target
		told -- /test/storm orphans 10000 43 >"$BATS_TEST_TMPDIR/$as" 3>&- &
		pid=$!
		poll grep -q ready "$BATS_TEST_TMPDIR/$as"
		target=$(jailexec_of "$pid")
		for ((n = 0; n < 2000; n++)); do
			kill -USR1 "$target" && kill -RTMIN "$target" || break
		done 2>/dev/null
		wait_for "$pid"
		same 43 "$status"
		ended 43 null null
	}
	for_each_caller look
}

state_of() {
	awk '/^State:/ { print $2 }' "/proc/$1/status"
}

is_in_state() {
	[ "$(state_of "$1")" = "$2" ]
}

@test "stop and continue reach the command" {
	look() {
		local pid target command mode out
		for mode in '' --pid1; do
			out=$BATS_TEST_TMPDIR/$as$mode
			forget
			telling $mode -- sh -c 'trap "exit 8" TERM; echo ready; while :; do sleep 0.01; done' \
				>"$out" 3>&- &
			pid=$!
			poll grep -q ready "$out"
			started
			target=$(jailexec_of "$pid")
			command=$(event started | value child-pid)
			kill -TSTP "$target"
			poll is_in_state "$command" T
			poll is_in_state "$target" T
			kill -CONT "$target"
			poll never is_in_state "$command" T 2>/dev/null
			never is_in_state "$target" T
			kill -TERM "$target"
			wait_for "$pid"
			same 8 "$status"
			ended 8 null null
		done
	}
	for_each_caller look
}
