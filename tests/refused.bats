#!/usr/bin/env bats
# jailexec(1), "What was refused": the lines of -v and of --status-fd.

load helper
load policy

setup() {
	policy=$BATS_TEST_TMPDIR/policy
	jail=$BATS_TEST_TMPDIR/jail
	told=$BATS_TEST_TMPDIR/told
	chmod a+rx "$BATS_TEST_TMPDIR"
}

# What a command says itself, in parts perhaps, is not to be between the parts
# of a line that is looked for: so it says nothing, or its standard output is
# apart.
# shellcheck disable=SC2016 # for the shell in there
quiet=(sh -c 'exec 2>/dev/null; exec "$@"' sh)

@test "a command that was killed for a call: which one is told, where the kernel tells" {
	requires leaving-groups
	a_root scratch | denycall deny=chdir action=kill >"$jail"
	unknown='{"event":"refused","layer":"denycall","call":null,"number":null,"kind":null,"errno":null,"rule":null,"pid":null}'
	run -159 denycall deny=chdir action=kill -- sh -c 'cd /'
	if [ "$(id -u)" -eq 0 ] && dmesg 2>/dev/null | tail -n 200 | grep -q 'audit: type=1326'; then
		told() {
			run -159 jailexec -v --status-fd=1 "$@" -f "$jail" -- sh -c 'cd /'
			grep -Fq "$unknown" <<<"$output" || return 0
			# The kernel's log leaves out what comes too fast.
			sleep 1
			return 1
		}
		poll told
		assert_match '\{"event":"refused","layer":"denycall","call":"chdir","number":[0-9]+,"kind":[0-9]+,"errno":null,"rule":null,"pid":[0-9]+\}'
		assert_match 'jailexec: refused: chdir, system call [0-9]+ of kind 0x[0-9a-f]+, by a filter of denycall'
		poll told --pid1
		assert_match 'jailexec: refused: chdir, .*'
	fi
	# Nobody else is told, nor of a signal that somebody sent.
	run -159 as_user jailexec -v --status-fd=1 -f "$jail" -- sh -c 'cd /'
	[ "$(id -u)" -ne 0 ] || assert_line "$unknown" \
		'jailexec: refused: a system call, unless somebody sent SIGSYS; which one cannot be told'
	run -159 jailexec -v --status-fd=1 -f "$jail" -- sh -c 'kill -SYS $$'
	assert_line "$unknown"
	# What a child died of is not what the command died of.
	run -159 jailexec -v --status-fd=1 -f "$jail" -- sh -c '(cd /); kill -SYS $$'
	assert_line "$unknown"
	run -0 jailexec -v --status-fd=1 -f "$jail" -- true
	never grep -q '"refused"\|: refused:' <<<"$output"
	assert_line 'jailexec: what denycall refuses cannot be told: whom it kills is seen of the command alone' \
		'{"event":"untold","layer":"denycall","reason":"whom it kills is seen of the command alone"}'
	run -159 jailexec -v --status-fd=1 -f "$jail" -- sh -c 'exit 159'
	never grep -q '"event":"refused"\|jailexec: refused' <<<"$output"
}

@test "each call that failed is told, with the rule, and it fails as if it were not" {
	local as words verbose
	# The errors are those of the filters together, the later one's first.
	for words in default 'deny=ptrace,@network action=errno' 'allow=@basic,@file,execve,execveat,clone,waitid' \
		"file=$policy"; do
		writes 'default allow' 'deny socket errno=EBUSY' 'allow socket arg0==1' 'log umask chdir'
		# shellcheck disable=SC2086 # words
		a_root scratch | denycall $words >"$jail"
		# With -v, and without.
		verbose=()
		[ "$words" != default ] || verbose=(-v)
		for as in "${callers[@]}"; do
			run -0 "$as" jailexec -f "$jail" -- /test/calls
			same "$output" "$("$as" jailexec "${verbose[@]}" --status-fd=3 -f "$jail" -- /test/calls 2>"$told" 3>"$told.status")" "$words"
		done
		case $words in
		default)
			[ "$(grep -c '^jailexec: refused' "$told")" -gt 60 ]
			same "$(sed -n 's/^jailexec: refused: \([a-z0-9_]*\),.*/\1/p' "$told")" \
				"$(sed -n 's/.*"refused".*"call":"\([a-z0-9_]*\)".*/\1/p' "$told.status")"
			for line in 'refused: mount, by denycall default: deny errno=EPERM mount' \
				'refused: ioctl, by denycall default: deny errno=EPERM ioctl arg1==0x5412' \
				'refused: clone3, by denycall default: deny errno=ENOSYS clone3'; do
				grep -qx "jailexec: $line" "$told"
			done
			never grep -q untold "$told.status"
			grep -Eq '"call":"mount","number":165,"kind":3221225534,"errno":1,"rule":"deny errno=EPERM mount","pid":[0-9]+\}$' "$told.status" ||
				[ "$(uname -m)" != x86_64 ]
			;;
		deny=*) grep -q '"refused",.*"call":"ptrace",.*"errno":1,"rule":"deny errno=EPERM ptrace"' "$told.status" ;;
		file=*)
			grep -q '"refused",.*"call":"socket",.*"errno":16,"rule":"deny errno=EBUSY socket"' "$told.status"
			grep -qx '{"event":"untold","layer":"denycall","reason":"what it logs is in the kernel.s log alone"}' "$told.status"
			;;
		esac
		[ "$words" = default ] || [ ! -s "$told" ]
	done
}

