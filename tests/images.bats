#!/usr/bin/env bats
# mkroot(1): roots from images that anybody may have made
# shellcheck disable=SC2154 # bats sets output, stderr and status

load helper

setup() {
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
	export RUNGS_USER_HOME=$BATS_TEST_TMPDIR/home
	mkdir -m 777 "$RUNGS_USER_HOME"
	cd "$BATS_TEST_TMPDIR" || return
	case $(uname -m) in
	x86_64) arch=amd64 ;;
	aarch64) arch=arm64 ;;
	*) skip 'requires a machine that this test knows the name of' ;;
	esac
}

# pack FILE WORD...: see tests/programs/maketar.c.
pack() {
	local file=$1
	shift
	"$RUNGS_STAGE/tests/maketar" "$@" >"$file"
}

# blob FILE TYPE: put it into lay, and print what points to it.
blob() {
	local hex
	hex=$(sha256sum <"$1") hex=${hex%% *}
	mkdir -p lay/blobs/sha256
	cp "$1" "lay/blobs/sha256/$hex"
	printf '{"mediaType":"application/vnd.oci.image.%s","digest":"sha256:%s","size":%d}' \
		"$2" "$hex" "$(stat -c %s "$1")"
}

# manifest CONFIG LAYER...: an image of these layers, and what points to it.
# $press is what their blobs come out of.
manifest() {
	local config=$1 ids='' layers='' layer
	shift
	for layer in "$@"; do
		ids+=,\"sha256:$(sha256sum <"$layer" | cut -c -64)\"
		${press:-cat} <"$layer" >pressed
		layers+=,$(blob pressed "${type:-layer.v1.tar}")
	done
	printf '{"architecture":"%s","os":"%s","config":%s,"rootfs":{"type":"layers","diff_ids":[%s]}}' \
		"${machine:-$arch}" "${system:-linux}" "$config" "${ids#,}" >config
	printf '{"schemaVersion":2,"config":%s,"layers":[%s]}' \
		"$(blob config "${config_type:-config.v1+json}")" "${layers#,}" >manifest
	blob manifest manifest.v1+json
}

# layout DESCRIPTOR...: lay, whose index has these.
layout() {
	local all
	printf -v all ',%s' "$@"
	mkdir -p lay
	printf '{"imageLayoutVersion":"1.0.0"}' >lay/oci-layout
	printf '{"schemaVersion":2,"manifests":[%s]}' "${all#,}" >lay/index.json
}

# image LAYER...: lay, with one image of these layers.
image() {
	rm -rf lay
	layout "$(manifest '{}' "$@")"
}

# holds LINE...: what is in the root of lay, without directories.
holds() {
	local tree
	mkroot "oci:${of:-lay}" >jail
	tree=$(sed -n 's/.* dir=\([^ ]*\) .*/\1/p' jail)
	same "$(printf '%s\n' "$@")" "$(cd "$tree" && find . ! -type d -printf '%P=%l' -type f -exec cat {} \; -o ! -type d -printf '\n' | LC_ALL=C sort)"
}

# denied TEXT: nothing is made of lay, and that is why.
denied() {
	run -125 mkroot oci:lay
	assert_output "mkroot: oci:$PWD/lay: $1"
	same '' "$(find "$XDG_CACHE_HOME/rungs/roots" "$XDG_CACHE_HOME/rungs/tmp" -mindepth 1)"
}

@test "layers lie over each other, and whiteouts take away what is below" {
	pack a.tar dir d file d/kept $'1\n' file d/gone 2 dir full file full/x 3 file full/y 4 \
		file turned 5 dir tree file tree/deep 6 link away /etc file last 7
	# The whiteouts come behind what they must not hide.
	pack b.tar file full/new $'a\n' file full/.wh..wh..opq '' dir d file d/.wh.gone '' \
		dir turned file turned/in $'b\n' file tree $'c\n' dir away file away/mine $'d\n' \
		file .wh.last '' file last $'e\n' file .wh..wh.plnk ''
	image a.tar b.tar
	holds away/mine=d d/kept=1 full/new=a last=e tree=c turned/in=b
}

