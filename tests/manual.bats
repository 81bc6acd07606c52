#!/usr/bin/env bats
# The manual: every tool has its page, every option is in it, and every
# example does what the page says.
#
# An example is a line in a display of a page that begins with "$ ", with
# the lines behind it that begin with "> ".  What follows up to the next one
# is exactly what it prints; where nothing follows, that is not compared.
# The examples of a page run in order, in one directory, each in a bash of
# its own.  Comments say more about them:
#
#	.\" Needs: groups	where control groups can be made, to the end
#				of the display
#	.\" Needs: root		by root only, likewise
#	.\" Status: 125		the next one ends with that, not with 0
#
# In the README a display is indented by four blanks, and the comments are
# between "<!--" and "-->".

load helper

man=$BATS_TEST_DIRNAME/../man
bin=$BATS_TEST_DIRNAME/../bin
pages=("$man"/*.[157] "$man/../README.md")

# tools: their names, from the sources.
tools() {
	local source
	for source in "$bin"/*.c; do
		source=${source##*/}
		[[ $source == *-* ]] || printf '%s\n' "${source%.c}"
	done
}

# examples PAGE: write each one to examples.d/NUMBER, what it is to print to
# NUMBER.want (if the page says), and "NUMBER NEEDS STATUS" to standard
# output.
examples() {
	mkdir -p examples.d
	awk -v readme="$([[ $1 != *.md ]] || echo 1)" '
	function finish() {
		if (file != "")
			close(file)
		if (wanted)
			close(file ".want")
		file = ""
		wanted = 0
	}
	/^(\.\\"|<!--) Needs: / { needs = $3; next }
	/^(\.\\"|<!--) Status: / { status = $3; next }
	/^\.Bd -literal/ { display = 1; next }
	/^\.Ed/ { finish(); display = 0; needs = ""; next }
	{ single = sub(/^\.Dl /, "") || (readme && sub(/^    /, "")) }
	!display && !single { finish(); if (NF) needs = ""; next }
	{ gsub(/\\e/, "\\"); gsub(/\\&/, ""); gsub(/\\-/, "-") }
	sub(/^\$ /, "") {
		finish()
		file = "examples.d/" ++n
		print > file
		print n, needs == "" ? "nothing" : needs, status + 0
		status = ""
		next
	}
	file == "" { next }
	!wanted && (sub(/^> /, "") || sub(/^>$/, "")) { print > file; next }
	{ wanted = 1; print > (file ".want") }
	' "$1"
}

# run_example PAGE NUMBER STATUS: it must end so, and print what it should.
# It gets no terminal: what a jail would be given is the one of the tests.
run_example() {
	local page=$1 example=$PWD/examples.d/$2 want=$3 status=0
	(cd work && $as setsid --wait timeout 600 bash -o pipefail "$example") \
		</dev/null >output 2>&1 3>&- || status=$?
	if [ "$status" -ne "$want" ]; then
		printf '%s: status %s, not %s:\n' "${page##*/}" "$status" \
			"$want"
		cat "$example" output
		return 1
	fi >&2
	[ ! -e "$example.want" ] || diff -u "$example.want" output >&2 || {
		printf '%s: prints something else:\n' "${page##*/}"
		cat "$example"
		return 1
	} >&2
}

# run_examples WHAT: all that need that or nothing, so that those have what
# the ones in front of them made.
run_examples() {
	local page number needs status ran=0 failed=0
	for page in "${pages[@]}"; do
		mkdir -p "$BATS_TEST_TMPDIR/$as/${page##*/}"
		cd "$BATS_TEST_TMPDIR/$as/${page##*/}" || return
		mkdir -m 1777 work
		examples "$page" >list
		while read -r number needs status <&4; do
			[[ $needs == nothing || $needs == "$1" ]] || continue
			run_example "$page" "$number" "$status" ||
				failed=1
			ran=$((ran + 1))
		done 4<list
	done
	[ "$ran" -gt 0 ] && [ "$failed" -eq 0 ]
}

setup_file() {
	# Messages of other programs are compared, too.
	export LC_ALL=C XDG_CACHE_HOME=$BATS_FILE_TMPDIR/cache
}

@test "every example that anybody can run does what its page says" {
	requires leaving-groups
	requires busybox user-namespaces
	for as in "${callers[@]}"; do
		run_examples nothing
	done
}

@test "every example that needs root does, too" {
	requires busybox user-namespaces root
	local lock
	# Their jails have names, which those of another run have, too.
	exec {lock}</run
	flock -w 300 "$lock"
	as=as_caller run_examples root
	exec {lock}<&-
}

@test "every example that needs control groups does, too" {
	requires busybox user-namespaces memory-group pids-group cpu-group
	as=as_caller run_examples groups
}

@test "an example may need only what is tested" {
	local page
	cd "$BATS_TEST_TMPDIR" || return
	for page in "${pages[@]}"; do
		examples "$page" | never grep -Ev ' (nothing|root|groups) [0-9]+$'
	done
}

@test "every page has an example" {
	local page
	cd "$BATS_TEST_TMPDIR" || return
	for page in "${pages[@]}"; do
		[ -n "$(examples "$page")" ] || {
			printf '%s has none\n' "$page" >&2
			return 1
		}
	done
}

@test "every tool has its page and its tests" {
	local tool
	for tool in $(tools); do
		[ -s "$man/$tool.1" ] && [ -s "$BATS_TEST_DIRNAME/$tool.bats" ] ||
			{
				printf '%s: a page or tests are missing\n' "$tool" >&2
				return 1
			}
	done
}

@test "every page of a tool has the tool" {
	local page
	for page in "$man"/*.1; do
		page=${page##*/}
		[ -s "$bin/${page%.1}.c" ]
	done
}

# options_of TOOL: as its usage line has them, one a line, sorted.
options_of() {
	{ "$1" 2>&1 </dev/null || true; } | grep '^usage: ' |
		grep -oE '(^|[[ |])--?[[:alpha:]][[:alnum:]-]*' |
		sed 's/^[[ |]*//' |
		while read -r option; do
			case $option in
			--*) printf '%s\n' "$option" ;;
			*) sed 's/./-&\n/g; s/^--\n//' <<<"$option" | sed '/^$/d' ;;
			esac
		done | sort -u
}

