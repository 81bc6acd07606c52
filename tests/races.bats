#!/usr/bin/env bats
# What another process changes while mkroot(1) and packroot(1) write or read
# it.  Each test was seen to fail without what it tests.
# shellcheck disable=SC2154 # bats sets output, stderr and status

load helper

setup() {
	mkdir "$BATS_TEST_TMPDIR/work"
	chmod 777 "$BATS_TEST_TMPDIR/work"
	cd "$BATS_TEST_TMPDIR/work" || return
	export XDG_CACHE_HOME=$PWD/cache
	mkdir -m 777 victim
	echo secret >victim/secret
	before=$(digest victim)
	attack=$RUNGS_STAGE/tests/attack
}

teardown() {
	[ -z "${attacker:-}" ] || stop "$attacker"
}

# CVE-2025-47290: whoever may write to where a root is made puts a link in
# place of a directory, between the look at it and its use.
@test "nothing is unpacked to where a directory became a link meanwhile" {
	requires user-namespaces
	[ "$(id -u)" -ne 0 ] || unshare --mount true || skip "requires mounts"
	local words=(dir d link lie "$PWD/victim") n as how refusals flashes
	for ((n = 0; n < 300; n++)); do
		words+=(dir "d/$n" file "d/$n/x" x)
	done
	# To write a root to disk takes longer than to refuse it.
	"$RUNGS_STAGE/tests/maketar" "${words[@]}" file ../end x >a.tar
	# It begins as soon as both are there, and ends when they are gone.
	attack() {
		local n link
		for ((n = 0; n < 20000; n++)); do
			link=(own.rungs-*/rootfs/lie)
			[ ! -L "${link[0]}" ] || break
		done
		"$as" "$attack" "$how" "${link[0]%lie}d" "${link[0]}" 1
	}
	for as in "${callers[@]}"; do
		# A flash comes too late at times, when much else runs.
		refusals=0 flashes=0
		for ((n = 0; n < 40 && flashes < 5; n++)); do
			how=flash
			((n % 4 > 0)) || how=exchange
			attack >/dev/null 3>&- &
			attacker=$!
			run -125 "$as" env "XDG_CACHE_HOME=$PWD/$as" mkroot tar:a.tar dir=own
			if [[ $output != *'../end'* ]]; then
				refusals=$((refusals + 1))
				[ "$how" != flash ] || flashes=$((flashes + 1))
			fi
			same "$before" "$(digest victim)" "$as: $output"
			poll rm -rf own.rungs-*
			wait "$attacker" || true
		done
		# Some were, so it was a race.
		((refusals > 0))
	done
}

@test "where there is no mount for that, a path through a link is still refused" {
	local without=("$RUNGS_STAGE/tests/filter" without EPERM unshare)
	"$RUNGS_STAGE/tests/maketar" dir d file d/x x >fine.tar
	"$RUNGS_STAGE/tests/maketar" link d "$PWD/victim" file d/pwned x >evil.tar
	run -0 "${without[@]}" mkroot tar:fine.tar
	run -125 "${without[@]}" mkroot tar:evil.tar
	assert_output "mkroot: tar:$PWD/evil.tar: unpack 'd/pwned': its path passes through a symbolic link"
	same "$before" "$(digest victim)"
}

# exchanged: a tree whose directory and whose file are links to outside it for
# moments, as long as nobody stops $attacker and $another.
exchanged() {
	local n
	mkdir -p t/d
	for ((n = 0; n < 40; n++)); do
		echo mine >"t/d/$n"
	done
	echo mine >t/file
	ln -s ../victim t/lie
	ln -s ../victim/secret t/link
	"$attack" "$1" t/d t/lie 100 >/dev/null 3>&- &
	attacker=$!
	"$attack" "$1" t/file t/link 100 >/dev/null 3>&- &
	another=$!
}

# CVE-2018-15664 and its kind: what is read is what has the name by then.
@test "nothing outside the tree is read, whatever is exchanged meanwhile" {
	local n how
	for how in exchange flash; do
		exchanged "$how"
		for ((n = 0; n < 12; n++)); do
			packroot tar dir=t >t.tar 2>/dev/null || true
			never grep -aq secret$ t.tar
			run mkroot dir:t dir=own
			((status == 0 || status == 125))
			never grep -rsq secret own
			rm -rf own
		done
		stop "$attacker" "$another"
		rm -rf t
	done
}

@test "a file that becomes shorter while it is packed is an error, a longer one is cut" {
	local packer status
	mkdir t
	head -c 1M /dev/zero >t/large
	mkfifo pipe
	# A pipe takes 64 KiB, and then packroot waits.
	for size in 2M 100K; do
		packroot tar dir=t >pipe 2>err 3>&- &
		packer=$!
		exec 5<pipe
		head -c 4096 <&5 >t.tar
		truncate -s "$size" t/large
		cat <&5 >>t.tar
		exec 5<&-
		status=0
		wait "$packer" || status=$?
		if [ "$size" = 2M ]; then
			same 0 "$status"
			same 1048576 "$(tar -xOf t.tar large | wc -c)"
		else
			same 125 "$status"
			same 'packroot: large: it became shorter meanwhile' "$(cat err)"
		fi
		truncate -s 1M t/large
	done
}
