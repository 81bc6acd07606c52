#!/usr/bin/env bats
# jailexec(1): what a jail is by default, what the options change, how the
# command lives and ends in it, and what is refused.

load helper

setup_file() {
	root_dir >/dev/null
}

setup() {
	requires leaving-groups
}

# --- what a jail is by default ---

@test "a jail's namespaces are its own, but for time" {
	look() {
		local kind
		run -0 in_jail -- sh -c 'for link in /proc/self/ns/*; do readlink $link; done'
		for kind in cgroup ipc mnt net pid user uts; do
			assert_match "$kind:\[[0-9]+\]"
			never grep -Fxq "$(readlink "/proc/self/ns/$kind")" <<<"$output"
		done
		assert_line "$(readlink /proc/self/ns/time)"
	}
	for_each_caller look
}

@test "a jail has root's id, few capabilities and no way to more" {
	look() {
		run -0 in_jail -- /test/whatigot
		assert_line 'uid 0 0 0' 'gid 0 0 0' 'no_new_privs 1' \
			'inheritable 0000000000000000' \
			'permitted 00000000800425fb' \
			'effective 00000000800425fb' \
			'bounding 00000000800425fb' \
			'ambient 0000000000000000' \
			'securebits 0' 'keepcaps 0'
	}
	for_each_caller look
}

@test "a jail of root has the one group, and it is nobody's outside" {
	requires root
	run -0 in_jail -- /test/whatigot
	assert_line 'groups 0'
	run -0 in_jail -- cat /proc/self/setgroups
	assert_output allow
}

@test "a jail of an ordinary user has that one id and cannot change groups" {
	requires user-namespaces one-group
	as=as_user
	run -0 in_jail -- sh -c 'cat /proc/self/uid_map /proc/self/gid_map | xargs -n 3; cat /proc/self/setgroups'
	same "$(printf '0 %s 1\n0 %s 1\ndeny' "$(as_user id -u)" "$(as_user id -g)")" "$output"
	run -1 in_jail -- /test/attack setgroups
	assert_output 'Operation not permitted'
	run -1 in_jail -- /test/attack setuid 1
	assert_output 'Invalid argument'
}

@test "nobody in a jail can make another user namespace" {
	look() {
		run -1 in_jail -- /test/attack unshare
		assert_output 'Operation not permitted'
		run -1 in_jail -u 5 -- /test/attack unshare
		# Nor is it the filter alone that forbids it.
		unfiltered() { a_root scratch | denycall none | "$as" jailexec -- /test/attack unshare; }
		run -1 unfiltered
		assert_output 'No space left on device'
	}
	for_each_caller look
}

@test "a jail's host name is jail" {
	look() {
		local before
		before=$(hostname)
		run -0 in_jail -- hostname
		assert_output jail
		same "$before" "$(hostname)"
	}
	for_each_caller look
}

@test "the command is pid 2, its parent pid 1, and nobody else is there" {
	look() {
		run -0 in_jail -- /test/whatigot
		assert_line 'pid 2' 'ppid 1' 'deathsig 0'
		run -0 in_jail -- sh -c 'cd /proc; echo [0-9]*'
		assert_output '1 2'
		run -0 in_jail -- ps -o pid,comm
		assert_output $'PID   COMMAND\n    1 init\n    2 ps'
	}
	for_each_caller look
}

@test "lo is up, answers, and is all of the network" {
	look() {
		run -0 in_jail -- ls /sys/class/net
		assert_output lo
		run -0 in_jail -- sh -c 'ip -o link; ping -c 1 -W 60 127.0.0.1; ping -c 1 -W 60 ::1; cat /proc/net/route | wc -l'
		[[ $output == *'LOOPBACK,UP'* ]]
		same 2 "$(grep -c ' 0% packet loss' <<<"$output")"
		same 1 "${lines[-1]}" 'a line of titles, no route'
	}
	for_each_caller look
}

@test "/dev has the usual devices and nothing else" {
	look() {
		run -0 in_jail -- sh -c 'cd /dev && find * | sort | xargs stat -c "%n %F %t:%T"'
		assert_output 'fd symbolic link 0:0
full character special file 1:7
mqueue directory 0:0
null character special file 1:3
ptmx symbolic link 0:0
pts directory 0:0
pts/ptmx character special file 5:2
random character special file 1:8
shm directory 0:0
stderr symbolic link 0:0
stdin symbolic link 0:0
stdout symbolic link 0:0
tty character special file 5:0
urandom character special file 1:9
zero character special file 1:5'
		run -0 in_jail -- sh -c 'head -c 3 /dev/zero | od -An -tx1; head -c 9 /dev/urandom | wc -c; head -c 9 /dev/random | wc -c; cat /dev/null; echo x >/dev/null; echo x 2>&1 >/dev/full | cat; echo words | cat /dev/stdin /dev/fd/0 | cat; : >/dev/shm/file; : >/dev/mqueue/queue'
		assert_output ' 00 00 00
9
9
sh: write error: No space left on device
words'
	}
	for_each_caller look
}

@test "/dev is the same under any umask, and where no node can be made" {
	local look='cd /dev && stat -c "%n %a" . * && echo x >null && cat /proc/keys' as want
	masked() { (umask 077 && in_jail -- sh -c "$look"); }
	for as in "${callers[@]}"; do
		want=$(in_jail -- sh -c "$look")
		run -0 masked
		same "$want" "$output"
	done
	requires root
	unable() { a_root scratch | setpriv --bounding-set=-mknod jailexec -- sh -c "$look; grep -c ' /dev/null ' /proc/self/mountinfo"; }
	run -0 unable
	same "$want"$'\n1' "$output"
}

@test "a jail's programs can have a pseudo-terminal" {
	requires alpine
	look() {
		run -0 in_jail -- sh -c 'exec 5<>/dev/ptmx && ls /dev/pts'
		assert_output $'0\nptmx'
	}
	for_each_caller look
}

@test "no mount of the host is in a jail, and / is the top" {
	look() {
		run -0 in_jail -- sh -c 'stat -c %d:%i / /.. /../.. | uniq | wc -l; ls -a /.. | wc -l; ls -a / | wc -l'
		same 1 "${lines[0]}"
		same "${lines[1]}" "${lines[2]}"
		run -0 in_jail -- cat /proc/self/mountinfo
		# Our own kinds only, and no path of the host.
		same '' "$(awk '{ for (n = 7; $n != "-"; n++); print $(n + 1) }' <<<"$output" |
			grep -vx -e overlay -e proc -e sysfs -e tmpfs -e devpts -e mqueue -e devtmpfs)"
		same '' "$(awk '$4 !~ /^\/((null|zero|full|random|urandom|tty|bus|fs|irq|sys|sysrq-trigger)?|)$/' <<<"$output")"
		never grep -Fq "$BATS_FILE_TMPDIR" <<<"$output"
	}
	for_each_caller look
}

