#!/usr/bin/env bats
# packroot(1): the same bytes for the same tree, and nothing but the tree.
# shellcheck disable=SC2154 # bats sets output, stderr and status

load helper

formats=(tar tar.gz tar.zst tar.xz cpio cpio.gz cpio.zst cpio.xz)

setup() {
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
	export RUNGS_USER_HOME=$BATS_TEST_TMPDIR/home
	mkdir -m 777 "$RUNGS_USER_HOME"
	cd "$BATS_TEST_TMPDIR" || return
	unset SOURCE_DATE_EPOCH
}

teardown() {
	[ -z "${elsewhere:-}" ] || rm -rf "$elsewhere"
	[ -z "${parents:-}" ] ||
		find /sys/fs/cgroup/*/libpod_parent -depth -type d -exec rmdir {} +
}

# tree DIR: one of everything that a tree may have.
tree() {
	mkdir -p "$1/d/deep" "$1/empty"
	chmod 700 "$1/d"
	chmod 1777 "$1/empty"
	echo text >"$1/b"
	ln "$1/b" "$1/a"
	ln "$1/b" "$1/d/c"
	printf x >"$1/"$'name\xff\xfe'
	printf y >"$1/name with blanks"
	ln -s "/no where" "$1/link"
	mkfifo -m 640 "$1/fifo"
	truncate -s 1M "$1/sparse"
	printf end >>"$1/sparse"
	printf s >"$1/s"
	chmod 4755 "$1/s"
	touch -d @12345.678 "$1/b"
}

# given DIR: what takes root to make.
given() {
	chown 7:8 "$1/d/deep"
	chown -h 9:10 "$1/link"
	chown 11:12 "$1/s"
	chown 13:14 "$1/b"
	chmod 6755 "$1/s"
	mknod -m 600 "$1/node" c 1 3
	setcap cap_net_raw=ep "$1/name with blanks"
}

# digest_of JAIL: what packroot says of the root that it begins with.
digest_of() {
	"${as:-as_caller}" packroot digest <"$1"
}

reads_back() {
	local format want
	rm -rf pack out
	mkdir -m 777 out
	"$as" mkroot "tar:$PWD/whole.tar" >pack
	want=$(digest_of pack)
	for format in "${formats[@]}"; do
		"$as" packroot "$format" <pack >"out/$format"
		"$as" packroot "$format" <pack | cmp - "out/$format"
		"$as" mkroot "tar:$PWD/out/$format" >again
		same "$want" "$(digest_of again)" "$format as $as"
	done
	same "$want" "$("$as" packroot -f pack digest </dev/null)"
	same "$want" "$("$as" mkroot --digest "tar:$PWD/out/tar")"
}

@test "what is packed reads back as the same tree, in each format" {
	local as
	tree t
	# No cpio has attributes, and a jail's root has no devices.
	packroot tar dir=t >whole.tar
	for_each_caller reads_back
	"${as:-as_caller}" tar -tf out/tar >names
	grep -Fxq 'name with blanks' names
	same ./ "$(head -n 1 names)"
	# By the order of bytes, below each directory.
	same "$(grep -v / names | LC_ALL=C sort)" "$(grep -v / names)"
}

@test "owners, attributes and devices are in the archive, as numbers" {
	requires root
	local list
	tree t
	given t
	packroot tar dir=t >t.tar
	list=$(tar -tvf t.tar 2>/dev/null)
	grep -Eq '^drwxr-xr-x 7/8 .* d/deep/$' <<<"$list"
	grep -Eq '^lrwxrwxrwx 9/10 .* link -> /no where$' <<<"$list"
	grep -Eq '^-rwsr-sr-x 11/12 .* s$' <<<"$list"
	grep -Eq '^crw------- 0/0 +1,3 .* node$' <<<"$list"
	grep -aq 'SCHILY.xattr.security.capability' t.tar
	rm t/node
	packroot tar dir=t >t.tar
	mkroot tar:t.tar >jail
	same "$(packroot digest dir=t)" "$(packroot digest <jail)"
}

# mounted FORMAT FILE: what packroot says of the tree in a file system.
mounted() {
	mkdir -p there
	if ! mount -t "$1" -o loop,ro "$2" there 2>why; then
		skip "requires a kernel that mounts $1: $(tail -n 1 why)"
	fi
	packroot digest dir=there
	umount there
}

squashed() {
	rm -rf pack out unpacked
	mkdir -m 777 out
	"$as" mkroot "tar:$PWD/whole.tar" >pack
	# The program opens the file once more, so it is to be the user's own.
	# Without a date its top has the time of each.
	"$as" env SOURCE_DATE_EPOCH=86400 bash -c 'packroot squashfs <pack >out/file
		packroot squashfs <pack >out/again'
	cmp out/file out/again
	unsquashfs -q -n -d unpacked out/file >out/said 2>&1
	# To anybody but root it gives no such bit.
	[ "$(id -u)" -eq 0 ] || chmod u+s unpacked/s
	same "$(digest_of pack)" "$(packroot digest dir=unpacked)" "as $as"
}

@test "a squashfs has the same tree in it, owners and all" {
	requires sqfstar
	tree t
	chmod 751 t
	[ "$(id -u)" -ne 0 ] || given t
	rm -f t/node
	packroot tar dir=t >whole.tar
	for_each_caller squashed
	requires root
	mknod t/node c 1 3
	chown 15:16 t
	packroot squashfs dir=t >t.squashfs
	same "$(packroot digest dir=t)" "$(mounted squashfs t.squashfs)"
}

@test "half of a file system is none" {
	requires root sqfstar
	mkdir t
	head -c 3M /dev/urandom >t/a
	truncate -s 1M t/b
	chmod 0 t/b
	run -125 as_user bash -c 'packroot squashfs dir=t >~/half'
	assert_output 'packroot: b: open: Permission denied'
	same 0 "$(stat -c %s "$RUNGS_USER_HOME/half")"
}

@test "an erofs has the same tree in it, but for an ordinary user's owners" {
	requires root mkfs.erofs
	tree t
	packroot tar dir=t >t.tar
	as_user mkroot "tar:$PWD/t.tar" >pack
	run --separate-stderr -0 as_user bash -c "packroot erofs <pack >$RUNGS_USER_HOME/t"
	same '' "$stderr"
	same "$(packroot digest dir=t)" "$(mounted erofs "$RUNGS_USER_HOME/t")"
	given t
	packroot erofs dir=t >t.erofs
	same "$(packroot digest dir=t)" "$(mounted erofs t.erofs)"
	tar -cf t.tar -C t ./d ./a ./b ./s
	as_user mkroot "tar:$PWD/t.tar" >pack
	run -0 as_user bash -c "packroot erofs <pack >$RUNGS_USER_HOME/t"
	assert_output 'packroot: owners of 5 entries left out'
}

@test "a file system goes to a file of its own" {
	local format
	mkdir t
	echo before >file
	for format in squashfs erofs; do
		refused bash -c "packroot $format dir=t | cat; exit \${PIPESTATUS[0]}"
		refused bash -c "packroot $format dir=t >>file"
		refused bash -c "packroot $format dir=t >/dev/null"
		[[ $output == *'needs a file of its own'* ]]
		refused bash -c "(echo; packroot $format dir=t) >other"
		same before "$(cat file)"
		# Whoever has not the program reads which package that is in.
		refused bash -c "PATH=$RUNGS_STAGE/bin; packroot $format dir=t >$format"
		[[ $output == *'is in the package '* ]]
	done
}

@test "what a format has no place for is said in a line" {
	command -v setfattr >/dev/null || skip "requires setfattr"
	mkdir t
	echo >t/f
	setfattr -n user.x -v y t/f t || skip "requires attributes of users in $PWD"
	run -0 bash -c 'packroot cpio dir=t >t.cpio'
	assert_output 'packroot: attributes of 2 entries left out'
	requires sqfstar
	run -0 bash -c 'packroot squashfs dir=t >t.squashfs'
	assert_output 'packroot: attributes of 1 entries left out'
}

@test "a file larger than the memory is packed" {
	# Its shadow is larger.
	requires no-sanitizer
	mkdir t
	truncate -s 512M t/large
	setlimit data=64M -- packroot tar dir=t >/dev/null
	setlimit data=64M -- packroot oci.zst dir=t >image
}

# blob DIR MEDIA-TYPE: the path of the one that is of that type, by what
# points to it.
blob() {
	local hex
	hex=$(cat "$1/index.json" "$1"/blobs/sha256/* 2>/dev/null | grep -ao "{[^{}]*$2\"[^}]*" |
		grep -o 'sha256:[0-9a-f]*' | head -n 1)
	printf '%s/blobs/sha256/%s\n' "$1" "${hex#sha256:}"
}

@test "an image says what its words say, and the same each time" {
	local words format layer
	words=(entrypoint=/bin/sh entrypoint=-c 'cmd=echo "hi"' env=A=1 env=B=2=3
		env=A=4 label=b=x label=a= label=b=y cwd=/srv user=7:web arch=arm64 tag=v1)
	tree t
	packroot oci dir=t "${words[@]}" >one.tar
	packroot oci-archive dir=t "${words[@]}" | cmp - one.tar
	packroot -o one oci dir=t "${words[@]}"
	mkdir two
	packroot -o "$PWD/two/" oci dir=t "${words[@]}"
	tar -xf one.tar --one-top-level=three
	diff -r one two
	diff -r one three
	same 755 "$(stat -c %a one)"
	(cd one/blobs/sha256 && sha256sum -- *) | awk '$1 != $2 { exit 1 }'
	layer=$(blob one application/vnd.oci.image.layer.v1.tar+gzip)
	same "$(gzip -dc "$layer" | sha256sum)" "$(packroot tar dir=t | sha256sum)"
	# RFC 1952: MTIME.
	same 00000000 "$(head -c 8 "$layer" | tail -c 4 | od -An -tx1 | tr -d ' ')"
	layer=$(gzip -dc "$layer" | sha256sum)
	same '{"architecture":"arm64","config":{"Cmd":["echo \"hi\""],"Entrypoint":["/bin/sh","-c"],"Env":["A=4","B=2=3"],"Labels":{"a":"","b":"y"},"User":"7:web","WorkingDir":"/srv"},"os":"linux","rootfs":{"diff_ids":["sha256:'"${layer%% *}"'"],"type":"layers"}}' \
		"$(cat "$(blob one application/vnd.oci.image.config.v1+json)")"
	same '{"imageLayoutVersion":"1.0.0"}' "$(cat one/oci-layout)"
	grep -q '"org.opencontainers.image.ref.name":"v1"' one/index.json
	SOURCE_DATE_EPOCH=86401 packroot -o dated oci dir=t
	grep -q '"created":"1970-01-02T00:00:01Z"' "$(blob dated application/vnd.oci.image.config.v1+json)"
	packroot -o zst oci.zst dir=t
	same 28b52ffd "$(head -c 4 "$(blob zst application/vnd.oci.image.layer.v1.tar+zstd)" | od -An -tx1 | tr -d ' ')"
	packroot docker-archive dir=t tag=a:b | tar -xOf - manifest.json >manifest
	grep -Eqx '\[\{"Config":"[0-9a-f]{64}.json","Layers":\["'"${layer%% *}"'.tar"\],"RepoTags":\["a:b"\]\}\]' manifest
}

@test "who is in the jail is who is in the image, unless a word says more" {
	local words want
	mkdir t
	while read -r words want; do
		# shellcheck disable=SC2086 # several words
		printf 'jail 1\nmkroot dir=%s\nend\n' "$PWD/t" | droppriv ${words//+/ } >jail
		packroot docker-archive <jail | tar -xOf - --wildcards '[0-9a-f]*.json' >config
		grep -Fq "\"config\":$want," config || same "$want" "$(cat config)"
		packroot docker-archive user=me <jail | tar -xOf - --wildcards '[0-9a-f]*.json' |
			grep -Fq '"User":"me"'
	done <<-'EOF'
		user=web {"User":"web"}
		user=7+group=8 {"User":"7:8"}
		user=7 {"User":"7:7"}
		user=web+group=www {"User":"web:www"}
		caps=none {}
	EOF
	# A tar has no place for it.
	packroot tar <jail >t.tar
}

# handed_on: what others make of our image, and we of that.
handed_on() {
	local want
	rm -rf pack out got
	mkdir -m 777 out
	mkdir got
	"$as" mkroot "tar:$PWD/whole.tar" >pack
	want=$(digest_of pack)
	"$as" packroot -o out/oci oci cmd=/bin/true label=a=b <pack
	"$as" packroot oci.zst <pack >out/oci.tar
	"$as" packroot docker-archive cmd=/bin/true <pack >out/docker.tar
	skopeo inspect oci:out/oci:latest | grep -q '"a": "b"'
	skopeo copy -q oci:out/oci:latest docker-archive:out/copy.tar:x:y
	skopeo copy -q docker-archive:out/copy.tar oci:got/copy:latest
	skopeo copy -q docker-archive:out/docker.tar oci:got/docker:latest
	skopeo inspect oci-archive:out/oci.tar >/dev/null
	cp -r out/oci got/
	for image in oci copy docker; do
		umoci unpack --image "got/$image:latest" "got/$image.d" >/dev/null 2>&1
		same "$want" "$(packroot digest dir="got/$image.d/rootfs")" "$image as $as"
	done
}

@test "skopeo and umoci read an image as the same tree" {
	requires root skopeo umoci
	local as image
	tree t
	given t
	# The one writes to /var, the other takes no node without the right to.
	rm t/node t/$'name\xff\xfe'
	packroot tar dir=t >whole.tar
	for_each_caller handed_on
}

# container WORD...: run one of podman, that sees no other and is not seen.
container() {
	# shellcheck disable=SC2016 # for the shell in there
	unshare --mount -- sh -c 'mount -t tmpfs none /run && mkdir -p /var/lib/containers &&
		mount -t tmpfs none /var/lib/containers || exit
		podman="podman --runtime runc --cgroup-manager cgroupfs --storage-driver vfs"
		[ "$1" = --rootfs ] || $podman load -q -i "$1" >/dev/null || exit
		[ "$1" = --rootfs ] || set -- localhost/latest:latest
		exec $podman run --rm --network none --ulimit nofile=1000:1000 \
			--ulimit nproc=1000:1000 "$@"' sh "$@"
}

@test "podman runs an image" {
	requires root podman busybox
	mkroot busybox dir=root >jail
	[ -d /sys/fs/cgroup/pids/libpod_parent ] || parents=yes
	run container --rootfs "$PWD/root/rootfs" /bin/true
	[ "$status" -eq 0 ] || skip "requires a podman that runs a command: $output"
	packroot oci cmd=/bin/sh cmd=-c cmd='pwd; echo $A; id -u' env=A=x cwd=/tmp user=7 \
		<jail >image
	run -0 container "$PWD/image"
	assert_output $'/tmp\nx\n7'
}

@test "an image is refused in a line, and nothing of it is left" {
	local word
	mkdir t full
	touch full/file
	for word in cmd env=A env==b env= cwd=srv cwd= user= user=:7 label=a label==b \
		tag= tag=-a 'tag=a b' arch= from=x cmd=$'\xff'; do
		refused packroot oci dir=t "$word"
		refused packroot -o new oci dir=t "$word"
	done
	refused packroot tar dir=t cmd=x
	refused packroot -o new tar dir=t
	refused packroot -o new oci-archive dir=t
	refused packroot -o new docker-archive dir=t
	refused packroot -o full oci dir=t
	refused packroot -o no/such oci dir=t
	refused packroot -o t/file/.. oci dir=t
	refused env TMPDIR="$PWD/no" packroot oci dir=t
	mkdir t/d
	touch t/d/.wh.file
	refused packroot oci dir=t
	refused packroot -o new oci dir=t
	[[ $output == *.wh.file:* ]]
	packroot tar dir=t >t.tar
	same $'full\nhome\nt\nt.tar' "$(ls -A)"
	same file "$(ls -A full)"
}

@test "the digest tells trees apart, by all but time and place" {
	local one change
	tree t
	one=$(packroot digest dir=t)
	[[ $one =~ ^sha256:[0-9a-f]{64}$ ]]
	cp -a t u
	touch u/b u/d
	same "$one" "$(packroot digest dir=u)" "another time, another place"
	for change in 'echo t >>b' 'chmod 711 d' 'ln -sfn else link' 'mv a aa' \
		'rm fifo' 'cp -p a aa; mv aa a' 'chmod 755 s' 'chmod 711 .'; do
		rm -rf u
		cp -a t u
		(cd u && eval "$change")
		[ "$(packroot digest dir=u)" != "$one" ] || same different "$change"
	done
}

# by_another CMD...: at another time and place, as another user of another
# machine, with other habits.
by_another() {
	local as=as_caller
	[ "$(id -u)" -ne 0 ] || as='unshare --uts sh -c "hostname other && exec \"\$@\"" sh'
	(
		umask 077
		export TZ=Asia/Tokyo LC_ALL=tr_TR.UTF-8 LANG=C HOSTNAME=other
		export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/another SOURCE_DATE_EPOCH=7
		eval "$as" '"$@"'
	) 2>/dev/null
}

@test "the same makes the same root, whoever makes it, when and where" {
	local what one
	mkdir -p "t/d x" t/B t/a
	echo x >"t/d x/İi"
	ln t/d*/* t/B/again
	# Directories above a file that nothing says the modes of, and owners.
	"$RUNGS_STAGE/tests/maketar" owner 7 mode 4755 file a/b/c x fifo p \
		owner 9 mode 700 dir D owner 9 file D/i y link l a/b hard h a/b/c >t.tar
	for what in "dir:$PWD/t" "tar:$PWD/t.tar" app:/usr/bin/env,locale \
		empty busybox "tar:$(alpine_archive)"; do
		[ "$what" != busybox ] || command -v busybox >/dev/null || continue
		[ "$what" != "tar:$(alpine_archive)" ] || [ -r "${what#tar:}" ] || continue
		one=$(mkroot --digest "$what" 2>/dev/null)
		[[ $one =~ ^sha256: ]]
		same "$one" "$(by_another mkroot --digest "$what")" "$what"
		same "$one" "$(as_user env LC_ALL=C mkroot --digest "$what" 2>/dev/null)" "$what"
	done
}

