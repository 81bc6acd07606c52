#!/usr/bin/env bats
# tests/demo/: what is shown to others has to work

load helper

@test "the noisy neighbour is shown, bounded, and leaves nothing" {
	requires memory-group pids-group cpu-group
	run -0 "$BATS_TEST_DIRNAME/demo/noisy-neighbour" "$RUNGS_STAGE" 0.2
	same 8 "${#lines[@]}" "$output"
	assert_match 'milliseconds too late +median +99% +worst answers'
	local line
	for line in "${lines[@]:1}"; do
		[[ $line =~ ([0-9]+\.[0-9]{2}\ +){3}[1-9][0-9]*$ ]]
	done
	no_hog() {
		! pgrep -f "^$RUNGS_STAGE/tests/greedy" >/dev/null
	}
	poll no_hog
}