@test "with -v one filter is loaded for all, and what a child is refused is told once" {
	unfiltered
	look() {
		twice() { a_root scratch | denycall deny=ptrace | "$as" jailexec -v -- "$@"; }
		run -0 twice sh -c 'grep Seccomp /proc/self/status; exec 2>/dev/null
			for n in 1 2 3; do (unshare -U true & wait); done'
		assert_line $'Seccomp:\t2' $'Seccomp_filters:\t1'
		[ "$(grep -c 'refused: unshare' <<<"$output")" -eq 1 ]
		assert_line 'jailexec: refused: unshare, by denycall default: deny errno=EPERM unshare'
		# The first call of all, and who is not jailed at all.
		first() { a_root scratch | denycall deny=execve | "$as" jailexec -v -- echo "$ran"; }
		run -126 first
		assert_line 'jailexec: refused: execve, by denycall deny=execve: deny errno=EPERM execve'
		unjailed() { denycall -n deny=unlinkat deny=rmdir | "$as" jailexec -xv -- "${quiet[@]}" rmdir /; }
		run -1 unjailed
		assert_match 'jailexec: refused: (rmdir|unlinkat), by denycall: deny .*'
		# The terminal's guard alone.
		guard() { a_root scratch | denycall none | "$as" jailexec -vT -- /test/calls native; }
		run -0 --separate-stderr guard
		output=$stderr assert_match 'jailexec: refused: ioctl, by denycall file=tty: .*'
	}
	for_each_caller look
}

@test "with -v nothing is allowed or spared that the filter does not allow or spare" {
	# No listener, no call; and who it is that may send one is not for others to know.
	local out=$BATS_TEST_TMPDIR/out gone=$BATS_TEST_TMPDIR/gone
	denycall -n deny=@network,mkdir,mkdirat action=errno >"$policy"
	jailexec -xv -f "$policy" -- sh -c 'trap "" TERM; (echo begun; until [ -e "$0" ]; do sleep 0.05; done
		mkdir "$0.made"; echo ended) & wait' "$gone" >"$out" 2>&1 3>&- &
	poll grep -qx begun "$out"
	kill -KILL $!
	wait $! || true
	touch "$gone"
	poll grep -q ended "$out"
	grep -q 'Function not implemented' "$out"
	[ ! -e "$gone.made" ]
	killed() { a_root scratch | denycall deny=chdir action="$1" | jailexec -v -- sh -c 'cd /; echo here'; }
	run -159 killed kill
	run -159 killed trap
	run -0 --separate-stderr killed log
	assert_output here
	output=$stderr assert_line "jailexec: what denycall refuses cannot be told: what it logs is in the kernel's log alone"
	if [ "$(id -u)" -eq 0 ] && dmesg 2>/dev/null | tail -n 200 | grep -q 'audit: type=1326'; then
		logged() {
			jailexec -xv -f "$policy" -- "$BATS_TEST_TMPDIR/log-$$" -C / true 2>/dev/null
			# It leaves out what comes too fast.
			dmesg | grep -Eq "type=1326 .* comm=\"log-$$\" .* sig=0 .* code=0x7ffc0000" || {
				sleep 1
				return 1
			}
		}
		denycall -n deny=chdir action=log >"$policy"
		ln -s "$(command -v env)" "$BATS_TEST_TMPDIR/log-$$"
		poll logged
	fi
}