@test "bytes depend neither on the disk nor on the time, with an epoch" {
	local format epoch all
	tree t
	# The same names, made in another order, on another disk if there is one.
	elsewhere=$(mktemp -d /dev/shm/rungs-tests.XXXXXX 2>/dev/null) ||
		elsewhere=$BATS_TEST_TMPDIR/u
	ln -sfn "$elsewhere" u
	mkdir -p u
	(cd t && find . -mindepth 1 | sort -r | tar -cf - --no-recursion -T -) |
		tar -xpf - -C u
	chmod "$(stat -c %a t)" u/.
	touch u/s u/empty u/.
	export SOURCE_DATE_EPOCH=20000
	all=(tar.gz tar.zst tar.xz cpio oci oci.zst docker-archive)
	! command -v sqfstar >/dev/null || all+=(squashfs)
	! command -v mkfs.erofs >/dev/null || all+=(erofs)
	for format in "${all[@]}"; do
		packroot "$format" dir=t >"t.$format"
	done
	# Not in the same second.
	sleep 1
	for format in "${all[@]}"; do
		(umask 077 && TZ=Asia/Tokyo LC_ALL=C packroot "$format" dir=u) >u.packed
		cmp "t.$format" u.packed
	done
	mv t.tar.gz t.tar
	# RFC 1952: MTIME.
	same 00000000 "$(dd if=t.tar bs=1 skip=4 count=4 status=none | od -An -tx1 | tr -d ' ')"
	# What is older stays so.
	gzip -dc t.tar | TZ=UTC tar --full-time -tvf - 2>/dev/null >list
	grep -q '1970-01-01 03:25:45.* a$' list
	grep -q '1970-01-01 05:33:20.* s$' list
	mv t.tar t.tar.gz
	for epoch in -1 1x '' 9999999999999999999999; do
		SOURCE_DATE_EPOCH=$epoch refused packroot digest dir=t
	done
	[ "$(id -u)" -eq 0 ] || return 0
	# Who has the same files as somebody else.
	chown -hR 1234:1234 t
	chmod 4755 t/s
	chmod 755 .
	for format in "${all[@]}"; do
		as_user bash -c "packroot $format dir=t >~/packed"
		cmp "t.$format" "$RUNGS_USER_HOME/packed"
	done
}

