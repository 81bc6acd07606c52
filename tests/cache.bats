#!/usr/bin/env bats
# mkroot(1): what is in its cache, what of it can go, and what never goes.
# shellcheck disable=SC2154 # bats sets output, stderr and status

load helper

setup() {
	mkdir "$BATS_TEST_TMPDIR/work"
	chmod 777 "$BATS_TEST_TMPDIR/work"
	cd "$BATS_TEST_TMPDIR/work" || return
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
	cache=$XDG_CACHE_HOME/rungs
	busy=()
}

teardown() {
	[ "${#busy[@]}" -eq 0 ] || stop "${busy[@]}"
}

# as_owner CMD...: as $as, with the cache of this test.
as_owner() {
	if [ "$as" = as_user ]; then
		as_user env "XDG_CACHE_HOME=$XDG_CACHE_HOME" "$@"
	else
		"$@"
	fi
}

# new_cache: an empty one that belongs to $as.
new_cache() {
	rm -rf "$XDG_CACHE_HOME" && mkdir "$XDG_CACHE_HOME" &&
		chmod 777 "$XDG_CACHE_HOME"
}

# key [WORD...]: the key of a root, which is made.
key() {
	as_owner mkroot "$@" | sed -n 's,^mkroot .*/roots/\([^/]*\)/rootfs.*,\1,p'
}

# template NAME LINE...: a template of the user's own.
template() {
	mkdir -p templates
	printf '%s\n' "${@:2}" >"templates/$1"
	export RUNGS_TEMPLATES=$PWD/templates
}

# long_ago KEY...: these roots were used last in 2020.
long_ago() {
	local key
	for key; do
		touch -a -d 2020-02-03T04:05 "$cache/roots/$key/origin"
	done
}

# state_of KEY: what --list-cache says of the root of KEY now.
state_of() {
	as_owner mkroot --list-cache | awk -v key="$1" '$NF == key { print $3 }'
}

in_state() {
	[ "$(state_of "$1")" = "$2" ]
}

# --- to list

@test "--list-cache has a line for each root, and what all take on disk" {
	as=as_caller
	template big "line etc/blob $(head -c 9000 /dev/zero | tr '\0' x)"
	empty=$(key empty) big=$(key big)
	long_ago "$empty" "$big"
	run -0 mkroot --list-cache
	same 3 "${#lines[@]}"
	assert_match " *[0-9.]+K  2020-02-03T04:05  idle     empty  $empty"
	assert_match " *[0-9.]+K  2020-02-03T04:05  idle     big  $big"
	# Neither to list them nor to find no room for the list is to use them.
	run -0 mkroot --list-cache
	assert_match ".* 2020-02-03T04:05  idle     empty  $empty"
	run -125 --separate-stderr bash -c 'mkroot --list-cache >/dev/full'
	same 'mkroot: write the list of roots: No space left on device' "$stderr"
	key empty
	run -0 mkroot --list-cache
	assert_match ".* $(date +%Y-%m-%d)T.*  idle     empty  $empty"
}

# bytes TEXT: of "1.5K" and the like, for what is less than 10M.
bytes() {
	awk '{ u = substr($1, length($1)); n = $1 + 0
		print int(n * (u == "K" ? 1024 : u == "M" ? 1048576 : 1)) }' <<<"$1"
}

@test "a file with two names is counted once, in one root and in two" {
	as=as_caller
	template one 'file a'
	template two 'file b'
	one=$(key one) two=$(key two)
	head -c 400K /dev/urandom >"$cache/roots/$one/rootfs/a"
	ln -f "$cache/roots/$one/rootfs/a" "$cache/roots/$one/rootfs/c"
	ln -f "$cache/roots/$one/rootfs/a" "$cache/roots/$two/rootfs/b"
	run -0 mkroot --list-cache
	all=$(bytes "$(tail -n 1 <<<"$output")")
	[ "$all" -ge 400000 ]
	[ "$all" -lt 500000 ]
	want=$(du -s --block-size=1 "$cache/roots" | cut -f 1)
	[ "$all" -ge $((want - 20000)) ]
	[ "$all" -le $((want + 20000)) ]
}