@test "what links lead to is left alone when they are taken away" {
	local key=$BATS_TEST_TMPDIR/key
	echo secret >key
	chmod 640 key
	pack a.tar dir d link d/key "$key" dir d/below link d/below/key "$key" \
		dir e link e/key "$key" dir o link o/key "$key"
	pack b.tar file .wh.d '' file e 'f' dir o file o/.wh..wh..opq ''
	image a.tar b.tar
	holds e=f
	same 640 "$(stat -c %a key)"
}

@test "a whiteout reaches nothing but what a lower layer has" {
	mkdir victim
	echo safe >victim/file
	for bad in '.wh.:a whiteout of nothing that has a name' \
		'd/.wh..:a whiteout of nothing that has a name' \
		'.wh...:a whiteout of nothing that has a name' \
		"../.wh.file:a path that climbs with '..'" \
		'/etc/.wh.passwd:an absolute path' '.wh.d/x:a path below a whiteout'; do
		pack a.tar dir d file d/x 1
		pack b.tar file "${bad%%:*}" ''
		image a.tar b.tar
		denied "layer 2 of 2: unpack '${bad%%:*}': ${bad#*:}"
	done
	# Through a link there is nothing below it; on its own it does nothing.
	pack a.tar link out "$PWD/victim" dir d file d/x $'1\n' link in d link also d
	pack b.tar file out/.wh.file '' file in/.wh.x '' file also/.wh..wh..opq '' file .wh.nothing ''
	image a.tar b.tar
	holds also=d d/x=1 in=d "out=$PWD/victim"
	image b.tar
	holds ''
	pack b.tar file out/file evil
	rm -rf "$XDG_CACHE_HOME"
	image a.tar b.tar
	rm -rf "$XDG_CACHE_HOME"
	denied "layer 2 of 2: unpack 'out/file': its path passes through a symbolic link"
	same safe "$(cat victim/file)"
}

@test "a layer says anew what a directory is, or leaves it as it was" {
	command -v setfattr >/dev/null || skip 'requires setfattr'
	mkdir -p a/said a/shut a/less b/said b/shut b/less
	touch a/said/x a/shut/x a/less/x b/said/x b/shut/y b/less/.wh.x
	setfattr -n user.a -v 1 a/said || skip "requires attributes of users in $PWD"
	setfattr -n user.b -v 1 a/said
	setfattr -n user.b -v 2 b/said
	chmod 1711 b/said
	# As in Fedora's /usr/bin; an ordinary user cannot just write there.
	chmod 555 a/shut a/less b/shut
	find a b -depth -exec touch -d @1000000 {} +
	touch -d @2000000 b/said
	tar -C a --xattrs -cf a.tar said shut less
	tar -C b --xattrs --no-recursion -cf b.tar said said/x shut/y less/.wh.x
	pack acl.tar pax SCHILY.acl.access=user::rwx,user:7:rwx,group::r-x,mask::rwx,other::r-x dir said
	image a.tar acl.tar b.tar
	chmod -R a+rX lay
	replaced() {
		"$as" mkroot "oci:$PWD/lay" >jail
		dir=$(sed -n 's/.* dir=\([^ ]*\) .*/\1/p' jail)
		[ -e "$dir/shut/y" ] && [ ! -e "$dir/less/x" ]
		same $'less 555 1000000\nsaid 1711 2000000\nshut 555 1000000' \
			"$(cd "$dir" && stat -c '%n %a %Y' less said shut)"
		same 'user.b="2"' "$(cd "$dir" && getfattr -d -m - said | grep '=')"
		never getfattr -n system.posix_acl_access "$dir/said" 2>/dev/null
	}
	for_each_caller replaced
	requires root umoci
	sed -i 's/}]}$/,"annotations":{"org.opencontainers.image.ref.name":"x"}}]}/' lay/index.json
	umoci unpack --image lay:x bundle >/dev/null 2>&1
	dir=$(sed -n 's/.* dir=\([^ ]*\) .*/\1/p' <(mkroot oci:lay))
	same "$(digest bundle/rootfs/said)" "$(digest "$dir/said")"
	same "$(digest bundle/rootfs/shut)" "$(digest "$dir/shut")"
}