@test "an ordinary user's root has the owners that its archive said" {
	requires root
	local as=as_user one
	tree t
	given t
	# The name that comes first in there is not the first of all.
	tar -cf t.tar -C t --no-recursion ./d ./d/deep ./d/c ./a ./b ./s
	as_user mkroot tar:"$PWD/t.tar" >jail
	as_user packroot tar <jail | tar -tvf - 2>/dev/null >list
	grep -Eq '^drwxr-xr-x 7/8 .* d/deep/$' list
	grep -Eq '^-rwsr-sr-x 11/12 .* s$' list
	grep -Eq '^-rw-r--r-- 13/14 .* a$' list
	grep -Eq '^hrw-r--r-- 13/14 .* b link to a$' list
	never grep -q 1234 list
}

@test "an ACL is packed as it is, and none is dropped in silence" {
	local group=r-x
	acl() {
		"$RUNGS_STAGE/tests/maketar" mode 775 \
			pax "SCHILY.acl.access=user::rwx,user:$1:rwx,group::$group,mask::rwx,other::r-x" dir d >t.tar
		mkroot tar:t.tar 2>said
	}
	acl 7 >jail
	same '' "$(cat said)"
	# The mode's middle is the mask, and not what the file's group may do.
	packroot tar <jail >t.tar
	grep -aq SCHILY.acl t.tar || skip "requires ACLs in $PWD"
	grep -aq 'SCHILY.acl.access=user::rwx,group::r-x,other::r-x,user:7:rwx,mask::rwx' t.tar
	group=rwx acl 7 >other
	[ "$(digest_of jail)" != "$(digest_of other)" ]
	acl lp >jail
	grep -q 'left out: attributes or ACLs of 1 entries$' said
}

