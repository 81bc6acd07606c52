#!/usr/bin/env bats
# jailexec(1) at a terminal: one of the jail's own, or with -T the caller's.

load helper

setup() {
	requires leaving-groups
	requires script
	export jail=$BATS_TEST_TMPDIR/jail bare=$BATS_TEST_TMPDIR/bare
	a_root scratch >"$jail"
	printf 'jail 1\nend\n' >"$bare"
	export none=$BATS_TEST_TMPDIR/none
	denycall none <"$jail" >"$none"
	chmod -R a+rX "$BATS_TEST_TMPDIR"
}

# at_terminal COMMAND: what a line of shell shows where all of its streams
# are a terminal.  Nothing is typed there, and it does not end either.
at_terminal() {
	local hold
	[ -p "$BATS_TEST_TMPDIR/silent" ] || mkfifo "$BATS_TEST_TMPDIR/silent"
	exec {hold}<>"$BATS_TEST_TMPDIR/silent"
	"$as" script -qec "$1" /dev/null <&"$hold" | tr -d '\r'
	local ended=${PIPESTATUS[0]}
	exec {hold}>&-
	return "$ended"
}

# --- -T: the caller's ---

@test "-T leaves the command in the caller's session and process group" {
	look() {
		local group="cut -d ' ' -f 5,6,7 /proc/self/stat"
		# Numbers of the caller's are none in the jail's process ids.
		run -0 at_terminal "jailexec -T -f $jail -- $group"
		[[ $output =~ ^0\ 0\ [1-9][0-9]*$ ]]
		run -0 at_terminal "jailexec -f $jail -- $group"
		[[ $output =~ ^[12]\ [12]\ [1-9][0-9]*$ ]]
		run -0 at_terminal "$group; jailexec -x -T -f $bare -- $group"
		same "${lines[0]}" "${lines[1]}"
		# The terminal itself: its number is that of the streams.
		run -0 at_terminal "stat -Lc %t:%T /dev/stdin; jailexec -T -f $jail -- stat -Lc %t:%T /proc/self/fd/0"
		same "${lines[0]}" "${lines[1]}"
	}
	for_each_caller look
}

@test "with -T streams and /dev/tty are read and written, by whoever" {
	look() {
		local options
		for options in '' '-u 5'; do
			run -0 at_terminal "jailexec -T $options -f $jail -- sh -c 'echo out; echo err >&2; echo tty >/dev/tty; test -t 0 -a -t 1 -a -t 2; stty -g </dev/tty >/dev/null && echo modes'"
			assert_output $'out\nerr\ntty\nmodes'
			typed() { printf 'hello\n' | "$as" script -qec "stty -echo; jailexec -T $options -f $jail -- head -n 1 /dev/tty" /dev/null; }
			run -0 typed
			grep -Fq hello <<<"$output"
		done
	}
	for_each_caller look
}

@test "-T sets no_new_privs and a filter, with -x too, and nothing else does" {
	look() {
		local privileges=(grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status)
		run -0 "$as" jailexec -x -T -f "$bare" -- "${privileges[@]}"
		assert_output $'NoNewPrivs:\t1\nSeccomp:\t2'
		run -0 "$as" jailexec -T -f "$jail" -- "${privileges[@]}"
		assert_output $'NoNewPrivs:\t1\nSeccomp:\t2'
		run -0 "$as" jailexec -T -f "$none" -- "${privileges[@]}"
		assert_output $'NoNewPrivs:\t1\nSeccomp:\t2'
		run -0 "$as" jailexec -f "$none" -- "${privileges[@]}"
		assert_output $'NoNewPrivs:\t1\nSeccomp:\t0'
		run -0 "$as" jailexec -x -f "$bare" -- "${privileges[@]}"
		assert_output $'NoNewPrivs:\t0\nSeccomp:\t0'
	}
	# One that the tests themselves run under would be counted, too.
	never grep -Eqx 'Seccomp:.[12]|NoNewPrivs:.1' /proc/self/status ||
		skip 'requires no filter'
	for_each_caller look
}

@test "-T is explained, and told, as the last thing before the command" {
	run -0 jailexec -e -T -f "$jail" -- true
	same 'descriptors system calls command' "$(cut -d: -f1 <<<"$output" | tail -n 3 | xargs)"
	assert_match 'system calls: prctl\(2\) PR_SET_SECCOMP .*'
	never grep -Eq 'ptmx|setsid' <<<"$output"
	run -0 jailexec -e -x -T -f "$bare" -- true
	same 'no_new_privs system calls command' "$(cut -d: -f1 <<<"$output" | xargs)"
	run -0 jailexec -v -T -f "$jail" -- true
	assert_match 'jailexec: system calls: prctl.*'
	run -0 jailexec -e -f "$none" -- true
	never grep -q SECCOMP <<<"$output"
}

@test "-T without any terminal changes nothing for the command" {
	look() {
		no_terminal() { "$as" setsid --wait jailexec -T -f "$jail" -- sh -c 'cat; : </dev/tty' <<<input; }
		run -1 no_terminal
		assert_output "input
sh: can't open /dev/tty: No such device or address"
		run -7 "$as" setsid --wait jailexec -T -f "$jail" -- sh -c 'exit 7'
	}
	for_each_caller look
}

