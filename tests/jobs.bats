#!/usr/bin/env bats
# jailexec(1) as a job of an interactive shell: stopped, continued, in the
# background, in a pipeline, resized, hung up and killed.  typist.c types.

load helper

setup_file() {
	root_dir >/dev/null
	export jail=$BATS_FILE_TMPDIR/jail
	a_root scratch >"$jail"
	chmod -R a+rX "$BATS_FILE_TMPDIR"
}

setup() {
	requires leaving-groups
	# For the shells at the terminal: short, so that no line is wrapped.
	export J="jailexec -f $jail" PS1='READY> ' TERM=dumb out=$BATS_TEST_TMPDIR/out
	: >"$out"
	chmod 666 "$out"
}

# at_shell <SCRIPT: what an interactive shell shows when that is typed.
# "exit" is the last line.
at_shell() {
	run "$as" "$RUNGS_STAGE/tests/typist" bash --norc --noprofile -i
	[ "$status" -eq 0 ] && return
	printf 'status %s:\n%s\n' "$status" "$output" >&2
	return 1
}

# at_tty COMMAND <SCRIPT: the same without a shell of job control.
at_tty() {
	"$as" "$RUNGS_STAGE/tests/typist" sh -c "$1" >&2
}

# --- stop and continue ---

@test "a command is stopped by Ctrl-Z, and goes on with fg and bg" {
	look() {
		at_shell <<-'END'
			see READY>
			line $J -- sh -c 'echo "g"o; while read -r x; do echo =$x; done'
			see go
			raw
			type \x1a
			see Stopped
			see READY>
			line stty -a | grep -o ' i'canon
			see icanon
			see READY>
			line fg
			raw
			type x\x0d
			see =x
			type \x1a
			see Stopped
			see READY>
			line bg
			see &
			see READY>
			line jobs
			see Running
			see READY>
			line kill %1; wait %1; echo st=$?
			see st=143
			see READY>
			line $J -- sh -c 'echo "g"o; sleep 1000'
			see go
			raw
			type \x03
			see READY>
			line echo st=$?; $J -- sh -c 'trap "exit 9" QUIT; echo "g"o; while :; do sleep 0.05; done'
			see st=130
			see go
			raw
			type \x1c
			see READY>
			line echo st=$?; exit 0
			see st=9
		END
	}
	for_each_caller look
}

@test "a full-screen program is stopped and goes on, with its own modes" {
	look() {
		# vi sets the modes of the jail's terminal; the caller's is raw.
		at_shell <<-'END'
			see READY>
			line $J -- sh -c 'vi /tmp/x; cat /tmp/x; echo st=$?'
			see - /tmp/x 1/1
			raw
			type ihello
			see hello
			type \x1b
			see - /tmp/x [Modified]
			type \x1a
			see Stopped
			see READY>
			line stty -a | grep -o ' i'canon
			see icanon
			line fg
			raw
			see - /tmp/x [Modified]
			type A world
			see world
			type \x1b
			see - /tmp/x [Modified]
			type :x\x0d
			see hello world
			see st=0
			see READY>
			line stty -a | grep -o ' i'canon
			see icanon
			line exec true
		END
	}
	for_each_caller look
}

@test "a shell in the jail has job control of its own" {
	look() {
		at_shell <<-'END'
			see READY>
			line $J -E PS1='IN> ' -- sh
			see IN>
			line echo flags=$-; sh -c 'echo "g"o; sleep 1000'
			see go
			type \x1a
			see Stopped
			see IN>
			line kill -KILL %1; wait
			see IN>
			line sh -c 'echo "g"o; sleep 1000'
			see go
			type \x03
			see IN>
			line echo st=$?; stty size
			see st=130
			see 24 80
			size 50 100
			line stty size
			see 50 100
			see IN>
			line kill -STOP $$
			see Stopped
			see READY>
			size 30 70
			line fg
			see IN>
			line stty size; exit 7
			see 30 70
			see READY>
			line echo st=$?; exit 0
			see st=7
		END
		never grep -Eq "can.t access tty|job control turned off" <<<"$output"
		grep -Eq 'flags=[a-z]*m' <<<"$output"
	}
	for_each_caller look
}

