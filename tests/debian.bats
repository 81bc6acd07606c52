#!/usr/bin/env bats
# mkroot debian and ubuntu, from a tiny archive of the same kind: its one
# essential package has dpkg(1) and what that calls.
# shellcheck disable=SC2154 # bats sets output, stderr and status

load helper

setup_file() {
	local as
	arch=$(dpkg --print-architecture 2>/dev/null) || return 0
	archive=$BATS_FILE_TMPDIR/archive
	export arch archive GNUPGHOME=$BATS_FILE_TMPDIR/gpg
	requires mmdebstrap gpg dpkg-scanpackages
	mkdir -p "$archive/pool" "$BATS_FILE_TMPDIR/templates"
	chmod 755 "$BATS_FILE_TMPDIR" "$archive"
	make_packages >&2
	mkdir -m 700 "$GNUPGHOME"
	for as in ours theirs; do
		gpg --batch -q --passphrase '' --quick-gen-key \
			"$as@example.org" ed25519 sign never
		gpg -q --export "$as@example.org" >"$archive/$as.gpg"
	done
	make_lists ours
	printf '%s\n' "mirror file://$archive" 'suite tiny' \
		"keyring $archive/ours.gpg" 'hint get the keyring' \
		>"$BATS_FILE_TMPDIR/templates/tiny"
}

teardown_file() {
	[ ! -d "$GNUPGHOME" ] || gpgconf --kill all
}

setup() {
	requires mmdebstrap gpg dpkg-scanpackages
	mkdir -m 755 "$BATS_TEST_TMPDIR/work"
	cd "$BATS_TEST_TMPDIR/work" || return
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
	export RUNGS_TEMPLATES=$BATS_FILE_TMPDIR/templates
	cache=$XDG_CACHE_HOME/rungs
}

# package NAME [FIELD...]: of what is in tree/NAME.
package() {
	local name=$1 tree=$BATS_FILE_TMPDIR/tree/$1
	shift
	mkdir -p "$tree/DEBIAN"
	printf '%s\n' "Package: $name" 'Version: 1' "Architecture: $arch" \
		'Maintainer: nobody <nobody@example.org>' 'Description: none' \
		"$@" >"$tree/DEBIAN/control"
	dpkg-deb -Znone --root-owner-group --build "$tree" \
		"$archive/pool/$name.deb"
}

make_packages() {
	local base=$BATS_FILE_TMPDIR/tree/base made name
	made=$(XDG_CACHE_HOME=$BATS_FILE_TMPDIR/cache mkroot \
		app:/usr/bin/dpkg,/usr/bin/dpkg-deb,/usr/bin/dpkg-split,/usr/bin/dpkg-query,/usr/bin/tar,/usr/bin/rm,/bin/sh,/usr/bin/diff,/usr/bin/cat,/usr/bin/env,/usr/bin/test,/usr/bin/true,/usr/bin/mount,/usr/sbin/start-stop-daemon,/sbin/ldconfig |
		sed -n 's/^mkroot .*dir=\([^ ]*\).*/\1/p')
	mkdir -p "$base/etc" "$base/var/log"
	cp -a "$made/." "$base/"
	echo root:x:0:0::/root:/bin/sh >"$base/etc/passwd"
	echo root:x:0: >"$base/etc/group"
	package base 'Essential: yes' 'Priority: required'
	package apt
	# What debootstrap(8) takes for granted.
	for name in base-files base-passwd dpkg libc6 mawk perl-base; do
		package "$name" 'Priority: required'
	done
	mkdir -p "${base%base}/hello/usr/bin" "${base%base}/world/DEBIAN"
	printf '#!/bin/sh\necho hello\n' >"${base%base}/hello/usr/bin/hello"
	chmod 755 "${base%base}/hello/usr/bin/hello"
	package hello
	# shellcheck disable=SC2016 # for the shell in there
	printf '#!/bin/sh\nset -e\nhostname=$(cat /etc/hostname)\necho "$hostname" >/made\nrm /made\n' \
		>"${base%base}/world/DEBIAN/postinst"
	chmod 755 "${base%base}/world/DEBIAN/postinst"
	package world 'Depends: hello'
}