@test "-T is refused with --detach, which leaves the terminal" {
	refused jailexec -T --detach "--name=terminal-$$" -f "$jail" -- echo "$ran"
	assert_output 'jailexec: -T: --detach leaves the terminal'
}

@test "-T shares the terminal with who goes into a jail, too" {
	local hold as=as_caller
	mkfifo "$BATS_TEST_TMPDIR/open"
	jailexec -f "$jail" --status-fd=4 -- cat <"$BATS_TEST_TMPDIR/open" 3>&- 4>"$BATS_TEST_TMPDIR/lines" &
	exec {hold}>"$BATS_TEST_TMPDIR/open"
	poll grep -q started "$BATS_TEST_TMPDIR/lines"
	enterns -n "of=$(grep -o '"child-pid":[0-9]*' "$BATS_TEST_TMPDIR/lines" | cut -d: -f2)" >"$BATS_TEST_TMPDIR/of"
	run -1 at_terminal "jailexec -x -T -f $BATS_TEST_TMPDIR/of -- sh -c 'hostname; cut -d \" \" -f 5,6 /proc/self/stat; grep Seccomp: /proc/self/status; /test/attack tiocsti native'"
	assert_output "jail
0 0
Seccomp:	2
Operation not permitted"
	exec {hold}>&-
	wait
}

@test "without a terminal to be had in the jail, none is taken from elsewhere" {
	local fifo=$BATS_TEST_TMPDIR/fifo own=$BATS_TEST_TMPDIR/own
	mkfifo -m 666 "$fifo"
	chmod a+rX "$BATS_TEST_TMPDIR"
	look() {
		addmount none proc tmpfs=/dev bind="$fifo:/dev/pts/ptmx" <"$jail" >"$own"
		refused at_terminal "jailexec -f $own -- echo $ran"
		assert_match 'jailexec: terminal: open the other end of /dev/pts/ptmx: .*'
		addmount none proc <"$jail" >"$own"
		refused at_terminal "jailexec -f $own -- echo $ran"
		assert_output "jailexec: terminal: open /dev/pts/ptmx: No such file or directory
jailexec: addmount dev makes one in the jail; -T shares the caller's"
		run -0 at_terminal "jailexec -T -f $own -- test -t 0"
	}
	for_each_caller look
}

@test "a shared terminal keeps the modes it is left with, but by who is killed" {
	look() {
		local modes='stty -a | grep -Eo " -?(icanon|echo) "'
		run -0 at_terminal "jailexec -T -f $jail -- stty -echo; $modes"
		assert_output $' icanon \n -echo '
		# shellcheck disable=SC2016 # for the shell in there
		run -0 at_terminal "jailexec -T -f $jail -- sh -c 'stty raw -echo; kill -9 \$\$'; $modes"
		assert_output $' icanon \n echo '
	}
	for_each_caller look
}

@test "who is killed with -T leaves the modes that it was continued with" {
	requires dash
	export out=$BATS_TEST_TMPDIR/out PS1='READY> ' TERM=dumb
	export J="jailexec -T --status-fd=4 -f $jail"
	export C='trap "echo on" CONT; echo go; while :; do sleep 0.05; done'
	: >"$out"
	chmod 666 "$out"
	# kill_raw: what the command has set itself is not meant.
	first() { grep -o 'started","pid":[0-9]*' "$out" | tail -n 1 | cut -d: -f2; }
	kill_raw() {
		until stty -a </dev/tty | grep -q ' -icanon'; do sleep 0.02; done
		until grep -q started "$out"; do sleep 0.02; done
		kill -CONT "$(awk '$1 == "PPid:" { print $2 }' "/proc/$(first)/status")"
		kill -KILL "$(first)"
	}
	# tell: jailexec has told, too, which may be after the command did.
	tell() {
		until grep -q started "$out"; do sleep 0.02; done
		echo IT RUNS
	}
	# kill_stopped: jailexec hears of it when it goes on.
	kill_stopped() {
		kill -KILL "$(first)"
		until grep -q '^State:.Z' "/proc/$(first)/status"; do sleep 0.02; done
	}
	# The shell at the terminal hands no function on.
	export t=$BATS_TEST_TMPDIR/functions
	declare -f first kill_raw tell kill_stopped >"$t"
	look() {
		: >"$out"
		run -0 "$as" "$RUNGS_STAGE/tests/typist" dash -i <<-'END'
			see READY>
			line $J -- sh -c "$C" 4>>"$out"
			see go
			type \x1a
			see Stopped
			see READY>
			line stty -echo
			see READY>
			line fg
			see on
			type \x03
			see READY>
			line stty -a | grep -o '.e'cho' '; stty echo; : >"$out"; bash -c '. $t; tell' & $J -- sleep 1000 4>>"$out"
			see -echo
			see IT RUNS
			type \x1a
			see Stopped
			see READY>
			line stty -'e'cho; bash -c '. $t; kill_stopped'; fg; stty -a | grep -o '.e'cho' '; stty echo; : >"$out"; bash -c '. $t; kill_raw' & $J -- sh -c 'stty -icanon -"e"cho; sleep 1000' 4>>"$out"
			see -echo
			see READY>
			line stty -a | grep -o '.e'cho' '; exit 0
			see  echo
		END
	}
	for_each_caller look
}