@test "who lets go on what has stopped need not do it twice" {
	# hold: jailexec does not hear that the command has stopped, and then
	# what the caller wants comes with it.
	hold() {
		local command init
		command=$(grep -o '"child-pid":[0-9]*' "$out" | cut -d: -f2)
		init=$(awk '$1 == "PPid:" { print $2 }' "/proc/$command/status")
		kill -STOP $!
		until grep -q '^State:.T' /proc/$!/status; do sleep 0.02; done
		kill -STOP "$command"
		until grep -q '^State:.T' "/proc/$command/status" &&
			grep -q '^State:.S' "/proc/$init/status" &&
			grep -q '^ShdPnd:.*[02468ace]....$' "/proc/$init/status"; do
			sleep 0.02
		done
	}
	export -f hold
	look() {
		export C="trap 'echo on' CONT; trap 'echo heard' USR1; echo go; while :; do sleep 0.05; done"
		: >"$out"
		at_shell <<-'END'
			see READY>
			line $J --status-fd=4 -- sh -c "$C" 4>"$out" &
			see go
			line hold; kill -CONT $!
			see on
			line kill -USR1 $!
			see heard
			line hold; kill -USR1 $!; kill -CONT $!
			see heard
			line kill -TERM $!; wait $!; echo st=$?
			see st=143
			see READY>
			line exec true
		END
	}
	for_each_caller look
}

# frozen 0|1: the group of version 2 of the command.
frozen() {
	local dir
	dir=$(awk '$(NF-2) == "cgroup2" { print $5; exit }' /proc/self/mountinfo)
	dir+=$(sed -n 's/^0:://p' "/proc/$(grep -o '"child-pid":[0-9]*' "$out" | cut -d: -f2)/cgroup")
	grep -qx "frozen $1" "$dir/cgroup.events"
}

@test "where a limit needs its keeper, nothing runs while that is stopped" {
	requires root
	requires pressure
	local as=as_caller
	until_frozen() { until frozen "$1"; do sleep 0.02; done; }
	export -f frozen until_frozen
	setlimit pressure=io:100%:10s wall=50 <"$jail" >"$BATS_TEST_TMPDIR/watched"
	export J="jailexec --status-fd=4 -f $BATS_TEST_TMPDIR/watched"
	at_shell <<-'END'
		see READY>
		line $J -- sh -c 'echo "g"o; while read -r x; do echo =$x; done' 4>"$out"
		see go
		raw
		type \x1a
		see Stopped
		see READY>
		line until_frozen 1; fg
		raw
		type x\x0d
		see =x
		line kill -STOP $$
		type \x04
		see READY>
		line exec true
	END
	# Where no shell would let us go on, others in the jail do.
	: >"$out"
	# shellcheck disable=SC2086 # words
	run -7 setsid --wait $J -- sh -c 'sh -c "kill -STOP \$PPID; sleep 0.2; kill -CONT \$PPID" & wait; wait; exit 7' 4>"$out"
}

# is_raw PID: the terminal that it writes errors to.
is_raw() {
	stty -a <"/proc/$1/fd/2" | grep -q -e ' -icanon'
}

@test "what pressure has frozen is a job that is stopped" {
	requires root
	requires pressure
	local as=as_caller
	setlimit pressure=cpu:1%:10s:stop cpus=0 wall=50 <"$jail" >"$BATS_TEST_TMPDIR/pressed"
	export J="jailexec --status-fd=4 -f $BATS_TEST_TMPDIR/pressed"
	export -f frozen
	at_shell <<-'END'
		see READY>
		line $J -- sh -c 'echo "g"o; yes >/dev/null & yes >/dev/null & while read -r x; do echo =$x; done; kill %1 %2; exit 9' 4>"$out"
		see go
		see Stopped
		see READY>
		line stty -a | grep -o ' i'canon; frozen 1; echo st=$?
		see icanon
		see st=0
		see READY>
		line fg
		raw
		type x\x0d
		see =x
		type \x04
		see READY>
		line echo st=$?; exit 0
		see st=9
	END
	# Without such a shell it waits, and so does what is typed.
	local typist script owner
	: >"$out"
	mkfifo "$BATS_TEST_TMPDIR/script"
	at_tty '$J -- sh -c "yes >/dev/null & yes >/dev/null & read -r x; echo =\$x; kill %1 %2" 4>"$out"; echo st=$?' \
		<"$BATS_TEST_TMPDIR/script" 3>&- &
	typist=$!
	exec {script}>"$BATS_TEST_TMPDIR/script"
	poll grep -q started "$out"
	owner=$(parent_of "$(grep -o '"pid":[0-9]*' "$out" | head -n 1 | cut -d: -f2)")
	poll frozen 1
	sleep 0.2
	poll is_raw "$owner"
	printf 'line x\n' >&"$script"
	sleep 0.2
	frozen 1
	kill -CONT "$owner"
	printf 'see =x\nsee st=0\n' >&"$script"
	exec {script}>&-
	wait "$typist"
}

