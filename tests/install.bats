#!/usr/bin/env bats
# mkroot alpine +PACKAGE and "install" of templates: from a small repository
# of signed packages, with the key in a copy of Alpine's root, and from
# templates of the user's own.
# shellcheck disable=SC2154 # bats sets output, stderr and status

load helper

setup_file() {
	local dir=$BATS_FILE_TMPDIR
	requires alpine busybox openssl
	export mirror=$dir/mirror
	mkdir -p "$mirror/v3.20/main/x86_64" "$dir/templates" "$dir/tree"
	chmod 755 "$dir"
	for as in ours theirs; do
		openssl genrsa -out "$dir/$as.rsa" 2048 2>/dev/null
		openssl rsa -in "$dir/$as.rsa" -pubout \
			-out "$dir/$as.rsa.pub" 2>/dev/null
	done
	tar -xzf "$(alpine_archive)" -C "$dir/tree"
	cp "$dir/ours.rsa.pub" "$dir/tree/etc/apk/keys"
	touch -d 2024-09-06 "$dir/tree/etc/apk/keys" "$dir/tree/etc/apk/keys/"*
	tar -cf "$mirror/keyed.tar" -C "$dir/tree" .
	make_template
	make_packages
	make_index ours
}

setup() {
	requires alpine busybox openssl
	mkdir -m 777 "$BATS_TEST_TMPDIR/work"
	cd "$BATS_TEST_TMPDIR/work" || return
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
	export RUNGS_TEMPLATES=$BATS_FILE_TMPDIR/templates
	export RUNGS_MIRROR=file://$mirror
	cache=$XDG_CACHE_HOME/rungs
	busy=()
}

teardown() {
	[ "${#busy[@]}" -eq 0 ] || stop "${busy[@]}"
}

# Alpine's own template, with another archive.
make_template() {
	{
		grep -E '^(mirror|fallback|install)' \
			"$BATS_TEST_DIRNAME/../rootfs-templates/alpine"
		echo "archive 3.20.3 x86_64 $(sha256sum <"$mirror/keyed.tar" |
			cut -c-64) keyed.tar"
	} >"$BATS_FILE_TMPDIR/templates/alpine"
}

# segment DIR: what is in there, as apk(8) wants it: a tar with the digest of
# each file and without an end.  What is in srv is user 100's.
segment() {
	(
		cd "$1" || exit
		# shellcheck disable=SC2016 # for perl
		find . -mindepth 1 -printf '%P\n' | LC_ALL=C sort | perl -ne '
			sub entry {
				my ($name, $mode, $type, $data) = @_;
				my $header = pack "a100a8a8a8a12a12A8aa100a6a2x247",
				    $name, sprintf("%07o", $mode),
				    $name =~ /^srv/ ? "0000144" : "0000000", "0000000",
				    sprintf("%011o", length $data), "13727410000",
				    "", $type, "", "ustar", "00";
				substr($header, 148, 8) = sprintf "%06o\0 ",
				    unpack "%32C*", $header;
				print $header, $data, "\0" x (-length($data) % 512);
			}
			chomp;
			if (-d) { entry("$_/", 0755, 5, ""); next; }
			my ($sum) = `sha1sum <$_` =~ /(\S+)/;
			entry("x", 0644, "x", "68 APK-TOOLS.checksum.SHA1=$sum\n");
			open my $in, "<", $_;
			entry($_, (stat $in)[2] & 07777, 0, join "", <$in>);'
	)
}

# package NAME [FIELD...]: of what is in data, with what is in control.
package() {
	local name=$1
	shift
	{ segment data && head -c 1024 /dev/zero; } | gzip -n >data.tgz
	printf '%s\n' "pkgname = $name" 'pkgver = 1-r0' 'pkgdesc = none' \
		'builddate = 1600000000' 'size = 1' 'arch = x86_64' \
		'license = none' \
		"datahash = $(sha256sum <data.tgz | cut -c-64)" "$@" \
		>control/.PKGINFO
	segment control | gzip -n |
		cat - data.tgz >"$mirror/v3.20/main/x86_64/$name-1-r0.apk"
	rm -r data control
}

