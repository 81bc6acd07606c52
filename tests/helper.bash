# helper.bash - loaded by every test file
# shellcheck disable=SC2154 # bats sets output and status
bats_require_minimum_version 1.5.0

# Who runs a tool: for as in "${callers[@]}"; do run $as jailexec ...
# An ordinary user is only itself.
if [ "$(id -u)" -eq 0 ]; then
	callers=(as_caller as_user)
else
	callers=(as_caller)
fi
export callers

as_caller() {
	"$@"
}

# as_user CMD...: run it as an ordinary user without any group of ours.
as_user() {
	if [ "$(id -u)" -ne 0 ]; then
		"$@"
		return
	fi
	HOME=$RUNGS_USER_HOME XDG_CACHE_HOME=$RUNGS_USER_HOME/.cache \
		setpriv --reuid=1234 --regid=1234 --clear-groups -- "$@"
}

# The subordinate ids of as_subuser, and its supplementary groups; tests
# change them.
subuid=tester:200000:65536
subgid=tester:200000:65536
subgroups=

# as_subuser CMD...: as as_user, who has a name here, and ids in subuid(5)
# and subgid(5).  The machine's own files are covered, for CMD alone.
as_subuser() {
	local etc
	etc=$(mktemp -d "$BATS_TEST_TMPDIR/etc.XXXXXX") || return
	{ echo tester:x:1234:1234::/tmp:/bin/sh && cat /etc/passwd; } >"$etc/passwd"
	{ echo tester:x:1234: && cat /etc/group; } >"$etc/group"
	printf '%s\n' "$subuid" >"$etc/subuid"
	printf '%s\n' "$subgid" >"$etc/subgid"
	# shellcheck disable=SC2016 # for the shell in there
	HOME=$RUNGS_USER_HOME XDG_CACHE_HOME=$RUNGS_USER_HOME/.cache \
		unshare --mount -- sh -c 'for file in passwd group subuid subgid; do
			mount --bind "$0/$file" "/etc/$file" || exit
		done
		exec setpriv --reuid=1234 --regid=1234 "$@"' "$etc" \
		"--${subgroups:+groups=}${subgroups:-clear-groups}" -- "$@"
}

# for_each_caller FUNCTION: the same promise for root and for anybody else.
# No "||" behind it: bash would go on after a failure in the function.
for_each_caller() {
	local as
	for as in "${callers[@]}"; do
		echo "as $as" >&2
		"$1"
	done
}

# What a command prints that must not run.
ran=THE-COMMAND-RAN

