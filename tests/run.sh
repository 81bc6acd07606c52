#!/usr/bin/env bash
# run.sh BUILD [FILE.bats ...] - run the tests against the tools in BUILD
#
# With RUNGS_FILTER only the tests whose names match that regular expression,
# with RUNGS_TAGS only those that have these tags.
# Files run side by side, one for each processor.  A failure is shown whole,
# a skip with its reason.  The last line is "N passed, N failed, N skipped",
# and the status is 1 if a test failed or none ran.
set -u -o pipefail

die() {
	printf 'run.sh: %s\n' "$*" >&2
	exit 1
}

[ $# -ge 1 ] || die "usage: run.sh BUILD [FILE.bats ...]"
tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit
build=$(cd "$1" && pwd) || exit
shift

files=()
for file in "${@:-$tests/}"; do
	case $file in
	"$tests/") files+=("$tests"/*.bats) ;;
	*/*) files+=("$file") ;;
	*) files+=("$tests/${file%.bats}.bats") ;;
	esac
done

# shellcheck source=tests/stage.bash
source "$tests/stage.bash" || exit
stage=$(mktemp -d "${TMPDIR:-/tmp}/rungs-tests.XXXXXX") || exit
running=()

clean_up() {
	trap - EXIT
	((${#running[@]} == 0)) || kill "${!running[@]}" 2>/dev/null
	wait
	stage_remove "$stage"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

stage "$build" "$stage" || exit

# report FILE STATUS TAP: print one file's results, add them to the totals.
passed=0 failed=0 skipped=0
report() {
	local counts
	counts=$(awk -v name="${1##*/}" -v status="$2" '
	/^1\.\.[0-9]+/ { plan = substr($0, 4) + 0 }
	/^ok / {
		bad = 0
		if (/ # skip/) skip++; else good++
		if (/ # skip/) print name ": " $0 > "/dev/stderr"
		next
	}
	/^not ok / { bad = 1; fail++ }
	bad || !/^(1\.\.|#)/ { print name ": " $0 > "/dev/stderr" }
	END {
		lost = plan - good - skip - fail
		if (lost > 0) {
			print name ": " lost " tests did not run" \
				> "/dev/stderr"
			fail += lost
		}
		if (status != 0 && fail == 0) {
			print name ": bats ended with " status > "/dev/stderr"
			fail++
		}
		print good + 0, fail + 0, skip + 0
	}' "$3")
	local good bad skip
	read -r good bad skip <<<"$counts"
	printf '%s: %s passed, %s failed, %s skipped\n' "${1##*/}" \
		"$good" "$bad" "$skip"
	((passed += good, failed += bad, skipped += skip))
}

# Wait for one file that runs and report it.
collect() {
	local pid status=0 file
	wait -n -p pid "${!running[@]}" || status=$?
	[ -n "${pid:-}" ] || return
	file=${running[$pid]}
	unset "running[$pid]"
	report "$file" "$status" "$stage/results/${file##*/}"
}

jobs=$(nproc 2>/dev/null || echo 1)
for file in "${files[@]}"; do
	[ -e "$file" ] || die "$file: there is no such test"
	((${#running[@]} < jobs)) || collect
	# No test takes long; one that hangs is ended here, with its children.
	timeout -k 10 1800 bats --tap --timing --print-output-on-failure \
		${RUNGS_FILTER:+--filter "$RUNGS_FILTER"} \
		${RUNGS_TAGS:+--filter-tags "$RUNGS_TAGS"} "$file" \
		>"$stage/results/${file##*/}" 2>&1 </dev/null &
	running[$!]=$file
done
while ((${#running[@]} > 0)); do
	collect
done 2>&1

# What the next one who wants a quicker run begins with.
slowest() {
	sed -n 's/^\(not \)\?ok \(.*\) in \([0-9]*\)ms\( #.*\)\?$/\3 ms: \2/p' \
		"$stage"/results/* | sort -rn | head -n "$1" | sed 's/^/slow: /'
}
[ -n "${RUNGS_FILTER:-}" ] || slowest 10
printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
((failed == 0 && passed > 0))