make_packages() {
	cd "$BATS_FILE_TMPDIR" || return
	mkdir -p data/usr/bin control
	printf '#!/bin/sh\necho hello\n' >data/usr/bin/hello
	chmod 755 data/usr/bin/hello
	package hello
	mkdir -p data/usr/share/world control
	echo world >data/usr/share/world/file
	printf '%s\n' '#!/bin/sh' 'addgroup -S world' \
		'adduser -S -D -H -G world world' \
		'chown world:world /usr/share/world/file' \
		'chown world:shadow /etc/shadow' >control/.post-install
	chmod 755 control/.post-install
	package world 'depend = hello'
	mkdir -p data/srv/owned control
	echo owned >data/srv/owned/file
	package owned
}

# make_index KEY [DIR]: the index of the packages there, signed with it or, if
# it is "none", not at all.
make_index() {
	local key=$1 repository=${2:-$mirror}/v3.20
	cd "$BATS_FILE_TMPDIR" || return
	printf 'jail 1\nmkroot dir=%s scratch\nend\n' "$PWD/tree" |
		addmount "bind=$repository/main/x86_64:/mnt:ro" |
		jailexec -C /mnt -- sh -c 'apk index --allow-untrusted -q \
			-o /tmp/index *.apk && cat /tmp/index' >index
	if [ "$key" != none ]; then
		openssl dgst -sha1 -sign "$key.rsa" \
			-out ".SIGN.RSA.$key.rsa.pub" index
		tar -b1 -c ".SIGN.RSA.$key.rsa.pub" | head -c -1024 | gzip -n |
			cat - index >signed && mv signed index
	fi
	mkdir -p "$repository/community/x86_64"
	tee "$repository/community/x86_64/APKINDEX.tar.gz" <index \
		>"$repository/main/x86_64/APKINDEX.tar.gz"
	chmod -R a+rX "$mirror"
	cd "$OLDPWD" || return
}

fingerprint() {
	openssl pkey -pubin -in "$BATS_FILE_TMPDIR/$1.rsa.pub" -outform DER |
		sha256sum | cut -c-64 | tr a-f A-F
}

# in_root WORD...: the directory that mkroot makes of them.
in_root() {
	mkroot "$@" | sed -n 's/^mkroot .*dir=\([^ ]*\).*/\1/p'
}

nothing_left() {
	never compgen -G "$cache/roots/install-*"
	never compgen -G "$cache/tmp/*"
}

# served CMD...: run it where there is this network alone: a web server.
served() {
	# shellcheck disable=SC2016 # for the shell in there
	unshare --net bash -c 'ip link set lo up || exit
		busybox httpd -f -p 127.0.0.1:80 -h "$mirror" & server=$!
		for n in {1..400}; do
			curl -so /dev/null http://127.0.0.1/ && break
			sleep 0.025
		done
		"$@"
		status=$?
		kill $server
		exit $status' served "$@"
}

