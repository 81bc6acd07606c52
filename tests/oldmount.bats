#!/usr/bin/env bats
# Mounts where the kernel, or a filter of calls around us, has not got all of
# the calls for them: the same jail, or none.
# shellcheck disable=SC2154 # bats sets output, mounts.bash way

load helper
load mounts

setup_file() {
	root_dir >/dev/null
}

mounts=open_tree,move_mount,fsopen,fsconfig,fsmount,mount_setattr
others=clone3,close_range,openat2

# Linux 5.10; a container that knows of nothing newer; one that says so in
# the words of before; and all that there is another way for.
lacks=(
	'ENOSYS mount_setattr'
	"ENOSYS $mounts,$others"
	"EPERM $mounts"
	"EPERM $others"
)

# lacking CMD...: run it, as $as, where the calls of $lack are missing.
lacking() {
	# shellcheck disable=SC2086 # two words
	"$as" "$RUNGS_STAGE/tests/filter" without $lack "$@"
}

# described WORD...: a jail with these, that root has the host's ids in.
described() {
	printf 'jail 1\nmkroot dir=%s %s\nend\n' "$(tree)" "$mode" | addmount "$@" |
		if [[ $as == as_caller && $(id -u) -eq 0 ]]; then enterns user=host; else cat; fi
}

# All that is to be seen of mounts, without the numbers that are never twice
# the same.
seen='cut -d" " -f4- /proc/self/mountinfo | sed "s/work-[0-9a-f]*,/work,/" | sort; ls -nR /dev /srv | sed "s/ [A-Z][a-z][a-z] .*[0-9] / /"; echo /proc/self/fd/*'

@test "a jail has the same mounts where the calls for them are missing" {
	local as mode lack want jail=$BATS_TEST_TMPDIR/jail
	local src=$BATS_TEST_TMPDIR/src low=$BATS_TEST_TMPDIR/low
	mkdir -p "$src/dir" "$low"
	echo text | tee "$src/file" "$low/low" >"$src/dir/below"
	look() {
		local upper=$BATS_TEST_TMPDIR/$as-upper
		mode=scratch
		described mqueue tmpfs=/srv/t:size=1M,mode=700,noexec,nosymfollow \
			bind="$src:/srv/safe:ro,noexec,nosymfollow" bind="$src:/srv/weak:suid,dev" \
			bind="$src/file:/srv/file" bind=/sys:/opt/sys:rec bind-fd=5:/srv/fd:ro \
			overlay="$src:$low:$upper/upper:/srv/over:noexec" overlay="$src:$low::/srv/both" \
			file=6:/srv/said:ro,mode=600 mask=/srv/weak/dir mask=/srv/weak/file mask=/srv/safe/dir \
			ro=/srv/t ro=/etc dir=/srv/d:mode=711 link=/srv/d:/srv/l \
			try-bind=/no/such:/srv/none try-overlay=/no/such:/no/such::/srv/none try-mask=/no try-ro=/no \
			>"$jail"
		compare
		mode=ro
		described tmpfs=/tmp >"$jail"
		compare
		mode=
		described proc >"$jail"
		compare
	}
	compare() {
		lack='ENOSYS pidfd_open'
		run -0 in_it
		want=$(plain)
		for lack in "${lacks[@]}"; do
			run -0 in_it
			same "$want" "$(plain)" "$as $mode: $lack"
		done
	}
	# What scratch is made of has names only where it is attached.
	plain() { sed -E 's,lowerdir\S*/upper\S+/work\,|lowerdir=\S+=\.\.?/work\,,,' <<<"$output"; }
	# An upper layer that was one is not the same any more.
	in_it() {
		"$as" sh -c 'rm -rf "$1" && mkdir -p "$1/upper"' - "$upper"
		lacking jailexec -f "$jail" -- sh -c "$seen" 5<"$src/dir" 6< <(echo said)
	}
	for_each_caller look
}

