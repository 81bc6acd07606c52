#!/usr/bin/env bats
# What has gone wrong in others: roots that lie, and commands that attack.
# Each test names the failure that it keeps out.

load helper

setup_file() {
	root_dir >/dev/null
}

setup() {
	requires leaving-groups
}

teardown() {
	[ -z "${racer:-}" ] || stop "$racer"
	[ -z "${listener:-}" ] || stop "$listener"
}

# victim: a directory of the host with something in it.
make_victim() {
	victim=$BATS_TEST_TMPDIR/victim
	mkdir -p "$victim"
	chmod 777 "$victim"
	echo precious >"$victim/file"
}

# a_root_at DIR [WORD...]
a_root_at() {
	printf 'jail 1\nmkroot dir=%s %s\nend\n' "$1" "${*:2}"
}

# CVE-2026-41579, CVE-2026-47766, CVE-2023-27561, CVE-2025-31133, CVE-2025-52565
@test "a mount point that is a link is refused, and nothing outside is touched" {
	local as case mode before jail without root=$BATS_TEST_TMPDIR/root
	local changed=(dev proc sys tmp run etc)
	make_victim
	before=$(digest "$victim")
	make_root "$root"
	chmod 777 "$root"
	# As is; in a root that keeps its changes, with nobody and with root in it;
	# and for a caller that openat2(2) is kept from.
	for mode in scratch ro '' walk host; do
		jail=$BATS_TEST_TMPDIR/jail-$mode
		a_root_at "$root" "${mode##[hw]*}" >"$jail"
		[ "$mode" != host ] || {
			enterns user=host <"$jail" >"$jail.new"
			mv "$jail.new" "$jail"
		}
		addmount dir=/etc/made tmpfs=/etc/mounted <"$jail" >"$jail-etc"
	done
	for case in $("$BATS_TEST_DIRNAME/hostile-root.sh"); do
		(cd "$root" && rm -rf "${changed[@]}" elsewhere)
		(cd "$(root_dir)" && cp -a "${changed[@]}" "$root")
		chmod 777 "$root/etc"
		"$BATS_TEST_DIRNAME/hostile-root.sh" "$root" "$victim" "$case"
		for as in "${callers[@]}"; do
			for mode in scratch ro '' walk host; do
				[[ $mode != host || $as-$(id -u) == as_caller-0 ]] || continue
				jail=$BATS_TEST_TMPDIR/jail-$mode without=()
				[[ $case != etc-* ]] || jail+=-etc
				[ "$mode" != walk ] || without=("$RUNGS_STAGE/tests/filter" without ENOSYS openat2)
				run "$as" "${without[@]}" jailexec -f "$jail" -- sh -c 'echo in; : >/dev/x; ls /dev'
				case $case in
				null-* | pts-*)
					# Ours is mounted over it.
					same 0 "$status" "$as $case $mode: $output"
					assert_line null pts shm
					;;
				*)
					same 125 "$status" "$as $case $mode"
					[[ $output =~ ^jailexec:\ /(dev|proc|sys|tmp|run|etc)(/made)?:\  ]] ||
						same 'a reason' "$output" "$as $case $mode"
					never grep -Fxq in <<<"$output"
					;;
				esac
			done
			same "$before" "$(digest "$victim")" "$as $case"
		done
	done
}

@test "each of the roots that others can try their tools on is harmless" {
	requires busybox
	local as case before top=$BATS_TEST_TMPDIR/roots victim options
	run -0 "$BATS_TEST_DIRNAME/hostile-root.sh" "$top"
	# All of them are told of, and no other.
	same "$(cd "$top" && ls -d -- *-*)" "$(grep -oE '^[a-z]+-[a-z]+ ' <<<"$output" | tr -d ' ' | sort)"
	run -1 "$BATS_TEST_DIRNAME/hostile-root.sh" "$top"
	assert_output "hostile-root.sh: $top: it is not empty"
	victim=$top/victim
	before=$(digest "$victim")
	look() {
		for case in "$top"/*-*; do
			options=(-- true)
			a_root_at "$case" scratch >"$BATS_TEST_TMPDIR/jail"
			case ${case##*/} in
			etc-*)
				a_root_at "$case" scratch | addmount dir=/etc/made >"$BATS_TEST_TMPDIR/jail"
				options=(-- ls /etc/file)
				;;
			passwd-* | group-*) options=(-u mallory:mallory -- true) ;;
			srv-*) options=(-C /srv -- cat file) ;;
			sh-self) options=(-- self) ;;
			esac
			run "$as" timeout 50 jailexec -f "$BATS_TEST_TMPDIR/jail" "${options[@]}"
			case ${case##*/} in
			null-* | pts-*) same 0 "$status" "$case: $output" ;;
			sh-self) ((status >= 125 && status <= 127)) ;;
			*) same 125 "$status" "$case: $output" ;;
			esac
			never grep -q precious <<<"$output"
			same "$before" "$(digest "$victim")" "$case"
		done
	}
	for_each_caller look
}

