#!/usr/bin/env bats
# What lib/ promises in its headers, asked without a tool in between.

load helper

# library ARGUMENT...: run it in a directory of its own, and show what it says.
library() {
	cd "$BATS_TEST_TMPDIR" && "$RUNGS_STAGE/tests/library" "$@"
}

@test "numbers are read strictly" {
	run -0 library number
	assert_match '[1-9][0-9]* promises, 0 broken'
}

@test "a path below a root stays there" {
	run -0 library inroot
	assert_match '[1-9][0-9]* promises, 0 broken'
}

@test "a path below a root stays there without openat2, too" {
	run -0 library inroot walk
	assert_match '[1-9][0-9]* promises, 0 broken'
}

@test "text that is no description is refused" {
	run -0 library description
	assert_match '[1-9][0-9]* promises, 0 broken'
}

@test "an archive has no more entries than it may" {
	run -0 library quota
	assert_match '[1-9][0-9]* promises, 0 broken'
}

@test "the filters in the tools hold for every kind of system call" {
	[ "$(uname -m)" = x86_64 ] || skip 'requires the numbers of x86-64'
	local what policies=$RUNGS_STAGE/share/rungs/syscall-policies
	for what in tty default "aarch64 $policies/groups $policies/default"; do
		# shellcheck disable=SC2086 # words
		run -0 "$RUNGS_STAGE/tests/filter" $what
		assert_match '[1-9][0-9]* promises, 0 broken'
	done
}