@test "what tells of the host is masked, what would change it is read-only" {
	look() {
		run -0 in_jail -- sh -c '
			cd /proc
			for path in acpi asound interrupts kcore keys latency_stats \
				sched_debug scsi timer_list timer_stats \
				/sys/firmware /sys/devices/virtual/powercap; do
				[ -e "$path" ] || continue
				if [ -d "$path" ]; then
					[ -z "$(ls -A "$path")" ] || echo "open: $path"
				else
					[ "$(stat -c %t:%T "$path")" = 1:3 ] || echo "open: $path"
				fi
			done
			for path in bus fs irq sys sysrq-trigger; do
				[ -e "$path" ] || continue
				grep -q " /proc/$path ro," /proc/self/mountinfo || echo "rw: $path"
			done
			grep -q " /sys ro," /proc/self/mountinfo || echo "rw: /sys"
			(echo x >/proc/sys/kernel/hostname) 2>&1
			(echo x >/proc/irq/default_smp_affinity) 2>&1
			(: >/sys/kernel/file) 2>&1; mkdir /sys/fs/x 2>&1; true'
		same '' "$(grep -e ^open: -e ^rw: <<<"$output")"
		same 4 "$(grep -c 'Read-only file system' <<<"$output")" "$output"
	}
	for_each_caller look
}

@test "a jail of root's has its own devices, whatever root it is in" {
	requires root own-nodes
	local words
	a_root scratch >"$BATS_TEST_TMPDIR/jail"
	enterns time <"$BATS_TEST_TMPDIR/jail" >"$BATS_TEST_TMPDIR/jail-time"
	mkroot host >"$BATS_TEST_TMPDIR/jail-host"
	for words in jail jail-time jail-host; do
		run -0 jailexec -f "$BATS_TEST_TMPDIR/$words" -- stat -c '%d:%i' /dev/null
		[ "$output" != "$(stat -c '%d:%i' /dev/null)" ]
		run -0 jailexec -f "$BATS_TEST_TMPDIR/$words" -- sh -c 'echo >/dev/null && head -c 3 /dev/zero | wc -c'
		assert_output 3
	done
}

@test "the mounts of a jail forbid what nobody needs there" {
	look() {
		run -0 in_jail -- sh -c 'cut -d" " -f5,6 /proc/self/mountinfo'
		assert_match '/ rw,nodev.*'
		assert_match '/proc rw,nosuid,nodev,noexec.*'
		assert_match '/sys ro,nosuid,nodev,noexec.*'
		if has_own_nodes; then
			assert_match '/dev rw,nosuid,noexec.*'
		else
			assert_match '/dev rw,nosuid,nodev,noexec.*'
			assert_match '/dev/null ro,nosuid,noexec.*'
		fi
		assert_match '/dev/pts rw,nosuid,noexec.*'
		assert_match '/dev/shm rw,nosuid,nodev,noexec.*'
		assert_match '/tmp rw,nosuid,nodev.*'
		assert_match '/run rw,nosuid,nodev.*'
		run -0 in_jail -- sh -c 'stat -c "%a %n" /tmp /run /dev/shm; ls -A /run /tmp | xargs'
		assert_output $'1777 /tmp\n755 /run\n1777 /dev/shm\n/run: /tmp:'
	}
	for_each_caller look
}

@test "ordinary work can be done in a jail" {
	requires alpine
	run -0 in_jail -- sh -c 'apk --version && echo x >/etc/motd && rm /etc/issue && mkdir -p /srv/a/b && mv /srv/a /srv/c && ls /srv && ln -s x /l && chmod 700 /srv/c && echo $((6 * 7)) | cat'
	assert_line c 42
	as=as_user
	run -0 in_jail -- sh -c 'apk --version; cd /tmp && mkdir -p a/b && mv a c && ls && ln -s x l && chmod 700 c'
	assert_line c
	requires root
	as=as_caller
	run -0 in_jail -- sh -c 'touch /f && chown 100:101 /f && stat -c %u:%g /f'
	assert_output 100:101
}

# --- the command's environment, descriptors, signals ---

@test "the environment is exactly what is promised" {
	look() {
		TERM=dumb LANG=de_DE.UTF-8 SECRET=1 run -0 in_jail -- /test/whatigot
		same 'environment HOME=/root
environment LANG=de_DE.UTF-8
environment PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
environment TERM=dumb' "$(grep ^environment <<<"$output" | sort)"
		run -0 env -u TERM -u LANG bash -c 'a_root scratch | '"$as"' jailexec -u 5 -- /test/whatigot'
		same 'environment HOME=/
environment LANG=C.UTF-8
environment PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
			"$(grep ^environment <<<"$output" | sort)"
	}
	export -f a_root root_dir as_caller as_user
	for_each_caller look
}

@test "-E adds to the environment, and nothing that is not asked for" {
	look() {
		MINE=caller OTHER=no run -0 in_jail -E A=1 -E MINE -E HOME=/srv -E B= -E A=2 -E C=x=y -- /test/whatigot
		assert_line 'environment A=2' 'environment MINE=caller' \
			'environment HOME=/srv' 'environment B=' 'environment C=x=y'
		same '' "$(grep -e OTHER -e A=1 -e HOME=/root <<<"$output")"
		run -0 in_jail -E PATH=/nowhere -- /bin/echo found
		run -127 in_jail -E PATH=/nowhere -- echo "$ran"
		refused in_jail -E NO_SUCH_VARIABLE -- echo "$ran"
		refused in_jail -E = -- echo "$ran"
		refused in_jail -E =x -- echo "$ran"
		refused in_jail -E '' -- echo "$ran"
	}
	for_each_caller look
}

# careless CMD...: as a caller that leaks descriptors and signals.
careless() {
	"$RUNGS_STAGE/tests/leak" "$@"
}