# CVE-2026-87766, CVE-2024-45310
@test "a mount point is not made through a link, nor outside" {
	local root=$BATS_TEST_TMPDIR/root before
	make_victim
	make_root "$root"
	rm -rf "${root:?}/dev"
	ln -s "$victim/new" "$root/dev"
	before=$(digest "$victim")
	at() { a_root_at "$root" "$@" | jailexec -- echo "$ran"; }
	for mode in '' scratch; do
		refused at "$mode"
		same "$before" "$(digest "$victim")"
	done
	# Where there is none, it is made inside.
	rm "$root/dev"
	run -0 at
	[ -d "$root/dev" ]
}

@test "a root that is itself a link is the directory it leads to, and no other" {
	ln -s "$(root_dir)" "$BATS_TEST_TMPDIR/link"
	at() { a_root_at "$BATS_TEST_TMPDIR/link" scratch | jailexec -- sh -c 'echo in; stat -c %d:%i / /..  | uniq | wc -l'; }
	run -0 at
	assert_output $'in\n1'
}

# race NAME [WORD...]: exchange a directory of the root for a link to the
# victim, for as long as it takes to start some jails that have it, or what is
# below it, as a mount point.
race() {
	local root=$BATS_TEST_TMPDIR/root jail=$BATS_TEST_TMPDIR/jail n before good=0 as
	local starts=400
	# A sanitizer sees as much in fewer, and takes five times as long.
	[ -z "${RUNGS_SANITIZED:-}" ] || starts=80
	mkdir -p "$root/$1"
	chmod 777 "$root/$1"
	ln -s "$victim" "$root/$1.lie"
	before=$(digest "$victim")
	a_root_at "$root" >"$jail"
	(($# == 1)) || {
		addmount "${@:2}" <"$jail" >"$jail.new"
		mv "$jail.new" "$jail"
	}
	# With the ids of the host, it is root who would be led astray.
	enterns user=host <"$jail" >"$jail.host"
	"$RUNGS_STAGE/tests/attack" exchange "$root/$1" "$root/$1.lie" 1000 3>&- &
	racer=$!
	for ((n = 0; n < ${RUNGS_RACES:-$starts}; n++)); do
		as=${callers[n % ${#callers[@]}]}
		((n % 4 > 0)) || [ "$(id -u)" -ne 0 ] || jail=$BATS_TEST_TMPDIR/jail.host
		run "$as" jailexec -f "$jail" -- sh -c 'touch "/$0/x" "/$0.lie/x"; echo in' "$1"
		jail=$BATS_TEST_TMPDIR/jail
		case $status in
		0) good=$((good + 1)) ;;
		125) refusals=$((refusals + 1)) ;;
		*) return 1 ;;
		esac
	done
	stop "$racer"
	rm -rf "${root:?}/$1" "$root/$1.lie"
	mkdir "$root/$1"
	same "$before" "$(digest "$victim")" "$1"
	echo "$1: $good started, $refusals were refused until here" >&2
	((good > 0))
}

# CVE-2021-30465, CVE-2024-45310: 2,000 starts, or five times RUNGS_RACES.
@test "a mount point that is exchanged for a link while jails start" {
	local refusals=0
	make_victim
	make_root "$BATS_TEST_TMPDIR/root"
	echo text >"$BATS_TEST_TMPDIR/text"
	chmod -R a+rX "$BATS_TEST_TMPDIR"
	race run
	race tmp
	race dev
	race deep tmpfs=/deep/a/b
	race file "bind=$BATS_TEST_TMPDIR/text:/file/text"
	# Some were, so it was a race.
	((refusals > 0))
}

# What is to be masked is masked where it is, and not where its name leads.
@test "no /proc is bare because its name was exchanged" {
	local root=$BATS_TEST_TMPDIR/root n
	make_root "$root"
	mkdir "$root/proc2"
	"$RUNGS_STAGE/tests/attack" exchange "$root/proc" "$root/proc2" 1000 3>&- &
	racer=$!
	look() {
		local good=0
		# shellcheck disable=SC2016 # for the shell in the jail
		bare() {
			a_root_at "$root" | "$as" jailexec -- sh -c '
				for proc in /proc /proc2 /proc /proc2; do
					cd $proc && [ -e self ] || continue
					[ -c interrupts ] || echo bare
					! echo x >sys/kernel/domainname || echo bare
				done 2>/dev/null; echo in'
		}
		for ((n = 0; n < 40; n++)); do
			run bare
			case $status in
			0)
				assert_output in
				good=$((good + 1))
				;;
			125) assert_match 'jailexec: /proc: .*' ;;
			*) return 1 ;;
			esac
		done
		((good > 0))
	}
	for_each_caller look
}

