# mounts.bash - for tests of mounts, alone and in a jail, by root and by users
# shellcheck disable=SC2154 # bats sets output

# tree: the root to live in, one that belongs to who runs the jail.
tree() {
	local dir=$BATS_FILE_TMPDIR/users
	if [[ $as == as_caller ]]; then
		root_dir
		return
	fi
	if [ ! -d "$dir" ]; then
		copy_tree "$dir.new" && mv "$dir.new" "$dir" || return
	fi
	printf '%s\n' "$dir"
}

# copy_tree DIR: one of the test's own, likewise.
copy_tree() {
	cp -a "$(root_dir)" "$1" || return
	[[ $as == as_caller ]] || chown -hR 1234:1234 "$1"
}

# alone WORD... -- CMD...: an ordinary user needs namespaces of its own.
alone() {
	if [[ $as == as_caller && $(id -u) -eq 0 ]]; then
		addmount "$@"
	else
		$as enterns user net ipc pid mount -- addmount "$@"
	fi
}

# jail WORD... -- CMD...: a default jail, with these on top; JAIL_OPTIONS.
jail() {
	local words=()
	while [ "$1" != -- ]; do
		words+=("$1")
		shift
	done
	{
		printf 'jail 1\nmkroot dir=%s scratch\nend\n' "$(tree)" |
			addmount "${words[@]}"
	} >"$BATS_TEST_TMPDIR/jail" || return
	# shellcheck disable=SC2086 # words are words
	${as:-as_caller} jailexec ${JAIL_OPTIONS:-} -f "$BATS_TEST_TMPDIR/jail" "$@"
}

# in_each_way FUNCTION: "$way WORD... -- CMD" is alone and in a jail, as root
# and as a user.  $at is a directory there and $src one of the caller's.
in_each_way() {
	local as way at src
	for as in "${callers[@]}"; do
		for way in alone jail; do
			echo "as $as, $way" >&2
			at=/srv/at
			src=$BATS_TEST_TMPDIR/$as-$way-src
			$as mkdir "$src"
			echo content | $as tee "$src/file" >/dev/null
			$as mkdir "$src/dir"
			if [ "$way" = alone ]; then
				at=$BATS_TEST_TMPDIR/$as-at
				$as mkdir "$at"
			fi
			"$1"
		done
	done
}

# Ordinary users make their things in there.
setup() {
	chmod 1777 "$BATS_TEST_TMPDIR"
	requires leaving-groups
}

# mount_on PATH: "TYPE ROOT OPTIONS" of the last mount there, according to a
# mountinfo in $output.
mount_on() {
	awk -v path="$1" '
		$5 == path {
			for (n = 7; $n != "-"; n++);
			said = $(n + 1) " " $4 " " $6
		}
		END { print said }
	' <<<"$output"
}

# assert_mount PATH REGEX
assert_mount() {
	local found
	found=$(mount_on "$1")
	[[ $found =~ ^$2$ ]] && return
	printf '%s: %q is not %s\n' "$1" "$found" "$2" >&2
	return 1
}