# tags_of PAGE: the options that have an entry, one a line, sorted.
tags_of() {
	sed -n 's/^\.It Fl \(-*[[:alnum:]][[:alnum:]-]*\).*/-\1/p' "$1" | sort -u
}

@test "every option in a usage line has its entry, and no other has" {
	local tool
	for tool in $(tools); do
		[ -n "$(options_of "$tool")" ]
		same "$(options_of "$tool")" "$(tags_of "$man/$tool.1")" "$tool"
	done
}

@test "every tool says how it is used, and which one it is" {
	local tool option usage
	for tool in $(tools); do
		usage=$("$tool" 2>&1 </dev/null | grep '^usage: ')
		for option in -h --help; do
			run -0 --separate-stderr "$tool" "$option" -- false
			assert_output "$usage
$tool(1) explains it, rungs(7) how the tools go together."
			same '' "$stderr"
		done
		for option in -V --version; do
			run -0 --separate-stderr "$tool" "$option"
			[[ $output =~ ^$tool\ \(rungs\)\ [0-9.]+$ ]]
		done
		full() { "$tool" --help >/dev/full; }
		run -125 full
		assert_output "$tool: write to standard output: No space left on device"
		# By its name, wherever it is.
		run -125 --separate-stderr "$RUNGS_STAGE/bin/$tool" --no-such-option
		assert_output ''
		[[ $stderr == "$tool: unrecognized option"*$'\n'"$usage" ]]
	done
}

@test "every page is clean" {
	command -v mandoc >/dev/null || skip "requires mandoc"
	run -0 mandoc -Tlint -Wwarning "$man"/*.[157]
	assert_output ''
}