@test "what lies over /proc is not taken for it" {
	make_victim
	hidden() { a_root scratch | addmount link=/proc:/name "bind=$victim:/name" mask=/proc/file | "$as" jailexec -- cat /proc/file; }
	plain() { a_root scratch | addmount "bind=$victim:/proc:ro" mask=/proc/file | "$as" jailexec -- cat /proc/file; }
	again() { a_root scratch | addmount "bind=$victim:/proc" proc mask=/proc/version | "$as" jailexec -- sh -c 'cat /proc/version; ls /proc/1/comm'; }
	look() {
		refused hidden
		assert_output 'jailexec: /proc: it is not where it was mounted'
		run -0 plain
		assert_output ''
		run -0 again
		assert_output /proc/1/comm
	}
	for_each_caller look
}

# The host's root is above the jail's until the first process lets go of it,
# while the command gets ready.
@test "no working directory is above the root, whenever it is entered" {
	look() {
		for _ in {1..20}; do
			run -0 in_jail -C /../../.. -- sh -c '[ . -ef / ] && [ -d test ] && pwd -P'
			assert_output /
		done
	}
	for_each_caller look
}

# CVE-2024-21626
@test "no directory of the host can be reached through a leaked descriptor" {
	local as fd
	a_root scratch >"$BATS_TEST_TMPDIR/jail"
	for as in "${callers[@]}"; do
		for fd in 3 7 12 20; do
			refused "$as" "$RUNGS_STAGE/tests/leak" jailexec \
				-f "$BATS_TEST_TMPDIR/jail" -C "/proc/self/fd/$fd" -- echo "$ran"
			run "$as" "$RUNGS_STAGE/tests/leak" jailexec \
				-f "$BATS_TEST_TMPDIR/jail" -- ls "/proc/self/fd/$fd/"
			[ "$status" -ne 0 ]
			run -127 "$as" "$RUNGS_STAGE/tests/leak" jailexec \
				-f "$BATS_TEST_TMPDIR/jail" -- "/proc/self/fd/$fd/bin/sh"
		done
	done
}

# The same, by those that are passed on.
@test "a directory is no stream of a jail" {
	local fd
	a_root scratch >"$BATS_TEST_TMPDIR/jail"
	chmod a+r "$BATS_TEST_TMPDIR/jail"
	look() {
		for options in '' -T -x; do
			# shellcheck disable=SC2086
			with() { "$as" jailexec $options -f "$BATS_TEST_TMPDIR/jail" -- echo "$ran"; }
			from() { with </; }
			refused from
			assert_line 'jailexec: descriptor 0: refuse a directory: it would be a way out of the root'
			to() { with 1</; }
			refused to
			mute() { with 2</; }
			run -125 mute
			assert_output ''
		done
		# A command without a root is no further away from it.
		chain() { enterns user -- test -e /dev/fd/0/bin </; }
		run -0 chain
	}
	for_each_caller look
}

# CVE-2019-5736
@test "a command cannot overwrite the tool that started it" {
	local root=$BATS_TEST_TMPDIR/root before as
	before=$(sha256sum "$RUNGS_STAGE/bin/jailexec")
	make_root "$root"
	printf '#!/proc/self/exe\n' >"$root/payload"
	chmod 755 "$root/payload"
	for as in "${callers[@]}"; do
		at() { a_root_at "$root" scratch | "$as" jailexec -- "$@"; }
		run at /payload
		[ "$status" -ge 125 ]
		run at /proc/self/exe -x -- true
		run at sh -c 'for n in 1 2 3 4 5 6 7 8 9; do /test/attack exe /proc/1/exe; done; cat /test/attack >/proc/1/exe'
		[ "$status" -ne 0 ]
		same "$before" "$(sha256sum "$RUNGS_STAGE/bin/jailexec")"
	done
}

