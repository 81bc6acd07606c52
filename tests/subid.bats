#!/usr/bin/env bats
# enterns(1), user=auto and user=MAP: ids that an ordinary user may have
# beside its own, by newuidmap(1) and newgidmap(1).
# shellcheck disable=SC2034 # subuid and subgid are for as_subuser

load helper

setup_file() {
	root_dir >/dev/null
}

setup() {
	requires subordinate-ids
	as=as_subuser
}

teardown() {
	[ -z "${mark:-}" ] || processes_of "$mark" | xargs -r kill -KILL
}

maps='tr -s " " </proc/self/uid_map; tr -s " " </proc/self/gid_map; cat /proc/self/setgroups'

# in_map MAP [OPTION...] -- CMD...: in a default jail with user=MAP.
in_map() {
	a_root scratch | enterns "user=$1" | "$as" jailexec "${@:2}"
}

@test "user=auto: the caller is 0, and its subordinate ids follow" {
	subgid=tester:300000:1000
	run -0 as_subuser enterns user=auto -- sh -c "id -u; id -g; id -G; $maps"
	assert_output '0
0
0
 0 1234 1
 1 200000 65536
 0 1234 1
 1 300000 1000
allow'
	run -0 in_map auto -- sh -c "id -u; id -g; id -G; $maps"
	assert_output '0
0
0
 0 1234 1
 1 200000 65536
 0 1234 1
 1 300000 1000
allow'
}

@test "user=auto: the jail's root can give files away, and be others" {
	run -0 in_map auto -- sh -c 'touch /f && chown 5:42 /f && stat -c %u:%g /f'
	assert_output 5:42
	mkdir -m 777 "$BATS_TEST_TMPDIR/out"
	bound() { a_root scratch | enterns user=auto | addmount "bind=$BATS_TEST_TMPDIR/out:/mnt" | as_subuser jailexec -- sh -c 'touch /mnt/a /mnt/b && chown 5:42 /mnt/b'; }
	run -0 bound
	same 1234:1234 "$(stat -c %u:%g "$BATS_TEST_TMPDIR/out/a")"
	same 200004:200041 "$(stat -c %u:%g "$BATS_TEST_TMPDIR/out/b")"
	run -0 in_map auto -u 5:7 -- /test/whatigot
	assert_line 'uid 5 5 5' 'gid 7 7 7' 'groups 7' 'effective 0000000000000000'
	run -0 in_map auto -u 65536 -- id -u
	assert_output 65536
	refused in_map auto -u 65537 -- echo "$ran"
	assert_output 'jailexec: 65537:65537: not both are ids of this jail'
	subuid=tester:200000:10
	refused in_map auto -u 11:10 -- echo "$ran"
	assert_output 'jailexec: 11:10: not both are ids of this jail'
}

# nsjail #288
@test "no supplementary group of the caller reaches the command" {
	local secret=$BATS_TEST_TMPDIR/secret
	mkdir -m 711 "$secret"
	echo secret >"$secret/file"
	chgrp 27 "$secret/file" && chmod 640 "$secret/file"
	subgroups=4,27
	look() { a_root scratch | enterns "${@:1:1}" | addmount "bind=$secret:/mnt" | as_subuser jailexec "${@:2}"; }
	run -0 look user -- sh -c '/test/whatigot; grep ^Groups: /proc/1/status; cat /mnt/file /proc/self/setgroups; cat /proc/self/gid_map | xargs -n 3; true'
	assert_line 'uid 0 0 0' 'gid 0 0 0' 'groups 0' $'Groups:\t0 ' allow \
		"cat: can't open '/mnt/file': Permission denied" '0 1234 1' \
		'4294967294 200000 1'
	run -0 look user -u 5:6 -- sh -c '/test/whatigot; grep ^Groups: /proc/1/status'
	assert_line 'uid 5 5 5' 'gid 6 6 6' 'groups 6' $'Groups:\t6 '
	run -0 look user -u 5:4294967294 -- /test/whatigot
	assert_line 'gid 4294967294 4294967294 4294967294' 'groups 4294967294'
	run -0 look user=auto -- sh -c '/test/whatigot; grep ^Groups: /proc/1/status'
	assert_line 'groups 0' $'Groups:\t0 '
	# Only its own number is said, so it is a map like any other.
	run -0 look user=7:1234:1 -u 7 -- /test/whatigot
	assert_line 'groups 7'
	exactly() { enterns -n user | as_subuser jailexec -x "$@" -- "$RUNGS_STAGE/tests/whatigot"; }
	run -0 exactly -u 0
	assert_line 'groups 0'
	# What is not a jail leaves the caller as it is.
	run -0 exactly
	assert_line 'groups 65534 65534'
	run -0 as_subuser enterns user -- cat "$secret/file"
	assert_output secret
}