# refused CMD...: it ends with 125 and one line, or two with the remedy, and
# $ran is not in its output.
refused() {
	run -125 "$@"
	never grep -Fq "$ran" <<<"$output"
	[[ $output =~ ^[a-z]+:\  ]]
	((${#lines[@]} == 1 || ${#lines[@]} == 2))
}

# declined REASON WORD...: mkroot says that first, and has left nothing:
# nothing_left is the file's own.
declined() {
	local reason=$1
	shift
	run -125 mkroot "$@"
	same "$reason" "${lines[0]}"
	((${#lines[@]} <= 2))
	nothing_left
}

# assert_output WANT: compare $output as a whole and show both on failure.
assert_output() {
	[ "$output" = "$1" ] && return
	printf 'want: %q\ngot:  %q\nstatus: %s\n' "$1" "$output" "$status" >&2
	return 1
}

# assert_line LINE...: each of them is a line of $output.
assert_line() {
	local line
	for line in "$@"; do
		grep -Fxq -e "$line" <<<"$output" && continue
		printf 'no line: %q\ngot: %s\nstatus: %s\n' "$line" "$output" \
			"$status" >&2
		return 1
	done
}

# assert_match REGEX: a whole line of $output matches.
assert_match() {
	grep -Exq -e "$1" <<<"$output" && return
	printf 'no line matches: %s\ngot: %s\nstatus: %s\n' "$1" "$output" \
		"$status" >&2
	return 1
}

# same WANT GOT [WHAT]: two texts are equal; "[ a = b ]" that shows both.
same() {
	[ "$1" = "$2" ] && return
	printf '%s\nwant: %q\ngot:  %q\n' "${3:-they differ}" "$1" "$2" >&2
	return 1
}

# never CMD...: it must fail; "! cmd" alone does not fail a bats test.
never() {
	if "$@"; then
		printf 'this should have failed: %s\n' "$*" >&2
		return 1
	fi
}

# poll CMD...: wait until it succeeds, at most half a minute or so.
poll() {
	local n
	for ((n = 0; n < 1200; n++)); do
		"$@" && return
		sleep 0.025
	done
	printf 'this did not come true: %s\n' "$*" >&2
	return 1
}

# control_group CONTROLLER: the directory of our own group for it.
control_group() {
	local own mount
	own=$(awk -F: -v c="$1" '("," $2 ",") ~ ("," c ",") { print $3 }' \
		/proc/self/cgroup)
	if [ -n "$own" ]; then
		mount=$(awk -v c="$1" '$(NF-2) == "cgroup" &&
			("," $NF ",") ~ ("," c ",") { print $5; exit }' \
			/proc/self/mountinfo)
	else
		own=$(awk -F: '$1 == 0 { print $3 }' /proc/self/cgroup)
		mount=$(awk '$(NF-2) == "cgroup2" { print $5; exit }' \
			/proc/self/mountinfo)
		grep -qw -e "$1" "$mount/cgroup.controllers" || return
	fi
	[ -n "$mount" ] && printf '%s\n' "${mount}${own%/}"
}

# Whether we may make a group for the controller: by making one of ours.
may_make_group() {
	local dir
	dir=$(control_group "$1") && [ -d "$dir" ] || return
	dir=$dir/tests-of-rungs-$BASHPID
	mkdir "$dir" 2>/dev/null && rmdir "$dir"
}

# Whether a group's swap is counted.  The root of version 2 has no such file.
counts_swap() {
	local dir
	dir=$(control_group memory) || return
	[ -e "$dir/memory.memsw.limit_in_bytes" ] || [ -e "$dir/memory.swap.max" ]
}

# Whether we may make a group of version 2 that feels pressure.
feels_pressure() {
	local dir is_there
	dir=$(awk '$(NF-2) == "cgroup2" { print $5; exit }' /proc/self/mountinfo)
	[ -n "$dir" ] || return
	dir+=$(sed -n 's/^0:://p' /proc/self/cgroup)/tests-of-rungs-$BASHPID
	mkdir "$dir" 2>/dev/null || return
	[ -e "$dir/cpu.pressure" ]
	is_there=$?
	rmdir "$dir"
	return $is_there
}

# A caller's groups stay outside, and leaving them can take more than an
# ordinary user has: setup_suite tried.
leaves_groups() {
	[ -z "${RUNGS_KEEPS_GROUPS:-}" ]
}

alpine_archive() {
	printf '%s/alpine-minirootfs-3.20.3-x86_64.tar.gz\n' "$RUNGS_DATA"
}

may_raise_limits() {
	bash -c 'ulimit -Hc 0 && ulimit -Hc 1' 2>/dev/null
}

# requires WHAT...: skip the test where the machine lacks something.  Ask
# the kernel by trying, never by its version.
requires() {
	local what
	for what in "$@"; do
		case $what in
		root) [ "$(id -u)" -eq 0 ] ;;
		# The two programs, and root to cover the files that they read.
		subordinate-ids)
			[ "$(id -u)" -eq 0 ] && [ -e /etc/subuid ] &&
				[ -e /etc/subgid ] &&
				command -v newuidmap >/dev/null &&
				command -v newgidmap >/dev/null
			;;
		leaving-groups) leaves_groups ;;
		one-group) same "$(as_user id -g)" "$(as_user id -G)" 2>/dev/null ;;
		user-namespaces) as_user unshare --user true 2>/dev/null ;;
		time-namespaces) [ -e /proc/self/ns/time ] ;;
		alpine) [ -r "$(alpine_archive)" ] ;;
		memory-group) may_make_group memory ;;
		pids-group) may_make_group pids ;;
		cpu-group) may_make_group cpu ;;
		cpuset-group) may_make_group cpuset ;;
		io-group) may_make_group blkio || may_make_group io ;;
		hugetlb-group) may_make_group hugetlb ;;
		swap-group) counts_swap ;;
		pressure) feels_pressure ;;
		no-group) never may_make_group memory 2>/dev/null ;;
		cgroup-v1) grep -q ' - cgroup ' /proc/self/mountinfo ;;
		cgroup-v2) never grep -q ' - cgroup ' /proc/self/mountinfo 2>/dev/null ;;
		two-processors) [ "$(nproc)" -ge 2 ] ;;
		loop-device) losetup -f >/dev/null 2>&1 ;;
		sys-resource) may_raise_limits ;;
		no-sys-resource) never may_raise_limits 2>/dev/null ;;
		own-nodes) has_own_nodes ;;
		# The virtual machine: what it has may be changed.
		own-machine) [ -n "${RUNGS_OWN_MACHINE:-}" ] ;;
		landlock) lockpath exec=/ read=/ -- true 2>/dev/null ;;
		no-sanitizer) [ -z "${RUNGS_SANITIZED:-}" ] ;;
		buildah | busybox | capsh | curl | dash | debootstrap | \
			dpkg-scanpackages | gpg | mkfs.erofs | \
			mmdebstrap | openssl | podman | script | skopeo | sqfstar | \
			strace | tmux | umoci)
			command -v "$what" >/dev/null
			;;
		*)
			printf 'BUG: requires %s\n' "$what" >&2
			return 1
			;;
		esac || skip "requires $what"
	done
}