@test "what two roots have in common is on the disk once, where that can be" {
	requires root loop-device
	local kind kinds=0
	mkdir one two at
	head -c 12M /dev/urandom | tee one/same >two/same
	head -c 12M /dev/urandom | tee one/here >two/there
	head -c 100K /dev/zero >one/differs
	head -c 100K /dev/urandom >two/differs
	ln -s "$PWD/one/same" two/link
	tar -C one -cf one.tar .
	tar -C two -cf two.tar .
	for kind in xfs btrfs; do
		command -v "mkfs.$kind" >/dev/null || continue
		kinds=$((kinds + 1))
		truncate -s 400M disk && "mkfs.$kind" -q disk >&2
		# shellcheck disable=SC2016 # for the inner shell
		run -0 unshare -m bash -ec 'mount -o loop disk at
			export XDG_CACHE_HOME=$PWD/at
			room() { sync -f at; df --output=avail -k at | tail -n 1; }
			mkroot tar:one.tar >/dev/null
			before=$(room)
			mkroot tar:two.tar | sed -n "s/^mkroot .*dir=\\([^ ]*\\).*/\\1/p" >tree
			((before - $(room) > 11000)) || echo "too little: $before $(room)"
			((before - $(room) < 16000)) || echo "too much: $before $(room)"
			diff -r two "$(<tree)"
			# Each is counted as large as it looks.
			mkroot --list-cache'
		same 3 "$(wc -l <<<"$output")" "$kind: $output"
		same 2 "$(grep -c '^ *2[4-6]M .*tar:' <<<"$output")" "$output"
		rm disk
	done
	((kinds > 0)) || skip 'requires mkfs.xfs or mkfs.btrfs'
}

# --- to prune

@test "--prune removes what is old, its notes and its locks, and no more" {
	as=as_caller
	tar -cf a.tar -C / etc/hostname
	old=$(key tar:a.tar) new=$(key empty)
	long_ago "$old"
	[ -n "$(ls "$cache/by-file")" ]
	mkdir -p "$cache/tmp/0badcafe/rootfs"
	run -0 mkroot --prune
	assert_match ".*  removed  tar:$PWD/a.tar  $old"
	assert_match ".*  recent   empty  $new"
	assert_match ' *[0-9.]+K  removed'
	same "$new" "$(ls "$cache/roots")"
	same "" "$(find "$cache"/{by-file,locks,tmp} -mindepth 1)"
	touch -a -d '30 minutes ago' "$cache/roots/$new/origin"
	run -0 mkroot --prune --older-than=31m
	assert_match ".*  recent   empty  $new"
	run -0 mkroot --prune --older-than=29m
	assert_match ".*  removed  empty  $new"
	run -0 mkroot --list-cache
	assert_output '    0B  in all'
}

@test "to list and to prune is all that is done then" {
	for words in '--older-than=1d empty' '--prune empty' '--list-cache empty' \
		'--list-cache --older-than=1d' '--prune -- true'; do
		# shellcheck disable=SC2086 # words
		run -125 mkroot $words
		assert_match 'usage: mkroot .*'
	done
	for time in 0 1y -1s ''; do
		run -125 mkroot --prune "--older-than=$time"
		assert_output "mkroot: --older-than=$time: expected a time such as 30d, 12h or 1s"
	done
	[ ! -e "$cache" ]
}

# never_pruned COMMAND...: it runs in the root of $key until its standard input
# ends; nothing of the root goes meanwhile, and all of it then.
never_pruned() {
	mkfifo gate
	rm -f out
	as_owner "$@" <gate >out 2>&1 3>&- &
	busy+=($!)
	exec 5>gate
	rm gate
	poll grep -qs ready out
	long_ago "$key"
	same in-use "$(state_of "$key")" "$*"
	run -0 as_owner mkroot --prune --older-than=1s
	assert_match ".*  in-use   .*  $key"
	[ -d "$cache/roots/$key/rootfs/bin" ]
	exec 5>&-
	poll in_state "$key" idle
}