@test "rec reaches all below that a path leads to, in the old way, too" {
	local as lack dir=$BATS_TEST_TMPDIR/dir at=$BATS_TEST_TMPDIR/at
	mkdir -p "$dir" "$at"
	look() {
		# Two on each other, and one that another hides with all below it.
		tree=(tmpfs="$dir" tmpfs="$dir/a" "tmpfs=$dir/a/with blank" tmpfs="$dir/b" tmpfs="$dir/b" dir="$dir/b/in"
			tmpfs="$dir/b/in" tmpfs="$dir/c/d" tmpfs="$dir/c/d/e" tmpfs="$dir/c")
		nested() {
			# shellcheck disable=SC2086 # two words
			alone "${tree[@]}" -- "$RUNGS_STAGE/tests/filter" without $lack addmount bind="$dir:$at:rec,ro,noexec" -- cat /proc/self/mountinfo
		}
		for lack in "${lacks[@]}"; do
			run -0 nested
			for path in '' /a '/a/with\\040blank' /b /b/in /c; do
				assert_mount "$at$path" 'tmpfs / ro,nosuid,nodev,noexec,.*'
			done
		done
	}
	for_each_caller look
}

@test "where no mount can show other owners, root's jail is refused, and says so" {
	requires root
	local as=as_caller lack word
	# The caller is not in a mount namespace of its own.
	untouched() {
		# shellcheck disable=SC2016,SC2086 # for the shell in there; two words
		unshare --mount sh -c 'cat /proc/self/mountinfo >"$0.before"; "$@"; status=$?
			cat /proc/self/mountinfo >"$0.after"; exit $status' "$BATS_TEST_TMPDIR/table" \
			"$RUNGS_STAGE/tests/filter" without $lack jailexec -f "$BATS_TEST_TMPDIR/jail" -- echo "$ran"
	}
	for lack in "${lacks[@]:0:3}" 'EPERM mount_setattr'; do
		for word in mkroot bind=/tmp:/tmp bind=/tmp:/tmp:noidmap overlay=/tmp:/var/tmp::/tmp; do
			if [ $word = mkroot ]; then
				a_root scratch >"$BATS_TEST_TMPDIR/jail"
			else
				printf 'jail 1\nmkroot dir=/ ro\nend\n' | addmount "$word" >"$BATS_TEST_TMPDIR/jail"
			fi
			refused untouched
			[[ ${lines[0]} == *': Function not implemented' ]]
			same "jailexec: mount_setattr(2) and its kin are missing (they came with Linux 5.12), or a filter forbids them: keep the host's ids with enterns user=host" "${lines[1]}" "$lack $word"
			same "$(<"$BATS_TEST_TMPDIR/table.before")" "$(<"$BATS_TEST_TMPDIR/table.after")"
		done
	done
}

@test "the stage of the old way is in no copy of what the host has, nor left behind" {
	local as lack at=$BATS_TEST_TMPDIR/at
	mkdir "$at"
	look() {
		for lack in "${lacks[@]:0:3}"; do
			# shellcheck disable=SC2086 # two words
			staged() { alone dir="$at" -- "$RUNGS_STAGE/tests/filter" without $lack addmount bind=/:"$at:rec,ro" -- cat /proc/self/mountinfo; }
			run -0 staged
			assert_mount "$at" '.* ro,.*'
			assert_mount "$at/proc" '.* ro,.*'
			never grep -F /proc/driver <<<"$output"
		done
	}
	for_each_caller look
}

@test "hostile roots are as harmless in the old way" {
	local as case before lack=${lacks[1]} mode='' root=$BATS_TEST_TMPDIR/root victim=$BATS_TEST_TMPDIR/victim
	mkdir -m 777 "$victim"
	echo precious >"$victim/file"
	before=$(digest "$victim")
	make_root "$root"
	tree() { printf '%s\n' "$root"; }
	for case in dev-climbs proc-absolute run-climbs null-link pts-link; do
		rm -rf "${root:?}"/{dev,proc,run}
		mkdir "$root"/{dev,proc,run}
		"$BATS_TEST_DIRNAME/hostile-root.sh" "$root" "$victim" "$case"
		for as in "${callers[@]}"; do
			described tmpfs=/tmp >"$BATS_TEST_TMPDIR/jail"
			run lacking jailexec -f "$BATS_TEST_TMPDIR/jail" -- sh -c 'echo in; : >/dev/x; ls /dev'
			same "$before" "$(digest "$victim")" "$as $case"
			case $case in
			null-* | pts-*)
				same 0 "$status" "$as $case: $output"
				assert_line null pts shm
				;;
			*)
				same 125 "$status" "$as $case"
				assert_match 'jailexec: /(dev|proc|sys|tmp|run): .*'
				never grep -Fxq in <<<"$output"
				;;
			esac
		done
	done
}