@test "packages come over a network once, and from the cache then" {
	requires root
	key=$(fingerprint ours)
	export RUNGS_MIRROR=http://127.0.0.1
	run -0 served mkroot alpine +world +hello +world
	assert_match "mkroot from=alpine:3\.20\.3 \+hello \+world digest=sha256:[0-9a-f]{64} signed-by=$key dir=$cache/roots/install-[0-9a-f]{16}/rootfs scratch"
	with=$output
	root=$(sed -n 's/^mkroot .*dir=\([^ ]*\).*/\1/p' <<<"$with")
	same hello "$(jailexec -- hello <<<"$with")"
	# Nothing of this machine or of this day is in it.
	for file in etc/resolv.conf var/log/apk.log var/cache/apk/* layer jail archive; do
		[ ! -e "$root/$file" ]
	done
	grep -q '^world:!::' "$root/etc/shadow"
	same "$(sed -n 's,https://dl-cdn,,p' "$root/etc/apk/repositories" | wc -l)" 2
	same 100:101 "$(stat -c %u:%g "$root/usr/share/world/file")"
	same $'origin\nrootfs' "$(ls "${root%/rootfs}")"
	[ "$(stat -c %Y "$root/etc/passwd")" -lt "$(date -d 2025-01-01 +%s)" ]
	same 1600000000 "$(stat -c %Y "$root/usr/bin/hello")"
	# From here on there is no network.
	run -0 mkroot alpine +hello +world
	assert_output "$with"
	run -0 mkroot alpine:3.20.3+world +hello
	assert_output "$with"
	run -125 mkroot alpine+world++hello
	assert_output 'mkroot: +: not the name of a package'
	line=$(sed -n 's/^mkroot //p' <<<"$with")
	# shellcheck disable=SC2086 # words
	run -0 mkroot $line
	assert_output "$with"
	run -0 mkroot alpine +world +hello "signed-by=$key" dir=own
	assert_match "mkroot from=alpine:3\.20\.3 \+hello \+world digest=.* signed-by=$key dir=$PWD/own/rootfs"
	run -125 mkroot alpine +world +hello "signed-by=${key/[0-9]/A}"
	assert_match "mkroot: alpine:3.20.3: it is signed by $key, not .*"
	run -0 mkroot --list-cache
	assert_match ".*  idle     alpine:3\.20\.3  sha256-[0-9a-f]{64}"
	assert_match ".*  idle     alpine:3\.20\.3 \+hello \+world  install-[0-9a-f]{16}"
	# A file has what a whole class gets, which is more than the archive.
	run -0 mkroot --lock=lock alpine +world +hello
	mkroot --lock=lock alpine
	digest=$(mkroot --digest alpine +hello +world)
	same "alpine:3.20.3+hello+world tree:${digest#sha256:}" "$(sed 1q lock)"
	run -0 mkroot --locked=lock alpine +hello +world
	assert_output "$with"
	refused mkroot --locked=lock alpine +hello +world dir=own
	assert_line 'mkroot: a root in the cache has one: leave out dir='
	sed -i '1s/:[0-9a-f]*$/:00/' lock
	run -125 mkroot --locked=lock alpine +hello +world
	assert_match "mkroot: alpine:3.20.3\+hello\+world: its digest is tree:.*, and tree:00 in lock"
	RUNGS_MIRROR=file://$mirror run -125 mkroot --locked=lock alpine +owned
	assert_match 'mkroot: alpine:3.20.3\+owned: not in lock'
	# What cannot be reached is named, with the reason.
	RUNGS_MIRROR=http://127.0.0.1:9 run -125 mkroot alpine +hello +world
	assert_match 'mkroot: alpine:3\.20\.3: install: .* http://127\.0\.0\.1:9/v3\.20/main: [a-zA-Z].*'
	# Another mirror is another root, and this one has nothing.
	RUNGS_MIRROR=file://$PWD run -125 mkroot alpine +hello +world
	assert_output 'mkroot: alpine:3.20.3: install: opening file:///run/mirror/v3.20/main: No such file or directory'
	# A key of the cache is only a hash: what it holds is looked at.
	sed -i 's/+hello/+other/' "${root%/rootfs}/origin"
	run -125 mkroot alpine +hello +world
	assert_match 'mkroot: .*/rootfs: holds alpine:3.20.3, not alpine:3.20.3'
	sed -i 's/+other/+hello/; s/sha256:.\{8\}/sha256:01234567/' "${root%/rootfs}/origin"
	run -125 mkroot alpine +hello +world
	assert_match 'mkroot: .*/rootfs: holds alpine:3.20.3, not alpine:3.20.3'
}

# theirs CMD...: as the user of as_subuser or as_user, with a cache here.
theirs() {
	"$as" env "XDG_CACHE_HOME=$PWD/theirs" "$@"
}

@test "an ordinary user gets the same root, or is told what it is without ids" {
	requires root user-namespaces
	mkdir -m 777 theirs
	as=as_user
	run -125 --separate-stderr theirs mkroot alpine +owned
	assert_match '' <<<"$output"
	[[ $stderr == *'mkroot: alpine:3.20.3: install: Failed to set ownership on srv/owned/'*'root adds them: usermod --add-subuids'* ]]
	run -0 --separate-stderr theirs mkroot --digest alpine +hello
	same "$(mkroot --digest alpine +hello)" "$output"
	[[ $stderr == *"installed with one id"* ]]
	requires subordinate-ids
	as=as_subuser
	run -0 --separate-stderr theirs mkroot --digest alpine +world +owned
	same "" "$stderr"
	same "$(mkroot --digest alpine +world +owned)" "$output"
	# Nothing of it is not the user's to remove, also when it went wrong.
	run -125 theirs mkroot alpine +owned +nosuch
	assert_output 'mkroot: alpine:3.20.3: install: unable to select packages: nosuch (no such package)'
	same "" "$(find theirs -mindepth 1 ! -user 1234)"
	same "" "$(ls theirs/rungs/tmp)"
	run -0 theirs mkroot alpine +owned dir=theirs/own
	same 'own/origin own/rootfs' "$(cd theirs && echo own/*)"
}

