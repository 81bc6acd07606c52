#!/usr/bin/env bats
# The mount namespace without a mount of the host that root's jails begin in.
# Each test has a mount namespace of its own, where nobody has made one yet,
# and a directory of its own for /run/rungs.

load helper

setup_file() {
	[ "$(id -u)" -eq 0 ] || return 0
	root_dir >/dev/null
	# A name that a change of the root does not hide.
	a_root scratch >"$BATS_FILE_TMPDIR/jail"
	export JAIL=$BATS_FILE_TMPDIR/jail
}

setup() {
	requires root
	export RUN=$BATS_TEST_TMPDIR/rungs
	mkdir -m 755 "$RUN"
	: >"$RUN/ids"
	# The leak checker is a tracer, and does not work under another.
	export ASAN_OPTIONS=detect_leaks=0
}

# apart COMMANDS: a shell in such a namespace, with these functions.
apart() {
	# shellcheck disable=SC2086 # words are words
	${ON:-} unshare --mount "${PROPAGATION:---propagation=private}" bash -eu -c "
		$(declare -f jail way pins mounts same never poll)
		mkdir -p /run/rungs
		mount --bind '$RUN' /run/rungs
		$1"
}

jail() { jailexec "${@:1:$#-1}" -f "$JAIL" -- sh -c "${*: -1}"; }

# way: how a jail begins now, and whether it does.
way() {
	case $(jail -v 'echo in' 2>&1) in
	*' setns(2) '*' pivot_root(2) '*) echo both ;;
	*' setns(2) '*' chroot(2) '*in) echo empty ;;
	*' pivot_root(2) '*in) echo classic ;;
	*) echo neither ;;
	esac
}

mounts() { grep -c ' /run/rungs/empty ' /proc/self/mountinfo || true; }
pins() { grep -c ' /run/rungs/empty .* nsfs ' /proc/self/mountinfo || true; }

@test "one namespace is made, by however many jails at once, and used by all" {
	run -0 apart '
		same empty "$(jailexec -e -f "$JAIL" -- true | grep -q pivot || echo empty)" -e
		same 0 "$(mounts)" "-e made one"
		for n in {1..16}; do jail : & done
		wait
		same 1 "$(mounts)" mounts
		same 1 "$(pins)" pins
		same empty "$(way)" first
		for n in {1..50}; do jailexec -f "$JAIL" -- true; done
		same 1 "$(mounts)" later
		# It is nothing that a bind of the whole host takes along.
		addmount <"$JAIL" bind=/:/srv:rec,noidmap | jailexec -- test -e /srv/run/rungs/empty
		umount /run/rungs/empty
		same 0 "$(pins)" gone
		same empty "$(way)" "made again"
		same 1 "$(mounts)" "made again"
		same "600 0" "$(umount /run/rungs/empty; stat -c "%a %u" /run/rungs/empty)" file'
}

@test "a jail sees its own mounts only, and nothing of the host is below" {
	sed '2a enterns user=host' "$JAIL" >"$BATS_TEST_TMPDIR/host"
	run -0 apart "
		same empty \"\$(way)\" way
		jail '/test/bottom hidden'
		export JAIL=$BATS_TEST_TMPDIR/host
		same empty \"\$(way)\" 'the way of the host'\''s root'
		jail '/test/bottom hidden'"
	# The one below is the empty directory.
	[ "$output" = $'unknown\nunknown' ] || assert_output $'1\n1'
}

@test "with the host's network, too, unless somebody could unmount what is in its sys" {
	sed '2a enterns net=host\ndenycall none' "$JAIL" >"$BATS_TEST_TMPDIR/net"
	sed '$i droppriv caps=all' "$BATS_TEST_TMPDIR/net" >"$BATS_TEST_TMPDIR/all"
	run -0 apart "
		mount -t tmpfs cover /sys/module
		export JAIL=$BATS_TEST_TMPDIR/net
		same empty \"\$(way)\" way
		jail '/test/bottom hidden; ls /sys/class/net | grep -x lo'
		never jail 'umount /sys/module'
		never jail 'ls /sys/module | grep .'
		export JAIL=$BATS_TEST_TMPDIR/all
		same classic \"\$(way)\" 'the way of who may'
		never jail 'umount /sys/module'
		never jail 'ls /sys/module | grep .'
		jail 'mkdir /tmp/x && mount -t tmpfs none /tmp/x && umount /tmp/x'"
	assert_line lo
}