@test "a new size is told, in front and in a pipeline" {
	look() {
		local waits="sh -c 'trap \"stty size\" WINCH; echo \"g\"o; while :; do sleep 0.05; done'"
		export C="$J -- $waits"
		at_shell <<-'END'
			see READY>
			line eval "$C"
			see go
			raw
			size 50 100
			see 50 100
			type \x03
			see READY>
			line eval "$C" | cat
			see go
			size 40 90
			see 40 90
			type \x03
			see READY>
			line exec true
		END
	}
	for_each_caller look
}

@test "who is stopped by SIGSTOP has its terminal back with fg, and only then" {
	# The jail's first process, and who is to be stopped: its parent.
	first() { grep -o 'started","pid":[0-9]*' "$out" | cut -d: -f2; }
	owner() { awk '$1 == "PPid:" { print $2 }' "/proc/$(first)/status"; }
	stop() {
		until stty -a </dev/tty | grep -q ' -icanon'; do sleep 0.02; done
		until grep -q started "$out"; do sleep 0.02; done
		kill -STOP "$(owner)"
	}
	stopped() { until jobs | grep -q Stopped; do sleep 0.02; done; }
	export -f first owner stop stopped
	look() {
		: >"$out"
		at_shell <<-'END'
			see READY>
			line stop & $J --status-fd=4 -- sh -c 'echo "g"o; while read -r x; do echo "=$x"; done; exit 9' 4>>"$out"
			see Stopped
			see READY>
			line fg
			raw
			type seen\x0d
			see =seen
			type \x1a
			see Stopped
			see READY>
			line stop & fg %2
			see Stopped
			see READY>
			line stty -a | grep -o ' i'canon; stty -ixon -i'c'anon; kill -CONT "$(owner)"; head -n 1; stty i'c'anon
			see icanon
			line mine
			see mine
			see mine
			see READY>
			line kill -STOP "$(owner)"; stopped; fg
			raw
			type x\x0d
			see =x
			line more
			see =more
			type \x1a
			see Stopped
			see READY>
			line stty -a | grep -o '.'ixon
			see -ixon
			see READY>
			line fg
			raw
			type \x04
			see READY>
			line echo st=$?; : >"$out"; stop & $J --status-fd=4 -- sleep 1000 4>>"$out"
			see st=9
			see Stopped
			see READY>
			line p=$(owner); stty ixoff; kill -KILL "$(first)"; kill -CONT $p
			see READY>
			line while kill -0 $p; do sleep 0.02; done 2>/dev/null; stty -a | grep -o '.'ixoff
			see  ixoff
			see READY>
			line exec true
		END
	}
	for_each_caller look
}

# --- pipelines, and the background ---