# make_lists KEY [SUITE]: what is signed, as it stands in the archive.
make_lists() {
	local suite=${2:-tiny} list=main/binary-$arch/Packages
	mkdir -p "$archive/dists/tiny/${list%/*}"
	(cd "$archive" && dpkg-scanpackages -m pool 2>/dev/null \
		>"dists/tiny/$list")
	cd "$archive/dists/tiny" || return
	gpg --batch -q --yes -u "$1@example.org" --clearsign -o InRelease <<-END
		Suite: $suite
		Codename: $suite
		Date: Sat, 01 Jan 2022 00:00:00 UTC
		Architectures: $arch
		SHA256:
		 $(sha256sum <"$list" | cut -c-64) $(stat -c %s "$list") $list
		Components: main
	END
	cd "$OLDPWD" || return
}

# in_root WORD...: the directory that mkroot makes of them.
in_root() {
	mkroot "$@" | sed -n 's/^mkroot .*dir=\([^ ]*\).*/\1/p'
}

may_bootstrap() {
	requires root
}

nothing_left() {
	same "" "$(find "$cache/roots" "$cache/tmp" -mindepth 1 2>/dev/null)"
}

@test "a suite: packages, what was checked, and from the cache the next time" {
	may_bootstrap
	release=$(sha256sum <"$archive/dists/tiny/InRelease" | cut -c-64)
	key=$(gpg --with-colons -k ours@example.org |
		awk -F: '$1 == "fpr" { print $10; exit }')
	run -0 mkroot tiny
	plain=$output
	assert_match "mkroot from=tiny:tiny digest=sha256:$release signed-by=$key dir=$cache/roots/suite-[0-9a-f]+/rootfs scratch"
	run -0 mkroot tiny:tiny +world +hello +world
	assert_match "mkroot from=tiny:tiny \+hello \+world digest=sha256:$release signed-by=$key dir=.*"
	with=$output
	same hello "$(jailexec -- hello <<<"$with")"
	run -127 jailexec -- hello <<<"$plain"
	for file in etc/hostname etc/resolv.conf var/log/dpkg.log made; do
		[ ! -e "$(in_root tiny +hello +world)/$file" ]
	done
	# From here on there is no archive.
	export RUNGS_TEMPLATES=$PWD/templates
	mkdir templates
	cp -p "$BATS_FILE_TMPDIR/templates/tiny" templates/
	mkdir nothing
	run -0 env PATH="$RUNGS_STAGE/bin" mkroot tiny +hello "+world" \
		"digest=sha256:$release" "signed-by=$key"
	assert_output "$with"
	line=$(sed -n 's/^mkroot //p' <<<"$with")
	# shellcheck disable=SC2086 # words
	run -0 mkroot $line
	assert_output "$with"
	run -125 mkroot tiny "signed-by=${key/[0-9]/A}"
	assert_match "mkroot: tiny:tiny: it is signed by $key, not .*"
	run -125 mkroot tiny "digest=sha256:${release/[0-9]/a}"
	assert_match "mkroot: tiny:tiny: its digest is sha256:$release, not .*"
	# A key of the cache is only a hash: what it holds is looked at.
	origin=$(dirname "$(in_root tiny)")/origin
	sed -i.bak 's/tiny:tiny/tiny:other/' "$origin"
	run -125 mkroot tiny
	assert_match 'mkroot: .*/rootfs: holds tiny:other, not tiny:tiny'
	sed 's/tiny:tiny/& +hello/' "$origin.bak" >"$origin"
	run -125 mkroot tiny
	assert_match 'mkroot: .*/rootfs: holds tiny:tiny, not tiny:tiny'
	mv "$origin.bak" "$origin"
	# Another list of packages or another mirror is another root.
	export RUNGS_MIRROR=file://$PWD/nothing
	run -125 mkroot tiny
	assert_match "mkroot: tiny:tiny: fetch $RUNGS_MIRROR/dists/tiny/InRelease: .*"
	unset RUNGS_MIRROR
	run -0 mkroot tiny "mirror=file://$archive/../archive"
	assert_match "mkroot from=tiny:tiny mirror=file://$archive/../archive digest=.*"
	same 3 "$(find "$cache/roots" -mindepth 1 -maxdepth 1 | wc -l)"
}

