#!/usr/bin/env bats
# mkroot(1): a copy of a directory, or of what the cache has, to dir=PATH.
# shellcheck disable=SC2154 # bats sets output, stderr and status

load helper

setup_file() {
	local tree=$BATS_FILE_TMPDIR/tree
	cd "$BATS_FILE_TMPDIR" || return
	"$RUNGS_STAGE/tests/maketar" mode 1777 dir tmp \
		pax SCHILY.xattr.user.note=something file etc/noted x \
		pax 'SCHILY.acl.access=user::rw-,user:7:rw-:7,group::r--,mask::rw-,other::r--' \
		mode 664 file etc/shared x \
		pax 'SCHILY.acl.default=user::rwx,user:7:rwx:7,group::r-x,mask::rwx,other::r-x' \
		dir etc/d mode 4755 file bin/su x owner 42 file etc/of42 x \
		owner 42 dir var owner 7 link var/link ../etc/noted fifo pipe \
		hard etc/again etc/noted hard var/again etc/noted \
		mode 555 dir closed file bin/empty '' dir etc2 file etc2/x x >tree.tar
	XDG_CACHE_HOME=$BATS_FILE_TMPDIR mkroot tar:tree.tar "dir=$tree" >jail
	tree=$tree/rootfs
	truncate -s 8M "$tree/holes" && echo data >>"$tree/holes" &&
		truncate -s 16M "$tree/holes"
	head -c 300K /dev/urandom >"$tree/closed.blob"
	! command -v setcap >/dev/null || [ "$(id -u)" -ne 0 ] ||
		setcap cap_net_raw+ep "$tree/bin/empty"
	touch -d '2001-02-03 04:05:06.789' "$tree/etc" "$tree/closed.blob"
	touch -h -d '2001-02-03 04:05:06.789' "$tree/var/link"
}

setup() {
	tree=$BATS_FILE_TMPDIR/tree/rootfs
	mkdir "$BATS_TEST_TMPDIR/work"
	cd "$BATS_TEST_TMPDIR/work" || return
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
}

teardown() {
	chmod -R u+rwx "$BATS_TEST_TMPDIR" 2>/dev/null || true
}

# all DIR: what a copy has of it.
all() {
	mkroot --digest "dir:$1"
	(cd "$1" && find . -printf '%p %y %m %U %G %s %n %T@ %l\n' |
		sed -E '/ d /s/ [0-9]+ ([0-9]+) ([0-9.]+) $/ \1 \2/' | sort)
}

@test "a directory is copied with all that belongs to it" {
	run -0 --separate-stderr mkroot "dir:$tree" dir=own
	assert_output $'jail 1\n'"mkroot from=dir:$tree dir=$PWD/own/rootfs"$'\nend'
	same "" "$stderr"
	same "$(all "$tree")" "$(all own/rootfs)"
	same "$(stat -c %i own/rootfs/etc/noted)" "$(stat -c %i own/rootfs/var/again)"
	[ "$(du -k own/rootfs/holes | cut -f 1)" -le 64 ]
	# It is a copy, and is known again.
	echo changed >own/rootfs/etc/of42
	same x "$(cat "$tree/etc/of42")"
	for words in "dir:$tree dir=own" dir=own "dir:$tree/../rootfs dir=own"; do
		# shellcheck disable=SC2086 # words
		run -0 mkroot $words
		assert_line "mkroot from=dir:$tree dir=$PWD/own/rootfs"
	done
	same changed "$(cat own/rootfs/etc/of42)"
	run -125 mkroot "dir:$PWD" dir=own
	assert_match "mkroot: dir=$PWD/own: holds dir:$tree, not dir:.*"
}

@test "the kernel copies, and where it does not, we do" {
	requires strace no-sanitizer
	want=$(all "$tree")
	for error in EXDEV ENOSYS; do
		run -0 strace -o trace -e trace=ioctl,copy_file_range \
			-e inject=ioctl:error=EOPNOTSUPP \
			-e "inject=copy_file_range:error=$error" \
			mkroot "dir:$tree" "dir=$error"
		grep -q 'copy_file_range(.*(INJECTED)' trace
		same "$want" "$(all "$error/rootfs")"
	done
	run -125 strace -o trace -e inject=copy_file_range:error=ENOSPC \
		-e inject=ioctl:error=EOPNOTSUPP mkroot "dir:$tree" dir=full
	assert_match "mkroot: dir:$tree: copy .*: No space left on device"
	assert_line "mkroot: make room for $PWD/full; nothing was left there"
	same $'ENOSYS\nEXDEV\ntrace' "$(ls)"
}