@test "only who reads the terminal gets what is typed" {
	look() {
		# Who is behind in the pipeline, and then who is in the jail.
		at_shell <<-'END'
			see READY>
			line $J -- sh -c 'echo "g"o; sleep 1; echo end' | sh -c 'read -r x; stty -a </dev/tty | grep -o " i"canon; read -r y </dev/tty; echo =$y; cat'
			see icanon
			line typed
			see =typed
			see end
			see READY>
			line $J -- sh -c 'echo "g"o; sleep 1; stty -a </dev/tty | grep -o " e"cho" "; echo end' | sh -c 'read -r x; echo =$x; sleep 0.5; read -r y </dev/tty; echo =$y; cat'
			see =go
			line ahead
			see =ahead
			see  echo
			see end
			see READY>
			line $J -- head -n 1 | cat
			raw
			type in\x0d
			see in
			see in
			see READY>
			line $J -- sh -c 'echo "g"o; read -r x; echo =$x' | cat
			see go
			line waits with poll
			see =waits
			see READY>
			line echo from | $J -- sh -c 'read -r x; y=$(head -n 1 /dev/tty); echo =$x=$y'
			raw
			type in\x0d
			see =from=in
			see READY>
			line $J -- cat >"$out"; echo =$(cat "$out")
			raw
			type more\x0d
			type \x04
			see =more
			see READY>
			line $J -- cat </dev/null; echo st=$?; $J -- yes | head -n 1; echo st=${PIPESTATUS[*]}
			see st=0
			see y
			see st=141 0
			see READY>
			line echo yes | $J -- cat; exit 0
			see yes
		END
		# Nothing is shown of how the jail was asked.
		[[ $output == *$'\nahead\n=ahead\n'* ]]
	}
	for_each_caller look
}

@test "Ctrl-Z and Ctrl-C are for all of a pipeline" {
	look() {
		at_shell <<-'END'
			see READY>
			line $J -- sh -c 'trap "echo on" CONT; echo "g"o; while :; do sleep 0.05; done' | sh -c 'while read -r x; do echo =$x; done'
			see =go
			type \x1a
			see Stopped
			see READY>
			line jobs; stty -a | grep -o ' i'canon
			see icanon
			see READY>
			line fg
			see =on
			type \x03
			see READY>
			line echo st=${PIPESTATUS[*]}
			see st=130
			see READY>
			line $J -- sh -c 'head -n 1; sleep 1000' | cat
			raw
			type in\x0d
			see in
			see in
			type \x1a
			see Stopped
			see READY>
			line stty -a | grep -o ' i'canon
			see icanon
			see READY>
			line kill -KILL %2; exec true
		END
	}
	for_each_caller look
}

@test "in the background, who reads is stopped, and who writes is not" {
	look() {
		at_shell <<-'END'
			see READY>
			line $J -- cat & sleep 0.1; wait %1; jobs
			see Stopped
			see READY>
			line fg
			raw
			type in\x0d
			see in
			see in
			type \x04
			see READY>
			line $J -- echo "w"ritten & wait %1; echo st=$?
			see written
			see st=0
			see READY>
			line stty tostop; $J -- echo "h"eld & wait %1; stty -tostop; jobs
			see Stopped
			see READY>
			line fg
			see held
			see READY>
			line exec true
		END
	}
	for_each_caller look
}

# --- limits, kills, and whole ends ---

@test "a time limit ends what is stopped, at a terminal, too" {
	look() {
		local limit
		# If it is over before the stop, it gets more of it.
		for limit in 3 30; do
			export C="jailexec --timeout=${limit}s -f $jail"
			! stopped || return 0
		done
		return 1
	}
	stopped() {
		at_shell <<-'END'
			see READY>
			line $C -- sh -c 'echo "g"o; sleep 1000'
			see go
			raw
			type \x1a
			see Stopped
			see READY>
			line while kill -0 %1 2>/dev/null; do sleep 0.1; done
			see Exit 124
			see READY>
			line exec true
		END
	}
	for_each_caller look
}

@test "what shares the host's process ids is a job, too, and so is who goes into a jail" {
	look() {
		local hold
		enterns pid=host <"$jail" >"$BATS_TEST_TMPDIR/host"
		mkfifo "$BATS_TEST_TMPDIR/$as"
		: >"$out"
		"$as" jailexec -f "$jail" --status-fd=4 -- cat <"$BATS_TEST_TMPDIR/$as" 3>&- 4>"$out" &
		exec {hold}>"$BATS_TEST_TMPDIR/$as"
		poll grep -q started "$out"
		local inside
		inside=$(grep -o '"child-pid":[0-9]*' "$out" | cut -d: -f2)
		for C in "jailexec -f $BATS_TEST_TMPDIR/host" "enterns of=$inside"; do
			export C
			at_shell <<-'END'
				see READY>
				line $C -- sh -c 'tty; trap "" HUP; echo "g"o; while read -r x; do echo =$x; done; exit 9'
				see /dev/pts/
				see go
				raw
				type \x1a
				see Stopped
				see READY>
				line stty -a | grep -o ' i'canon
				see icanon
				see READY>
				line fg
				raw
				type x\x0d
				see =x
				size 50 100
				type \x04
				see READY>
				line echo st=$?; $C -- sh -c 'stty size; echo "g"o; sleep 1000'
				see st=9
				see 50 100
				see go
				raw
				type \x03
				see READY>
				line echo st=$?; exit 0
				see st=130
			END
		done
		exec {hold}>&-
		wait
	}
	for_each_caller look
}