@test "the same archive gives the same tree, whoever makes it where and when" {
	may_bootstrap
	run -0 mkroot --digest tiny +world
	first=$output
	umask 077
	XDG_CACHE_HOME=$PWD/cache TZ=Asia/Tokyo LANG=de_DE.UTF-8 run -0 \
		unshare --uts sh -c 'hostname elsewhere; mkroot --digest tiny +world'
	assert_output "$first"
	same 'Sat, 01 Jan 2022 00:00:00 +0000' "$(date -uRr \
		"$(in_root tiny +world)/var/lib/dpkg/status")"
	XDG_CACHE_HOME=$PWD/other SOURCE_DATE_EPOCH=1000 run -0 mkroot \
		tiny +world dir=own
	same 1000 "$(stat -c %Y own/rootfs/var/lib/dpkg/status)"
	SOURCE_DATE_EPOCH=now run -125 mkroot tiny +hello
	assert_output "mkroot: tiny:tiny: file://$archive/dists/tiny/InRelease: SOURCE_DATE_EPOCH=now: not a number of seconds"
	# A root of one's own is used if it has what is asked for.
	run -0 mkroot tiny dir=own
	assert_match "mkroot from=tiny:tiny \+world digest=.* signed-by=.* dir=$PWD/own/rootfs"
	run -125 mkroot tiny +hello dir=own
	assert_output "mkroot: dir=$PWD/own: holds tiny:tiny without +hello
mkroot: name another directory, or remove that one"
}

@test "what is not signed by a key of the keyring is refused" {
	copy=$BATS_TEST_TMPDIR/copy
	cp -r "$archive" "$copy"
	chmod 755 "$copy"
	export RUNGS_MIRROR=file://$copy
	list=$copy/dists/tiny/InRelease
	where="mkroot: tiny:tiny: file://$list"

	sed -i 's/^Components: main/&s/' "$list"
	declined "$where: its signature is wrong" tiny
	(archive=$copy && make_lists theirs)
	declined "$where: none of the keys in $archive/ours.gpg signed it" tiny
	(archive=$copy && make_lists ours other)
	declined "$where: it is not of the suite tiny" tiny
	echo 'Suite: tiny' >"$list"
	declined "$where: none of the keys in $archive/ours.gpg signed it" tiny
	rm "$list"
	declined "mkroot: tiny:tiny: fetch file://$list: no such file" tiny
	cp "$archive/dists/tiny/InRelease" "$list"
	other=sha256:$(printf 'a%.0s' {1..64})
	declined "mkroot: tiny:tiny: its digest is sha256:$(sha256sum <"$list" | cut -c-64), not $other" \
		tiny "digest=$other"
	sed "s,^keyring.*,keyring $copy/none.gpg," \
		"$RUNGS_TEMPLATES/tiny" >keyless
	RUNGS_TEMPLATES=$PWD declined \
		"mkroot: keyless:tiny: file://$list: $copy/none.gpg: open the keyring: No such file or directory" keyless
	assert_line 'mkroot: get the keyring'
	# A key that has expired vouches for nothing any more.
	then=(gpg --batch -q --yes --faked-system-time 20200101T000000)
	"${then[@]}" --passphrase '' --quick-gen-key old@example.org ed25519 \
		sign 1d
	gpg -q --export old@example.org >"$copy/old.gpg"
	gpg -q --decrypt "$list" 2>/dev/null >text
	"${then[@]}" -u old@example.org --clearsign -o "$list" text
	sed "s,^keyring.*,keyring $copy/old.gpg," \
		"$RUNGS_TEMPLATES/tiny" >expired
	RUNGS_TEMPLATES=$PWD declined \
		"mkroot: expired:tiny: file://$list: none of the keys in $copy/old.gpg signed it" expired
	cp "$archive/dists/tiny/InRelease" "$list"
	may_bootstrap
	# From here on apt has to find it out.
	declined 'mkroot: tiny:tiny: mmdebstrap: Unable to locate package nosuch' \
		tiny +nosuch
	printf x | dd of="$copy/pool/hello.deb" bs=1 seek=2000 conv=notrunc \
		status=none
	run -125 mkroot tiny +hello
	assert_match 'mkroot: tiny:tiny: mmdebstrap: .*'
	nothing_left
}

