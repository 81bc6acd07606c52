# policy.bash - loaded by the tests of what denycall refuses
# shellcheck disable=SC2154 # a test's setup has $policy
# What makes each call there is, and says how it ended.
# shellcheck disable=SC2034 # for those tests
calls=$RUNGS_STAGE/tests/calls

# writes LINE...: a policy of these lines.
writes() {
	printf '%s\n' "$@" >"$policy"
	chmod a+r "$policy"
}

unfiltered() {
	never grep -Eqx 'Seccomp:.[12]' /proc/self/status ||
		skip 'requires no filter'
}