@test "a hang-up ends the jail, and leaves nothing" {
	look() {
		local description
		enterns pid=host <"$jail" >"$BATS_TEST_TMPDIR/host"
		# The command is told of it.  Where neither the shell nor jailexec
		# listens, it has lost its terminal, which it may not even have had.
		for description in "$jail" "$BATS_TEST_TMPDIR/host"; do
			hung_up '' 'sh -c "sleep 1000; :" - $0 & sleep 1000' '"signal":1,'
			hung_up "trap '' HUP;" 'cat; exit 5' '"status":5,'
			hung_up "trap '' HUP;" 'sleep 0.3; cat </dev/tty; exit 5' '"status":5,' '| cat'
		done
	}
	# hung_up BEFORE COMMAND END [BEHIND]: END is what the status line tells.
	hung_up() {
		local own=$BATS_TEST_TMPDIR/$as-$RANDOM
		cp "$description" "$own"
		: >"$out"
		run at_tty "$1 jailexec --status-fd=4 -f $own -- sh -c 'echo \"g\"o; $2' $own 4>$out ${4:-}" 3>&- <<-'END'
			see go
			hangup
		END
		# Who has to put the terminal right, and who was in the jail, is gone.
		poll grep -q "$3" "$out" && poll no_process_of "$own" && return
		processes_of "$own" | xargs -r kill -KILL
		return 1
	}
	for_each_caller look
}

@test "a terminal that takes no output is waited for, but not by who is ended" {
	local typist script all
	mkfifo "$BATS_TEST_TMPDIR/script"
	export J="jailexec --status-fd=4 --keep-fd=5 -f $jail"
	# The first fills it; nobody looks until the script says so.
	all='exec 4>>"$out" 5>>"$out"
		setsid -w $J --timeout=1 -- yes; echo "st=$?" >&5
		for n in 1 2 3; do yes | dd of=/dev/tty oflag=nonblock; sleep 0.1; done 2>/dev/null
		$J --timeout=1 -- yes; echo "st=$?" >&5
		$J -- sh -c "seq 1000; echo up >&5; exec sleep 1000" & pid=$!
		until grep -qx up "$out"; do sleep 0.02; done
		kill "$pid"; wait "$pid"; echo "st=$?" >&5
		$J -- sh -c "seq 1000; exit 9" & pid=$!
		until grep -q "status\":9," "$out"; do sleep 0.02; done
		kill "$pid"; wait "$pid"; echo "st=$?" >&5
		$J -- sh -c "seq 1000; echo last words; exit 7"; echo "st=$?"'
	look() {
		: >"$out"
		at_tty "$all" <"$BATS_TEST_TMPDIR/script" 3>&- &
		typist=$!
		exec {script}>"$BATS_TEST_TMPDIR/script"
		poll grep -q '"status":7,' "$out" || kill "$typist"
		same 'st=124 st=124 st=143 st=9' "$(grep st= "$out" | xargs)"
		sleep 0.2
		printf 'see last words\nsee st=7\n' >&"$script"
		exec {script}>&-
		wait "$typist"
	}
	for_each_caller look
}

# has_died PID: it may not have been waited for.
has_died() {
	! grep -q "^State:.[^ZX]" "/proc/$1/status" 2>/dev/null
}

