#!/usr/bin/env bats
# What rungs(7) says that a program can do in the default jail is what the
# probe finds now.  The columns of others are as they were measured; see
# compare.sh.

load helper

page=$BATS_TEST_DIRNAME/../man/rungs.7

setup_file() {
	local as
	leaves_groups || return 0
	for as in "${callers[@]}"; do
		compare bare "$as" >"$BATS_FILE_TMPDIR/bare-$as"
		compare rungs "$as" >"$BATS_FILE_TMPDIR/rungs-$as"
	done
}

setup() {
	requires leaving-groups
}

# compare COLUMN CALLER
compare() {
	local caller=user
	[ "$2-$(id -u)" != as_caller-0 ] || caller=root
	"$BATS_TEST_DIRNAME/compare.sh" "$RUNGS_STAGE" "$1" "$caller"
}

# the_page: "what: word" for each row of the table, as of the default jail.
the_page() {
	awk '
	/^\.\\" Table: / { inside = 1 }
	inside && /^\.El/ { exit }
	inside && sub(/^\.It /, "") && !/^\\&/ {
		split($0, cell, " Ta ")
		print cell[1] ": " cell[2]
	}' "$page"
}

# said FILE WHAT: the word for it there, "nothing" if it is not in it.
said() {
	awk -F': ' -v what="$2" '
	$1 == what { word = $2 }
	END { print word == "" ? "nothing" : word }' "$BATS_FILE_TMPDIR/$1"
}

# agrees WHAT WORD IN-THE-JAIL CALLER: what the page denies has to be denied
# wherever this runs.  What it allows may be missing here, but then without a
# jail, too.  A call may be kept for root: so a jail's root has not got it.
agrees() {
	case $2-$3 in
	--denied* | --absent | yes-allowed) ;;
	yes-absent) [ "$(said "bare-$4" "$1")" = absent ] ;;
	yes-denied*)
		[[ $(said "bare-$4" "$1") == denied* ]] ||
			[[ $1 == use\ * && $(said bare-as_user "$1") == denied* ]]
		;;
	*) return 1 ;;
	esac
}

@test "the manual says what a program can do in the default jail" {
	local as what word in out wrong=0 rows=0
	for as in "${callers[@]}"; do
		while IFS= read -r what; do
			word=${what##*: } what=${what%: *}
			in=$(said "rungs-$as" "$what") out=$(said "bare-$as" "$what")
			rows=$((rows + 1))
			case $what in
			capabilities*) [ "$word" = "$in" ] && continue ;;
			# There may be one around us.
			*filters) [ "$word" = $((in - out)) ] && continue ;;
			*) agrees "$what" "$word" "$in" "$as" && continue ;;
			esac
			wrong=1
			printf '%s: %s: the manual: %s, the probe: %s (%s without a jail)\n' \
				"$as" "$what" "$word" "$in" "$out" >&2
		done < <(the_page)
	done
	((rows > 30 * ${#callers[@]} && wrong == 0))
}

@test "nothing that the probe does in the default jail is left out of the manual" {
	local as what
	the_page >"$BATS_TEST_TMPDIR/page"
	for as in "${callers[@]}"; do
		while IFS= read -r what; do
			grep -q -e "^${what%: *}: " "$BATS_TEST_TMPDIR/page" || {
				printf '%s: %s\n' "$as" "$what" >&2
				return 1
			}
		done < <(grep -v ': denied' "$BATS_FILE_TMPDIR/rungs-$as")
	done
}

# Without this, a probe that can do nothing would agree with every page.
@test "without a jail the probe does what a caller can do" {
	local as what
	for as in "${callers[@]}"; do
		for what in 'open a file of the host' 'use an inherited descriptor' \
			"read the caller's environment" 'read shared memory' \
			'see a process of the host' 'signal a process of the host' \
			'reach a service on 127.0.0.1' 'reach an abstract socket'; do
			same allowed "$(said "bare-$as" "$what")" "$as: $what"
		done
		# Where there are keys at all.
		[[ $(said "bare-$as" "read the caller's keyring") =~ ^(allowed|absent)$ ]]
	done
}

@test "without a jail the probe does what root can do" {
	requires root
	local what
	unshare --mount true || skip 'requires all of root'
	for what in 'leave the root by chroot(2)' 'type at the terminal' \
		'open a raw socket' 'set up a network interface' \
		'mount a tmpfs' 'mount another /proc' 'make and open a device' \
		'write /proc/sys/kernel' 'write /sys' 'be root outside' \
		'set the host name' 'set the clock' 'use bpf(2)'; do
		same allowed "$(said bare-as_caller "$what")" "$what"
	done
}

nothing_is_left() {
	never compgen -G "${TMPDIR:-/tmp}/rungs-compare.*" &&
		never compgen -G '/tmp/rungs-probe-*' &&
		never compgen -G '/dev/rungs-probe-*' &&
		never grep -lx rungs-witness /proc/[0-9]*/comm
}

@test "the probe leaves nothing of itself" {
	poll nothing_is_left 2>/dev/null
}

@test "what does not run here is left out of the table, with the reason" {
	local dir=$BATS_TEST_TMPDIR/bin peer
	mkdir "$dir"
	for peer in bwrap crun systemd-nspawn; do
		printf '%s\n' '#!/bin/sh' 'echo broken; exit 1' >"$dir/$peer"
	done
	chmod -R a+rx "$BATS_TEST_TMPDIR"
	run -0 env PATH="$dir:$PATH" "$BATS_TEST_DIRNAME/compare.sh" "$RUNGS_STAGE"
	assert_line 'left out: bwrap as user: broken'
	assert_match 'left out: crun as root: (broken|needs root)'
	assert_match 'open a file of the host.* -'
	# The rows for the page have no column of what is left out.
	assert_match '\.It .& Ta Sy rungs( Ta Sy unshare)( Ta Sy user)?'
	assert_match '\.It open a file of the host Ta -( Ta -)*'
}
