# setup_suite.bash - once for each file that bats runs; see run.sh

setup_suite() {
	if [ -z "${RUNGS_STAGE:-}" ]; then
		echo "start the tests with make test, or tests/run.sh BUILD FILE" >&2
		return 1
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
	while [ -n "${RUNGS_PINNED:-}" ] && is_pinned; do
		umount /run/rungs/empty || break
	done
}

is_pinned() {
	mountpoint -q /run/rungs/empty
}

# Whether we are in groups that a jail of ours could not leave: only then.
keeps_groups() {
	[ "$(id -u)" -ne 0 ] && [ "$(id -g)" != "$(id -G)" ] &&
		mkroot host | jailexec -- true 2>&1 | grep -q "leave the caller's groups"
}