@test "what is not signed by a key in the root is refused, and so is the unknown" {
	declined 'mkroot: alpine:3.20.3: install: unable to select packages: nosuch (no such package)' \
		alpine +hello +nosuch
	mirror=$BATS_TEST_TMPDIR/copy
	cp -r "${RUNGS_MIRROR#file://}" "$mirror"
	export RUNGS_MIRROR=file://$mirror
	here="mkroot: alpine:3.20.3: install: opening file:///run/mirror/v3.20/main"
	make_index none
	declined "$here: UNTRUSTED signature" alpine +hello
	make_index theirs
	declined "$here: UNTRUSTED signature" alpine +hello
	make_index ours
	index=$mirror/v3.20/main/x86_64/APKINDEX.tar.gz
	printf x | dd of="$index" bs=1 seek=200 conv=notrunc status=none
	run -125 mkroot alpine +hello
	assert_match "$here: .*"
	nothing_left
	rm "$index"
	declined "$here: No such file or directory" alpine +hello
	make_index ours
	printf '\n#\n' >>"$mirror/v3.20/main/x86_64/hello-1-r0.apk"
	printf x | dd of="$mirror/v3.20/main/x86_64/owned-1-r0.apk" bs=1 \
		seek=300 conv=notrunc status=none
	run -125 mkroot alpine +owned
	assert_match 'mkroot: alpine:3.20.3: install: owned-1-r0: .*'
	nothing_left
	rm "$mirror/keyed.tar"
	XDG_CACHE_HOME=$PWD/empty declined "mkroot: alpine:3.20.3: fetch $RUNGS_MIRROR/keyed.tar: no such file" alpine +hello
}

# template NAME LINE...: one that begins with busybox.
template() {
	mkdir -p templates
	{
		grep -E '^(program|applets|dir|line etc/(passwd|group))' \
			"$BATS_TEST_DIRNAME/../rootfs-templates/busybox"
		printf '%s\n' "${@:2}"
	} >"templates/$1"
	export RUNGS_TEMPLATES=$PWD/templates
}

@test "a template of one's own installs by any script" {
	unset RUNGS_MIRROR
	mkdir -m 777 shelf
	echo one >shelf/one
	echo two >shelf/two
	signer=$(printf 'A%.0s' {1..40})
	# shellcheck disable=SC2016 # for the shell in there
	template shelf "mirror file://$PWD/shelf" \
		'install for name; do' \
		'install     cp "${mirror#file://}/$name" /srv/ 2>&1 || exit' \
		'install     [ $name = two ] || echo signed-by=$SIGNER' \
		'install done' \
		"install if touch /run/mirror/new 2>/dev/null; then exit 1; fi" \
		'install mkdir -p /etc/x; id -u >/etc/x/id' 'dir srv' 'file srv/old'
	sed -i "s/\$SIGNER/$signer/" templates/shelf
	runs() {
		local own=$PWD/$as
		mkdir -m 777 "$own"
		run -0 --separate-stderr "$as" env "XDG_CACHE_HOME=$own" mkroot shelf +two +one
		assert_match "mkroot from=shelf \+one \+two signed-by=$signer dir=$own/rungs/roots/install-[0-9a-f]{16}/rootfs scratch"
		same $'one\ntwo\n0' "$(jailexec -- cat /srv/one /srv/two /etc/x/id <<<"$output")"
		# Under a name of its own, in spite of what else is there.
		same 2 "$("$as" ls "$own/rungs/roots" | wc -l)"
		run -125 "$as" env "XDG_CACHE_HOME=$own" mkroot shelf +none
		assert_match "mkroot: shelf: install: cp: can't stat '/run/mirror/none': No such file or directory"
	}
	for_each_caller runs
	# What was not there before has the time of what was, or what is said.
	root=$(in_root shelf +one)
	same "$(stat -c %Y "$root/srv/old")" "$(stat -c %Y "$root/etc/x/id")"
	for made in shelf shelf:cp,id,mkdir,sh,touch; do
		run -0 mkroot "$made" +one
		assert_match "mkroot from=$made \+one signed-by=$signer dir=.*"
	done
	run -0 mkroot shelf +two dir=own
	assert_match "mkroot from=shelf \+two dir=$PWD/own/rootfs"
	SOURCE_DATE_EPOCH=1000 run -0 mkroot shelf +two dir=then
	same 1000 "$(stat -c %Y then/rootfs/srv/two)"
	SOURCE_DATE_EPOCH=now run -125 mkroot shelf +two +one
	assert_output 'mkroot: shelf: SOURCE_DATE_EPOCH=now: not a number of seconds'
	# Who vouches for a part does not vouch for all.
	# shellcheck disable=SC2016 # for the shell in there
	template many 'install echo signed-by=$(head -c 40 /dev/zero | tr "\0" A)' \
		'install echo signed-by=$(head -c 40 /dev/zero | tr "\0" $1)'
	run -0 mkroot many +A
	assert_match 'mkroot from=many \+A signed-by=A{40} dir=.*'
	run -0 mkroot many +B
	assert_match 'mkroot from=many \+B dir=.*'
	template bare 'install echo signed-by=me'
	run -0 mkroot bare +a
	assert_match 'mkroot from=bare \+a dir=.*'
	run -125 mkroot bare mirror=file:///x +a
	assert_line 'mkroot: mirror=file:///x: bare comes from no mirror'
	template shelf
	run -125 mkroot shelf +one
	assert_output 'mkroot: +one: nothing can add packages to shelf'
	printf 'in-place /\ninstall true\n' >templates/wrong
	run -125 mkroot wrong
	assert_output "mkroot: $PWD/templates/wrong: install without an archive, or steps"
}