@test "an archive that changes after it was checked is refused" {
	may_bootstrap
	copy=$BATS_TEST_TMPDIR/copy
	cp -r "$archive" "$copy"
	mkdir bin
	real=$(command -v mmdebstrap)
	cat >bin/mmdebstrap <<-END
		#!/bin/sh
		cp "$copy/new" "$copy/dists/tiny/InRelease"
		exec "$real" "\$@"
	END
	chmod 755 bin/mmdebstrap
	cp "$copy/dists/tiny/InRelease" "$copy/old"
	(archive=$copy && make_lists ours)
	sleep 1
	(archive=$copy && make_lists ours)
	mv "$copy/dists/tiny/InRelease" "$copy/new"
	mv "$copy/old" "$copy/dists/tiny/InRelease"
	never cmp -s "$copy/new" "$copy/dists/tiny/InRelease"
	RUNGS_MIRROR=file://$copy PATH=$PWD/bin:$PATH declined \
		'mkroot: tiny:tiny: mmdebstrap: the mirror has changed meanwhile' tiny
}

@test "an ordinary user needs subordinate ids, and gets the same tree" {
	requires root user-namespaces
	mkdir -m 777 theirs
	export XDG_CACHE_HOME=
	run -125 as_user env "XDG_CACHE_HOME=$PWD/theirs" mkroot tiny
	assert_match 'mkroot: root adds them: usermod --add-subuids .*'
	requires subordinate-ids
	run -0 as_subuser env "XDG_CACHE_HOME=$PWD/theirs" mkroot --digest tiny +world
	theirs=$output
	XDG_CACHE_HOME=$PWD/ours run -0 mkroot --digest tiny +world
	assert_output "$theirs"
}

@test "names that apt would take for something else are refused" {
	# shellcheck disable=SC2016 # not for this shell
	for word in +-x +x- '+a b' '+a;b' '+a,b' +a/b '+$x' +a=1 '+~i' '+a*' + \
		'+?true' +a:amd64 $'+a\nb' +.x ++x "+$(printf 'a%.0s' {1..200})"; do
		run -125 mkroot tiny "$word"
		same "mkroot: ${word//$'\n'/?}: not the name of a package" "$output"
	done
	for suite in -x --help 'a b' 'a;b' ../x 'a,b' '' /x a/b "$(printf 'a%.0s' {1..64})"; do
		run -125 mkroot "tiny:$suite"
		assert_output "mkroot: tiny:$suite: not the name of a suite"
	done
	# shellcheck disable=SC2016 # not for this shell
	for mirror in ftp://x 'http://x y' 'http://x;y' "http://x'y" \
		'http://$(x)' 'http://[x]' -x; do
		run -125 mkroot tiny "mirror=$mirror"
		same "mkroot: tiny: $mirror: not a mirror that can be used" "${lines[0]}"
	done
	many=()
	for ((n = 0; n < 129; n++)); do
		many+=("+p$n")
	done
	run -125 mkroot tiny "${many[@]}"
	assert_match 'mkroot: \+p[0-9]+: more than 128 packages'
	for name in empty host dir:/ app:/bin/sh; do
		run -125 mkroot "$name" +x
		assert_match "mkroot: \+x: nothing can add packages to .*"
	done
	run -125 mkroot tiny signed-by=me
	assert_match 'mkroot: signed-by=me: expected .*'
	nothing_left
	run -125 mkroot empty "signed-by=$(printf 'A%.0s' {1..40})"
	assert_output 'mkroot: empty: nobody signed it'
}

