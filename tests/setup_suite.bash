# setup_suite.bash - once for each start of bats(1)
#
# "bats tests" runs one test after the other, with what RUNGS_BUILD has, or
# build; run.sh starts it once for each file, as many as there are processors.
# shellcheck source=tests/stage.bash
source "$(dirname "${BASH_SOURCE[0]}")/stage.bash" || return

setup_suite() {
	if [ -z "${RUNGS_STAGE:-}" ]; then
		stage_alone || return
	fi
	# Bats makes it 0700, and the ordinary user must get through.
	chmod 711 "$BATS_RUN_TMPDIR"
	mkdir "$BATS_SUITE_TMPDIR/home"
	if [ "$(id -u)" -eq 0 ]; then
		chown 1234:1234 "$BATS_SUITE_TMPDIR/home"
	fi
	# The first jail of root's leaves it behind; see empty.h.
	if [ "$(id -u)" -eq 0 ] && ! is_pinned; then
		RUNGS_PINNED=yes
	fi
	export RUNGS_USER_HOME=$BATS_SUITE_TMPDIR/home
	if keeps_groups; then
		export RUNGS_KEEPS_GROUPS=yes
	fi
}

teardown_suite() {
	[ -z "${RUNGS_ALONE:-}" ] || stage_remove "$RUNGS_ALONE"
	while [ -n "${RUNGS_PINNED:-}" ] && is_pinned; do
		umount /run/rungs/empty || break
	done
}

# Do what run.sh does before it begins.
stage_alone() {
	local build=${RUNGS_BUILD:-$(dirname "${BASH_SOURCE[0]}")/../build}
	if [ ! -x "$build/tests/attack" ]; then
		echo "$build: the tests' programs are not there: make test makes them" >&2
		return 1
	fi
	exec </dev/null
	RUNGS_ALONE=$(mktemp -d "${TMPDIR:-/tmp}/rungs-tests.XXXXXX") &&
		stage "$build" "$RUNGS_ALONE"
}

is_pinned() {
	mountpoint -q /run/rungs/empty
}

# Whether we are in groups that a jail of ours could not leave: only then.
keeps_groups() {
	[ "$(id -u)" -ne 0 ] && [ "$(id -g)" != "$(id -G)" ] &&
		mkroot host | jailexec -- true 2>&1 | grep -q "leave the caller's groups"
}
