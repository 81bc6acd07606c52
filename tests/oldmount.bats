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
		want=$output
		for lack in "${lacks[@]}"; do
			run -0 in_it
			same "$want" "$output" "$as $mode: $lack"
		done
	}
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
	for lack in "${lacks[@]:0:3}"; do
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