@test "nothing outside the tree is read, whatever is in it" {
	tree t
	ln -s /etc t/etc
	ln -s ../../.. t/up
	packroot tar dir=t | tar -tf - >names
	never grep -q '^etc/\|^up/' names
	# A root that is a link is the caller's own word, one in it is not.
	ln -s t also
	same "$(packroot digest dir=t)" "$(packroot digest dir=also)"
}

@test "attributes come in one order, however they were set" {
	command -v python3 >/dev/null || skip "requires python3"
	mkdir t u
	touch -d @1 t/f t u
	touch -m -d @1 u/f
	python3 -c 'import os
for dir, names in ("t", "abc"), ("u", "cba"):
	for name in names:
		os.setxattr(dir + "/f", "user." + name, b"value")' ||
		skip "requires attributes of users in $PWD"
	same "$(packroot digest dir=t)" "$(packroot digest dir=u)"
}

@test "sockets are left out, and said so" {
	command -v python3 >/dev/null || skip "requires python3"
	mkdir t
	python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("t/socket")'
	run -0 packroot digest dir=t
	assert_match 'packroot: 1 sockets left out'
}

@test "what cannot be done is refused in a line" {
	mkdir t
	refused packroot digest dir=/no/such
	refused packroot zip dir=t
	refused packroot tar.lzma dir=t
	refused packroot tarx dir=t
	refused packroot tar <<<''
	refused packroot tar < <(setlimit -n nofile=64)
	refused packroot tar < <(mkroot empty | head -n 2)
	refused packroot tar < <(printf 'jail 1\nmkroot dir=/no/such\nnonsense\nend\n')
	run -125 packroot
	run -125 packroot tar t
	run -125 packroot tar dir=t dir=t
	run -125 packroot -f /no/such tar
	run -125 packroot -f /dev/null tar dir=t
	run -125 packroot tar dir=t -- true
	run -125 mkroot --digest empty -- true
	# Whoever stops to read gets no half that looks like a whole.
	run bash -c 'truncate -s 1M t/file; set -o pipefail; packroot tar dir=t | head -c 1'
	[ "$status" -eq 125 ]
	if [ -n "$(command -v script)" ]; then
		run -125 script -qec 'packroot tar dir=t' /dev/null
		[[ $output == *'not for a terminal'* ]]
	fi
}