# It has to be no file of the host that a script is run by when it names
# /proc/self/exe, wherever who is in the jail could write to that file.
@test "what is about to be the command is no file that the jail could write to" {
	local root=$BATS_TEST_TMPDIR/root bin=$BATS_TEST_TMPDIR/bin jail=$BATS_TEST_TMPDIR/jail mode
	make_root "$root"
	mkdir "$bin"
	printf '#!/proc/self/exe\n' >"$root/payload"
	printf '#!/payload\n' >"$root/twice"
	chmod 755 "$root/payload" "$root/twice"
	a_root_at "$root" scratch >"$jail"
	# exposed TOOL [OPTION...]: in there, it is not run as an interpreter.
	exposed() {
		local file
		for file in /payload /twice; do
			run -125 "$as" "$@" -- "$file"
			same '' "$output" "$*"
		done
		run -0 "$as" "$@" -- sh -c 'echo "$0-$*"; ls /proc/self/fd | wc -l' a b 'c d'
		same "$(printf 'a-b c d\n4')" "$output" "$*"
		# And an error is the same as without.
		run -127 "$as" "$@" -- no-such-command
		assert_match '[a-z]+: no-such-command: No such file or directory'
		run -126 "$as" "$@" -- /etc/passwd
		assert_match '[a-z]+: /etc/passwd: Permission denied'
		printf '#!/nowhere\n' >"$root/bad"
		chmod 755 "$root/bad"
		run -126 "$as" "$@" -- /bad
		assert_match '[a-z]+: /bad: the interpreter or loader that it names is not in the root'
	}
	look() {
		rm -f "$bin/jailexec"
		cp "$RUNGS_STAGE/bin/jailexec" "$bin"
		# The caller's own.
		[ "$as" = as_caller ] || chown 1234 "$bin/jailexec"
		if [ "$("$as" id -u)" -ne 0 ]; then
			exposed "$bin/jailexec" -f "$jail"
			enterns user mount <"$jail" | addmount proc >"$jail.x"
			exposed "$bin/jailexec" -x -E PATH=/bin:/usr/bin -f "$jail.x"
		fi
		# Anybody's.
		[ "$(id -u)" -ne 0 ] || chown 0 "$bin/jailexec"
		for mode in 775 757; do
			chmod "$mode" "$bin/jailexec"
			exposed "$bin/jailexec" -f "$jail"
		done
	}
	for_each_caller look
	requires root
	# And root's, for root.
	as=as_caller
	enterns user=host <"$jail" >"$jail.host"
	exposed jailexec -f "$jail.host"
	# Root in there is nobody's equal.
	chown 1234 "$bin/jailexec"
	chmod 755 "$bin/jailexec"
	exposed "$bin/jailexec" -f "$jail.host"
	enterns user=0:0:1 <"$jail" >"$jail.map"
	exposed jailexec -f "$jail.map"
	jailexec -f "$jail.host" -- sleep 1000 3>&- &
	racer=$!
	begun() { pgrep -x -P "$(pgrep -P "$racer")" sleep >/dev/null; }
	poll begun
	exposed enterns "of=$(pgrep -P "$racer")"
	# Where it is out of reach, there is nothing to be done.
	for as in "${callers[@]}"; do
		run -0 "$as" jailexec -e -f "$jail" -- true
		never grep -q ^doorstep: <<<"$output"
	done
}

@test "where that cannot be had, nothing is run" {
	requires root strace no-sanitizer
	a_root scratch | enterns user=host >"$BATS_TEST_TMPDIR/jail"
	without() { strace -f -qq -o /dev/null -e "inject=$1:error=EACCES" jailexec -f "$BATS_TEST_TMPDIR/jail" -- echo "$ran"; }
	refused without memfd_create
	assert_line "jailexec: keep this program's file from the jail, by a memfd: Permission denied"
	run -126 without execveat
	assert_output 'jailexec: echo: Permission denied
jailexec: execveat(2) has to be allowed where somebody in the jail could write to the file of jailexec'
}

# CVE-2016-9962
@test "nobody can trace pid 1, nor the caller's processes" {
	local as
	for as in "${callers[@]}"; do
		run -0 in_jail -- sh -c 'for n in 1 2 3 4 5; do /test/attack ptrace 1; /test/attack mem 1; done; true'
		never grep -Fxq "done" <<<"$output"
		run -1 in_jail -- /test/attack ptrace "$BASHPID"
		assert_output 'No such process'
	done
}

# CVE-2022-29162, -27650, -27649, -27651, -24769
@test "inheritable and ambient capabilities of the caller do not come in" {
	requires root
	a_root scratch >"$BATS_TEST_TMPDIR/jail"
	generous() { setpriv --inh-caps=+chown,+sys_admin,+net_admin --ambient-caps=+chown,+sys_admin,+net_admin -- "$@"; }
	run -0 generous "$RUNGS_STAGE/tests/whatigot"
	never grep -Fxq 'ambient 0000000000000000' <<<"$output"
	for options in '' '-u 5'; do
		# shellcheck disable=SC2086
		run -0 generous jailexec $options -f "$BATS_TEST_TMPDIR/jail" -- /test/whatigot
		assert_line 'inheritable 0000000000000000' 'ambient 0000000000000000'
	done
	assert_line 'permitted 0000000000000000'
	# A new user namespace begins without them, so look without one, too.
	a_root scratch | enterns user=host >"$BATS_TEST_TMPDIR/jail"
	run -0 generous jailexec -f "$BATS_TEST_TMPDIR/jail" -- /test/whatigot
	assert_line 'inheritable 0000000000000000' 'ambient 0000000000000000' \
		'bounding 00000000800425fb' 'effective 00000000800425fb'
}