@test "groups that cannot be left are an error, or said to stay" {
	subgid='' subgroups=4,27
	keep='jailexec: it takes newgidmap(1), of the package uidmap, and a range in /etc/subgid (usermod --add-subgids); enterns user=self keeps them'
	refused in_jail -- echo "$ran"
	assert_output "jailexec: user: leave the caller's groups: /etc/subgid gives user 1234 no ids
$keep"
	subgid=tester:0:5
	refused in_jail -- echo "$ran"
	subgid=tester:200000:1
	as_lonely() { as_subuser env "PATH=$RUNGS_STAGE/bin" "$@"; }
	as=as_lonely
	refused in_jail -- echo "$ran"
	assert_output "jailexec: leave the caller's groups: run newgidmap: No such file or directory
$keep"
	as_limited() { as_subuser setpriv --no-new-privs "$@"; }
	as=as_limited
	refused in_jail -- echo "$ran"
	assert_line "$keep"
	as=as_lonely
	run -0 as_lonely enterns user -- /bin/echo "$ran"
	run -0 in_map self -- sh -c '/test/whatigot; cat /proc/self/setgroups; cat /proc/self/gid_map | xargs -n 3'
	assert_line 'groups 65534 65534' deny '0 1234 1'
	run -0 in_map self -u 5:6 -- /test/whatigot
	assert_line 'uid 5 5 5' 'gid 6 6 6' 'groups 65534 65534'
	# Who is in no other group than the primary one needs nothing.
	subgid='' subgroups=1234
	run -0 in_jail -- grep ^Groups: /proc/self/status
}

@test "root leaves its groups behind, also where there is one id" {
	as=as_rich
	as_rich() { setpriv --groups 4,27 "$@"; }
	exactly() { enterns -n "$1" | as_rich jailexec -x -u 5:6 -- "$RUNGS_STAGE/tests/whatigot"; }
	run -0 exactly user
	assert_line 'uid 5 5 5' 'gid 6 6 6' 'groups 6'
	run -0 exactly user=self
	assert_line 'groups 65534 65534'
	run -0 in_map self -- sh -c '/test/whatigot; cat /proc/self/uid_map | xargs'
	assert_line 'uid 0 0 0' 'groups 65534 65534' '0 0 1'
	# In a namespace that root of it cannot leave them in, either.
	as=as_nested
	as_nested() { as_rich unshare --user --map-root-user "$@"; }
	refused in_jail -- echo "$ran"
	assert_output "jailexec: leave the caller's groups: Operation not permitted
jailexec: enterns user=self keeps them"
	run -0 in_map self -- echo "$ran"
}