# What a jail may do to a tree: make, change, delete, replace, give away.
change='set -e
	echo changed >>d/deep/file
	rm -r gone
	rm -r d/other
	mkdir d/other
	echo new >d/other/new
	mv b c
	chmod 700 e
	ln c d/c
	ln -s x link'

kept() {
	local format want
	rm -rf kept out unpacked
	mkdir -m 777 out
	printf 'jail 1\nmkroot dir=%s/root scratch\nend\n' "$PWD" >jail
	want=$(digest root)
	"$as" jailexec --keep=out/kept -f jail -C /t -- sh -c "$change; $1"
	same "$want" "$(digest root)"
	same $'origin\nupper' "$(ls -A out/kept)"
	want=$("$as" packroot digest kept=out/kept)
	rm -rf unpacked
	cp -a root unpacked
	(cd unpacked/t && sh -c "$change; $1")
	# Where nobody else may be an owner, all is the caller's.
	[ "$(id -u)" -ne 0 ] || [ "$as" = as_caller ] || chown -hR 0:0 unpacked
	same "$want" "$(packroot digest dir=unpacked)" "as $as"
	"$as" packroot -o out/image oci kept=out/kept
	"$as" mkroot "tar:$(blob out/image application/vnd.oci.image.layer.v1.tar+gzip)" >again
	same "$want" "$(digest_of again)"
	# Or as a layer of its own, over one that is the same for all.
	"$as" packroot -o out/layers oci layer=out/kept
	same "$want" "$("$as" mkroot --digest oci:out/layers)" "layers as $as"
	"$as" packroot docker-archive layer=out/kept >layers.tar
	same "$want" "$(mkroot --digest docker-archive:layers.tar)"
	"$as" packroot docker-archive <jail >whole.tar
	tar -tf layers.tar | grep -Fxq "$(tar -tf whole.tar | grep '\.tar$')"
	same 2 "$(tar -tf layers.tar | grep -c '\.tar$')"
	if [ "$(id -u)" -eq 0 ] && command -v umoci >/dev/null; then
		rm -rf bundle
		umoci unpack --image out/layers:latest bundle >/dev/null 2>&1
		same "$want" "$(packroot digest dir=bundle/rootfs)" "umoci, as $as"
	fi
	refused "$as" jailexec --keep=out/kept -f jail -- echo "$ran"
	command -v sqfstar >/dev/null || return 0
	run -0 "$as" bash -c 'packroot squashfs kept=out/kept >out/squashfs'
	assert_output ''
}

