#!/usr/bin/env bats
# The ids of a jail that root starts: ranges that nobody else has, files that
# keep their owners, words that say otherwise, and what is no id.  Those of
# an ordinary user's are in subid.bats.

load helper

setup_file() {
	root_dir >/dev/null
}

setup() {
	requires root
	as=as_caller
}

teardown() {
	[ -z "${pid:-}" ] || stop "$pid"
}

maps='xargs -n 3 </proc/self/uid_map; xargs -n 3 </proc/self/gid_map'

# in_map MAP [OPTION...] -- CMD...: in a default jail with user=MAP.
in_map() {
	a_root scratch | enterns "user=$1" | "$as" jailexec "${@:2}"
}

@test "root in a jail is nobody outside, and files keep their owners on disk" {
	local dir=$BATS_TEST_TMPDIR/root mark before map first
	make_root "$dir"
	touch "$dir/own" "$dir/web"
	chown 1000:42 "$dir/web" && chmod 640 "$dir/web"
	mark=$((100000000 + RANDOM * 1000 + BATS_TEST_NUMBER))
	printf 'jail 1\nmkroot dir=%s\nend\n' "$dir" >"$BATS_TEST_TMPDIR/jail"
	jailexec -f "$BATS_TEST_TMPDIR/jail" -- sh -c "stat -c %u:%g /own /web >/seen
		{ $maps; } >>/seen; touch /mine; chown 5:6 /own; exec sleep $mark" 3>&- &
	pid=$!
	poll some_process_of "$mark"
	read -r _ map _ < <(sed -n 3p "$dir/seen")
	((map >= 1879048192 && (map - 1879048192) % 65536 == 0 && map < 2147352576))
	same "0:0
1000:42
0 $map 65536
0 $map 65536" "$(cat "$dir/seen")"
	first=$(processes_of "$mark")
	same "Uid: $map $map $map $map Gid: $map $map $map $map Groups: $map" \
		"$(grep -E '^(Uid|Gid|Groups)' "/proc/$first/status" | xargs)"
	same "$map" "$(stat -c %u "/proc/$(parent_of "$first")")"
	same $'0:0\n5:6\n1000:42' "$(stat -c %u:%g "$dir/mine" "$dir/own" "$dir/web")"
	stop "$pid"
	# What is not chowned is not written either.
	before=$(digest "$(root_dir)")
	run -0 in_jail -- sh -c 'touch /new && chown 1000:1000 /new /etc/passwd && stat -c %u:%g /new /etc/passwd /etc/group'
	assert_output $'1000:1000\n1000:1000\n0:0'
	same "$before" "$(digest "$(root_dir)")"
}

# in_own_run LEFT SCRIPT: in a /run of its own, where all ranges but the first
# LEFT are taken, and among processes of its own, all of which end with it.
in_own_run() {
	a_root scratch >"$BATS_TEST_TMPDIR/jail"
	cat >"$BATS_TEST_TMPDIR/script" <<-EOF
		mount -t tmpfs none /run && mkdir /run/rungs && : >/run/rungs/ids || exit
		perl -e 'use Fcntl; \$| = 1; open F, "+<", "/run/rungs/ids";
			my \$lock = pack "s s x4 q q l x4", F_WRLCK, 0, $1, 4094 - $1, 0;
			fcntl F, F_SETLK, \$lock or die \$!;
			print "held\n"; sleep 1000' >held &
		trap 'kill \$(jobs -p) 2>/dev/null; wait' EXIT
		until [ -s held ]; do sleep 0.02; done
		until_it() { until "\$@"; do sleep 0.02; done; }
		$2
	EOF
	(cd "$BATS_TEST_TMPDIR" && timeout 300 unshare --mount --pid --fork --kill-child --mount-proc bash script 3>&-)
}

@test "fifty jails at once have a range each, the next has none, and each is given back" {
	run -0 in_own_run 50 '
		for n in {1..50}; do
			jailexec -f jail -- sh -c "xargs </proc/self/uid_map; exec sleep 1000" >$n &
			pid[n]=$!
		done
		for n in {1..50}; do until_it [ -s $n ]; done
		cat {1..50} | sort -u | wc -l
		jailexec -f jail -- true 2>&1 || echo "status $?"
		kill -KILL ${pid[7]} && wait ${pid[7]} 2>/dev/null
		again() { jailexec -f jail -- sh -c "xargs </proc/self/uid_map" >again 2>/dev/null; }
		until_it again
		cmp 7 again && echo same'
	assert_output "50
jailexec: user: all 4094 ranges of ids are in use
status 125
same"
}

@test "a range that somebody is left in is not given away" {
	run -0 in_own_run 1 '
		jailexec -f jail -- true && od -An -tx1 /run/rungs/ids
		enterns pid=host <jail | jailexec -- setsid sh -c "sleep 1000 >/dev/null 2>&1 & echo \$!" >left
		until_it [ -s left ] && jailexec -f jail -- echo ran 2>&1
		kill -KILL $(cat left)
		again() { jailexec -f jail -- true 2>/dev/null; }
		until_it again && od -An -tx1 /run/rungs/ids'
	assert_output " 00
jailexec: user: all 4094 ranges of ids are in use
 00"
}