# nsjail #288
@test "the caller's groups are left behind" {
	requires root
	a_root scratch >"$BATS_TEST_TMPDIR/jail"
	run -0 setpriv --groups 0,4,27,1234 -- jailexec -f "$BATS_TEST_TMPDIR/jail" -- /test/whatigot
	assert_line 'groups 0'
	run -0 setpriv --groups 0,4,27,1234 -- jailexec -u 7:8 -f "$BATS_TEST_TMPDIR/jail" -- /test/whatigot
	assert_line 'groups 8'
}

# CVE-2018-7169, CVE-2014-8989
@test "a group that a file shuts out cannot be shed in a jail" {
	requires root user-namespaces
	local dir=$BATS_TEST_TMPDIR/root
	make_root "$dir"
	echo secret >"$dir/secret"
	chown 0:4321 "$dir/secret"
	chmod 604 "$dir/secret"
	member() { setpriv --reuid=1234 --regid=1234 --groups=4321 -- "$@"; }
	run -1 member cat "$dir/secret"
	at() { a_root_at "$dir" ro | enterns user=self | member jailexec "$@" -- cat /secret; }
	run -1 at
	assert_output "cat: can't open '/secret': Permission denied"
	run -1 at -u 5:6
	chain() { member enterns user -- setpriv --clear-groups cat "$dir/secret"; }
	run -127 chain
	never grep -q secret$ <<<"$output"
}

# CVE-2022-0492
@test "control groups cannot be mounted in a jail, nor release_agent written" {
	look() {
		a_root scratch | "${words[@]}" | "$as" jailexec -- sh -c '
			mkdir /tmp/group
			for type in cgroup cgroup2 tmpfs proc; do
				/test/attack mount $type /tmp/group
			done
			/test/attack release /tmp/group
			find / -xdev -name release_agent 2>/dev/null
			mount | grep -c cgroup; true' >"$BATS_TEST_TMPDIR/out" 2>&1
		same "$(yes 'Operation not permitted' | head -n 4)
unshare: $1
0" "$(cat "$BATS_TEST_TMPDIR/out")"
	}
	for as in "${callers[@]}"; do
		words=(cat)
		look 'Operation not permitted'
		words=(denycall none)
		look 'No space left on device'
	done
	# CVE-2023-25809: the groups of the host are no reason to show them.
	for as in "${callers[@]}"; do
		words=(enterns cgroup=host)
		look 'Operation not permitted'
	done
	requires root
	# With the ids of the host, the filter alone is in the way.
	as=as_caller words=(enterns user=host)
	look 'Operation not permitted'
}

@test "no device can be made or opened that was not given" {
	local as
	for as in "${callers[@]}"; do
		run -1 in_jail -- /test/attack mknod /tmp/disk
		assert_output 'Operation not permitted'
		run -1 in_jail -- /test/attack mknod /dev/disk
	done
	requires root
	# One that is in the root already is dead.
	local root=$BATS_TEST_TMPDIR/root
	make_root "$root"
	mknod "$root/null" c 1 3
	at() { a_root_at "$root" "$@" | jailexec -- cat /null; }
	run -1 at
	assert_output "cat: can't open '/null': Permission denied"
	run -1 at scratch
	assert_output "cat: can't open '/null': Permission denied"
}

@test "a setuid program in the root gives nothing" {
	requires root
	local root=$BATS_TEST_TMPDIR/root
	make_root "$root"
	chmod 6755 "$root/test/whatigot"
	at() { a_root_at "$root" "$1" | jailexec -u 5 -- /test/whatigot; }
	for mode in '' scratch ro; do
		run -0 at "$mode"
		assert_line 'uid 5 5 5' 'gid 5 5 5' 'effective 0000000000000000'
	done
}

# rubber-docker's breakout: the lesson of the first rung
@test "a chroot alone is left by who has CAP_SYS_CHROOT" {
	requires root
	local root=$BATS_TEST_TMPDIR/root
	make_root "$root"
	echo "the host's" >"$BATS_TEST_TMPDIR/secret"
	at() { a_root_at "$root" | jailexec -x -- /test/escape "$BATS_TEST_TMPDIR/secret"; }
	run -0 at
	assert_output "the host's"
}