@test "what a jail has changed is kept, and packed as the root that it saw" {
	requires busybox
	requires leaving-groups
	local as
	mkroot busybox dir=base >/dev/null
	cp -a base/rootfs root
	mkdir -p root/t/d/deep root/t/gone/there root/t/d/other root/t/e
	echo text | tee root/t/b root/t/d/deep/file root/t/d/other/hidden >/dev/null
	touch root/t/gone/file
	as=as_caller
	if [ "$(id -u)" -eq 0 ]; then
		# Owners on disk are those that the jail saw.
		kept 'chown 5:6 c; chown 7 d'
		same 5:6 "$(stat -c %u:%g out/kept/upper/t/c)"
		as=as_user
		chown -hR 1234:1234 root
	fi
	kept :
	[ -c out/kept/upper/t/gone ]
}

@test "what is kept has the owners that a jail with user=auto gave" {
	requires subordinate-ids busybox
	mkdir -m 777 out
	as_subuser mkroot busybox >jail
	enterns user=auto <jail >auto
	as_subuser jailexec --keep=out/kept -f auto -- sh -c 'mkdir -m 700 /d; touch /d/x /y; chown 5:6 /d /y'
	refused as_subuser packroot tar kept=out/kept
	assert_line 'packroot: d: it belongs to another id of the jail' \
		'packroot: the same ids have it right: enterns user=auto -- packroot FORMAT kept=PATH'
	as_subuser enterns user=auto -- packroot tar kept=out/kept | tar -tvf - >list
	grep -Eq '^drwx------ 5/6 .* d/$' list
	grep -Eq '^-rw-r--r-- 5/6 .* y$' list
	grep -Eq '^-rw-r--r-- 0/0 .* d/x$' list
	# What can be read is no better.
	rm -r out/kept/upper/d
	refused as_subuser packroot tar kept=out/kept
	assert_line 'packroot: y: it belongs to another id of the jail'
	refused as_subuser packroot -o out/oci oci layer=out/kept
}