@test "the default policy does not follow what capabilities are kept" {
	look() {
		mounts() {
			a_root scratch | droppriv caps=default,sys_admin | denycall "$@" |
				"$as" jailexec -v -- "${quiet[@]}" mount -t tmpfs none /run
		}
		run -1 mounts default
		assert_line 'jailexec: refused: mount, by denycall default: deny errno=EPERM mount'
		run -0 mounts none default allow=@mount
		never grep -q refused <<<"$output"
	}
	for_each_caller look
}

@test "what cannot be told is said to be so: a second listener, a jail that is entered" {
	requires root
	inner() { jailexec -xv -f "$policy" -- jailexec -xv -f "$policy" -- "$calls" native; }
	denycall -n deny=mkdir >"$policy"
	run -0 inner
	assert_line 'jailexec: what denycall refuses cannot be told: the kernel gives a process one listener, and there is one already, or none at all, or nofile leaves it no number'
	a_root scratch | jailexec --detach "--name=told-$$" -- sleep 60
	enterns -n "of=told-$$" >"$policy"
	run -0 jailexec -xv --status-fd=1 -f "$policy" -- true
	jailexec -x -f "$policy" -- kill -KILL -1 || true
	assert_line '{"event":"untold","layer":"denycall","reason":"what is loaded in a jail that is entered is not known"}'
	assert_match 'jailexec: what denycall refuses cannot be told: what is loaded .*'
}

@test "a line is written at once, however long it is" {
	requires strace
	# Who looks for leaks wants to trace, too.
	[ -z "${RUNGS_SANITIZED:-}" ] || export ASAN_OPTIONS=detect_leaks=0
	writes 'default allow' 'deny ioctl arg1==0x5412 arg1!=0x1 arg1!=0x2 arg1!=0x3'
	denycall -n "file=$policy" >"$jail"
	run -0 strace -o "$told" -e trace=write,writev -s 400 jailexec -xv -f "$jail" -- "$calls" native
	grep -F ' refused: ioctl' "$told" >"$told.line" || grep -F '"jailexec: refused: ioctl' "$told" >"$told.line"
	grep -Fq 'arg1!=0x3\n"' "$told.line"
}

# COUNT calls that nobody knows, each of them twice, or for ever.
flood='for my $n (1 .. $ARGV[0], 1 .. $ARGV[0]) { syscall(1000 + $n) }
	while (!$ARGV[0]) { syscall(1001) }'

@test "who floods with refused calls fills no memory, holds nobody up, and it is said how much is not told" {
	command -v perl >/dev/null || skip 'requires perl'
	local bin=$BATS_TEST_TMPDIR/bin line
	# Without its helper, nothing has a name, which goes faster.
	cp -r "$RUNGS_STAGE/bin" "$bin"
	writes 'jail 1' 'denycall default' end
	run -0 "$bin/jailexec" -x --status-fd=3 -f "$policy" -- perl -e "$flood" 600 3>"$told"
	[ "$(grep -c '"refused","layer":"denycall"' "$told")" -eq 512 ]
	grep -qx '{"event":"untold","layer":"denycall","reason":"176 more: 512 different ones were told"}' "$told"
	# A time is kept.
	run -124 "$bin/jailexec" -x --timeout=0.2 -f "$policy" --status-fd=3 -- perl -e "$flood" 0 3>"$told"
	# Nobody reads what is said, but in the end.
	mkfifo "$BATS_TEST_TMPDIR/fifo"
	exec 7<>"$BATS_TEST_TMPDIR/fifo"
	run -0 timeout 60 "$bin/jailexec" -x --status-fd=7 -f "$policy" -- perl -e "$flood" 2000
	while read -r -t 1 -u 7 line && printf '%s\n' "$line" >>"$told.late"; do
		[[ $line != *'"exited"'* ]] || break
	done
	exec 7>&-
	grep -Fqx '{"event":"untold","layer":"denycall","reason":"2976 more: 512 different ones were told"}' "$told.late"
	line=$(sed -n 's/^{"event":"untold","layer":"denycall","reason":"\([0-9]*\) more: nobody read what was said before"}$/\1/p' "$told.late")
	((line > 0 && line + $(grep -c '"refused"' "$told.late") == 512))
	grep -q '"exited","status":0,' "$told.late"
}