@test "what an image says of itself is not believed" {
	pack a.tar file x 1
	one=$(manifest '{}' a.tar)
	hex=${one#*sha256:} hex=${hex%%\"*}
	layer=$(sha256sum <a.tar) layer=${layer%% *}
	echo >>"lay/blobs/sha256/$layer"
	layout "$one"
	denied "layer 1 of 1: sha256:$layer: it does not have the size that it should"
	tr x y <a.tar >"lay/blobs/sha256/$layer"
	other=$(tr x y <a.tar | sha256sum)
	denied "layer 1 of 1: sha256:$layer: its sha256 is ${other%% *}"
	rm "lay/blobs/sha256/$layer"
	ln -s "$PWD/a.tar" "lay/blobs/sha256/$layer"
	denied "layer 1 of 1: blobs/sha256/$layer: open: Too many levels of symbolic links"
	rm "lay/blobs/sha256/$layer"
	mkfifo "lay/blobs/sha256/$layer"
	denied "layer 1 of 1: blobs/sha256/$layer: not a regular file"
	layout "${one/sha256:$hex/sha256:../../../etc/passwd}"
	denied 'a digest that is not sha256: and 64 hex digits: sha256:../../../etc/passwd'
	climb=$(printf '../%.0s' {1..18})etc/passwd # as long as a digest is
	layout "${one/sha256:$hex/sha256:$climb}"
	denied "a digest that is not sha256: and 64 hex digits: sha256:$climb"
	layout "${one/sha256:$hex/sha512:$hex}"
	denied "a digest that is not sha256: and 64 hex digits: sha512:$hex"
	layout "${one/manifest.v1/artifact.v1}"
	denied 'not an image: application/vnd.oci.image.artifact.v1+json'
	layout "${one/oci.image.manifest.v1+json/docker.distribution.manifest.v1+prettyjws}"
	denied 'not an image: application/vnd.docker.distribution.manifest.v1+prettyjws'
	type=layer.nondistributable.v1.tar image a.tar
	denied 'layer 1 of 1: a layer of a kind that we do not know: application/vnd.oci.image.layer.nondistributable.v1.tar'
	type=layer.v1.tar+encrypted image a.tar
	denied 'layer 1 of 1: a layer of a kind that we do not know: application/vnd.oci.image.layer.v1.tar+encrypted'
	config_type=empty.v1+json image a.tar
	denied 'not a root: application/vnd.oci.image.empty.v1+json'
	machine=pdp11 image a.tar
	denied "an image for linux/pdp11, not for linux/$arch"
	system=plan9 image a.tar
	denied "an image for plan9/$arch, not for linux/$arch"
	image a.tar
	for text in '' '{' '[]' '{"manifests":[],"manifests":[]}' $'{"manifests":"\xff"}' \
		"$(printf '[%.0s' {1..3000})"; do
		printf %s "$text" >lay/index.json
		run -125 mkroot oci:lay
		[ "${#lines[@]}" -eq 1 ]
	done
	# Whoever takes the first of two sees another image.
	printf '{"manifests":[],"manifests":[%s]}' "$(manifest '{}' a.tar)" >lay/index.json
	run -125 mkroot oci:lay
	assert_match '.*: index.json: line 1: duplicate object key.*'
	head -c 5M /dev/zero >lay/index.json
	denied 'index.json: read: File too large'
	image a.tar
	printf '{"imageLayoutVersion":"2.0.0"}' >lay/oci-layout
	denied 'oci-layout: not of version 1'
}

@test "a layer is the tar that the configuration names, as compressed as is said" {
	command -v zstd >/dev/null || skip 'requires zstd'
	pack a.tar file x $'1\n'
	for pair in =cat +gzip=gzip +zstd=zstd; do
		rm -rf "$XDG_CACHE_HOME"
		type=layer.v1.tar${pair%=*} press=${pair#*=} image a.tar
		holds x=1
		sed -i 's/"diff_ids":\["sha256:....../&000000/; s/000000....../000000/' config
		other=$(sed 's/.*"diff_ids":\["\([^"]*\).*/\1/' config)
		sed -i "s/\"config\":{[^}]*}/\"config\":$(blob config config.v1+json | sed 's,/,\\/,g')/" manifest
		layout "$(blob manifest manifest.v1+json)"
		rm -rf "$XDG_CACHE_HOME"
		denied "layer 1 of 1: sha256:$(sha256sum <pressed | cut -c -64): the sha256 of its tar is $(sha256sum <a.tar | cut -c -64), and its diff_id $other"
	done
	# One reader goes by the type, another one by the bytes.
	twice() { gzip | gzip; }
	for bad in 'gzip==gzip, and is said to be not compressed' 'zstd=+gzip=zstd, and is said to be gzip' \
		'cat=+zstd=not compressed, and is said to be zstd' 'twice=+gzip=compressed twice'; do
		kind=${bad#*=}
		type=layer.v1.tar${kind%%=*} press=${bad%%=*} image a.tar
		denied "layer 1 of 1: unreadable layer: it is ${bad##*=}"
	done
	# Behind its end is nothing that anybody unpacks, and that may not be much.
	(cat a.tar && head -c 3M /dev/zero) >b.tar
	type=layer.v1.tar+gzip press=gzip image b.tar
	run -125 mkroot oci:lay
	assert_match '.*: layer 1 of 1: [0-9]+ bytes are unpacked to find 2 bytes of content'
	: >b.tar
	image b.tar a.tar
	holds x=1
}

@test "an image is one thing only, and its configuration of the right kinds" {
	pack a.tar file x 1
	one=$(manifest '{}' a.tar)
	layout "$one"
	cp lay/index.json index.json
	printf '%s,"layers":[]}' "$(sed 's/}$//' index.json)" >lay/index.json
	denied 'an index and a manifest in one'
	sed 's/^{/{"manifests":[],/' manifest >both
	layout "$(blob both manifest.v1+json)"
	denied 'an index and a manifest in one'
	sed 's/^{/{"mediaType":"text\/html",/' manifest >other
	layout "$(blob other manifest.v1+json)"
	denied 'text/html, where application/vnd.oci.image.manifest.v1+json should be'
	# Whose user cannot be read would be root.
	# A variable without a value would be the caller's own: who makes an image
	# would say which secrets it gets.
	for bad in '{"User":1000}=its User is not a text' '{"WorkingDir":[]}=its WorkingDir is not a text' \
		'{"Cmd":"sh"}=its Cmd is not a list' '{"Env":[7]}=its Env has a word that is no text' \
		'{"Env":{"A":"b"}}=its Env is not a list' '"x"=a configuration that is no object' \
		$'{"Cmd":["\\u001bx"]}=its Cmd \'?x\' has a control byte' \
		"{\"WorkingDir\":\"srv\"}=its WorkingDir 'srv' is not an absolute path
mkroot: umoci config --config.workingdir=/PATH mends an image layout" \
		"{\"Env\":[\"HOME\"]}=its Env has 'HOME', which is not NAME=VALUE
mkroot: umoci config --clear=config.env --config.env=NAME=VALUE mends an image layout"; do
		layout "$(manifest "${bad%%=*}" a.tar)"
		denied "${bad#*=}"
	done
	layout "$(manifest '{"Env":["=A"]}' a.tar)"
	run -125 mkroot oci:lay
	assert_match ".*: its Env has '=A', which is not NAME=VALUE"
	layout "$(manifest '{"User":"7"}' a.tar)"
	hex=$(sha256sum <config) hex=${hex%% *}
	sed -i 's/"7"/"0"/' "lay/blobs/sha256/$hex"
	other=$(sha256sum <"lay/blobs/sha256/$hex")
	denied "sha256:$hex: its sha256 is ${other%% *}"
	layout "$(manifest '{"User":null,"Cmd":null}' a.tar)"
	run -0 mkroot oci:lay
}

@test "a layer that changes while it is read is not taken" {
	mkdir tree
	(cd tree && echo 1 >first && truncate -s 64M large && echo good >last)
	tar -C tree -cf a.tar first large last
	tar -C tree -tf a.tar --block-number >blocks
	image a.tar
	layer=lay/blobs/sha256/$(sha256sum <a.tar | cut -c -64)
	# It has been looked through once when the first file is there.
	mkroot oci:lay >jail 2>said 3>&- &
	pid=$!
	while kill -0 "$pid" 2>/dev/null && ! compgen -G "$XDG_CACHE_HOME/rungs/*/*/rootfs/first" >/dev/null; do :; done
	at=$(sed -n 's/^block \([0-9]*\): last$/\1/p' blocks)
	printf evil | dd of="$layer" bs=1 seek=$(((at + 1) * 512)) conv=notrunc 2>/dev/null
	wait "$pid" || :
	never grep -rqs evil "$XDG_CACHE_HOME/rungs"
	[ -s jail ] || grep -q 'its sha256 is' said
}

@test "whose files are is right when layers have replaced them" {
	requires subordinate-ids busybox
	pack a.tar owner 7 file gone 1 owner 7 file o 1 owner 7 hard l o owner 7 dir d owner 7 file d/x 1 owner 9 file kept 1 \
		owner 7 file again 1 owner 7 file node 1
	pack b.tar file .wh.gone '' file .wh.o '' link d /etc file .wh.again '' char node
	pack c.tar file o 2 file again 2
	cp "$(command -v busybox)" busybox
	tar --owner=0 --group=0 -cf d.tar busybox
	image a.tar b.tar c.tar d.tar
	chmod -R a+rX .
	users() { as_subuser mkroot "oci:$PWD/lay" 2>/dev/null | enterns user=auto | as_subuser jailexec -- /busybox stat -c '%n %u' again d kept l o; }
	run -0 users
	assert_output 'again 0
d 0
kept 9
l 7
o 0'
	same "$(mkroot --digest oci:lay 2>/dev/null)" "$(as_subuser mkroot --digest "oci:$PWD/lay" 2>/dev/null)"
}

@test "one of several images is chosen, and indexes end" {
	pack a.tar file x $'1\n'
	pack b.tar file x $'2\n'
	name() { printf '%s' "${1%\}},\"annotations\":{\"org.opencontainers.image.ref.name\":\"$2\"}}"; }
	for_us() { printf '%s' "${1%\}},\"platform\":{\"os\":\"linux\",\"architecture\":\"$2\"}}"; }
	one=$(manifest '{}' a.tar) two=$(manifest '{}' b.tar)
	layout "$(name "$one" one)" "$(name "$one" x/two:2)" "$(name "$one" docker.io/library/three:3)"
	for of in lay lay:one lay:two:2 lay:three:3 lay:library/three:3; do
		holds x=1
	done
	unset of
	run -125 mkroot oci:lay:hree:3
	for of in "$(name "$one" x/two:2) $(name "$two" two:2)" "$(name "$two" two:2) $(name "$one" x/two:2)"; do
		# shellcheck disable=SC2086 # words
		layout $of
		of=lay:two:2 holds x=2
	done
	unset of
	layout "$one" "$two"
	run -125 mkroot oci:lay
	assert_match '.*: it holds several images, sha256:[0-9a-f]+ and sha256:[0-9a-f]+'
	[ "${#lines[@]}" -eq 1 ]
	layout "$(name "$one" one)" "$(name "$two" two:2)"
	run -125 mkroot oci:lay
	assert_output "mkroot: oci:$PWD/lay: it holds several images, one and two:2
mkroot: name one behind a colon"
	of=lay:two:2 holds x=2
	run -125 mkroot oci:lay:three
	assert_output "mkroot: oci:$PWD/lay:three: no image 'three' is in it"
	layout "$(for_us "$one" pdp11)" "$(for_us "$two" "$arch")"
	holds x=2
	layout "$(for_us "$one" "$arch\",\"variant\":\"v99")" "$(for_us "$two" "$arch")"
	holds x=2
	layout "$(for_us "$one" pdp11)" "$(for_us "$one" "$arch\",\"variant\":\"v99")"
	rm -rf "$XDG_CACHE_HOME"
	denied "no image in it is for this machine, linux/$arch: it has linux/pdp11 linux/$arch/v99"
	nested=$one
	for ((n = 0; n < 6; n++)); do
		printf '{"manifests":[%s]}' "$nested" >index
		nested=$(blob index index.v1+json)
		layout "$nested"
		((n > 3)) || holds x=1
	done
	rm -rf "$XDG_CACHE_HOME"
	denied 'an index in an index in an index'
}

@test "the program of an image runs as it says, and as the caller says" {
	requires busybox leaving-groups
	look() {
		mkroot busybox | packroot oci cmd=sh cmd=-c "cmd=echo \"\$A\" \$(pwd) \$(id -u)" \
			env='A=b c' env=HOME=/h cwd=/etc >app.tar
		run -0 "$as" mkroot oci-archive:app.tar
		printf '%s\n' "$output" >jail
		run -0 "$as" jailexec -f jail
		assert_output 'b c /etc 0'
		run -0 "$as" jailexec -f jail -E A=2 -C /tmp
		assert_output '2 /tmp 0'
		run -0 "$as" jailexec -f jail -- sh -c 'echo $HOME'
		assert_output /h
	}
	for_each_caller look
	mkroot busybox | packroot oci cmd=id cmd=-u user=77 >app.tar
	mkroot oci-archive:app.tar >jail
	run -125 jailexec -f /dev/null
	if [ "$(id -u)" -eq 0 ]; then
		run -0 jailexec -f jail
		assert_output 77
		run -0 droppriv user=78 <jail
		run -0 jailexec <<<"$output"
		assert_output 78
	fi
	run -0 jailexec -f jail -u 0
	assert_output 0
	# And into an image again, with what else the caller wants.
	packroot oci env=N=1 <jail >again.tar
	run -0 mkroot oci-archive:again.tar
	assert_match '.* env=N=1 cmd=id cmd=-u user=77:0'
	mkroot busybox >jail
	run -125 jailexec -f jail
	assert_output 'jailexec: no command: say which, behind --'
}

@test "the user of an image has the group that others give it" {
	pack a.tar file etc/passwd $'root:x:0:0::/:\nbad:7\nweb:x:7:8::/:/bin/sh\nsecond:x:7:9::/:\nwrong:x:6:x::/:\n'
	while read -r user want; do
		layout "$(manifest "{\"User\":\"$user\",\"Cmd\":[\"b\"],\"Entrypoint\":[\"a\"],\"StopSignal\":\"SIGQUIT\",\"Volumes\":{\"/d\":{}},\"Labels\":{\"a\":\"b\"}}" a.tar)"
		run -0 mkroot oci:lay
		assert_match "mkroot .* scratch cmd=a cmd=b user=$want"
	done <<-'EOF'
		7 7:8
		5 5:0
		0 0:0
		7:5 7:5
		web web
		web:www web:www
	EOF
	layout "$(manifest '{"User":"6"}' a.tar)"
	run -125 mkroot oci:lay
	assert_match '.*: /etc/passwd of the image, line 5: bad group id'
	# Without that file, too.
	pack a.tar file x 1
	layout "$(manifest '{"User":"4"}' a.tar)"
	run -0 mkroot oci:lay
	assert_match 'mkroot .* user=4:0'
}

@test "an image is known by its digest, from wherever it comes" {
	pack a.tar file x $'1\n'
	image a.tar
	run -0 mkroot oci:lay
	digest=$(sed -n 's/.*digest=\([^ ]*\).*/\1/p' <<<"$output")
	same "sha256:$(sha256sum <manifest | cut -c -64)" "$digest"
	tar -C lay -cf lay.tar .
	cp -r lay other
	# Nothing is unpacked twice: the layer need not even be there any more.
	run -0 mkroot "digest=$digest" oci:lay
	rm lay/blobs/sha256/*
	run -0 mkroot oci:lay
	rm -rf lay
	run -0 mkroot oci-archive:lay.tar
	assert_match ".* from=oci-archive:$PWD/lay.tar digest=$digest dir=.*"
	same "$(mkroot --digest oci:other)" "$(mkroot --digest oci-archive:lay.tar)"
	run -125 mkroot "digest=sha256:$(printf '0%.0s' {1..64})" oci:other
	run -0 mkroot oci:other dir=own
	same 1 "$(cat own/rootfs/x)"
	same 'origin rootfs' "$(cd own && echo *)"
}

@test "an image cannot be more than is allowed, nor give what a user has not" {
	truncate -s 1M sparse
	pack a.tar file x "$(head -c 3000 /dev/zero | tr '\0' x)"
	image a.tar a.tar
	run -125 mkroot --max-size=5000 oci:lay
	assert_match '.*layer 2 of 2: .*more than 5000 bytes to unpack'
	run -0 mkroot --max-size=6000 oci:lay
	# An archive's own files are not what it unpacks to, but must not be much.
	tar -C lay -cf lay.tar .
	rm -rf "$XDG_CACHE_HOME"
	run -125 mkroot --max-size=5999 oci-archive:lay.tar
	run -0 mkroot --max-size=6000 oci-archive:lay.tar
	truncate -s 3M lay/zeros
	tar -C lay -czf bomb.tar.gz .
	run -125 mkroot --max-size=6000 oci-archive:bomb.tar.gz
	assert_match ".*: unpack './zeros': with it, there is more than .*"
	pack a.tar char null owner 7 file mine 1 mode 4755 file s 2
	pack b.tar owner 8 file mine 3 file .wh.s ''
	image a.tar b.tar
	run -0 mkroot oci:lay
	assert_match "mkroot: oci:$PWD/lay: left out: 1 device nodes or sockets .*"
	unprivileged() {
		chmod -R a+rX lay
		run -0 as_user mkroot oci:"$PWD/lay"
		assert_match '.*; the owners of 2 entries \(you have no subordinate ids\).*'
	}
	[ "$(id -u)" -ne 0 ] || unprivileged
}

@test "a layer of docker's is what its configuration says, and in the archive" {
	pack a.tar file x $'1\n'
	image a.tar
	mkdir docker docker/old
	cp a.tar docker/old/layer.tar
	cp config docker/c.json
	# As old versions have it where two layers are the same.
	ln -s old/layer.tar docker/link.tar
	docker() {
		printf '[{"Config":"c.json","RepoTags":["a:1"],"Layers":["%s"]}]' "$1" >docker/manifest.json
		tar -C docker -cf d.tar .
		run mkroot docker-archive:d.tar:a:1
	}
	for layer in old/layer.tar link.tar; do
		docker "$layer"
		[ "$status" -eq 0 ]
	done
	rm -rf "$XDG_CACHE_HOME"
	docker /etc/passwd
	assert_output "mkroot: docker-archive:$PWD/d.tar:a:1: layer 1 of 1: /etc/passwd: open: No such file or directory"
	echo >>docker/old/layer.tar
	docker old/layer.tar
	sum=$(sha256sum <docker/old/layer.tar)
	assert_output "mkroot: docker-archive:$PWD/d.tar:a:1: layer 1 of 1: old/layer.tar: the sha256 of its tar is ${sum%% *}, and its diff_id sha256:$(sha256sum <a.tar | cut -c -64)"
	# Some write them compressed.
	for press in gzip zstd; do
		rm -rf "$XDG_CACHE_HOME"
		$press <a.tar >docker/old/layer.tar
		docker old/layer.tar
		[ "$status" -eq 0 ]
	done
	run -125 mkroot docker-archive:d.tar:a:2
	assert_output "mkroot: docker-archive:$PWD/d.tar:a:2: no image 'a:2' is in it"
}

@test "docker's archives, and images that others made, have the same tree" {
	requires root skopeo umoci busybox
	mkroot busybox | packroot -o made oci tag=one cmd=true
	want=$(mkroot --digest busybox)
	same "$want" "$(mkroot --digest oci:made)"
	skopeo copy -q --insecure-policy oci:made:one docker-archive:d.tar:web:1
	for name in d.tar d.tar:web:1 d.tar:docker.io/library/web:1; do
		same "$want" "$(mkroot --digest "docker-archive:$name")"
	done
	run -125 mkroot docker-archive:d.tar:eb:1
	# A layer of umoci's, with a whiteout, and in zstd.
	umoci unpack --image made:one bundle >/dev/null 2>&1
	rm bundle/rootfs/bin/ls
	echo new >bundle/rootfs/new
	umoci repack --image made:two bundle >/dev/null 2>&1
	skopeo copy -q --insecure-policy --dest-compress-format zstd oci:made:two oci:zstd:two
	want=$(packroot digest dir="$PWD/bundle/rootfs")
	same "$want" "$(mkroot --digest oci:made:two)"
	same "$want" "$(mkroot --digest oci:zstd)"
	run -0 mkroot oci:made:two -- /bin/busybox cat /new
	assert_output new
}

# alone SCRIPT: run it where buildah and podman see nothing of this machine's.
alone() {
	unshare --mount -- sh -ec 'mount -t tmpfs none /run
		mkdir -p /var/lib/containers
		mount -t tmpfs none /var/lib/containers
		buildah() { command buildah --storage-driver vfs "$@"; }
		podman() { command podman --storage-driver vfs --cgroup-manager cgroupfs "$@"; }
		eval "$1"' sh "$1" 2>said
}

@test "images that buildah and podman made have the same tree" {
	requires root buildah podman busybox
	mkdir -p tree/bin tree/d/gone tree/e
	cp "$(command -v busybox)" tree/bin/sh
	ln tree/bin/sh tree/bin/busybox
	ln -s ../bin/sh tree/e/link
	touch tree/d/gone/x tree/e/gone
	chown 7:8 tree/e
	chmod 755 tree
	# shellcheck disable=SC2016 # for the shell in there
	alone 'c=$(buildah from scratch)
		cp -a tree/. "$(buildah mount "$c")"
		buildah config --cmd "[\"sh\",\"-c\",\"pwd; echo \$A\"]" --env A=x --workingdir /d --user 7 "$c"
		buildah commit -q "$c" oci:made:one
		c=$(buildah from oci:made:one)
		cd "$(buildah mount "$c")"
		rm -r d/gone e/gone
		mkdir d/gone
		echo new >e/new
		chown 9:9 d
		chmod 711 e
		cd "$OLDPWD"
		buildah commit -q "$c" oci:made:two
		buildah commit -q "$c" oci-archive:oci.tar:web:2
		buildah commit -q "$c" docker-archive:docker.tar:web:2
		id=$(podman load -q -i oci.tar)
		podman save -q --format oci-archive -o saved.tar "${id##* }"
		podman save -q --format docker-archive -o saved-docker.tar "${id##* }"' >/dev/null ||
		skip "requires a buildah that works: $(tail -n 1 said)"
	same "$(packroot digest dir=tree)" "$(mkroot --digest oci:made:one)"
	rm -r tree/d/gone tree/e/gone
	mkdir tree/d/gone
	echo new >tree/e/new
	chown 9:9 tree/d
	chmod 711 tree/e
	for from in oci:made:two oci-archive:oci.tar:web:2 docker-archive:docker.tar:web:2 oci-archive:saved.tar \
		docker-archive:saved-docker.tar; do
		same "$(packroot digest dir=tree)" "$(mkroot --digest "$from")" "$from"
	done
	mkroot oci-archive:saved.tar >jail
	run -0 jailexec -f jail
	assert_output $'/d\nx'
}

@test "words that are no image" {
	mkdir empty
	touch file
	for bad in 'oci::oci: expected oci:PATH[:NAME]' 'oci:none:oci:none: open: No such file or directory' \
		"oci:empty:oci:$PWD/empty: not an image layout" "oci:file:oci:$PWD/file: not an image layout" \
		"oci-archive:empty:oci-archive:$PWD/empty: not a regular file"; do
		name=${bad%%:*}:${bad#*:}
		word=${name%%:oci*}
		run -125 mkroot "$word"
		same "mkroot: ${bad#"$word":}" "${lines[0]}"
	done
}