@test "no leaked descriptor reaches the command" {
	local as
	[[ $(careless "$RUNGS_STAGE/tests/whatigot") == *' 19 20'* ]]
	a_root scratch >"$BATS_TEST_TMPDIR/jail"
	for as in "${callers[@]}"; do
		run -0 "$as" "$RUNGS_STAGE/tests/leak" jailexec -f "$BATS_TEST_TMPDIR/jail" -- /test/whatigot
		assert_line 'descriptors 0 1 2'
		piped() { a_root scratch | "$as" "$RUNGS_STAGE/tests/leak" jailexec -- /test/whatigot; }
		run -0 piped
		assert_line 'descriptors 0 1 2'
	done
}

@test "the command has ordinary signals, and with -x the caller's" {
	look() {
		local want
		a_root scratch >"$BATS_TEST_TMPDIR/jail"
		run -0 "$as" "$RUNGS_STAGE/tests/leak" jailexec -f "$BATS_TEST_TMPDIR/jail" -- /test/whatigot
		assert_line blocked ignored
		# Those, too, that a C library keeps to itself.
		run -0 "$as" env --ignore-signal jailexec -f "$BATS_TEST_TMPDIR/jail" -- /bin/busybox grep SigIgn /proc/self/status
		assert_output $'SigIgn:\t0000000000000000'
		setlimit -n core=0 >"$BATS_TEST_TMPDIR/jail"
		want=$("$as" "$RUNGS_STAGE/tests/leak" "$RUNGS_STAGE/tests/whatigot" |
			grep -e ^blocked -e ^ignored)
		run -0 "$as" "$RUNGS_STAGE/tests/leak" jailexec -x -f "$BATS_TEST_TMPDIR/jail" -- "$RUNGS_STAGE/tests/whatigot"
		same "$want" "$(grep -e ^blocked -e ^ignored <<<"$output")"
	}
	for_each_caller look
}

@test "the arguments and the umask arrive as they are" {
	look() {
		umask 027
		run -0 in_jail -- /test/whatigot '' -x -- $'a\nb' '*' "'" '\040'
		assert_line 'argument ' 'argument -x' 'argument --' 'argument a' b \
			'argument *' "argument '" 'argument \040' 'umask 0027'
	}
	for_each_caller look
}

@test "the command begins in /, or where -C says" {
	look() {
		run -0 in_jail -- /test/whatigot
		assert_line 'cwd /'
		run -0 in_jail -C /usr/bin -- /test/whatigot
		assert_line 'cwd /usr/bin'
		run -0 in_jail -C /tmp -- pwd
		assert_output /tmp
		run -0 in_jail -C ../../.. -- /test/whatigot
		assert_line 'cwd /'
		refused in_jail -C /no/such -- echo "$ran"
		assert_output $'jailexec: /no/such: change to it: No such file or directory\njailexec: it has to be in the root of the jail'
		refused in_jail -C /etc/passwd -- echo "$ran"
	}
	for_each_caller look
}

# --- standard input and output ---

@test "a description that comes down a pipe leaves the command at end of file" {
	look() {
		piped() { a_root scratch | "$as" setsid -w jailexec -- sh -c 'cat; echo end'; }
		run -0 piped
		assert_output end
	}
	for_each_caller look
}

@test "a description that comes down a pipe leaves the command the terminal" {
	requires script
	typed() {
		a_root scratch >"$BATS_TEST_TMPDIR/jail"
		poll_typed=$(echo hello | TERM=dumb script -qec "cat '$BATS_TEST_TMPDIR/jail' | jailexec -- sh -c 'test -t 0 && read -r word && echo \"got \$word\"; test -c /dev/tty && echo also >/dev/tty'" /dev/null)
		tr -d '\r' <<<"$poll_typed"
	}
	run -0 typed
	assert_line 'got hello' also
}

@test "jailexec does not read a description from a terminal" {
	requires script
	at_terminal() {
		script -qec "jailexec -- echo $ran" /dev/null </dev/null | tr -d '\r'
	}
	run -0 at_terminal
	never grep -Fxq "$ran" <<<"$output"
	assert_line 'jailexec: standard input is a terminal'
	filter() { script -qec 'enterns net' /dev/null </dev/null | tr -d '\r'; }
	run -0 filter
	assert_line 'enterns: standard input is a terminal'
}

@test "with -f the command keeps its standard input" {
	look() {
		a_root scratch >"$BATS_TEST_TMPDIR/jail"
		kept() { echo hello | "$as" jailexec -f "$BATS_TEST_TMPDIR/jail" -- cat; }
		run -0 kept
		assert_output hello
	}
	for_each_caller look
	substituted() { echo hello | jailexec -f <(a_root scratch) -- cat; }
	run -0 substituted
	assert_output hello
	refused jailexec -f /no/such -- echo "$ran"
	refused jailexec -f / -- echo "$ran"
	refused jailexec -f /dev/null -- echo "$ran"
}

@test "who reads the output sees its end when the command closes it" {
	local mark=jail-$BASHPID-closes fifo=$BATS_TEST_TMPDIR/fifo pid
	mkfifo "$fifo"
	a_root scratch >"$BATS_TEST_TMPDIR/jail"
	jailexec -f "$BATS_TEST_TMPDIR/jail" -- sh -c \
		'echo hi; exec >&- 2>&-; while :; do sleep 1; done' "$mark" \
		>"$fifo" 2>/dev/null 3>&- &
	pid=$!
	run -0 timeout 120 cat "$fifo"
	assert_output hi
	kill -0 "$pid"
	some_process_of "$mark"
	stop "$pid"
	poll no_process_of "$mark"
}

@test "a command that writes to nobody dies of SIGPIPE" {
	look() {
		broken() {
			in_jail -- sh -c 'trap - PIPE; exec yes' 2>/dev/null | head -n 1
			echo "${PIPESTATUS[0]}"
		}
		run -0 broken
		assert_output $'y\n141'
	}
	for_each_caller look
}

@test "standard streams that the caller closed stay harmless" {
	look() {
		a_root scratch >"$BATS_TEST_TMPDIR/jail"
		closed() { "$as" jailexec -f "$BATS_TEST_TMPDIR/jail" -- sh -c 'ls -l /proc/self/fd >&2; exit 7' <&-; }
		run -7 closed
		closed() { "$as" jailexec -f "$BATS_TEST_TMPDIR/jail" -- sh -c 'exit 7' <&- >&- 2>&-; }
		run -7 closed
	}
	for_each_caller look
}

# --- how it ends ---