# root_dir: the path of a tree to live in, the same for all tests of a file.
# Alpine's, or mkroot's busybox where its archive is not there.  It belongs
# to root or to the caller; /test has our programs.  Tests only read it.
root_dir() {
	local dir=$BATS_FILE_TMPDIR/root
	if [ ! -d "$dir" ]; then
		make_root "$dir.new" >&2 || return
		mv "$dir.new" "$dir"
	fi
	printf '%s\n' "$dir"
}

# make_root DIR: a tree of the test's own.
make_root() {
	local made
	if [ -r "$(alpine_archive)" ]; then
		mkdir -p "$1" && tar -xzf "$(alpine_archive)" -C "$1" || return
	else
		made=$(mkroot busybox "dir=$1.made" |
			sed -n 's/^mkroot .*dir=\([^ ]*\).*/\1/p') || return
		cp -a "$made" "$1" && rm -rf "$1.made" || return
	fi
	chmod 755 "$1"
	cp -r "$RUNGS_STAGE/tests" "$1/test"
}

# a_root [WORD...]: a description with that root and these words of mkroot.
a_root() {
	printf 'jail 1\nmkroot dir=%s %s\nend\n' "$(root_dir)" "$*"
}

# in_jail [OPTION...] -- CMD...: run it in a default jail, as $as.
in_jail() {
	a_root scratch | ${as:-as_caller} jailexec "$@"
}

# has_own_nodes: whether a jail of this caller has a /dev with nodes of its
# own: it may make some, and a tmpfs shows owners as the jail has them.
has_own_nodes() {
	local node=$BATS_TEST_TMPDIR/node
	[[ ${as:-as_caller} == as_caller && $(id -u) -eq 0 ]] || return
	rm -f "$node"
	mknod "$node" c 1 3 2>/dev/null &&
		a_root scratch | addmount bind=/dev/shm:/srv | jailexec -- true 2>/dev/null
}

# digest DIR: one line for all that is in the tree: names, types, modes,
# owners, times, link targets and contents.
digest() {
	(
		cd "$1" || exit
		find . -printf '%p %y %m %U %G %s %T@ %l\n' | sort
		find . -type f -print0 | sort -z | xargs -0r sha256sum
	) | sha256sum
}

# processes_of MARK: the pids of processes that have MARK as an argument;
# grep itself must not be one of them.
processes_of() {
	grep -lzFx -f <(printf '%s\n' "$1") /proc/[0-9]*/cmdline 2>/dev/null |
		sed 's,^/proc/,,; s,/.*,,'
}

parent_of() {
	awk '$1 == "PPid:" { print $2 }' "/proc/$1/status"
}

no_process_of() {
	[ -z "$(processes_of "$1")" ]
}

some_process_of() {
	[ -n "$(processes_of "$1")" ]
}

# Stop a process that the test started, and wait for it.
stop() {
	kill -KILL "$@" 2>/dev/null || true
	wait "$@" 2>/dev/null || true
}