@test "an error of the kernel's own stays what it is, in the old way, too" {
	requires user-namespaces
	local as=as_user lack
	for lack in "${lacks[@]:0:3}"; do
		refused lacking enterns user mount -- addmount proc -- echo "$ran"
		assert_output 'addmount: /proc: mount a proc file system: Operation not permitted
addmount: a new /proc needs a pid namespace of its own, and around us one that is whole (a container'\''s may be masked)'
	done
}

# --- what cannot be relied on ---

# traced CALLS WORD... -- CMD...: addmount by root, with the calls in a file.
traced() {
	local words=()
	calls=$BATS_TEST_TMPDIR/calls
	while [ "$2" != -- ]; do
		words+=("$2")
		set -- "$1" "${@:3}"
	done
	# shellcheck disable=SC2086 # words are words
	strace -f -qq -o "$calls" -e trace="$1" ${inject:+-e "inject=$inject"} \
		"$RUNGS_STAGE/tests/filter" without $lack addmount "${words[@]}" "${@:2}"
}

# nth CALL PATTERN WORD...: which CALL of addmount's it is.
nth() {
	inject='' traced "$1" "${@:3}" -- true || return
	grep -o "$1(.*" "$calls" | grep -n -m 1 -e "$2" | cut -d: -f1
}

@test "a mount that is not what it should be is not used" {
	requires root strace no-sanitizer
	local lack=${lacks[1]} calls inject at=$BATS_TEST_TMPDIR/at src=$BATS_TEST_TMPDIR/src n
	mkdir "$at" "$src"
	# The kernel says that it did, and did not.
	n=$(nth mount MS_REMOUNT bind="$src:$at:ro")
	inject=mount:retval=0:when=$n
	refused traced mount bind="$src:$at:ro" -- echo "$ran"
	[[ $output == "addmount: $src: set the attributes of the bind: "*'ot supported' ]]
	n=$(nth mount 'MS_BIND, NULL' bind="$src:$at")
	inject=mount:retval=0:when=$n
	refused traced mount bind="$src:$at" -- echo "$ran"
	assert_output "addmount: $src: bind it: Stale file handle"
	n=$(nth mount 'proc/self/fd' tmpfs="$at")
	inject=mount:retval=0:when=$n
	refused traced mount tmpfs="$at" -- echo "$ran"
	assert_output "addmount: $at: mount a tmpfs: No such device"
}

@test "nothing but a procfs is taken for one" {
	requires root no-sanitizer
	local as=as_caller lack=${lacks[0]} at=$BATS_TEST_TMPDIR/at n links=()
	mkdir "$at" "$BATS_TEST_TMPDIR/victim"
	for n in {3..40}; do
		links+=(link="$BATS_TEST_TMPDIR/victim:/proc/self/fd/$n")
	done
	refused lacking addmount tmpfs=/proc dir=/proc/driver dir=/proc/self/fd "${links[@]}" bind=/usr:"$at" -- echo "$ran"
	assert_output 'addmount: /usr: set the attributes of the bind: No such device'
	lack=${lacks[1]}
	refused lacking addmount tmpfs=/proc dir=/proc/self/fd "${links[@]}" tmpfs="$at" -- echo "$ran"
	assert_output "addmount: $at: mount a tmpfs: No such device"
}

@test "what is mounted on the top of a source is not taken for it" {
	requires root
	local lack=${lacks[1]}
	covered() {
		# shellcheck disable=SC2016,SC2086 # for the shell in there; two words
		unshare --mount sh -c 'mount -t tmpfs none / && exec "$@"' - \
			"$RUNGS_STAGE/tests/filter" without $lack addmount bind=/:"$BATS_TEST_TMPDIR:rec" -- echo "$ran"
	}
	refused covered
	assert_output 'addmount: /: bind it: Stale file handle'
}