# hide PROGRAM...: have all programs of this machine but these, and ours.
hide() {
	mkdir -p bin
	ln -s /usr/bin/* /usr/sbin/* bin/ 2>/dev/null || true
	(cd bin && rm "$@")
	PATH=$RUNGS_STAGE/bin:$PWD/bin
}

@test "without mmdebstrap it is debootstrap's, where root calls" {
	requires debootstrap
	hide mmdebstrap
	may_bootstrap
	run -0 mkroot tiny +world
	assert_match "mkroot from=tiny:tiny \+world digest=sha256:$(sha256sum <"$archive/dists/tiny/InRelease" | cut -c-64) signed-by=[0-9A-F]{40} dir=$cache/roots/suite-[0-9a-f]+/rootfs scratch"
	same hello "$(jailexec -- hello <<<"$output")"
	root=$(in_root tiny +world)
	for file in etc/hostname etc/resolv.conf var/log/dpkg.log \
		var/log/bootstrap.log dev/null debootstrap made; do
		[ ! -e "$root/$file" ]
	done
	same "" "$(find "$root" -newermt 2022-01-01T00:00:01Z)"
	same "partial" "$(ls "$root/var/lib/apt/lists")"
	same "$(mkroot --digest tiny +world)" "$(XDG_CACHE_HOME=$PWD/other unshare --uts \
		sh -c 'hostname elsewhere; mkroot --digest tiny +world')"
	run -125 mkroot tiny +nosuch
	assert_output "mkroot: tiny:tiny: debootstrap: Couldn't find these debs: nosuch"
	# A list that is not the one that was checked.
	cat >deb <<-END
		#!/bin/sh
		mkdir -p rootfs/var/lib/apt/lists
		echo other >rootfs/var/lib/apt/lists/x_InRelease
	END
	chmod 755 deb bin
	mv -f deb bin/debootstrap
	run -125 mkroot tiny
	assert_output 'mkroot: tiny:tiny: debootstrap: the mirror has changed meanwhile'
	same "" "$(ls "$cache/tmp")"
	requires user-namespaces subordinate-ids
	run -125 as_subuser mkroot tiny
	assert_output 'mkroot: tiny:tiny: mmdebstrap is not installed, and debootstrap needs root
mkroot: apt-get install mmdebstrap'
}

# asked NAME: what a program in front of the real one was asked to do.
asked() {
	printf '#!/bin/sh\nprintf "%%s\\n" "$@" >%s/asked\nexit 1\n' "$PWD" \
		>"bin/$1"
	chmod 755 "bin/$1"
}

@test "the ubuntu template asks for what Ubuntu has, by either program" {
	may_bootstrap
	hide mmdebstrap debootstrap
	mkdir -p ubuntu/dists/noble templates
	gpg -q --decrypt "$archive/dists/tiny/InRelease" 2>/dev/null |
		sed 's/tiny/noble/; 1i Origin: Ubuntu' |
		gpg --batch -q -u ours@example.org --clearsign \
			-o ubuntu/dists/noble/InRelease
	# Its keyring is not everywhere.
	sed "s,^keyring .*,keyring $archive/ours.gpg," \
		"$BATS_TEST_DIRNAME/../rootfs-templates/ubuntu" >templates/ubuntu
	export RUNGS_TEMPLATES=$PWD/templates RUNGS_MIRROR=file://$PWD/ubuntu
	asked mmdebstrap
	run -125 mkroot ubuntu +hello
	for word in --variant=minbase "--keyring=$archive/ours.gpg" \
		'--components=main universe' --include=hello noble \
		"copy://$PWD/ubuntu"; do
		grep -Fxq -e "$word" asked
	done
	rm bin/mmdebstrap
	asked debootstrap
	run -125 mkroot ubuntu +hello +world
	same "--variant=minbase
--force-check-gpg
--keyring=$archive/ours.gpg
--components=main,universe
--include=hello,world
noble
rootfs
file://$PWD/ubuntu
gutsy" "$(cat asked)"
}

@test "without either the remedy is a package" {
	may_bootstrap
	hide mmdebstrap debootstrap
	run -125 mkroot tiny
	assert_output 'mkroot: tiny:tiny: neither mmdebstrap nor debootstrap is installed
mkroot: apt-get install mmdebstrap'
	rm bin/gpgv
	run -125 mkroot tiny
	assert_line 'mkroot: apt-get install gpgv'
}