@test "a layer of one's own says no more than it can, and keeps the image's words" {
	requires busybox
	mkroot busybox | packroot oci cmd=cat cmd=/new env=A=1 >base.tar
	mkroot oci-archive:base.tar >jail
	jailexec --keep=kept -f jail -- sh -c 'echo mine >/new'
	for words in layer=kept kept=kept; do
		packroot oci "$words" env=B=2 >app.tar
		mkroot oci-archive:app.tar >jail
		grep -q ' env=A=1 env=B=2 cmd=cat cmd=/new$' jail
		run -0 jailexec -f jail
		assert_output mine
	done
	refused bash -c 'packroot tar layer=kept | wc -c; exit "${PIPESTATUS[0]}"'
	run -125 packroot oci layer=kept dir=kept
	refused packroot oci layer=none
	setfattr -n user.overlay.redirect -v y kept/upper/new 2>/dev/null ||
		skip "requires attributes of users in $PWD"
	refused packroot -o out oci layer=kept
	assert_output 'packroot: new: redirect of overlayfs has no place in a layer'
	setfattr -x user.overlay.redirect kept/upper/new
	setfattr -n user.overlay.origin -v x kept/upper/new
	setfattr -n user.mine -v x kept/upper/new
	packroot docker-archive layer=kept >app.tar
	grep -aq user.mine=x app.tar
	never grep -aq user.overlay app.tar
	requires root
	# Whose a file is that the user's archive gave to somebody.
	mkroot busybox dir=own >/dev/null
	chown 7:8 own/rootfs/etc/group
	packroot tar dir=own/rootfs >own.tar
	mkdir -m 777 out
	as_user mkroot "tar:$PWD/own.tar" >jail
	as_user jailexec --keep=out/kept -f jail -- sh -c 'echo >>/etc/group; rm /etc/hosts'
	as_user packroot -o out/oci oci layer=out/kept
	same "$(as_user packroot digest kept=out/kept)" "$(mkroot --digest oci:out/oci)"
}