@test "user=auto: a user by name has supplementary groups" {
	local own=$BATS_TEST_TMPDIR/own
	make_root "$own"
	echo web:x:1000:2000::/srv/web:/bin/sh >"$own/etc/passwd"
	echo video:x:27:web >"$own/etc/group"
	named() { printf 'jail 1\nmkroot dir=%s scratch\nend\n' "$own" | enterns "${1:-user=auto}" | as_subuser jailexec -u web -- /test/whatigot; }
	run -0 named
	assert_line 'uid 1000 1000 1000' 'gid 2000 2000 2000' 'groups 27 2000'
	# Where there is one group, nobody is a member of others.
	subgroups=4,27 run -0 named user
	assert_line 'uid 1000 1000 1000' 'gid 2000 2000 2000' 'groups 2000'
	subgid=tester:200000:1500
	refused named
	assert_output 'jailexec: -u web: 1000:2000: not both are ids of this jail'
	# The user and its group are there, and one of its other groups is not.
	echo video:x:30000:web >"$own/etc/group"
	subgid=tester:200000:2000
	refused named
	assert_line 'jailexec: set the groups to 2000: Invalid argument'
}

@test "user=MAP: an ordinary user has those ids that it may have" {
	run -0 as_subuser enterns user=0:1234:1,1:200000:1000 -- sh -c "id -u; $maps"
	assert_output '0
 0 1234 1
 1 200000 1000
 0 1234 1
 1 200000 1000
allow'
	# The caller is 1000 inside, and root is one of the others.
	run -0 as_subuser enterns user=0:200000:1000,1000:1234:1 -- sh -c "id -u; $maps"
	assert_output '0
 0 200000 1000
 1000 1234 1
 0 200000 1000
 1000 1234 1
allow'
	run -0 as_subuser enterns user=200000:65536 -- sh -c "id -u; $maps"
	assert_output '0
 0 200000 65536
 0 200000 65536
allow'
	local map
	for map in 0:1234:1,1:200000:1000 0:200000:1000,1000:1234:1 200000:65536; do
		run -0 in_map "$map" -- sh -c 'id -u; touch /f && chown 5:6 /f && stat -c %u:%g /f'
		assert_output $'0\n5:6'
		run -0 in_map "$map" -u 999:7 -- /test/whatigot
		assert_line 'uid 999 999 999' 'gid 7 7 7' 'groups 7'
	done
	refused in_map 0:1234:1,1:200000:1000 -u 1001 -- echo "$ran"
	assert_output 'jailexec: 1001:1001: not both are ids of this jail'
	refused in_map 200000:10 -u 10 -- echo "$ran"
	assert_output 'jailexec: 10:10: this jail has the ids 0 to 9'
	refused in_map 5:200000:10 -- echo "$ran"
	assert_output 'jailexec: 0:0: this jail has the ids 5 to 14'
}

@test "user=MAP: what it may not have is refused, with what newuidmap says" {
	local map
	for map in 0:0:1 0:1234:1,1:0:1 0:1235:1 0:1234:2 199999:2 200000:65537 \
		0:1234:1,1:300000:10; do
		refused as_subuser enterns "user=$map" -- echo "$ran"
		assert_match 'enterns: user=.*: newgidmap: gid range .* not allowed'
		assert_line 'enterns: /etc/subuid and /etc/subgid say which ids a user may have; root adds some with usermod --add-subuids and --add-subgids'
		refused in_map "$map" -- echo "$ran"
	done
	subuid=tester:300000:65536
	refused as_subuser enterns user=200000:65536 -- echo "$ran"
	assert_match 'enterns: user=0:200000:65536: newuidmap: uid range .* not allowed'
	refused as_subuser enterns user=0:1234:1,1:200000:65536 -- echo "$ran"
	assert_match 'enterns: user=0:1234:1,\.\.\.: newuidmap: uid range .* not allowed'
}

@test "user=MAP: one's own id needs no help" {
	as=as_user
	run -0 as_user enterns user=0:1234:1 -- sh -c "id -u; $maps"
	assert_output '0
 0 1234 1
 0 1234 1
deny'
	run -0 as_user enterns user=7:1234:1 -- sh -c 'id -u; id -g'
	assert_output $'7\n7'
	run -0 in_map 7:1234:1 -u 7 -- sh -c 'id -u; id -g'
	assert_output $'7\n7'
	refused in_map 7:1234:1 -- echo "$ran"
	assert_output 'jailexec: 0:0: this jail has the user 7 and the group 7 alone'
	# A name is no way around what the word says.
	refused in_map 7:1234:1 -u root -- echo "$ran"
	assert_output 'jailexec: -u root: 0:0: this jail has the user 7 and the group 7 alone'
}