@test "the script is in a jail: no host but its network and its resolver" {
	unset RUNGS_MIRROR
	# shellcheck disable=SC2016 # for the shell in there
	template looks 'install { id -u; cat /etc/resolv.conf | sha256sum' \
		'install readlink /proc/self/ns/net; ls /; echo $http_proxy$other' \
		'install (echo x >/etc/resolv.conf) 2>/dev/null || echo refused' \
		'install grep Seccomp: /proc/self/status; echo $*; } >/seen'
	looks() {
		mkdir -m 777 "$as"
		"$as" env "XDG_CACHE_HOME=$PWD/$as" http_proxy=http://proxy other=x \
			mkroot looks +a +b >jail
		run -0 jailexec -- cat /seen <jail
		assert_line 0 "$(sha256sum </etc/resolv.conf)" http://proxy \
			refused $'Seccomp:\t2' 'a b' "$(readlink /proc/self/ns/net)"
		never grep -q "^${PWD%%/*}$\|^work$" <<<"$output"
		run -1 jailexec -- ls /etc/resolv.conf <jail
	}
	[ -s /etc/resolv.conf ] || skip 'this machine has no resolver'
	for_each_caller looks
}

# killed: mkroot, while its script runs, and what is there afterwards.
killed() {
	local mark=$BASHPID.$RANDOM
	"$as" env "XDG_CACHE_HOME=$caches" mkroot waits "+m$mark" 3>&- &
	busy=($!)
	poll pgrep -f "sleep 1000; : m$mark"
	# The shell around it is not who is to be killed.
	kill -KILL "$(pgrep -x mkroot -P "${busy[0]}")"
	poll no_process_of "m$mark"
	wait "${busy[0]}" || true
	busy=()
	"$as" env "XDG_CACHE_HOME=$caches" mkroot after "+m$mark" >/dev/null
	run -0 "$as" env "XDG_CACHE_HOME=$caches" mkroot --list-cache
	never grep -q " waits +" <<<"$output"
	same "" "$(ls "$caches/rungs/tmp")"
	same "" "$(find "$caches" -mindepth 1 ! -user "$1")"
}

@test "whoever is killed leaves no process, and nothing that the next cannot remove" {
	unset RUNGS_MIRROR
	# shellcheck disable=SC2016 # for the shell in there
	template waits 'install mkdir -m 0 /there; echo >/there/x' \
		'install chown 7:8 /there 2>/dev/null || true' \
		'install exec sh -c "sleep 1000; :" "$1"'
	template after 'install true'
	caches=$PWD/caches
	as=as_caller
	mkdir "$caches"
	killed "$(id -u)"
	requires root user-namespaces
	rm -r "$caches"
	mkdir "$caches"
	chown 1234:1234 "$caches"
	as=as_user
	killed 1234
	requires subordinate-ids
	as=as_subuser
	killed 1234
}