@test "a copy shares the disk where the file system can" {
	requires root loop-device strace no-sanitizer
	kinds=0
	for kind in xfs btrfs; do
		command -v "mkfs.$kind" >/dev/null || continue
		kinds=$((kinds + 1))
		truncate -s 400M "$kind" && "mkfs.$kind" -q "$kind" >&2
		mkdir "on-$kind"
		# shellcheck disable=SC2016 # for the inner shell
		run -0 unshare -m bash -ec 'mount -o loop "$1" "on-$1"
			cp -a "$2" "on-$1/tree"
			head -c 30M /dev/urandom >"on-$1/tree/large"
			sync -f "on-$1"
			before=$(df --output=avail -k "on-$1" | tail -n 1)
			strace -o trace -e trace=ioctl mkroot "dir:on-$1/tree" "dir=on-$1/own"
			grep -q "FICLONE.* = 0" trace
			sync -f "on-$1"
			after=$(df --output=avail -k "on-$1" | tail -n 1)
			cmp "on-$1/tree/large" "on-$1/own/rootfs/large"
			((before - after < 8000)) || echo "$before $after"' - "$kind" "$tree"
		same 3 "${#lines[@]}" "$output"
		rm "$kind"
	done
	((kinds > 0)) || skip 'requires mkfs.xfs or mkfs.btrfs'
}

@test "what a copy has not is one line with counts" {
	mkdir from
	touch from/file
	requires root
	mknod from/null c 1 3
	chown 42 from/file
	chmod 755 . from
	mkdir -m 777 theirs
	run -0 --separate-stderr as_user env "XDG_CACHE_HOME=$PWD/theirs" \
		mkroot "dir:$PWD/from" "dir=$PWD/theirs/own"
	same "mkroot: dir:$PWD/from: left out: 1 device nodes or sockets; attributes or ACLs of 0 files; the owners of 2" "$stderr"
	same file "$(ls theirs/own/rootfs)"
	same 1234 "$(stat -c %u theirs/own/rootfs/file)"
	run -0 --separate-stderr mkroot "dir:$PWD/from" dir=own
	same "mkroot: dir:$PWD/from: left out: 1 device nodes or sockets; attributes or ACLs of 0 files; the owners of 0" "$stderr"
	chmod 600 from/file
	run -125 as_user env "XDG_CACHE_HOME=$PWD/theirs" \
		mkroot "dir:$PWD/from" "dir=$PWD/theirs/none"
	assert_output "mkroot: dir:$PWD/from: copy file: Permission denied"
	[ ! -e theirs/none ]
	same "" "$(find theirs -name '*.rungs-*')"
}

@test "a copy follows no link, enters no mount, and is not in itself" {
	mkdir -p from/sub victim
	echo secret >victim/file
	ln -s "$PWD/victim" from/out
	run -0 mkroot dir:from dir=own
	same "$PWD/victim" "$(readlink own/rootfs/out)"
	run -125 mkroot dir:from dir=from/sub/own
	assert_output "mkroot: dir=$PWD/from/sub/own: a copy cannot be in dir:$PWD/from itself"
	run -125 mkroot host dir=h
	assert_output "mkroot: dir=h: host is used where it is"
	run -125 mkroot dir:from dir=other "digest=sha256:$(printf '0%.0s' {1..64})"
	assert_match "mkroot: dir:$PWD/from: .*: it has no digest"
	[ ! -e other ]
	[ ! -e from/sub/own ]
	requires root
	run -0 unshare -m sh -ec 'mount -t tmpfs none from/sub
		touch from/sub/hidden
		mkroot dir:from dir=two'
	[ -d two/rootfs/sub ]
	same "" "$(ls two/rootfs/sub)"
}

@test "what the cache has is copied to a root of one's own, and held meanwhile" {
	requires root strace no-sanitizer
	cp "$BATS_FILE_TMPDIR/tree.tar" a.tar
	shared=$(mkroot tar:a.tar | sed -n 's/^mkroot .*dir=\([^ ]*\).*/\1/p')
	run -0 strace -f -o trace mkroot tar:a.tar dir=own
	same 1 "$(grep -c execve trace)"
	grep -q 'flock(.*LOCK_SH' trace
	same "$(mkroot --digest "dir:$shared")" "$(mkroot --digest dir=own)"
	run -125 mkroot tar:a.tar dir=no "digest=sha256:$(printf '0%.0s' {1..64})"
	assert_match "mkroot: tar:$PWD/a.tar: its digest is .*"
	[ ! -e no ]
}