@test "no jail changes the directory that another's masks are copies of" {
	sed '2a addmount mask=/etc\ndroppriv caps=all\ndenycall none' "$JAIL" >"$BATS_TEST_TMPDIR/ids"
	sed '2a enterns user=host' "$BATS_TEST_TMPDIR/ids" >"$BATS_TEST_TMPDIR/host"
	run -0 apart "
		export JAIL=$BATS_TEST_TMPDIR/ids
		same empty \"\$(way)\" way
		before=\$(jail 'stat -c %a,%u /etc')
		same 555,65534 \"\$before\"
		never jail 'mount -o remount,bind,rw /etc' 2>&1
		never jail 'chmod 711 /etc' 2>&1
		export JAIL=$BATS_TEST_TMPDIR/host
		same empty \"\$(way)\" 'the way of the host'\''s root'
		jail 'mount -o remount,bind,rw /etc && chmod 711 /etc && touch /etc/x'
		never jail 'test -e /etc/x'
		export JAIL=$BATS_TEST_TMPDIR/ids
		same \"\$before\" \"\$(jail 'stat -c %a,%u /etc')\""
}

@test "who may do everything finds an empty directory below, and no way up" {
	local user victim=$BATS_FILE_TMPDIR/victim
	echo precious >"$victim"
	for user in 'enterns user=100000:65536 pid mount' 'enterns pid mount'; do
		sed "2a $user\\naddmount proc" "$JAIL" >"$BATS_TEST_TMPDIR/all"
		dig() {
			apart "jailexec -v -x -f '$BATS_TEST_TMPDIR/all' -- /test/$* 2>&1"
		}
		run -0 dig bottom top
		[[ $output == *' setns(2) '*$'\netc\n'* && $output == *$'\ntest\n'* ]]
		run -0 dig bottom dig
		[[ $user != *user* ]] || same $'1 gone\naside\nRead-only file system' \
			"$(grep -v ^jailexec: <<<"$output")" "$user"
		[[ $output == *' gone'* && $output != *victim* ]]
		run dig "escape $victim"
		[[ $output != *precious* && $output == *'No such file'* ]]
	done
}

@test "what is not an empty mount namespace of ours is not begun in" {
	sed '2a enterns user=200000:65536' "$JAIL" >"$BATS_TEST_TMPDIR/ids"
	# From another processor the kernel may take what we pin for too old.
	local ON
	ON="taskset -c $(taskset -pc $$ | sed 's/.*: //; s/[-,].*//')"
	run -0 apart '
		is() { same "$1" "$(way)" "$2"; same "${3:-1}" "$(mounts)" "$2"; }
		pin() {
			coproc "$@"
			read -r -u "${COPROC[0]}"
			mount --bind "/proc/$COPROC_PID/ns/mnt" /run/rungs/empty
			kill "$COPROC_PID"
		}
		export JAIL='"$BATS_TEST_TMPDIR/ids"'
		chmod 777 /run/rungs; is classic "others may write" 0; chmod 755 /run/rungs
		chown 1234 /run/rungs; is classic "it is another user" 0; chown 0 /run/rungs
		mount -o remount,bind,ro /run/rungs; is classic "it is read-only" 0; mount -o remount,bind,rw /run/rungs
		: >/run/rungs/empty
		mount --bind /proc/self/ns/uts /run/rungs/empty; is classic "of host names"; umount /run/rungs/empty
		unshare --mount=/run/rungs/empty true; is classic "it has mounts"; umount /run/rungs/empty
		bottom='"$RUNGS_STAGE/tests/bottom"'
		pin unshare -Ur "$bottom" make nr_inodes=2 ro; is classic "of another user namespace"; umount /run/rungs/empty
		coproc "$bottom" make nr_inodes=2 ro
		read -r -u "${COPROC[0]}"
		rm /run/rungs/empty; ln -s "/proc/$COPROC_PID/ns/mnt" /run/rungs/empty; is classic "a link" 0; rm /run/rungs/empty
		kill "$COPROC_PID"
		: >/run/rungs/empty
		for options in "nr_inodes=2 rw" "nr_inodes=3 ro" "nr_inodes=4 ro"; do
			pin "$bottom" make $options
			jail : 2>&1 && exit 1
			umount /run/rungs/empty
		done
		is empty "all is well"'
	same 3 "$(grep -c '/run/rungs/empty: it is not empty' <<<"$output")" "$output"
}

@test "where mounts are shared with others it is made, and they do not get it" {
	requires strace
	local ON
	ON="taskset -c $(taskset -pc $$ | sed 's/.*: //; s/[-,].*//')"
	PROPAGATION=--propagation=shared run -0 apart '
		coproc unshare --mount --propagation shared sh -c "echo; read -r line"
		read -r -u "${COPROC[0]}"
		# The fourth time it would be made private.
		strace -qq -o '"$BATS_TEST_TMPDIR/trace"' -e inject=mount:error=EINVAL:when=4 jailexec -f "$JAIL" -- true
		same 0 "$(mounts)" "not shared after all"
		same empty "$(way)" first
		same "2 1" "$(mounts) $(pins)" "the file, and on it the namespace"
		same 0 "$(grep -c "/run/rungs/empty .* nsfs " "/proc/$COPROC_PID/mountinfo" || true)" "in the other"
		umount /run/rungs/empty
		umount /run/rungs/empty
		same 0 "$(mounts)" "gone"
		same 0 "$(grep -c "/run/rungs/empty " "/proc/$COPROC_PID/mountinfo" || true)" "in the other"'
}