@test "a jail is not left that way" {
	local root=$BATS_TEST_TMPDIR/root mode as
	make_root "$root"
	echo "the host's" >"$BATS_TEST_TMPDIR/secret"
	for as in "${callers[@]}"; do
		for mode in '' scratch; do
			mkdir -p "$root/escape"
			at() { a_root_at "$root" "$mode" | "$as" jailexec -- /test/escape "$BATS_TEST_TMPDIR/secret"; }
			run -1 at
			assert_output "$BATS_TEST_TMPDIR/secret: No such file or directory"
		done
	done
	# A mount namespace is what it takes.
	requires root
	only() { a_root_at "$root" | enterns mount | jailexec -x -- /test/escape "$BATS_TEST_TMPDIR/secret"; }
	run -1 only
	assert_output "$BATS_TEST_TMPDIR/secret: No such file or directory"
}

@test "who has the host's ids changes no mode of the host's devices" {
	requires root
	# The modes are those that they have, should this go wrong.
	changes() { a_root | enterns user=host | jailexec -- sh -c 'for file in /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty /proc/keys; do chmod 666 "$file" || chown 0:0 "$file" || touch -c "$file" || echo "kept $file"; done 2>/dev/null; echo x >/dev/null && echo written'; }
	run -0 changes
	assert_output 'kept /dev/null
kept /dev/zero
kept /dev/full
kept /dev/random
kept /dev/urandom
kept /dev/tty
kept /proc/keys
written'
	run -1 addmount dev -- touch -c /dev/null
	run -1 addmount "mask=$BATS_TEST_FILENAME" -- touch -c "$BATS_TEST_FILENAME"
}

@test "a jail's own devices are no way to the host's, whatever root there may do" {
	local as=as_caller before
	requires root own-nodes
	before=$(stat -c '%n %a %u:%g %t:%T %Z' /dev/null /dev/zero /dev/full)
	changes() {
		a_root scratch | droppriv caps=all | denycall none | jailexec -- sh -c '
			stat -c "%n %a %u:%g" /dev /dev/null
			mount -o remount,suid,dev,exec,bind /dev
			rm /dev/zero && chmod 600 /dev/null && chown 5:5 /dev/full && ls /dev/zero
			for node in "b 254 0" "c 1 1" "c 1 3"; do mknod /dev/node $node; done
			/test/attack mknod /dev/node
			mknod /dev/fifo p && ls /dev/fifo' 2>&1
	}
	run -0 changes
	assert_output "/dev 755 0:0
/dev/null 666 0:0
ls: /dev/zero: No such file or directory
mknod: /dev/node: Operation not permitted
mknod: /dev/node: Operation not permitted
mknod: /dev/node: Operation not permitted
Operation not permitted
/dev/fifo"
	same "$before" "$(stat -c '%n %a %u:%g %t:%T %Z' /dev/null /dev/zero /dev/full)"
	# Nor is there one when they may be made after all.
	keeps() { a_root scratch | enterns user=host | droppriv caps=mknod | denycall none | jailexec -- sh -c 'mknod /dev/node c 1 3 && cat /dev/node' 2>&1; }
	run -1 keeps
	assert_output "cat: can't open '/dev/node': Permission denied"
}

@test "a name that an enemy chose does not reach the terminal raw" {
	run -125 enterns $'\e[2Jx' -- true
	never grep -q $'\e' <<<"$output"
	run -127 in_jail -- $'\e[2Jx'
	never grep -q $'\e' <<<"$output"
	run -125 in_jail -C $'/\e[2J' -- true
	never grep -q $'\e' <<<"$output"
	text() { printf 'jail 1\n\e[2Jx y\nend\n' | jailexec -- true; }
	run -125 text
	never grep -q $'\e' <<<"$output"
}

# CVE-2026-41163: a tool that is setuid is a tool that is attacked
@test "no tool is setuid or has capabilities" {
	same '' "$(find "$RUNGS_STAGE/bin" "$RUNGS_STAGE/libexec" -type f -perm /6000)"
	run -0 getcap -r "$RUNGS_STAGE/bin" "$RUNGS_STAGE/libexec"
	assert_output ''
}

@test "shared memory, queues and abstract sockets of the host are not seen" {
	local as
	echo host >"/dev/shm/rungs-tests-$BASHPID"
	for as in "${callers[@]}"; do
		run -0 in_jail -- sh -c 'ls /dev/shm /dev/mqueue | grep -v :; wc -l </proc/net/unix; true'
		# The line of titles.
		assert_output 1 || [ "$output" = $'\n1' ]
	done
	rm "/dev/shm/rungs-tests-$BASHPID"
}

# CVE-2020-15257
@test "abstract sockets are reached with the caller's network, and no other way" {
	local name=rungs-tests-$BASHPID as
	coproc LISTENER { exec "$RUNGS_STAGE/tests/reach" listen "$name" 3>&-; }
	listener=$!
	read -r _ <&"${LISTENER[0]}"
	reached() { "$@" | "$as" jailexec -- /test/reach 1 "$name"; }
	look() {
		run -0 reached a_root scratch
		assert_output 'signal '
		reached_host() { a_root scratch | enterns net=host; }
		run -0 reached reached_host
		assert_output 'signal abstract '
		requires landlock
		! lockpath abstract -- true 2>/dev/null || {
			locked() { reached_host | lockpath abstract; }
			run -0 reached locked
			assert_output 'signal '
		}
	}
	for_each_caller look
}

