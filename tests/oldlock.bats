#!/usr/bin/env bats
# lockpath(1) on a kernel whose Landlock is really older: 6.1 has ABI 2.

load helper

setup() {
	abi=$("$RUNGS_STAGE/tests/oldkernel")
	((abi > 0 && abi < 5)) || skip 'requires Landlock of an ABI from 1 to 4'
	names=(files refer truncate 'connect bind' ioctl)
}

# bats test_tags=vm
@test "a real old kernel: strict words run nothing, and name both ABIs" {
	local missing=${names[abi]%% *}
	look() {
		local words
		for words in exec=/ read=/ best-effort\ none\ exec=/; do
			# shellcheck disable=SC2086 # words are words
			refused "$as" lockpath $words -- echo "$ran"
			[ "${lines[0]}" = "lockpath: $missing: this takes Landlock of ABI $((abi + 1)), and the kernel has $abi" ]
		done
		refused "$as" lockpath signal -- echo "$ran"
		assert_line "lockpath: signal: this takes Landlock of ABI 6, and the kernel has $abi"
		strict() { lockpath -n exec=/ | "$as" jailexec -x -- echo "$ran"; }
		refused strict
	}
	for_each_caller look
}

# bats test_tags=vm
@test "a real old kernel: best effort locks all that it can, and says the rest" {
	local said=$BATS_TEST_TMPDIR/said tree=$BATS_TEST_TMPDIR/tree
	look() {
		rm -rf "$tree"
		mkdir -p "$tree/one" "$tree/other" "$tree/empty"
		touch "$tree/gone" "$tree/one/move" "$tree/one/link"
		echo text >"$tree/file"
		cp "$RUNGS_STAGE/tests/reach" "$tree/program"
		[ "$as" = as_caller ] || chown -R 1234:1234 "$tree"
		tried() {
			"$as" lockpath --best-effort "$@" signal "exec=$RUNGS_STAGE/tests/reach" -- \
				"$RUNGS_STAGE/tests/reach" "$tree" 2>"$said"
		}
		run -0 tried
		same '' "$(tr ' ' '\n' <<<"$output" | grep -Ewv 'truncate|ioctl' | xargs)"
		grep -Eq "^lockpath: Landlock has ABI $abi here, and leaves out:.* ioctl \\(5\\) signal \\(6\\)$" "$said"
		run -0 tried "read=$tree"
		same 'list read' "$(tr ' ' '\n' <<<"$output" | grep -Ewv 'truncate|ioctl' | xargs)"
		run -0 tried "write=$tree"
		[[ " $output " == *' write '*' file '*' remove '*' rename '* ]]
		# Nothing is left to lock, and nothing is said to be.
		run -0 "$as" lockpath --best-effort signal -- echo "$ran"
		assert_line "$ran" "lockpath: Landlock has ABI $abi here, and leaves out: signal (6)"
		run -0 jailexec -xv -f <(lockpath -n --best-effort exec=/) -- true
		assert_line "jailexec: what lockpath refuses cannot be told: this takes Landlock of ABI 7, and the kernel has $abi"
	}
	for_each_caller look
}