@test "a directory that is renamed while all below it is forbidden something" {
	requires root strace no-sanitizer
	local lack=${lacks[1]} calls inject src=$BATS_TEST_TMPDIR/src at=$BATS_TEST_TMPDIR/at n
	mkdir -p "$at" "$src/a/m"
	renamed() {
		unshare --mount bash -c "$(declare -f traced nth race poll); race" bash
	}
	race() {
		mount -t tmpfs none "$src/a/m" || exit
		n=$(nth read '"", ' bind="$src:$at:rec,ro") || exit
		inject=read:signal=STOP:when=$n
		traced read,openat bind="$src:$at:rec,ro" -- echo "$ran" &
		poll grep -q "stopped by SIGSTOP" "$calls"
		mv "$src/a" "$src/b" && mkdir -p "$src/a/m"
		kill -CONT "$(awk "/SIGSTOP/ { print \$1; exit }" "$calls")"
		wait $!
	}
	calls=$BATS_TEST_TMPDIR/calls
	export lack calls src at ran BATS_TEST_TMPDIR RUNGS_STAGE
	refused renamed
	assert_output "addmount: $src: set the attributes of the bind: Stale file handle"
}

@test "nosymfollow is had where it is newer than the calls for mounts are" {
	requires root strace no-sanitizer
	local as=as_caller lack='ENOSYS pidfd_open' calls inject at=$BATS_TEST_TMPDIR/at src=$BATS_TEST_TMPDIR/src
	mkdir "$at" "$src"
	for inject in fsmount mount_setattr; do
		inject=$inject:error=EINVAL
		word=tmpfs=$at
		[ "$inject" = fsmount:error=EINVAL ] || word=bind=$src:$at
		run -0 traced mount,fsmount,mount_setattr "$word:nosymfollow,noexec" -- cat /proc/self/mountinfo
		assert_mount "$at" '.* rw,nosuid,nodev,noexec,.*nosymfollow'
		never grep -F /proc/driver <<<"$output"
		refused traced mount,fsmount,mount_setattr "$word" -- echo "$ran"
		[[ $output == *': Invalid argument' ]]
	done
}

@test "scratch is had where overlayfs has no attributes of users" {
	requires root strace no-sanitizer
	local as=as_caller mode=scratch jail=$BATS_TEST_TMPDIR/jail n trace=$BATS_TEST_TMPDIR/trace
	described tmpfs=/tmp >"$jail"
	without() {
		strace -f -qq -o "$trace" -e trace=mount ${1:+-e "inject=mount:error=EINVAL:when=$1"} \
			"$RUNGS_STAGE/tests/filter" without ENOSYS "$mounts" jailexec -f "$jail" -- \
			sh -c 'rm -r /etc && mkdir /etc && echo new >/etc/file && ls /etc; cat /proc/self/mountinfo'
	}
	run -0 without ''
	assert_mount / 'overlay .*'
	grep -q ',userxattr' <<<"$output"
	n=$(grep -o 'mount(.*' "$trace" | grep -n -m 1 '"overlay"' | cut -d: -f1)
	run -0 without "$n"
	same file "${lines[0]}"
	never grep -q ',userxattr' <<<"$output"
}

@test "what is explained and told are the calls that are made, on either way" {
	local as lack jail=$BATS_TEST_TMPDIR/jail mode=scratch
	look() {
		described tmpfs=/tmp >"$jail"
		for lack in 'ENOSYS pidfd_open' "ENOSYS $mounts" "EPERM $mounts"; do
			run -0 lacking jailexec -e -f "$jail" -- true
			same "$output" "$(lacking jailexec -v -f "$jail" -- true 2>&1 | sed 's/^jailexec: //')" "$lack"
			if [[ $lack == *pidfd_open ]]; then
				assert_match 'root: open_tree.* 2019  .*'
				assert_match 'mounts: fsopen.* 2019  .*'
			else
				assert_match 'root: mount\(2\) MS_BIND, MS_MOVE +2001  .*'
				assert_match 'mounts: mount\(2\) MS_MOVE +2001  .*'
				never grep -Eq 'open_tree|fsopen|move_mount' <<<"$output"
			fi
		done
	}
	for_each_caller look
}