@test "jailexec is back where it was called, also in a chroot(2)" {
	local top=$BATS_TEST_TMPDIR/top ON
	ON="taskset -c $(taskset -pc $$ | sed 's/.*: //; s/[-,].*//')"
	mkdir "$top"
	run -0 apart '
		top='"$top"'
		look() {
			coproc chroot "$top" sh -c "cd /etc && exec jailexec -f $JAIL -- sh -c \"/test/bottom hidden; read -r line\""
			read -r -u "${COPROC[0]}" hidden
			for at in root cwd ns/mnt; do readlink "/proc/$COPROC_PID/$at"; done
			readlink /proc/self/ns/mnt
			echo "$hidden"
			exec {COPROC[1]}>&-
			wait
		}
		same empty "$(way)" outside
		mount --rbind / "$top"
		# There it is not, since no bind takes it along, and cannot be made.
		chroot "$top" jailexec -f "$JAIL" -- true && exit 1
		same 1 "$(grep -c "/run/rungs/empty .* nsfs " /proc/self/mountinfo)" "in a chroot(2)"
		coproc '"$RUNGS_STAGE/tests/bottom"' make nr_inodes=2 ro
		read -r -u "${COPROC[0]}"
		mount --bind "/proc/$COPROC_PID/ns/mnt" "$top/run/rungs/empty"
		kill "$COPROC_PID"
		wait || true
		look'
	same "$top $top/etc" "${lines[*]: -5:2}"
	same "${lines[-3]}" "${lines[-2]}"
	[[ ${lines[-1]} == unknown || ${lines[-1]} == 1 ]]
}

@test "what the kernel refuses once is tried from every processor, or done without" {
	requires strace
	local quiet="strace -qq -o $BATS_TEST_TMPDIR/trace -e inject="
	run -0 apart "
		try() { $quiet\$1 jailexec \${2:-} -f \"\$JAIL\" -- grep Cpus_allowed: /proc/self/status; }
		allowed=\$(grep Cpus_allowed: /proc/self/status)
		same \"\$allowed\" \"\$(try mount:error=EINVAL:when=1)\" 'another processor'
		same 1 \"\$(mounts)\" 'from another processor'
		try setns:error=EPERM:when=1
		umount /run/rungs/empty
		try mount:error=EINVAL
		same 0 \"\$(mounts)\" 'refused everywhere'"
	# Coming back must work.
	run -0 apart "
		jailexec -f \"\$JAIL\" -- true
		$quiet'setns:error=EPERM:when=2' jailexec -f \"\$JAIL\" -- sh -c 'echo ran >/proc/self/fd/1' && exit 1
		same 125 \$? status"
	never grep -qx ran <<<"$output"
	[[ $output == *'go back to our own mount namespace: '* ]]
}

@test "a kernel that tells no namespace by a pidfd is asked in /proc" {
	requires strace
	run -0 apart '
		map=$(strace -f -qq -o "$BATS_TEST_TMPDIR/trace" -e inject=pidfd_open:error=ENOSYS jailexec -f "$JAIL" -- cat /proc/self/uid_map)
		read -r inside outside count <<<"$map"
		same "0 65536" "$inside $count" map
		[ "$outside" -ge $((0x70000000)) ]
		grep -q INJECTED "$BATS_TEST_TMPDIR/trace"
		same 1 "$(mounts)" mounts'
}

@test "the command begins while the mounts are made, and shares nothing with pid 1" {
	requires strace
	run -0 apart '
		for options in "" --status-fd=4; do
			coproc jailexec $options -f "$JAIL" -- sh -c "cd /tmp; ls /sys/class/net; readlink /proc/self/ns/net; read -r line" 4>/dev/null
			read -r -u "${COPROC[0]}" net
			read -r -u "${COPROC[0]}" inside
			first=$(xargs <"/proc/$COPROC_PID/task/$COPROC_PID/children")
			command=$(xargs <"/proc/$first/task/$first/children")
			same "lo $inside $inside" "$net $(readlink "/proc/$first/ns/net") $(readlink "/proc/$command/ns/net")" "$options"
			[ "$inside" != "$(readlink /proc/self/ns/net)" ]
			same "/ /tmp" "$(readlink "/proc/$first/cwd") $(readlink "/proc/$command/cwd")" "$options"
			kill "$COPROC_PID"
			wait || true
		done
		for call in unshare ioctl; do
			strace -f -qq -o '"$BATS_TEST_TMPDIR/trace"' -e "inject=$call:error=ENOSPC:when=1" jailexec -f "$JAIL" -- echo ran && exit 1
			same 125 $? "$call"
		done'
	never grep -qx ran <<<"$output"
	[[ $output == *'make namespaces (net): No space left on device'* ]]
	never some_process_of "$JAIL"
}