each_kind_of_jail() {
	local key line='echo ready; read x'
	new_cache
	key=$(key busybox)
	as_owner mkroot busybox >jail
	as_owner mkroot busybox ro >jail.ro
	never_pruned jailexec -f jail -- sh -c "$line"
	never_pruned jailexec -f jail.ro -- sh -c "$line"
	# Who is left behind by the one that held the root.
	as_owner enterns pid=host <jail >jail.host
	# shellcheck disable=SC2016 # for the inner shell
	never_pruned jailexec -f jail.host -- sh -c \
		'exec 3<&0; setsid sh -c "$0" <&3 & exit 0' "$line"
	if [ "$as" = as_caller ] && [ "$(id -u)" -eq 0 ]; then
		never_pruned mkroot busybox -- sh -c "$line"
		never_pruned mkroot busybox ro -- sh -c "$line"
	fi
	run -0 as_owner mkroot --prune --older-than=1s
	assert_match ".*  removed  busybox  $key"
	run -125 as_owner jailexec -f jail -- true
	assert_match ".*/$key/rootfs: open the root: No such file or directory"
	assert_line 'jailexec: it is gone: run mkroot again'
}

@test "a root that a jail uses is never removed, and then it can be" {
	requires leaving-groups
	requires busybox user-namespaces
	for_each_caller each_kind_of_jail
}

# kept_while_read COMMAND...: it reads the root of $key and writes more than
# a pipe takes; nothing of the root goes until it has written all.
kept_while_read() {
	mkfifo pipe
	as_owner "$@" >pipe 3>&- &
	busy+=($!)
	exec 5<pipe
	rm pipe
	head -c 1000 <&5 >out
	long_ago "$key"
	run -0 as_owner mkroot --prune --older-than=1s
	assert_match ".*  in-use   .*  $key"
	cat <&5 >>out
	exec 5<&-
	poll in_state "$key" idle
	tar -tf out | grep -q large
}

each_way_to_pack() {
	local key
	new_cache
	key=$(key tar:large.tar)
	as_owner mkroot tar:large.tar >jail
	kept_while_read packroot -f jail tar
	kept_while_read packroot tar "dir=$cache/roots/$key/rootfs"
	rm -rf kept
	as_owner jailexec --keep=kept -f jail -- /bin/busybox true
	kept_while_read packroot tar kept=kept
	run -0 as_owner mkroot --prune --older-than=1s
	assert_match ".*  removed  .*  $key"
}

@test "a root that is packed is not removed meanwhile" {
	requires leaving-groups
	requires busybox user-namespaces
	mkdir -p tree/bin
	cp "$(command -v busybox)" tree/bin/busybox
	head -c 400K /dev/zero >tree/large
	tar -C tree -cf large.tar .
	for_each_caller each_way_to_pack
	# Nor is one that is read for its digest.
	requires strace no-sanitizer
	new_cache
	run -0 strace -o trace mkroot --lock=lock empty
	grep -q 'flock(.*LOCK_SH' trace
}

# waits_for_lock PID FILE: it does, says the kernel.
waits_for_lock() {
	grep -Eq -- "-> FLOCK .* $1 [^ ]*:$(stat -c %i "$2") " /proc/locks
}

# holds_lock PID FILE: it does, as one of several.
holds_lock() {
	grep -Eq -- "^[0-9]+: FLOCK  ADVISORY  READ $1 [^ ]*:$(stat -c %i "$2") " /proc/locks
}

@test "a root is held before there is a mount of it, and the one that is there" {
	requires leaving-groups
	requires busybox user-namespaces
	as=as_caller
	key=$(key busybox)
	mkroot busybox >jail
	long_ago "$key"
	exec 6<"$cache/roots/$key/origin"
	flock -s 6
	run -0 mkroot --prune
	assert_match ".*  in-use   busybox  $key"
	flock 6
	jailexec -f jail -- sleep 1000 >out 2>&1 3>&- 6>&- &
	busy=($!)
	poll waits_for_lock "${busy[0]}" "$cache/roots/$key/origin"
	cp -a "$cache/roots/$key" again
	mv "$cache/roots/$key" gone
	mv again "$cache/roots/$key"
	exec 6>&-
	poll holds_lock "${busy[0]}" "$cache/roots/$key/origin"
}