@test "user=host, user=ID:COUNT and user=IN:OUT:COUNT are what they say" {
	local map want dir=$BATS_TEST_TMPDIR/root
	run -0 in_map host -- sh -c "$maps; stat -c %u:%g /etc/shadow /"
	assert_output "$(xargs </proc/self/uid_map)
$(xargs </proc/self/gid_map)
$(stat -c %u:%g "$(root_dir)/etc/shadow" "$(root_dir)")"
	for map in 100000:65536 0:100000:65536 0:2147483648:10 0:4294900000:65536 \
		0:5000:1,1:7000:100 4294967294:10:1,0:20:9; do
		run -0 in_map "$map" -- sh -c "$maps; touch /f; chown 4:3 /f 2>/dev/null; stat -c %u:%g /f /etc/passwd"
		want=$(sed 's/^\([0-9]*:[0-9]*\)$/0:\1/; s/,/\n/g; s/:/ /g' <<<"$map")
		assert_output "$want
$want
4:3
0:0"
	done
	run -0 in_map 4294967294:10:1,0:20:9 -u 4294967294 -- /test/whatigot
	assert_line 'uid 4294967294 4294967294 4294967294' 'groups 4294967294'
	# On disk, where changes stay, they are the ids of the jail.
	make_root "$dir"
	stays() { printf 'jail 1\nmkroot dir=%s\nend\n' "$dir" | enterns "user=$1" | jailexec -- sh -c 'touch /f; chown 4:3 /f'; }
	run -0 stays 0:100000:65536
	same 4:3 "$(stat -c %u:%g "$dir/f")"
	run -0 stays host
	same 4:3 "$(stat -c %u:%g "$dir/f")"
}

# CVE-2024-40635, CVE-2026-46680, CVE-2026-30892, bubblewrap 642
@test "what is no map of ids is refused, and no part of it is taken for 0" {
	local id map as
	for id in -1 4294967295 4294967296 4294967297 18446744073709551616 \
		18446744073709551617 99999999999999999999 0x0 ' 0' '0 ' +1 1abc '' \
		1.0 1e3 $'0\n' root; do
		for map in "$id:1" "0:$id" "0:$id:1" "$id:0:1" "0:0:$id" "0:9:1,$id:8:1"; do
			refused enterns "user=$map" -- echo "$ran"
			refused enterns -n "user=$map"
		done
	done
	# Nothing, too much, twice the same, and past the last id.
	for map in '' : ',' 0 0:0 0:1:0 1:2:3:4 '0:0:1,' ',0:0:1' 0:0:1,,1:1:1 0:5:2,1:9:1 \
		0:5:2,9:6:1 4294967294:2 0:4294967294:2 4294967294:0:2 \
		"$(seq 0 16 | sed 's/.*/&:&:1/' | paste -sd,)" autos Auto selfs; do
		refused enterns -n "user=$map"
	done
	run -0 enterns -n "user=$(seq 0 15 | sed 's/.*/&:&:1/' | paste -sd,)"
	refused enterns user=1:x -- echo "$ran"
	assert_output 'enterns: user=1:x: expected auto, self, HOSTID:COUNT, or IN:OUT:COUNT,... that do not overlap'
}

@test "a root that cannot be idmapped is an error that names it and the remedy" {
	local dir=$BATS_TEST_TMPDIR
	mkdir "$dir"/{up,work,all}
	on_overlay() {
		unshare --mount sh -c 'mount -t overlay none -o "lowerdir=$1,upperdir=$2/up,workdir=$2/work" "$2/all" &&
			shift 2 && exec "$@"' - "$(root_dir)" "$dir" "$@"
	}
	printf 'jail 1\nmkroot dir=%s scratch\nend\n' "$dir/all" >"$dir/jail"
	refused on_overlay jailexec -f "$dir/jail" -- echo "$ran"
	assert_output "jailexec: $dir/all: map the owners of its files to the jail's ids: Invalid argument
jailexec: its file system (overlay), or one mounted below it, cannot do that: put the root on another, or keep the host's ids with enterns user=host"
	enterns user=host <"$dir/jail" >"$dir/host"
	run -0 on_overlay jailexec -f "$dir/host" -- echo "$ran"
	assert_output "$ran"
}

@test "where the groups can be neither denied nor cleared nothing is run" {
	as=as_nested
	as_nested() { nsenter "--user=/proc/$pid/ns/user" --setuid=0 "$@"; }
	# More than one id, and setgroups(2) denied by whoever made that.
	unshare --user --setgroups=deny -- sleep 1000 3>&- &
	pid=$!
	poll grep -q deny "/proc/$pid/setgroups"
	echo 0 100000 1000 >"/proc/$pid/gid_map"
	echo 0 100000 1000 >"/proc/$pid/uid_map"
	refused in_jail -- echo "$ran"
	assert_output 'jailexec: user: become root in the namespace: Operation not permitted'
}

@test "what keeps owners from being mapped is said, and no other thing" {
	requires root
	mkroot busybox >"$BATS_TEST_TMPDIR/jail"
	refused setpriv --bounding-set -sys_admin jailexec -f "$BATS_TEST_TMPDIR/jail" -- echo "$ran"
	assert_match "jailexec: .*: map the owners of its files to the jail's ids: Operation not permitted"
	assert_line 'jailexec: that takes CAP_SYS_ADMIN'
}

@test "why no range of ids can be picked is said, and is not that none is free" {
	requires root
	mkroot busybox >"$BATS_TEST_TMPDIR/jail"
	refused denycall deny=fcntl -- jailexec -f "$BATS_TEST_TMPDIR/jail" -- echo "$ran"
	assert_output 'jailexec: user: pick ids in /run/rungs/ids: Operation not permitted'
}
