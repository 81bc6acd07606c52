#!/usr/bin/env bats
# mkroot(1) and user=auto of enterns(1): whose the files of a root are that
# an ordinary user made, and what a list of owners cannot be made to do.
# shellcheck disable=SC2034 # subuid is for as_subuser

load helper

setup_file() {
	local tree=$BATS_FILE_TMPDIR/tree
	[ "$(id -u)" -eq 0 ] || return 0
	make_root "$tree"
	(
		cd "$tree" || exit
		mkdir -p srv/d srv/"a b" && mkdir -m 3770 srv/sticky
		echo data >srv/d/file && ln srv/d/file srv/hard
		ln -s ../etc/passwd srv/link
		mkfifo srv/pipe
		touch srv/$'a b/new\nline' srv/set srv/zero
		chown -h 7:8 srv srv/d srv/d/file srv/link srv/pipe srv/$'a b/new\nline'
		chown 9:10 srv/sticky srv/set && chmod 6751 srv/set
		chown 11:12 .
	)
	tar -cf "$BATS_FILE_TMPDIR/tree.tar" -C "$tree" .
	chmod 711 "$BATS_FILE_TMPDIR"
}

setup() {
	requires subordinate-ids
	as=as_subuser tar=tar:$BATS_FILE_TMPDIR/tree.tar
	caches=$BATS_TEST_TMPDIR/caches
	mkdir "$caches" && chown 1234:1234 "$caches"
}

teardown() {
	[ -z "${pid:-}" ] || stop "$pid"
}

# made WORD...: a description of the user's, with a cache of this test's own.
made() {
	as_subuser env "XDG_CACHE_HOME=$caches" mkroot "$@"
}

# listed: what the test has put into the root, as it is seen there.
listed='cd / && stat -c "%n %a %u:%g %F" . etc/passwd && find srv -exec stat -c "%n %a %u:%g %F" {} + | sort'

in_auto() {
	made "${@:1:1}" | enterns user=auto | as_subuser jailexec -- "${@:2}"
}