@test "who comes while a root is being removed waits, and does not get half of it" {
	requires leaving-groups
	requires busybox user-namespaces
	as=as_caller
	key=$(key busybox)
	mkroot busybox >jail
	exec 6<"$cache/roots/$key/origin"
	flock 6
	jailexec -f jail -- true >out 2>&1 3>&- 6>&- &
	busy=($!)
	poll waits_for_lock "${busy[0]}" "$cache/roots/$key/origin"
	mv "$cache/roots/$key" gone
	exec 6>&-
	status=0
	wait "${busy[0]}" || status=$?
	same 125 "$status"
	same "jailexec: $cache/roots/$key/rootfs: open the root: No such file or directory
jailexec: it is gone: run mkroot again" "$(cat out)"
}

@test "who waits for a lock that is removed takes the one that is there then" {
	as=as_caller
	key=$(key empty)
	rm -r "$cache/roots/$key"
	exec 6>"$cache/locks/$key"
	flock 6
	mkroot empty >out 2>&1 3>&- 6>&- &
	busy=($!)
	poll waits_for_lock "${busy[0]}" "$cache/locks/$key"
	rm "$cache/locks/$key"
	exec 7>"$cache/locks/$key"
	flock 7
	exec 6>&-
	poll waits_for_lock "${busy[0]}" "$cache/locks/$key"
	run -0 mkroot --prune
	[ -e "$cache/locks/$key" ]
	exec 7>&-
	wait "${busy[0]}"
	same "$key" "$(ls "$cache/roots")"
}

@test "killed at any moment, --prune leaves no half root" {
	requires strace
	as=as_caller
	key=$(key empty)
	cp -a "$cache/roots/$key" whole
	for call in renameat unlinkat; do
		for n in 1 2 3 5 8; do
			[ -d "$cache/roots/$key" ] || cp -a whole "$cache/roots/$key"
			long_ago "$key"
			strace -o /dev/null -e "inject=$call:signal=KILL:when=$n" \
				mkroot --prune >/dev/null 2>&1 || true
			[ ! -e "$cache/roots/$key" ] ||
				diff -r whole "$cache/roots/$key"
		done
	done
	rm -rf "$cache/roots/$key"
	[ -n "$(ls "$cache/tmp")" ]
	run -0 mkroot --prune
	same "" "$(ls "$cache/tmp")"
}

# --- to lock

@test "--lock writes what was used, and --locked refuses all others" {
	as=as_caller
	"$RUNGS_STAGE/tests/maketar" file x one >"a b.tar"
	"$RUNGS_STAGE/tests/maketar" file x two >b.tar
	sum=$(sha256sum <"a b.tar") sum=${sum%% *}
	tree=$(mkroot --digest empty)
	run -0 mkroot --lock=lock empty
	run -0 mkroot --lock=lock "tar:a b.tar"
	run -0 mkroot --lock=lock empty
	same "empty tree:${tree#sha256:}
tar:$PWD/a\\040b.tar sha256:$sum" "$(cat lock)"
	# A class with another cache, and the archive by another name.
	rm -r "$XDG_CACHE_HOME"
	mv "a b.tar" c.tar
	run -0 mkroot --locked=lock tar:c.tar
	run -0 mkroot --locked=lock empty
	run -0 mkroot --locked=lock - <c.tar
	run -0 mkroot --locked=lock tar:c.tar dir=own
	run -125 mkroot --locked=lock tar:b.tar
	assert_output "mkroot: tar:$PWD/b.tar: not in lock"
	run -125 mkroot --locked=lock busybox
	assert_output 'mkroot: busybox: not in lock'
	template empty 'dir another'
	run -125 mkroot --locked=lock empty
	assert_match "mkroot: empty: its digest is tree:[0-9a-f]{64}, and tree:${tree#sha256:} in lock"
	run -125 mkroot --lock=lock empty
	assert_line 'mkroot: remove its line from lock to lock another'
	same 2 "$(wc -l <lock)"
	run -125 mkroot --lock=lock host
	assert_output 'mkroot: host: it has no digest to be locked'
	run -125 mkroot --locked=none empty
	assert_output 'mkroot: none: read: No such file or directory'
	# A name is a whole name, and a digest a whole digest.
	unset RUNGS_TEMPLATES
	sed 's/^empty /empt /' lock >short.lock
	run -125 mkroot --locked=short.lock empty
	assert_output 'mkroot: empty: not in short.lock'
}