# CVE-2026-40226
@test "no policy is read in a root, nor beside it" {
	requires strace no-sanitizer
	local as trace jail=$BATS_TEST_TMPDIR/jail
	chmod 777 "$BATS_TEST_TMPDIR"
	# All that jailexec opens to read, there or not, before it is the command.
	look() {
		local words
		for words in cat 'enterns user=host' 'addmount ro=/etc'; do
			[[ $as-$words != as_user-*host ]] || continue
			trace=$BATS_TEST_TMPDIR/$as
			rm -f "$trace"
			# shellcheck disable=SC2086
			a_root scratch | $words >"$jail"
			run -0 "$as" strace -f -e trace=open,openat,openat2,execve,execveat -o "$trace" jailexec -f "$jail" -- true
			# Two may be in a call at once; its words are where it begins.
			awk '/ resumed>/ { next } / execve(at)?\(/ && !/= -1/ && n++ { exit } / open/ && !/O_PATH|O_CREAT|O_WRONLY/' "$trace" |
				sed 's/^[^"]*"\([^"]*\)".*/\1/' | sort -u >"$trace.read"
			grep -Fxq "$jail" "$trace.read"
			# /proc itself is for a range of ids whose holder was killed.
			same '' "$(grep -Fxv "$jail" "$trace.read" |
				grep -Ev '^(/proc(/[a-z0-9/_]*)?|/dev/null|/run/rungs/[a-z]*|empty)$')"
		done
	}
	for_each_caller look
}

# The one thing of a session that no namespace is around.
@test "the caller's keys stay outside, and two jails have no keyring in common" {
	local none='Required key not available'
	# The default filter has no call for keys: it is to be so without one.
	a_root scratch | denycall none >"$BATS_TEST_TMPDIR/jail"
	with_key() { "$as" "$RUNGS_STAGE/tests/attack" keyring "$@"; }
	as=as_caller run with_key "$RUNGS_STAGE/tests/attack" key
	[ "$output" = 'done' ] || skip "requires keys: $output"
	look() {
		# The first jail of the two leaves a key in what it has.
		run with_key sh -c 'jailexec -f "$1" -- /test/attack key
			jailexec -f "$1" -- sh -c "/test/attack key; /test/attack key"' sh "$BATS_TEST_TMPDIR/jail"
		same "$none
$none
done" "$output"
		# "Exactly" keeps what no word takes away.
		run -0 with_key enterns user -- "$RUNGS_STAGE/tests/attack" key
	}
	for_each_caller look
}

# A filter that refuses some of it is one behind which keys can be had.
@test "a keyring that cannot be left is an error, unless nobody has one" {
	requires strace no-sanitizer
	a_root scratch >"$BATS_TEST_TMPDIR/jail"
	failing() { strace -f -qq -o /dev/null -e "inject=keyctl:error=$1" jailexec -f "$BATS_TEST_TMPDIR/jail" -- echo "$ran"; }
	refused failing EPERM:when=1
	assert_output "jailexec: leave the caller's session keyring: Operation not permitted"
	refused failing EDQUOT
	assert_match '.*kernel.keys.maxkeys.*'
	for error in EPERM ENOSYS; do
		run -0 failing "$error"
		assert_output "$ran"
	done
}

# isolate 2.6: what is left to two jails to talk through is what both are given.
@test "two jails of one root have no file lock and no memory in common" {
	local mark=$((1000000000 + BASHPID * 100)) as=as_caller
	holding() {
		a_root "$1" | jailexec -- sh -c "echo >/dev/shm/x; echo >/tmp/x; exec flock /etc/passwd sleep $mark" 3>&- &
		racer=$!
		poll pgrep -fx "sleep $mark" >/dev/null
		run a_second "$1"
		stop "$(parent_of "$(parent_of "$(pgrep -fx "flock /etc/passwd sleep $mark")")")"
		poll no_process_of "$mark"
		racer=
	}
	a_second() { a_root "$1" | jailexec -- sh -c 'flock -n /etc/passwd echo free; ls /dev/shm; ls /tmp | grep x'; }
	holding scratch
	assert_output free
	# A file that both can open is one that both can lock, as the manual says.
	holding ro
	assert_output ''
}