@test "the terminal gets its modes back, whatever is killed" {
	look() {
		local who
		for who in jailexec init; do
			: >"$out"
			# No shell of job control is there to do it; who does it is told by
			# the death of the killed one, and may come after it.
			at_tty 'jailexec --status-fd=4 --keep-fd=5 -f "$jail" -- sh -c "echo \"g\"o; read -r x; echo \$x >&5; sleep 1000" 4>>"$out" 5>>"$out"; until stty -a | grep -o " icanon"; do sleep 0.05; done; read -r x; echo "=$x"' <<-'END' &
				see go
				raw
				type ready\x0d
				cooked
				see icanon
				line typed
				see =typed
			END
			local pid=$! first
			poll grep -qx ready "$out"
			poll grep -q started "$out"
			first=$(grep -o '"pid":[0-9]*' "$out" | head -n 1 | cut -d: -f2)
			[ "$who" = init ] || first=$(parent_of "$first")
			kill -KILL "$first"
			wait "$pid"
		done
	}
	for_each_caller look
}

@test "modes that are not the jail's are left alone when it is killed" {
	gone() { while grep -qlzFx "$1" /proc/[0-9]*/cmdline; do sleep 0.02; done 2>/dev/null; }
	export -f gone
	look() {
		export mark=jobs-$as-$BASHPID
		# Stopped, it has no terminal: these are of who has it now.
		at_shell <<-'END'
			see READY>
			line $J -- sh -c 'echo "g"o; sleep 1000' $mark
			see go
			raw
			type \x1a
			see Stopped
			see READY>
			line stty raw -echo; kill -KILL %1; gone $mark; stty -a | grep -o ' -'icanon; stty sane
			see  -icanon
			see READY>
			line exec true
		END
		# Somebody was quicker than who puts it right, as a shell may be.
		at_tty '{ until stty -a </dev/tty | grep -q " -icanon"; do sleep 0.02; done
			pid=$(pgrep -x -P $$ jailexec)
			until right=$(pgrep -x -P "$pid" rungs-guardian); do sleep 0.02; done
			kill -STOP "$right"
			pkill -KILL -P $$ -x jailexec
			echo "$right" >"$out"; } &
			$J -- sh -c "echo g\"\"o; sleep 1000" "$mark"
			stty sane -icanon -echo; wait
			kill -CONT "$(cat "$out")"; gone "$mark"; stty -a | grep -o " -icanon"' <<-'END'
			see go
			see  -icanon
		END
	}
	for_each_caller look
}

@test "a command whose pid 1 is gone before it is to die with it does not run" {
	requires strace
	requires no-sanitizer
	look() {
		local calls=$BATS_TEST_TMPDIR/calls.$as host=$BATS_TEST_TMPDIR/host typist stopped
		enterns pid=host <"$jail" >"$host"
		: >"$calls"
		chmod 666 "$calls"
		# Each stops when it has changed to its directory; for the command,
		# that comes after pid 1 has let it go.  A hang-up would end it, too.
		at_tty "trap '' HUP; strace -f -qq -o $calls -e trace=fchdir -e inject=fchdir:signal=STOP:when=1 jailexec -C / -f $host -- echo $ran; echo st=\$?" <<<'see st=' >"$out" &
		typist=$!
		poll stopped_are 1
		kill -CONT "${stopped[0]}"
		poll stopped_are 2
		never same "${stopped[@]}" 2>/dev/null
		kill -KILL "${stopped[0]}"
		poll has_died "${stopped[0]}"
		kill -CONT "${stopped[1]}"
		wait "$typist"
		same st=137 "$(cat "$out")"
	}
	stopped_are() {
		mapfile -t stopped < <(awk '/stopped by SIGSTOP/ { print $1 }' "$calls")
		((${#stopped[@]} == $1))
	}
	at_tty() { "$as" "$RUNGS_STAGE/tests/typist" sh -c "$1"; }
	for_each_caller look
}

@test "1 GiB goes through a jail whole, and who hears no more ends it" {
	look() {
		through() { yes 0123456789abcde | head -c 1G | "$as" jailexec -f "$jail" -- cat | cksum; }
		run -0 through
		assert_output "$want"
		run -0 bash -c "$as"' jailexec -f "$jail" -- yes | head -n 1; echo "${PIPESTATUS[0]}"'
		assert_output $'y\n141'
	}
	export -f as_caller as_user
	local want
	want=$(yes 0123456789abcde | head -c 1G | cksum)
	for_each_caller look
}