@test "a jail without defaults, and one in the background, are kept as well" {
	requires busybox
	mkroot busybox >jail
	jailexec --keep=a -f jail -- sh -c 'echo >/new; rm /bin/ls'
	jailexec --keep=b --detach --name="kept-$BASHPID" -f jail -- sh -c 'echo >/new; rm /bin/ls'
	jailexec --keep=c -x -f jail -- /bin/sh -c 'echo >/new; rm /bin/ls'
	poll packroot digest kept=b
	want=$(packroot digest kept=a)
	for kept in b c; do
		same "$want" "$(packroot digest kept=$kept)" "$kept"
	done
}

@test "nothing is kept of a jail that did not run, nor of one that is not over" {
	requires busybox
	requires leaving-groups
	local pid
	mkroot busybox >jail
	run -127 jailexec --keep=new -f jail -- /no/such
	[ ! -e new ]
	mkdir full empty
	touch full/file
	refused jailexec --keep=full -f jail -- echo "$ran"
	same file "$(ls -A full)"
	refused jailexec --keep=no/such -f jail -- echo "$ran"
	refused jailexec --keep=new -f <(mkroot dir:full ro) -- echo "$ran"
	refused jailexec --keep=new -f <(mkroot busybox dir=own) -- echo "$ran"
	refused jailexec --keep=new -x -f <(setlimit -n nofile=64) -- echo "$ran"
	[ ! -e new ]
	refused packroot tar kept=full
	refused packroot tar kept=no
	refused packroot tar kept=full dir=full
	jailexec --keep=empty -f jail -- sh -c 'echo >/ran; exec sleep 1000' 3>&- &
	pid=$!
	poll test -e empty/upper/ran
	refused packroot tar kept=empty
	# While it runs nobody else writes there.
	addmount "overlay=$PWD/full:$PWD/empty/upper:/mnt" <jail >other
	refused jailexec -f other -- echo "$ran"
	[[ $output == *'upper layer of another overlay'* ]]
	stop "$pid"
	refused packroot tar kept=empty
	mkdir -p under/upper
	printf 'jail 1\nmkroot from=x\nend\n' >under/origin
	refused packroot tar kept=under
	[[ $output == *'does not say what is below'* ]]
	printf 'jail 1\nmkroot from=x dir=/no/such\nend\n' >under/origin
	refused packroot tar kept=under
	requires root
	chown 1234 under/origin
	refused packroot tar kept=under
	[[ $output == *'not a file of the caller'* ]]
}

@test "what one user packs another one runs: another home, cache and id" {
	requires root user-namespaces
	local other=$PWD/other
	mkdir -m 777 "$other"
	as_other() {
		HOME=$other XDG_CACHE_HOME=$other/cache setpriv --reuid=4321 --regid=4321 --clear-groups -- "$@"
	}
	as_user mkroot app:/usr/bin/env >pack
	as_user packroot tar.gz <pack >app.tar.gz
	as_user packroot oci-archive cmd=env cmd=-i cmd=A=1 cmd=env <pack >app.tar
	as_user packroot digest <pack >want
	mv "$RUNGS_USER_HOME" gone
	for from in tar:$PWD/app.tar.gz oci-archive:$PWD/app.tar; do
		as_other mkroot "$from" >pack
		run -0 as_other jailexec -f pack -- env -i A=1 env
		assert_output A=1
		same "$(cat want)" "$(as_other packroot digest <pack)"
	done
	# The image knows its command.
	run -0 as_other jailexec -f pack
	assert_output A=1
}