# at_terminal CMD...: run it with one, as $as; $output is what it shows, and
# then the line that is typed behind it: "end", and in front of that what has
# come into the terminal's input, although nobody had typed anything.
at_terminal() {
	local hold after=$BATS_TEST_TMPDIR/after
	export typist=$BATS_TEST_TMPDIR/typist
	printf '%s\n' '"$@"' 'stty -echo' 'echo end >"$typist"' 'read -r typed' \
		'echo "typed=[$typed]"' >"$after"
	[ -p "$typist" ] || mkfifo "$typist"
	chmod -R a+rX "$BATS_TEST_TMPDIR"
	chmod a+w "$typist"
	# A standard input that is silent until then, and does not end either.
	exec {hold}<>"$typist"
	run "$as" script -qec "bash $after $(printf ' %q' "$@")" /dev/null <&"$hold"
	exec {hold}>&-
	output=${output//$'\r'/}
}

@test "nobody in a jail types into the caller's terminal" {
	requires script
	local jail=$BATS_TEST_TMPDIR/jail as=as_caller
	a_root scratch >"$jail"
	at_terminal "$RUNGS_STAGE/tests/attack" tiocsti native
	grep -Eqx 'typed=\[x+end\]' <<<"$output" || skip 'requires a kernel with TIOCSTI'
	attacks() {
		at_terminal jailexec -f "$jail" -- /test/attack tiocsti
		grep -Fqx 'typed=[end]' <<<"$output"
		# Nor where no stream is a terminal: /dev/tty is not the caller's.
		at_terminal sh -c "jailexec -f '$jail' -- /test/attack tiocsti </dev/null 2>&1 | cat"
		grep -Fqx 'typed=[end]' <<<"$output"
	}
	for_each_caller attacks
}

# CVE-2017-5226, CVE-2019-7303: also in the forms that a filter overlooked
@test "nobody types into a terminal that is shared" {
	requires script
	local jail=$BATS_TEST_TMPDIR/jail names=$BATS_TEST_TMPDIR/names bare=$BATS_TEST_TMPDIR/bare none=$BATS_TEST_TMPDIR/none
	local how want=$'Operation not permitted\ntyped=[end]' ways=(native high paste)
	a_root scratch >"$jail"
	a_root scratch | enterns user mount pid >"$names"
	a_root scratch | denycall none >"$none"
	printf 'jail 1\nend\n' >"$bare"
	# A kernel without x32 says that there is no such call, after the filter.
	[ "$(uname -m)" != x86_64 ] || ways+=(x32 early)
	as=as_caller at_terminal "$RUNGS_STAGE/tests/attack" tiocsti i386
	! grep -Eqx 'typed=\[x+end\]' <<<"$output" || ways+=(i386)
	attacks() {
		# The hole is there, for who shares it without a filter.
		at_terminal jailexec -x -f "$names" -- /test/attack tiocsti native
		grep -Eqx 'typed=\[x+end\]' <<<"$output" || skip 'requires a kernel with TIOCSTI'
		for how in "${ways[@]}"; do
			at_terminal jailexec -T -f "$jail" -- /test/attack tiocsti "$how"
			same "$want" "$output" "$how"
			at_terminal jailexec -T -f "$none" -- /test/attack tiocsti "$how"
			same "$want" "$output" "none $how"
			at_terminal jailexec -x -T -f "$names" -- /test/attack tiocsti "$how"
			same "$want" "$output" "-x $how"
			at_terminal jailexec -x -T -f "$bare" -- "$RUNGS_STAGE/tests/attack" tiocsti "$how"
			same "$want" "$output" "-x, nothing else, $how"
		done
		# Nor in a process that the command begins, nor by its streams.
		at_terminal jailexec -T -f "$jail" -- sh -c '/test/attack tiocsti & wait; exec /test/attack tiocsti'
		grep -Fqx 'typed=[end]' <<<"$output"
	}
	for_each_caller attacks
}

@test "where a shared terminal cannot be guarded, nothing is run" {
	a_root scratch >"$BATS_TEST_TMPDIR/jail"
	printf 'jail 1\nend\n' >"$BATS_TEST_TMPDIR/bare"
	a_root scratch | denycall none >"$BATS_TEST_TMPDIR/none"
	unfiltered() { "$as" "$RUNGS_STAGE/tests/filter" none "$@"; }
	look() {
		refused unfiltered jailexec -T -f "$BATS_TEST_TMPDIR/none" -- echo "$ran"
		assert_output 'jailexec: load a filter of system calls: Invalid argument
jailexec: without one, a terminal cannot be shared (-T)'
		refused unfiltered jailexec -T -f "$BATS_TEST_TMPDIR/jail" -- echo "$ran"
		refused unfiltered jailexec -x -T -f "$BATS_TEST_TMPDIR/bare" -- echo "$ran"
		run -0 unfiltered jailexec -f "$BATS_TEST_TMPDIR/none" -- echo in
		assert_output in
	}
	for_each_caller look
}