@test "the exit status is the command's" {
	look() {
		local n
		a_root scratch >"$BATS_TEST_TMPDIR/jail"
		for n in 0 1 2 3 31 63 64 99 123 124 125 126 127 128 129 130 137 143 192 254 255; do
			run "-$n" "$as" jailexec -f "$BATS_TEST_TMPDIR/jail" -- sh -c "exit $n"
			assert_output ''
		done
	}
	for_each_caller look
}

@test "a command that dies of signal N gives 128 + N" {
	look() {
		local n
		a_root scratch >"$BATS_TEST_TMPDIR/jail"
		ulimit -c 0
		for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 24 25 26 27 29 30 31 34 64; do
			run "$as" env --default-signal jailexec -f "$BATS_TEST_TMPDIR/jail" -- /test/attack raise "$n"
			same $((128 + n)) "$status" "$output"
		done
	}
	for_each_caller look
}

@test "the command that is not there is 127, what cannot run 126" {
	look() {
		run -127 in_jail -- no-such-command
		assert_output 'jailexec: no-such-command: No such file or directory'
		run -127 in_jail -- /no/such/command
		run -127 in_jail -- /etc/passwd/command
		run -126 in_jail -- /etc/passwd
		assert_output 'jailexec: /etc/passwd: Permission denied'
		run -126 in_jail -- /etc
		# The host's files are not there.
		run -127 in_jail -- "$RUNGS_STAGE/tests/whatigot"
	}
	for_each_caller look
	local dir=$BATS_TEST_TMPDIR/root
	make_root "$dir"
	printf '#!/no/such/interpreter\n' >"$dir/script"
	chmod 755 "$dir/script"
	own() { printf 'jail 1\nmkroot dir=%s scratch\nend\n' "$dir" | jailexec -- /script; }
	run -126 own
	assert_match 'jailexec: /script: the interpreter .*'
}

@test "signals to jailexec reach the command" {
	local as sig pid out
	a_root scratch >"$BATS_TEST_TMPDIR/jail"
	for as in "${callers[@]}"; do
		for sig in HUP INT QUIT TERM USR1 USR2 ALRM WINCH RTMIN RTMAX; do
			out=$BATS_TEST_TMPDIR/$as-$sig
			# A shell ignores INT and QUIT for what it runs behind "&".
			"$as" env --default-signal jailexec -f "$BATS_TEST_TMPDIR/jail" -- \
				/test/signals "$(kill -l "$sig")" >"$out" 2>&1 3>&- &
			pid=$!
			poll grep -q ready "$out"
			kill "-$sig" "$(jailexec_of "$pid")"
			status=0
			wait "$pid" || status=$?
			same $'ready\ngot '"$(kill -l "$sig")" "$(cat "$out")" "$as $sig"
			same 0 "$status"
		done
	done
}

# hold_up [ENV-OPTION ...] jailexec [OPTION ...]: begin one that waits for what
# is to be in a file.  Its pid is $held, that of its child $child; what it says
# is in $out.
hold_up() {
	local pipe=$BATS_TEST_TMPDIR/pipe
	out=$BATS_TEST_TMPDIR/out
	rm -f "$pipe"
	mkfifo "$pipe"
	exec 8<>"$pipe"
	"$as" env --default-signal "$@" -- /bin/busybox sleep 600 \
		7<"$pipe" >"$out" 2>&1 3>&- 8>&- &
	pid=$!
	still_held
	held=$(jailexec_of "$pid")
	child=$(child_of "$held")
}

# More than a pipe holds: some of it was read.
still_held() {
	timeout 10 head -c 100000 /dev/zero >&8 || { cat "$out" >&2; return 1; }
}

let_go() {
	exec 8>&-
}

# held_ended STATUS TEXT
held_ended() {
	local status=0
	poll ended "$pid"
	wait "$pid" || status=$?
	same "$2" "$(cat "$out")"
	same "$1" "$status"
}

ended() {
	! kill -0 "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status"
}

child_of() {
	cut -d' ' -f1 "/proc/$1/task/$1/children"
}

runs_busybox() {
	local command
	command=$(child_of "$(child_of "$1")") && [ "$(cat "/proc/$command/comm")" = busybox ]
}

@test "a signal before the command runs ends what waits for something" {
	local as sig out pid held child jail=$BATS_TEST_TMPDIR/jail
	a_root scratch | addmount file=7:/file 7</dev/null >"$jail"
	for as in "${callers[@]}"; do
		for sig in HUP INT QUIT TERM; do
			hold_up jailexec -f "$jail"
			kill "-$sig" "$held"
			held_ended $((128 + $(kill -l "$sig"))) \
				"jailexec: SIG$sig: it came before the command ran"
			ended "$child"
			let_go
		done
	done
}

@test "other signals wait for the command, and so do those that are blocked" {
	local as way out pid held child jail=$BATS_TEST_TMPDIR/jail
	a_root scratch | addmount file=7:/file 7</dev/null >"$jail"
	for as in "${callers[@]}"; do
		for way in 'USR1 138' 'TERM 143 --block-signal=TERM'; do
			# shellcheck disable=SC2086 # its words
			set -- $way
			hold_up "${@:3}" jailexec -f "$jail"
			kill "-$1" "$held"
			still_held
			let_go
			held_ended "$2" ''
		done
		hold_up --ignore-signal=HUP jailexec -f "$jail"
		kill -HUP "$held"
		still_held
		let_go
		poll runs_busybox "$held"
		kill -TERM "$held"
		held_ended 143 ''
	done
}

# when_held_up FUNCTION: with one that is held up, by each caller and in each way
# that there is for them to have a first process.
when_held_up() {
	local as way out pid held child jail=$BATS_TEST_TMPDIR/jail
	a_root scratch | addmount file=7:/file 7</dev/null >"$jail"
	enterns user=host <"$jail" >"$jail.host"
	for as in "${callers[@]}"; do
		for way in '' --pid1 host; do
			[[ $way != host || ($as == as_caller && $(id -u) -eq 0) ]] || continue
			case $way in
			host) hold_up jailexec -f "$jail.host" ;;
			*) hold_up jailexec ${way:+"$way"} -f "$jail" ;;
			esac
			"$1"
		done
	done
}

@test "a jailexec that is killed before the command runs leaves nothing that waits" {
	look() {
		kill -KILL "$held"
		poll ended "$child"
		let_go
		wait "$pid" || true
	}
	when_held_up look
}