@test "no ids are given: the remedy, and nothing is run" {
	local id
	for id in '' other:200000:65536 tester:200000 tester:200000:0 \
		tester:-1:65536 tester:0x1:5 tester:4294967295:1 'tester :1:5' \
		tester2:200000:65536 12345:200000:65536; do
		subuid=$id subgid=tester:200000:65536
		refused as_subuser enterns user=auto -- echo "$ran"
		assert_output 'enterns: user=auto: /etc/subuid gives user 1234 no ids
enterns: root adds them: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER'
		subuid=tester:200000:65536 subgid=$id
		refused as_subuser enterns user=auto -- echo "$ran"
		assert_line 'enterns: user=auto: /etc/subgid gives user 1234 no ids'
		refused in_map auto -- echo "$ran"
	done
	# A range with the caller's own id in it would be there twice.
	subuid=tester:1000:1000 subgid=tester:200000:65536
	refused as_subuser enterns user=auto -- echo "$ran"
	assert_line 'enterns: user=auto: /etc/subuid gives user 1234 a range that is none, or has its own id'
}

@test "ids are given by name or by number, and the first range counts" {
	subuid=$'# a comment\nother:5:5\ntester:200000:7\ntester:300000:9'
	subgid=1234:200000:7
	run -0 as_subuser enterns user=auto -- sh -c "$maps"
	assert_output ' 0 1234 1
 1 200000 7
 0 1234 1
 1 200000 7
allow'
}

@test "without newuidmap: what has it, and nothing is run" {
	as_lonely() { as_subuser env "PATH=$RUNGS_STAGE/bin" "$@"; }
	refused as_lonely enterns user=auto -- /bin/echo "$ran"
	assert_output 'enterns: user=auto: run newgidmap: No such file or directory
enterns: apt-get install uidmap has it'
}

@test "the jail dies with jailexec, and a signal reaches it, whoever it is" {
	local map jail_pid
	mark=$((100000000 + RANDOM * 1000 + BATS_TEST_NUMBER))
	for map in auto 0:200000:1000,1000:1234:1 200000:65536; do
		in_map "$map" -u 5 -- sh -c "exec sleep $mark" 3>&- &
		poll some_process_of "$mark"
		jail_pid=$(parent_of "$(parent_of "$(processes_of "$mark")")")
		kill -KILL "$jail_pid"
		poll no_process_of "$mark"
		wait %1 2>/dev/null || true
		run -124 in_map "$map" --timeout=0.1s -u 5 -- sleep "$mark"
		in_map "$map" -- sh -c "exec sleep $mark" >/dev/null 3>&- &
		poll some_process_of "$mark"
		jail_pid=$(parent_of "$(parent_of "$(processes_of "$mark")")")
		kill -TERM "$jail_pid"
		wait %1 2>/dev/null || true
		poll no_process_of "$mark"
	done
}

@test "the same user can go into such a jail" {
	local inside
	mark=$((100000000 + RANDOM * 1000 + BATS_TEST_NUMBER))
	in_map auto -- sh -c "exec sleep $mark" 3>&- &
	poll some_process_of "$mark"
	inside=$(processes_of "$mark")
	run -0 as_user enterns "of=$inside" -- sh -c 'id -u; touch /f && chown 5:6 /f && stat -c %u:%g /f'
	assert_output $'0\n5:6'
	into() { enterns -n "of=$inside" | as_user jailexec -x -u 5:6 -- /test/whatigot; }
	run -0 into
	assert_line 'uid 5 5 5' 'gid 6 6 6' 'groups 6'
}