list_of() {
	echo "$caches"/rungs/roots/*/owners
}

@test "the owners of an archive are right inside, and nothing of the cache changes" {
	local before want
	roots_jail() { XDG_CACHE_HOME=$BATS_TEST_TMPDIR/own mkroot "$tar" | jailexec -- sh -c "$listed"; }
	run -0 roots_jail
	want=$output
	assert_line '. 755 11:12 directory' 'srv/set 6751 9:10 regular empty file' \
		'srv/link 777 7:8 symbolic link' 'srv/hard 644 7:8 regular file' \
		'srv/pipe 644 7:8 fifo' 'srv/sticky 3770 9:10 directory' \
		'srv/zero 644 0:0 regular empty file'
	made "$tar" >/dev/null
	before=$(digest "$caches")
	run -0 in_auto "$tar" sh -c "$listed"
	assert_output "$want"
	# Read-only, too, and by every map in which the caller is root.
	read_only() { made "$tar" ro | enterns user=0:1234:1,1:200000:99 | as_subuser jailexec -- sh -c "touch /srv/new 2>&1; $listed"; }
	run -0 read_only
	assert_output "touch: /srv/new: Read-only file system
$want"
	same "$before" "$(digest "$caches")"
	same '1234:1234' "$(find "$caches" -printf '%U:%G\n' | sort -u)"
}

@test "a jail with one id has all files, and what root may do is done" {
	made "$tar" | as_subuser jailexec -- sh -c 'stat -c %u:%g /srv/d/file /; echo more >>/srv/d/file' >"$BATS_TEST_TMPDIR/out"
	same $'0:0\n0:0' "$(cat "$BATS_TEST_TMPDIR/out")"
	# Nobody looks for a list who cannot use it.
	list=$(list_of)
	rm "$list" && mkfifo "$list"
	run -0 bash -c 'jailexec -e -f <(printf "jail 1\nmkroot dir=%s scratch\nend\n" "$1") -- true' - "$(root_dir)"
	never grep -q ^owners: <<<"$output"
	made "$tar" | as_subuser jailexec -- true
	other_map() { made "$tar" | enterns user=0:200000:1000,1000:1234:1 | as_subuser jailexec -u 1000 -- true; }
	run -0 other_map
}

@test "root of a container has them, too, as far as its ids go" {
	local own=$BATS_TEST_TMPDIR/container
	as_nested() { nsenter "--user=/proc/$pid/ns/user" --setuid=0 --setgid=0 env "XDG_CACHE_HOME=$own" "$@"; }
	mkdir "$own" && chown 100000:100000 "$own"
	unshare --user -- sleep 1000 3>&- &
	pid=$!
	apart() { never test "/proc/$pid/ns/user" -ef /proc/self/ns/user 2>/dev/null; }
	poll apart
	echo 0 100000 1000 >"/proc/$pid/gid_map"
	echo 0 100000 1000 >"/proc/$pid/uid_map"
	contained() { as_nested mkroot "$tar" | as_nested jailexec -- stat -c %u:%g / /srv/d/file /srv/zero; }
	run -0 contained
	assert_output $'11:12\n7:8\n0:0'
}

@test "links, and what takes the place of another, are whose they would be" {
	requires busybox
	local want as
	"$RUNGS_STAGE/tests/maketar" owner 5 file a x hard b a owner 6 file c x \
		file c y owner 5 dir d owner 6 file d/f x dir d/ owner 4 file ./e x \
		owner 3 hard b e owner 9 file g x hard g g file h x owner 8 hard h c \
		dir bin file bin/busybox x >"$BATS_TEST_TMPDIR/a.tar"
	seen() {
		XDG_CACHE_HOME=$caches/$1 "$1" env "XDG_CACHE_HOME=$caches/$1" mkroot "tar:$BATS_TEST_TMPDIR/a.tar" |
			enterns ${2:+"$2"} uts | addmount "bind=$(command -v busybox):/bin/busybox" |
			"$1" jailexec -- /bin/busybox stat -c '%n %u:%g' a b c d d/f e g h
	}
	want=$'a 5:5\nb 4:4\nc 0:0\nd 0:0\nd/f 6:6\ne 4:4\ng 9:9\nh 0:0'
	same "$want" "$(seen as_caller)"
	same "$want" "$(seen as_subuser user=auto)"
}

@test "an owner that is no id is refused, and never taken for root" {
	local id key as
	for key in uid gid; do
		for id in 4294967295 4294967296 18446744073709551616 -1; do
			"$RUNGS_STAGE/tests/maketar" file ok x pax "$key=$id" file x y \
				>"$BATS_TEST_TMPDIR/a.tar"
			for as in as_caller as_subuser; do
				refused "$as" env "XDG_CACHE_HOME=$caches/$as" mkroot "tar:$BATS_TEST_TMPDIR/a.tar"
				assert_match "mkroot: .*: unpack 'x': an owner that is not from 0 to 4294967294"
			done
		done
	done
	"$RUNGS_STAGE/tests/maketar" pax uid=4294967294 file x y >"$BATS_TEST_TMPDIR/a.tar"
	made "tar:$BATS_TEST_TMPDIR/a.tar"
	same '4294967294:0 x ' "$(tr '\0' ' ' <"$(list_of)")"
}

@test "an owner that the jail has not got is an error, and nothing is run" {
	subuid=tester:200000:6
	refused in_auto "$tar" echo "$ran"
	assert_output 'jailexec: owners: give . to 11:12: Invalid argument
jailexec: this jail has not got that id: root adds some with usermod --add-subuids and --add-subgids'
}

@test "a list that somebody wrote is read strictly, and leads nowhere" {
	local owner list path
	made "$tar" >"$BATS_TEST_TMPDIR/jail"
	list=$(list_of)
	auto() { made "$tar" | enterns user=auto | as_subuser jailexec -- sh -c "echo $ran; $1"; }
	for owner in '' : 1 1: :1 -1:0 0:-1 4294967295:0 0:4294967296 0x0:0 ' 0:0' \
		'0:0 ' +1:1 1abc:1 root:root 1:1:1 = =nowhere =../../x; do
		printf '%s\0srv/zero\0' "$owner" >"$list"
		refused auto true
		[[ $output == jailexec:\ owners:\ * ]]
	done
	# Through no link, and not out by "..": srv/link leads to a file, up to the host.
	as_user ln -s /tmp "${list%/owners}/rootfs/srv/out"
	for path in srv/out/x srv/link/x '' / srv/ nowhere srv/.. ..; do
		printf '5:5\0%s\0' "$path" >"$list"
		refused auto true
		[[ $output == jailexec:\ owners:\ * ]]
	done
	for path in ../../etc/passwd /etc/passwd; do
		printf '5:5\0%s\0' "$path" >"$list"
		run -0 auto 'stat -c %u:%g /etc/passwd'
		assert_output "$ran"$'\n5:5'
	done
	# The link itself is given away, and not what it leads to.
	printf '5:5\0srv/out\0' >"$list"
	run -0 auto 'stat -c %u:%g /srv/out /tmp'
	assert_output "$ran"$'\n5:5\n0:0'
	same 0:0 "$(stat -c %u:%g /etc/passwd)"
	for path in 'printf "5:5\0srv"' 'printf "5:5\0"' 'printf 5:5' \
		'perl -e "print qq(5:5\0srv\0) x 2100000"'; do
		eval "$path" >"$list"
		refused auto true
	done
	# Nobody else's, and nothing but a file.
	chown 0:0 "$list" && printf '5:5\0srv\0' >"$list" && chmod 644 "$list"
	refused auto true
	as_user sh -c 'printf "5:5\0srv\0" >"$1"' - "$list.other"
	for path in "mkfifo $list" "mkdir $list" "ln -s owners.other $list" \
		"ln -s /dev/zero $list"; do
		rm -rf "$list"
		# shellcheck disable=SC2086 # a command and its arguments
		as_user $path
		refused auto true
	done
	rm "$list"
	run -0 auto 'stat -c %u:%g /srv'
	assert_output "$ran"$'\n0:0'
}

@test "a list beside a root that is no cache's is not looked at" {
	local own=$caches/own
	as_subuser env "XDG_CACHE_HOME=$caches" mkroot "$tar" "dir=$own" >"$BATS_TEST_TMPDIR/jail"
	same $'origin\nrootfs' "$(ls "$own")"
	printf '5:5\0srv\0' >"$own/owners"
	chown 1234:1234 "$own/owners"
	scratch() { mkroot "dir:$own/rootfs" scratch | enterns user=auto | as_subuser jailexec -- stat -c %u:%g /srv; }
	run -0 scratch
	assert_output 0:0
	# What is given away in place is given away on disk, and can be removed.
	gives() { as_subuser env "XDG_CACHE_HOME=$caches" mkroot "dir=$own" | enterns user=auto | as_subuser jailexec -- sh -c 'mkdir -p /d/e && chown -R 5:6 /d'; }
	run -0 gives
	same 200004:200005 "$(stat -c %u:%g "$own/rootfs/d/e")"
	never as_user rm -r "$own/rootfs/d" 2>/dev/null
	as_subuser enterns user=auto -- rm -r "$own"
	never test -e "$own"
}