@test "a jail that is killed before its command runs has failed, and says so" {
	look() {
		kill -KILL "$child"
		held_ended 125 'jailexec: signal 9 ended the jail before the command ran
jailexec: that is SIGKILL: a limit of memory or of processor time is too low, or somebody sent it'
		let_go
	}
	when_held_up look
}

@test "a filter that keeps us from hearing the jail is told as such" {
	local as jail=$BATS_TEST_TMPDIR/jail
	a_root scratch >"$jail"
	for as in "${callers[@]}"; do
		refused "$as" denycall deny=recvmsg -- jailexec -f "$jail" -- echo "$ran"
		# Neither side hears: who ends first is not settled.
		assert_match 'jailexec: (hear from the jail: Operation not permitted|tell the jail .*: Broken pipe)'
	done
}

@test "what it took to build a jail is not how long its command ran" {
	local as out pid held child jail=$BATS_TEST_TMPDIR/jail wall began
	a_root scratch | addmount file=7:/file 7</dev/null >"$jail"
	for as in "${callers[@]}"; do
		exec 9>"$BATS_TEST_TMPDIR/lines"
		began=${EPOCHREALTIME/./}
		hold_up jailexec --status-fd=9 -f "$jail"
		sleep 1
		let_go
		poll runs_busybox "$held"
		kill -KILL "$(child_of "$child")"
		held_ended 137 ''
		exec 9>&-
		wall=$(sed -n 's/.*"wall":\([0-9]*\)\.\([0-9]*\),.*/\1\2/p' "$BATS_TEST_TMPDIR/lines")
		# Of all that went by, at least the second before it is not its own.
		((10#$wall < ${EPOCHREALTIME/./} - began - 1000000))
	done
}

@test "no descriptor is left open, whatever the limit is by now" {
	local as jail=$BATS_TEST_TMPDIR/jail words
	a_root scratch >"$jail"
	# Without close_range(2) it is ours to find them.
	for as in "${callers[@]}"; do
		for words in deny=acct deny=close_range; do
			run -0 "$as" bash -c 'exec 90</ 250</ && ulimit -n 50 && exec denycall "$1" -- jailexec -f "$2" -- /bin/busybox ls /proc/self/fd' - "$words" "$jail"
			assert_output $'0\n1\n2\n3'
		done
	done
}

@test "a /proc of another pid namespace is refused before ids are written" {
	requires root
	local jail=$BATS_TEST_TMPDIR/jail
	a_root scratch >"$jail"
	refused unshare -pf jailexec -f "$jail" -- echo "$ran"
	assert_line 'jailexec: /proc: it shows the processes of another pid namespace'
	run -0 unshare -pf --mount-proc jailexec -f "$jail" -- /bin/busybox echo "$ran"
}

@test "who gives up waiting for a jail in the background leaves nothing that waits" {
	local as out pid held child name=early-$BASHPID jail=$BATS_TEST_TMPDIR/jail
	export XDG_RUNTIME_DIR=$RUNGS_USER_HOME/early
	as_user mkdir -m 700 "$XDG_RUNTIME_DIR"
	a_root scratch | addmount file=7:/file 7</dev/null >"$jail"
	for as in "${callers[@]}"; do
		hold_up jailexec --detach --name="$name" -f "$jail"
		kill -TERM "$held"
		poll ended "$child"
		let_go
		wait "$pid" || true
		run -0 "$as" jailexec --detach --name="$name" -f "$jail" -- true 7</dev/null
	done
}

# jailexec_of PID: itself, or the first of its children that is jailexec;
# a shell function in the background is a shell of its own.
jailexec_of() {
	local pid=$1
	while [ "$(cat "/proc/$pid/comm")" != jailexec ]; do
		pid=$(cut -d' ' -f1 "/proc/$pid/task/$pid/children")
		[ -n "$pid" ] || return
	done
	echo "$pid"
}

@test "pid 1 and the command have one network, one root, and nothing of the host, whatever is mounted" {
	requires root
	look() {
		local words what job first command
		for words in '# all' 'addmount none' 'addmount none proc'; do
			{
				a_root scratch | head -n 2
				printf '%s\nend\n' "$words"
			} >"$BATS_TEST_TMPDIR/jail"
			chmod a+r "$BATS_TEST_TMPDIR/jail"
			"$as" jailexec -f "$BATS_TEST_TMPDIR/jail" -- sleep 1000 3>&- &
			job=$!
			runs() { first=$(pgrep -P "$(jailexec_of "$job")") && command=$(pgrep -P "$first" sleep); }
			poll runs
			for what in ns/net ns/uts ns/mnt ns/user root cwd; do
				same "$(stat -L -c %d:%i "/proc/$first/$what")" "$(stat -L -c %d:%i "/proc/$command/$what")" "$words: $what"
				[ "$(stat -L -c %d:%i "/proc/$command/$what")" != "$(stat -L -c %d:%i "/proc/self/$what")" ]
			done
			kill "$(jailexec_of "$job")"
			wait "$job" || true
		done
	}
	for_each_caller look
}

@test "the command needs no name of the host, however late it is" {
	requires strace
	a_root scratch | sed '/^end$/i addmount none' >"$BATS_TEST_TMPDIR/jail"
	chmod a+r "$BATS_TEST_TMPDIR/jail"
	mkdir -m 1777 "$BATS_TEST_TMPDIR/out"
	look() {
		# pid 1 has left the host by then.
		ASAN_OPTIONS=detect_leaks=0 run -0 "$as" strace -f -qq -o "$BATS_TEST_TMPDIR/out/$as" \
			-e inject=unshare:delay_exit=500000 \
			jailexec -f "$BATS_TEST_TMPDIR/jail" -- hostname
		assert_output jail
	}
	for_each_caller look
}

@test "a signal that ends the command ends the jail, with that status" {
	local as pid mark
	a_root scratch >"$BATS_TEST_TMPDIR/jail"
	for as in "${callers[@]}"; do
		mark=jail-$BASHPID-$as
		"$as" jailexec -f "$BATS_TEST_TMPDIR/jail" -- sh -c \
			'sleep 1000 & echo ready; exec sleep 1000' "$mark" \
			>"$BATS_TEST_TMPDIR/$as" 3>&- &
		pid=$!
		poll grep -q ready "$BATS_TEST_TMPDIR/$as"
		kill -TERM "$(jailexec_of "$pid")"
		status=0
		wait "$pid" || status=$?
		same 143 "$status"
		poll no_process_of "$mark"
	done
}

@test "a signal that the caller ignores is not passed on" {
	local as pid out
	a_root scratch >"$BATS_TEST_TMPDIR/jail"
	for as in "${callers[@]}"; do
		out=$BATS_TEST_TMPDIR/$as
		"$as" env --default-signal --ignore-signal=HUP \
			jailexec -f "$BATS_TEST_TMPDIR/jail" -- \
			/test/signals 1 15 >"$out" 2>&1 3>&- &
		pid=$!
		poll grep -q ready "$out"
		pid=$(jailexec_of "$pid")
		kill -HUP "$pid"
		kill -TERM "$pid"
		poll grep -q got "$out"
		kill -KILL "$pid"
		wait || true
		same $'ready\ngot 15' "$(grep -v Killed "$out")"
	done
}

@test "a signal from within the jail to pid 1 is not passed on" {
	look() {
		run -0 in_jail -- sh -c '
			trap "echo forwarded" TERM USR1
			kill -TERM 1; kill -USR1 1; kill -KILL 1
			until grep -q "ShdPnd:.*0000000000000000" /proc/1/status; do :; done
			ls / >/dev/null
			echo end'
		assert_output end
	}
	for_each_caller look
}

@test "pid 1 reaps the orphans" {
	look() {
		run -0 in_jail -- sh -c '
			for n in 1 2 3 4 5 6 7 8 9 10; do (true & true &) ; done
			cd /proc
			for try in $(seq 600); do
				set -- [0-9]*
				[ $# -le 2 ] && break
				sleep 0.05
			done
			echo "$@"'
		# Only pid 1 and the shell are still there: an orphan that nobody
		# reaped would be seen as well.
		assert_match '1 [0-9]+'
	}
	for_each_caller look
}

@test "the jail ends when the command does, orphans and all" {
	look() {
		local mark=jail-$BASHPID-$as
		a_root scratch >"$BATS_TEST_TMPDIR/jail"
		run -3 "$as" jailexec -f "$BATS_TEST_TMPDIR/jail" -- sh -c \
			"(setsid sh -c 'trap \"\" HUP TERM; while :; do sleep 1; done' $mark >/dev/null 2>&1 &); exit 3"
		no_process_of "$mark"
	}
	for_each_caller look
}

@test "nobody in the jail can look into pid 1" {
	look() {
		local what
		for what in exe cwd root; do
			run -1 in_jail -- readlink "/proc/1/$what"
		done
		for what in environ maps mem auxv; do
			run in_jail -- cat "/proc/1/$what"
			[ "$status" -ne 0 ]
			assert_output "cat: can't open '/proc/1/$what': Permission denied"
		done
		run -0 in_jail -- sh -c 'for fd in 0 1 2 3 4 5; do readlink "/proc/1/fd/$fd"; done; true'
		assert_output ''
		# It may still be letting go of layers, whoever looks.
		a_root scratch | droppriv caps=all | denycall none >"$BATS_TEST_TMPDIR/all"
		chmod a+r "$BATS_TEST_TMPDIR/all"
		run -0 "$as" jailexec -f "$BATS_TEST_TMPDIR/all" -- sh -c 'for fd in 0 1 2 3 4 5; do readlink "/proc/1/fd/$fd"; done; ls /proc/1/fd 2>&1; true'
		assert_output "ls: can't open '/proc/1/fd': Permission denied"
		run -1 in_jail -- /test/attack ptrace 1
		assert_output 'Operation not permitted'
		run -1 in_jail -- /test/attack mem 1
		assert_output 'Permission denied'
		run -1 in_jail -- /test/attack exe /proc/1/exe
		run -0 in_jail -- cat /proc/1/status
		assert_match 'CapEff:.0000000000000020'
		assert_match 'NoNewPrivs:.1'
	}
	for_each_caller look
}

@test "neither pid 1 nor who waits for it keeps open what the jail was made of" {
	requires root
	local at=$BATS_TEST_TMPDIR/at job few fds
	mkdir "$at"
	kept() { [[ $(ls "/proc/$(pgrep -P "$job")/fd") == 0 ]]; }
	# count_fds COMMAND...: how many descriptors has who waits?
	count_fds() {
		"$@" jailexec -f "$BATS_TEST_TMPDIR/jail" -- sleep 1000 3>&- &
		job=$!
		poll kept
		never grep fscontext <<<"$(readlink "/proc/$job"/fd/*)"
		fds=("/proc/$job/fd/"*)
		kill "$job"
		never wait "$job"
	}
	a_root scratch | addmount none >"$BATS_TEST_TMPDIR/jail"
	count_fds env
	few=${#fds[@]}
	a_root scratch | addmount bind="$at:/srv" overlay="/usr:$at::/opt" >"$BATS_TEST_TMPDIR/jail"
	count_fds env
	same "$few" "${#fds[@]}"
	count_fds setpriv --bounding-set=-mknod
	same "$few" "${#fds[@]}"
}

# --- options and words ---

@test "-x makes just what is described" {
	requires root
	bare() { printf 'jail 1\nend\n' | jailexec -x -- bash -c 'readlink /proc/self/ns/*; hostname; pwd; id'; }
	run -0 bare
	assert_output "$(
		readlink /proc/self/ns/*
		hostname
		pwd
		id
	)"
	plain() { a_root | jailexec -x -- /test/whatigot; }
	MARK=here run -0 plain
	assert_line 'environment MARK=here' 'no_new_privs 0' 'cwd /' \
		"$("$RUNGS_STAGE/tests/whatigot" | grep ^effective)"
	one() { setlimit -n nofile=64 | jailexec -x -- sh -c 'ulimit -n'; }
	run -0 one
	assert_output 64
}

@test "-v tells each step as it is taken, in the one order" {
	a_root scratch >"$BATS_TEST_TMPDIR/jail"
	look() {
		run -0 --separate-stderr "$as" jailexec -v -f "$BATS_TEST_TMPDIR/jail" -- echo 'done'
		assert_output 'done'
		local want='namespaces ids root mounts (pivot|top) bounding.set ids capabilities no_new_privs command'
		local got
		got=$(cut -d: -f2 <<<"$stderr" | tr -d '\n' | tr -s ' ')
		local step rest=$stderr
		for step in $want; do
			[[ $rest =~ jailexec:\ $step:\ [a-z] ]] || {
				echo "step $step is not in its place: $got" >&2
				return 1
			}
			rest=${rest#*"${BASH_REMATCH[0]}"}
		done
		never grep -vq '^jailexec: ' <<<"$stderr"
	}
	for_each_caller look
	run -0 --separate-stderr jailexec -f "$BATS_TEST_TMPDIR/jail" -- true
	same '' "$stderr"
}

@test "enterns KIND=host keeps the caller's" {
	look() {
		local kind
		for kind in ipc cgroup net uts; do
			kept() { a_root scratch | enterns "$kind=host" | "$as" jailexec -- readlink "/proc/self/ns/$kind"; }
			run -0 kept
			assert_output "$(readlink "/proc/self/ns/$kind")"
		done
	}
	for_each_caller look
	no_mount() { a_root scratch | enterns mount=host | jailexec -- echo "$ran"; }
	refused no_mount
}

@test "enterns pid=host shows the caller's processes, as described" {
	requires root
	shared() { a_root scratch | enterns pid=host | jailexec -- readlink /proc/self/ns/pid; }
	run -0 shared
	assert_output "$(readlink /proc/self/ns/pid)"
}

@test "without a pid namespace the command dies with jailexec, too" {
	requires root pids-group
	local mark=jail-$BASHPID-host pid lives=0 options
	setlimit -n pids=50 >"$BATS_TEST_TMPDIR/jail"
	for options in '' '-u 5'; do
		# shellcheck disable=SC2086
		jailexec -x $options -f "$BATS_TEST_TMPDIR/jail" -- sh -c \
			'echo ready; while :; do sleep 1; done' "$mark" \
			>"$BATS_TEST_TMPDIR/out" 3>&- &
		pid=$!
		poll grep -q ready "$BATS_TEST_TMPDIR/out"
		kill -KILL "$pid"
		wait "$pid" || true
		poll no_process_of "$mark" || lives=1
		processes_of "$mark" | xargs -r kill -KILL
		same 0 "$lives" "it lives on: jailexec -x $options"
		rm "$BATS_TEST_TMPDIR/out"
	done
	setlimit pids=50 -- true
}

@test "enterns none takes the default namespaces away, and is refused with mounts" {
	none() { a_root scratch | enterns none | jailexec -- readlink /proc/self/ns/net; }
	requires root
	run none
	case $status in
	0) assert_output "$(readlink /proc/self/ns/net)" ;;
	125) [[ $output == jailexec:* ]] ;;
	*) return 1 ;;
	esac
}

@test "-u runs the command as that user, without capabilities" {
	look() {
		run -0 in_jail -u 5 -- /test/whatigot
		assert_line 'uid 5 5 5' 'gid 5 5 5' 'permitted 0000000000000000' \
			'effective 0000000000000000' 'inheritable 0000000000000000' \
			'ambient 0000000000000000' 'no_new_privs 1'
		run -0 in_jail -u 1000:2000 -- /test/whatigot
		assert_line 'uid 1000 1000 1000' 'gid 2000 2000 2000'
		run -0 in_jail -u 0:7 -- /test/whatigot
		assert_line 'uid 0 0 0' 'gid 7 7 7'
	}
	for_each_caller look
	requires root
	# The primary group is a supplementary one, too.
	run -0 in_jail -u 1000:2000 -- /test/whatigot
	assert_line 'groups 2000'
	run -0 in_jail -u 65535 -- id -u
	assert_output 65535
	refused in_jail -u 65536 -- echo "$ran"
	refused in_jail -u 5:65536 -- echo "$ran"
}

@test "an id that is none is refused and never taken for 0" {
	local id as
	for as in "${callers[@]}"; do
		for id in -1 4294967295 4294967296 4294967301 18446744073709551616 \
			18446744073709551621 99999999999999999999 0x0 0x1f ' 0' '0 ' \
			1abc '' : 1: 1:2:3 1:-1 1:4294967296 1:x '1: 2' +1 --1 \
			1.0 1e3 :-1 :4294967296 00000000000 $'5\n'; do
			refused in_jail -u "$id" -- echo "$ran"
		done
	done
	# Large ones are ids of their own where the map allows them.
	for id in 2147483647 2147483648 4294967294; do
		requires user-namespaces
		as=as_user
		run -0 in_jail -u "$id" -- /test/whatigot
		assert_line "uid $id $id $id" "gid $id $id $id"
	done
}

# --- the root ---

@test "a file that is written in a jail is gone afterwards, the tree untouched" {
	look() {
		local root before
		root=$(root_dir)
		before=$(digest "$root")
		run -0 in_jail -- sh -c 'echo x >/new; echo y >>/etc/passwd; rm /etc/group; mkdir /dir; chmod 777 /etc; mv /etc/hosts /etc/h2; cat /new; tail -n 1 /etc/passwd'
		assert_output $'x\ny'
		same "$before" "$(digest "$root")"
		run -1 in_jail -- cat /new
		run -0 in_jail -- ls /etc/group
	}
	# Who does not own the tree can write less.
	as=as_caller
	look
	requires user-namespaces
	as=as_user
	local before
	before=$(digest "$(root_dir)")
	run -0 in_jail -- sh -c 'echo x >/tmp/new; cat /tmp/new'
	same "$before" "$(digest "$(root_dir)")"
}

@test "an ordinary user has a scratch root of their own, too" {
	requires user-namespaces
	local dir=$RUNGS_USER_HOME/scratch before
	make_root "$dir"
	[ "$(id -u)" -ne 0 ] || chown -R 1234:1234 "$dir"
	before=$(digest "$dir")
	own() { printf 'jail 1\nmkroot dir=%s scratch\nend\n' "$dir" | as_user jailexec -- "$@"; }
	run -0 own sh -c 'echo x >/new; echo y >>/etc/passwd; rm /etc/group; cat /new; tail -n 1 /etc/passwd; stat -c %u:%g /etc'
	assert_output $'x\ny\n0:0'
	same "$before" "$(digest "$dir")"
	plain() { printf 'jail 1\nmkroot dir=%s\nend\n' "$dir" | as_user jailexec -- "$@"; }
	run -0 plain sh -c 'echo kept >/new'
	same kept "$(cat "$dir/new")"
}

@test "ro refuses every change, plain keeps it" {
	local dir=$BATS_TEST_TMPDIR/root before
	make_root "$dir"
	own() { printf 'jail 1\nmkroot dir=%s%s\nend\n' "$dir" "$1" | "$as" jailexec -- sh -c "$2"; }
	for as in "${callers[@]}"; do
		before=$(digest "$dir")
		run own ' ro' 'echo x >/new'
		[ "$status" -ne 0 ]
		[[ $output == *'Read-only file system'* ]]
		run own ' ro' 'rm /etc/passwd'
		[ "$status" -ne 0 ]
		run -0 own ' ro' 'echo x >/tmp/file && cat /tmp/file'
		same "$before" "$(digest "$dir")"
	done
	as=as_caller
	run -0 own '' 'echo kept >/etc/new'
	same kept "$(cat "$dir/etc/new")"
}

@test "a root of mkroot's cache is never given out to be written" {
	local cache=$BATS_TEST_TMPDIR/cache root
	root=$cache/roots/key/rootfs
	mkdir -p "$cache/roots/key"
	make_root "$root"
	: >"$cache/CACHEDIR.TAG"
	shared() { printf 'jail 1\nmkroot dir=%s %s\nend\n' "$root" "$1" | jailexec "${@:2}" -- echo "$ran"; }
	refused shared ''
	assert_line "jailexec: $root: refuse to write to a shared root of the cache"
	refused shared '' -x
	run -0 shared scratch
	run -0 shared ro
	rm "$cache/CACHEDIR.TAG"
	run -0 shared ''
}

@test "a jail without a root is refused, and told how to get one" {
	empty() { printf 'jail 1\nend\n' | jailexec "$@" -- echo "$ran"; }
	refused empty
	assert_output "jailexec: no root
jailexec: start with mkroot (mkroot host for this system's own files)"
	only() { enterns -n net | jailexec -- echo "$ran"; }
	refused only
	nothing() { jailexec -- echo "$ran" </dev/null; }
	refused nothing
	run -0 empty -x
}

@test "a root that is not there or is none is refused" {
	look() {
		local dir
		for dir in /no/such/root /etc/passwd /dev/null "$BATS_TEST_TMPDIR/x"; do
			at() { printf 'jail 1\nmkroot dir=%s scratch\nend\n' "$dir" | "$as" jailexec -- echo "$ran"; }
			refused at
		done
	}
	for_each_caller look
}

@test "names with blanks, commas, colons and backslashes lead to their root" {
	local dir="$BATS_TEST_TMPDIR/a b,c:d\\e=f" word
	make_root "$dir"
	word=$(sed 's/\\/\\134/g; s/ /\\040/g' <<<"$dir")
	for mode in '' ' scratch' ' ro'; do
		odd() { printf 'jail 1\nmkroot dir=%s%s\nend\n' "$word" "$mode" | jailexec -- echo in; }
		run -0 odd
		assert_output in
	done
}

@test "an error while the jail is set up never runs the command" {
	look() {
		local dir=$BATS_TEST_TMPDIR/$as
		# No mount point can be made in a tree that is read-only.
		mkdir -p "$dir/bin"
		cp "$RUNGS_STAGE/tests/whatigot" "$dir/bin/"
		at() { printf 'jail 1\nmkroot dir=%s%s\n%s\nend\n' "$dir" "$1" "$2" | "$as" jailexec -- /bin/whatigot; }
		run -125 at ' ro' ''
		assert_line 'jailexec: /proc: make the mount point: Read-only file system'
		# They can in a scratch layer.
		run -0 at ' scratch' ''
		mkdir "$dir/proc" "$dir/sys" "$dir/dev" "$dir/tmp" "$dir/run"
		run -0 at ' ro' ''
		rmdir "$dir/tmp"
		: >"$dir/tmp"
		run -125 at ' scratch' ''
		assert_match 'jailexec: /tmp: refuse to mount on it: .*'
	}
	for_each_caller look
}

@test "an ordinary user without a delegated group is told so, nothing is run" {
	requires root cgroup-v1 memory-group pids-group
	local word
	for word in memory=64M pids=32 cpu=50% 'memory=64M pids=32'; do
		# shellcheck disable=SC2086
		limited() { a_root scratch | setlimit nofile=64 $word | as_user jailexec -- echo "$ran"; }
		refused limited
		same 2 "${#lines[@]}"
		[[ $output == *"${word%%=*}: "* && $output == *chown* ]]
	done
	without() { a_root scratch | setlimit nofile=64 | enterns net uts=web | as_user jailexec -- sh -c 'ulimit -n; hostname'; }
	run -0 without
	assert_output $'64\nweb'
}

@test "where there are no user namespaces, jailexec says so and what to do" {
	requires user-namespaces
	a_root scratch >"$BATS_TEST_TMPDIR/jail"
	none() {
		as_user enterns user -- sh -c "echo 0 >/proc/sys/user/max_user_namespaces && exec jailexec -f '$BATS_TEST_TMPDIR/jail' -- echo $ran"
	}
	refused none
	assert_line 'jailexec: user.max_user_namespaces is 0 here: set it higher with sysctl(8)'
}

# --- many at once ---

@test "twenty jails live in one root at once and do not see each other" {
	local as n pids
	for as in "${callers[@]}"; do
		local before dir=$BATS_TEST_TMPDIR/$as
		before=$(digest "$(root_dir)")
		mkdir "$dir"
		a_root scratch >"$dir/jail"
		mkfifo "$dir/go"
		pids=()
		for n in {1..20}; do
			"$as" jailexec -f "$dir/jail" -- sh -c \
				"echo $n >/tmp/mine; echo ready >&2; read -r _; cat /tmp/mine; cd /proc; echo [0-9]*" \
				<"$dir/go" >"$dir/$n" 2>"$dir/$n.err" 3>&- &
			pids+=($!)
		done
		exec 8>"$dir/go"
		for n in {1..20}; do
			poll grep -q ready "$dir/$n.err"
		done
		for n in {1..20}; do
			echo go >&8
		done
		exec 8>&-
		for n in {1..20}; do
			wait "${pids[n - 1]}"
		done
		for n in {1..20}; do
			same "$n 1 2" "$(xargs <"$dir/$n")" "jail $n of $as"
		done
		same "$before" "$(digest "$(root_dir)")"
	done
}

@test "the main job runs as it is written" {
	requires root pids-group memory-group alpine
	line() {
		a_root scratch | setlimit memory=64M pids=32 nofile=64 | enterns net uts=web | jailexec -- sh -c 'hostname; id; ps; ip link; ulimit -n'
	}
	run -0 line
	assert_line web 64
	assert_match 'uid=0\(root\) gid=0\(root\).*'
	[[ $output != *eth0* ]]
}
