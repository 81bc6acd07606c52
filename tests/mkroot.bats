#!/usr/bin/env bats
# mkroot(1): what it makes, what it prints, what it refuses to touch.
# shellcheck disable=SC2154 # bats sets output, stderr and status

load helper

# Alpine's own archive, or where it is not there one of ours that a template
# in front of ours pins under its name.
setup_file() {
	local name=alpine-minirootfs-3.20.3-x86_64.tar.gz dir=$BATS_FILE_TMPDIR
	alpine=$(alpine_archive)
	if [ ! -r "$alpine" ] || [ "$(uname -m)" != x86_64 ]; then
		alpine=$dir/$name
		make_archive "$alpine"
		mkdir "$dir/templates"
		stand_in=$dir/templates
	fi
	alpine_digest=$(sha256sum <"$alpine")
	alpine_digest=${alpine_digest%% *}
	[ -z "${stand_in:-}" ] || printf '%s\n' "mirror https://127.0.0.1:9" \
		"fallback busybox" "archive 3.20.3 $(uname -m) $alpine_digest \
v3.20/releases/x86_64/$name" >"$stand_in/alpine"
	export alpine alpine_digest stand_in
}

# make_archive FILE: a tree with enough in it to be killed in the middle.
make_archive() {
	local tree=$BATS_FILE_TMPDIR/tree n
	mkdir -p "$tree/bin" "$tree/etc"
	for ((n = 0; n < 200; n++)); do
		head -c 20000 /dev/urandom >"$tree/bin/$n"
		ln -s "../bin/$n" "$tree/etc/$n"
	done
	chmod 4755 "$tree/bin/7"
	tar -czf "$1" -C "$tree" .
}

setup() {
	export RUNGS_TEMPLATES=$stand_in
	mkdir "$BATS_TEST_TMPDIR/work"
	cd "$BATS_TEST_TMPDIR/work" || return
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
	cache=$XDG_CACHE_HOME/rungs
}

teardown() {
	stop_mirror
	# What an archive made may be closed to its owner.
	chmod -R u+rwx "$BATS_TEST_TMPDIR" 2>/dev/null || true
}

# made [MKROOT ARGUMENT...]: run it and print the directory that it names.
made() {
	mkroot "$@" | sed -n 's/^mkroot .*dir=\([^ ]*\).*/\1/p'
}

# The tree, but for the time of its top, which no archive sets.
below() {
	digest_dir=$1 bash -c 'cd "$digest_dir" &&
		find . -mindepth 1 -printf "%p %y %m %U %G %l %T@\n" | sort &&
		find . -type f -print0 | sort -z | xargs -0r sha256sum' |
		sha256sum
}

# pack FILE ENTRY...: an archive, hostile or not; see maketar.c.
pack() {
	local file=$1
	shift
	"$RUNGS_STAGE/tests/maketar" "$@" >"$file"
}

# The user of as_user with a cache of its own, in a directory of its own.
as_guest() {
	if [ ! -d "$BATS_TEST_TMPDIR/guest" ]; then
		mkdir "$BATS_TEST_TMPDIR/guest"
		if [ "$(id -u)" -eq 0 ]; then
			chown 1234:1234 "$BATS_TEST_TMPDIR/guest"
		fi
	fi
	(cd "$BATS_TEST_TMPDIR/guest" &&
		as_user env XDG_CACHE_HOME="$BATS_TEST_TMPDIR/guest/cache" "$@")
}

# template NAME LINE...: a template of the user's own.
template() {
	local name=$1
	shift
	mkdir -p templates
	printf '%s\n' "$@" >"templates/$name"
	export RUNGS_TEMPLATES=$PWD/templates:$stand_in
}

# serve: the layout of Alpine's CDN on loopback, with the real archive.
serve() {
	local below=mirror/v3.20/releases/x86_64 n port
	requires busybox curl
	mkdir -p "$below"
	cp "$alpine" "$below/"
	chmod 644 "$below/${alpine##*/}"
	# So that another's server on this port is not taken for ours.
	printf '%s\n' "$PWD" >mirror/token
	for ((n = 0; n < 20; n++)); do
		port=$((20000 + RANDOM % 12000))
		busybox httpd -f -p "127.0.0.1:$port" -h "$PWD/mirror" \
			>/dev/null 2>&1 3>&- &
		mirror_pid=$!
		export RUNGS_MIRROR=http://127.0.0.1:$port
		poll mirror_decided
		[ "$(mirror_token)" != "$PWD" ] || return 0
		stop_mirror
	done
	return 1
}

mirror_token() {
	curl -fs -m 60 --noproxy '*' "$RUNGS_MIRROR/token" 2>/dev/null || true
}

mirror_decided() {
	[ -n "$(mirror_token)" ] || [ ! -d "/proc/$mirror_pid" ]
}

# end PID: kill it and wait, whatever it ends with.
end() {
	kill -KILL "$1" 2>/dev/null || true
	wait "$1" 2>/dev/null || true
}

stop_mirror() {
	[ -z "${mirror_pid:-}" ] || end "$mirror_pid"
	mirror_pid=
}

# A mirror that nobody serves: the discard port of loopback.
no_mirror() {
	export RUNGS_MIRROR=http://127.0.0.1:9
}

# bare CMD...: run it where only our own tools are in PATH, and no curl.
bare() {
	env PATH="$RUNGS_STAGE/bin" "$@"
}

# settled: whatever a killed mkroot had started is gone, too.  Its memory goes
# first and its locks a moment later, and what is locked is left alone.
settled() {
	local dir
	no_process_of "tar:$alpine" &&
		no_process_of "$(realpath "$RUNGS_STAGE")/bin/../libexec/rungs/mkroot-unpack" ||
		return
	for dir in "$cache"/tmp/* own.rungs-*; do
		[ ! -d "$dir" ] || flock -n "$dir" true || return
	done
}

# nothing_left: no root, no work in progress.
nothing_left() {
	same "" "$(find "$cache/roots" "$cache/tmp" -mindepth 1 2>/dev/null)"
}

# --- what it prints

@test "-l lists the templates, sorted, one line each" {
	run -0 mkroot -l
	same $'alpine\nbusybox\ndebian\ndir:PATH\nempty\nhost\ntar:FILE\nubuntu' \
		"$(cut -d ' ' -f 1 <<<"$output")"
}

@test "host is the system's own files, read-only, unless scratch is said" {
	run -0 mkroot host
	same "$(printf '%s\n' 'jail 1' 'mkroot from=host dir=/ ro')" \
		"$(head -n 2 <<<"$output")"
	assert_match 'addmount .* try-mask=/etc/shadow .*'
	same '4 end' "${#lines[@]} ${lines[3]}"
	run -0 mkroot -n host scratch
	assert_line 'mkroot from=host dir=/ scratch'
	[ ! -e "$cache" ]
}

@test "host has none of the secrets that its caller may read" {
	home=$BATS_TEST_TMPDIR/home
	mkdir -p "$home/.ssh" "$home/.aws" "$home/.config/gh"
	echo key | tee "$home/.ssh/id" "$home/.aws/credentials" \
		"$home/.config/gh/hosts.yml" "$home/.netrc" >"$home/plain"
	ln -s .ssh "$home/.gnupg"
	secrets() {
		cat "$home"/{.ssh,.gnupg,.aws,.config/gh}/* "$home/.netrc" 2>/dev/null
	}
	export home
	export -f secrets
	same 5 "$(secrets | wc -l)"
	on_host() {
		HOME=$home mkroot host | enterns user mount |
			jailexec -x -- bash -c "$*"
	}
	same plain:key "$(on_host 'secrets; echo "plain:$(<"$home/plain")"')"
	# There, and with nothing in it.
	same 0 "$(on_host 'cat "$home/.netrc" | wc -c')"
	same '' "$(HOME='' mkroot host | grep -o '[^ ]*\.ssh')"
	requires leaving-groups
	# What another mount covers is no secret, and no error either.
	HOME=$home run -0 bash -c 'mkroot host | jailexec -- ls /tmp'
	assert_output ''
	same '' "$(HOME=${home#/} mkroot host | grep -o '[^ ]*\.ssh')"
	requires root
	as_root='cat /etc/shadow /etc/gshadow; ls -A /root /etc/ssl/private'
	as_root+='; cat /etc/ssh/ssh_host_*_key /etc/sudoers; ls /etc/sudoers.d'
	for words in "mkroot host | enterns mount | jailexec -x -- bash -c '$as_root'" \
		"mkroot host -- bash -c '$as_root'"; do
		run bash -c "$words" 2>/dev/null
		same '' "$(grep -v '^/.*:$\|^$\|No such file' <<<"$output")"
	done
	# A template can hide other things, where it is said to.
	mkdir -p tree/a/b
	echo secret | tee tree/a/b/c >tree/d
	template partly "in-place $PWD/tree" 'mask /d /a /a/b /none' 'mask /a/b/c'
	run -0 mkroot partly
	assert_line 'addmount try-mask=/d try-mask=/a'
}

@test "the applets of busybox can be chosen" {
	requires busybox
	tree=$(made busybox:sh,cat)
	same $'busybox\ncat\nsh' "$(find "$tree" -path '*bin/*' \
		-printf '%f\n' | sort)"
	run -0 mkroot busybox:sh,cat
	assert_match "mkroot from=busybox:sh,cat dir=$tree scratch"
	! leaves_groups || same hello "$(mkroot busybox:sh,cat | jailexec -- sh -c 'echo hello | cat')"
	never same "$tree" "$(made busybox:sh)" 2>/dev/null
	for words in 'sh,' ',sh' sh,nosuch sh,/bin/cat 'sh cat' '' ca; do
		run -125 mkroot "busybox:$words"
		assert_match "mkroot: busybox:$words: line [0-9]+: '.*': no such applet"
	done
}

@test "dir:PATH is used in place and may be protected" {
	mkdir tree
	run -0 mkroot dir:tree
	assert_output $'jail 1\nmkroot from=dir:'"$PWD/tree dir=$PWD"$'/tree\nend'
	run -0 mkroot dir:tree scratch ro
	assert_output \
		$'jail 1\nmkroot from=dir:'"$PWD/tree dir=$PWD"$'/tree ro\nend'
	run -0 mkroot ro none dir:tree/../tree
	assert_output $'jail 1\nmkroot from=dir:'"$PWD/tree dir=$PWD"$'/tree\nend'
	run -125 mkroot dir:missing
	assert_output 'mkroot: dir:missing: open: No such file or directory'
	touch file
	run -125 mkroot dir:file
	assert_output 'mkroot: dir:file: not a directory'
	run -0 mkroot dir:tree dir=tree2
	assert_line "mkroot from=dir:$PWD/tree dir=$PWD/tree2/rootfs"
}

@test "a path with blanks, a newline and a backslash is escaped" {
	name=$'a b\tc\nd\\e'
	mkdir "$name"
	run -0 mkroot "dir:$name"
	word=$PWD/'a\040b\011c\012d\134e'
	assert_output $'jail 1\n'"mkroot from=dir:$word dir=$word"$'\nend'
	mkdir $'\a'
	run -125 mkroot $'dir:\a'
	assert_output "mkroot: dir:$PWD/?: a path with the control byte 0x07"
}

@test "the empty root holds only the mount points" {
	run -0 mkroot empty
	assert_match "mkroot from=empty dir=$cache/roots/recipe-[0-9a-f]{16}/rootfs scratch"
	tree=$(made empty)
	same $'dev 755\nproc 755\nrun 755\nsys 755\ntmp 1777' \
		"$(cd "$tree" && find . -mindepth 1 -printf '%P %m\n' | sort)"
}

@test "the busybox root is made of this machine's busybox" {
	requires busybox
	tree=$(made busybox)
	cmp "$(readlink -f "$(command -v busybox)")" "$tree/bin/busybox"
	same /bin/busybox "$(readlink "$tree/bin/sh")"
	same 1777 "$(stat -c %a "$tree/tmp")"
	grep -q '^root:x:0:0:' "$tree/etc/passwd"
	grep -q '^root:x:0:' "$tree/etc/group"
	grep -q '^NAME="rungs busybox"$' "$tree/etc/os-release"
	for dir in dev etc home proc root run sys tmp usr/bin var; do
		[ -d "$tree/$dir" ]
	done
	run -0 mkroot busybox ro
	assert_match "mkroot from=busybox dir=$tree ro"
}

@test "a printed line is a command line that prints itself" {
	requires busybox
	mkdir 'a b'
	pack a.tar file x y
	for words in host busybox empty "dir:a b" tar:a.tar \
		"busybox dir=own" "tar:a.tar dir=own2"; do
		case $words in
		dir:*) run -0 mkroot "$words" ;;
		*) run -0 bash -c "mkroot $words" ;;
		esac
		line=${lines[1]}
		args=()
		for word in ${line#mkroot }; do
			args+=("$(printf '%b' "${word//\\0/\\00}")")
		done
		run -0 mkroot "${args[@]}"
		same "$line" "${lines[1]}"
	done
}

# --- words and options

@test "usage, bad words and unknown templates are errors" {
	run -125 mkroot
	assert_match 'usage: mkroot .*'
	run -125 mkroot --bogus host
	run -125 mkroot host --
	run -125 mkroot host size=3
	assert_output $'mkroot: size=3: no such word\nmkroot: mkroot(1) has all there are; a command comes behind --'
	run -125 mkroot digest=md5:1 host
	assert_output 'mkroot: digest=md5:1: expected digest=sha256: and 64 hex digits'
	run -125 mkroot nosuch
	assert_output $'mkroot: nosuch: no such template\nmkroot: mkroot -l lists them'
	for name in ../empty /etc/passwd Empty .hidden a/b ''; do
		run -125 mkroot "$name"
		assert_match ".*: no such template"
	done
	template x 'dir d'
	cp templates/x templates/X
	for name in ../templates/x "$PWD/templates/x" X ./x; do
		run -125 mkroot "$name"
		assert_line "mkroot: $name: no such template"
	done
	run -125 mkroot empty:1.0
	assert_output 'mkroot: empty:1.0: this template has no releases'
	run -125 mkroot alpine:9
	assert_match 'mkroot: alpine:9: the template has no digest for such a release'
	assert_match "mkroot: it knows for $(uname -m): 3.20.3 .*latest-stable edge"
}

@test "a later word wins" {
	run -0 mkroot nosuch host ro scratch
	assert_line 'mkroot from=host dir=/ scratch'
}

@test "a full standard output is an error" {
	run -125 --separate-stderr bash -c 'mkroot host >/dev/full'
	same 'mkroot: write the jail description: No space left on device' \
		"$stderr"
}

# --- templates of the user's own

@test "a template may use every operation" {
	requires busybox
	template mine '# a comment' '' 'summary my own' \
		"program bin/tool /nonexistent /etc/passwd $(command -v busybox)" \
		'applets bin/tool' 'dir a/b 700' 'dir sticky 1777' \
		'file c/d 600' 'file e' 'line e first line' 'line e ' \
		'line /e third  with  blanks' 'link l ../../etc' \
		'hint never shown' ro
	run -0 mkroot mine
	assert_match 'mkroot from=mine dir=.*/rootfs ro'
	tree=$(made mine)
	same '755 700 1777 600 644' "$(cd "$tree" &&
		stat -c %a a a/b sticky c/d e | paste -sd ' ')"
	same $'first line\n\nthird  with  blanks' "$(cat "$tree/e")"
	same ../../etc "$(readlink "$tree/l")"
	same /bin/tool "$(readlink "$tree/bin/sh")"
	cmp "$(command -v busybox)" "$tree/bin/tool"
	run -0 mkroot -l
	assert_line 'mine         my own'
}

@test "a template of the user's own hides ours, and may be in any folder" {
	template host 'dir only'
	run -0 mkroot host
	assert_match 'mkroot from=host dir=.*/roots/recipe-.* scratch'
	mkdir second
	mv templates/host second/other
	RUNGS_TEMPLATES=/nonexistent::templates:$PWD/second run -0 mkroot other
	run -125 mkroot other
}

@test "in-place names a directory, and a changed template is another root" {
	mkdir tree
	template place "in-place $PWD/tree" scratch
	run -0 mkroot place
	assert_output $'jail 1\n'"mkroot from=place dir=$PWD/tree scratch"$'\nend'
	run -0 mkroot place "dir=$PWD/tree"
	template mine 'dir a'
	first=$(made mine)
	template mine 'dir b'
	second=$(made mine)
	never same "$first" "$second" 2>/dev/null
	[ -d "$first/a" ] && [ -d "$second/b" ]
}

@test "a bad line is an error that names the file and the line" {
	local line
	while IFS='|' read -r line reason; do
		template bad '# first' "$line" 'dir x'
		run -125 mkroot bad
		assert_output "mkroot: $PWD/templates/bad: line 2: $reason"
	done <<-'END'
		bogus 1|bogus: no such operation
		dir|expected a path in the new root
		dir /|expected a path in the new root
		dir a/../../b|a/../../b: a path has no '..'
		dir a 888|888: expected an octal mode
		dir a 4755|4755: no mode above 1777
		dir a 755 x|x: nothing may follow dir
		file a 0x1|0x1: expected an octal mode
		ro now|now: nothing may follow ro
		link a|expected link PATH TARGET
		program bin/x|expected program PATH SOURCE ...
		program bin/x bin/y|bin/y: not an absolute path
		applets bin/x|bin/x: no program line above made it
		archive 1 x86_64 abc p|abc: expected 64 hex digits
		archive 1 x86_64|expected archive RELEASE ARCH SHA256 PATH
		summary|summary: expected a text behind it
		fallback ../x|fallback: not a template's name
		in-place tree|in-place: not an absolute path
		mask|expected mask PATH ...
		mask a|a: not an absolute path
		mask /a ~b/c|~b/c: not an absolute path
		mask ~~/c|~~/c: not an absolute path
		mask /a/../b|/a/../b: a path has no '..'
		index a b|expected index RELEASE FLAVOR PATH
		index a b c;d|expected index RELEASE FLAVOR PATH
		suite -x|suite: -x: not what can stand there
		suite a b|suite: a b: not what can stand there
		suite a;b|suite: a;b: not what can stand there
		keyring my/keys|keyring: not an absolute path
		keyring /a /b|keyring: /a /b: not what can stand there
		components -x|components: -x: not what can stand there
		components $(x)|components: $(x): not what can stand there
	END
	while IFS='|' read -r lines reason; do
		template bad "${lines%%;*}" "${lines#*;}"
		run -125 mkroot bad
		assert_output "mkroot: $PWD/templates/bad: $reason"
	done <<-'END'
		suite x;mirror https://x|suite without a keyring
		suite x;keyring /x|suite without a mirror
		dir x;keyring /x|keyring without a suite
		dir x;components main|components without a suite
		dir x;index a b c|index without an archive
		dir x;mask /x|mask without in-place
		suite x;dir x|archive, suite, in-place and the steps that build a root exclude each other
	END
	template bad "components $(printf 'x%.0s' {1..201})"
	run -125 mkroot bad
	assert_match '.*: line 1: components: longer than 200 bytes'
	template bad 'summary two' 'summary three'
	run -125 mkroot bad
	assert_match '.*: line 2: summary: said twice'
	template bad 'summary nothing'
	run -125 mkroot bad
	assert_match '.*/bad: nothing in it makes a root'
	template bad 'dir a' 'in-place /'
	run -125 mkroot bad
	assert_match '.*/bad: .* exclude each other'
	printf 'dir a\0b\n' >templates/bad
	run -125 mkroot bad
	assert_match '.*/bad: line 1: control byte 0x00'
	head -c 70000 /dev/zero | tr '\0' '#' >templates/bad
	run -125 mkroot bad
	assert_match '.*/bad: larger than 64 KiB'
	run -125 --separate-stderr mkroot -l
	assert_match 'empty .*'
	nothing_left
}

@test "a program must be there and static, or the template has the remedy" {
	template needs 'hint apt-get install it' 'dir before' \
		'program bin/x /nonexistent'
	run -125 mkroot needs
	assert_output $'mkroot: needs: line 3: /nonexistent: not on this machine\nmkroot: apt-get install it'
	nothing_left
	template needs "program bin/x $(command -v bash) /etc/passwd"
	run -125 mkroot needs
	assert_match '.*: not statically linked: it would not run in a new root'
	nothing_left
}

@test "what stands in the way of a step is an error" {
	template twice 'file a' 'file a'
	run -125 mkroot twice
	assert_output 'mkroot: twice: line 2: make a: File exists'
	template through "link out $PWD" 'file out/x'
	run -125 mkroot through
	assert_match 'mkroot: through: line 2: make out/x: .*'
	[ ! -e x ]
	nothing_left
}

# --- alpine

@test "alpine comes from the mirror, verified, once" {
	requires root
	serve
	run -0 --separate-stderr mkroot alpine
	tree=$cache/roots/sha256-$alpine_digest/rootfs
	assert_output $'jail 1\n'"mkroot from=alpine:3.20.3 digest=sha256:$alpine_digest dir=$tree scratch"$'\nend'
	same "" "$stderr"
	mkdir want
	tar -xzpf "$alpine" --numeric-owner -C want
	same "$(below want)" "$(below "$tree")"
	stop_mirror
	for word in alpine alpine:3.20 alpine:3.20.3; do
		run -0 mkroot --strict "$word"
		assert_line "mkroot from=alpine:3.20.3 digest=sha256:$alpine_digest dir=$tree scratch"
	done
	run -0 mkroot alpine "digest=sha256:$alpine_digest"
	run -125 mkroot alpine "digest=sha256:${alpine_digest/d/e}"
	assert_output "mkroot: alpine:3.20.3: its digest is sha256:$alpine_digest, not sha256:${alpine_digest/d/e}"
	run -125 mkroot busybox "digest=sha256:$alpine_digest"
	assert_output "mkroot: busybox: sha256:$alpine_digest: it has no digest"
}

@test "on a terminal it shows what it fetches, in a pipe it does not" {
	requires script
	serve
	run -0 script -qec 'mkroot alpine' /dev/null
	output=${output//$'\r'/$'\n'}
	assert_line "mkroot: fetching $RUNGS_MIRROR/v3.20/releases/x86_64/${alpine##*/}"
	assert_match '#+ +100\.0%'
	run -0 --separate-stderr mkroot alpine
	same "" "$stderr"
}

@test "an ordinary user gets the same tree, all of it its own" {
	serve
	run -0 as_guest mkroot alpine
	tree=$(sed -n 's/.* dir=\([^ ]*\).*/\1/p' <<<"$output")
	mkdir want
	tar -xzpf "$alpine" --no-same-owner -C want
	same "$(cd want && find . -mindepth 1 -printf '%p %y %m %l\n' | sort)" \
		"$(cd "$tree" && find . -mindepth 1 -printf '%p %y %m %l\n' | sort)"
	run -0 as_guest mkroot busybox
}

@test "an archive with another digest is refused and nothing is kept" {
	serve
	archive=mirror/v3.20/releases/x86_64/${alpine##*/}
	printf x >>"$archive"
	sum=$(sha256sum <"$archive")
	for words in alpine alpine:3.20; do
		run -125 mkroot "$words"
		assert_output "mkroot: alpine:3.20.3: verify the archive: its sha256 is ${sum%% *}, not $alpine_digest"
		nothing_left
	done
}

@test "plain alpine that cannot be had is busybox, and says so" {
	requires busybox curl
	no_mirror
	run -0 --separate-stderr mkroot alpine
	assert_match "mkroot from=busybox dir=$cache/roots/recipe-.* scratch"
	grep -Exq 'mkroot: alpine 3.20.3: cannot be fetched \(.*\); using busybox instead \(--strict refuses\)' <<<"$stderr"
	run -125 mkroot --strict alpine
	assert_match "mkroot: alpine:3.20.3: fetch $RUNGS_MIRROR/v3.20/.*: .*"
	run -125 mkroot alpine:3.20
	assert_match "mkroot: alpine:3.20.3: fetch $RUNGS_MIRROR/v3.20/.*: .*"
	run -125 mkroot alpine "digest=sha256:$alpine_digest"
	same "" "$(ls "$cache/tmp")"
}

@test "a mirror without the file, a missing curl and a bad mirror" {
	serve
	rm -r mirror/v3.20
	run -125 mkroot alpine:3.20
	assert_match 'mkroot: alpine:3.20.3: fetch .*: The requested URL returned error: 404.*'
	run -0 --separate-stderr mkroot alpine
	grep -q '; using busybox instead' <<<"$stderr"
	RUNGS_MIRROR=ftp://127.0.0.1 run -125 mkroot alpine
	assert_output $'mkroot: alpine: ftp://127.0.0.1: not a mirror that can be used\nmkroot: a mirror begins with https://, http:// or file:// and has nothing in it to be quoted'
	RUNGS_MIRROR=file://$PWD/nowhere run -125 mkroot alpine:3.20
	run -0 --separate-stderr bare mkroot alpine
	same 'mkroot: alpine 3.20.3: cannot be fetched (curl is not installed); using busybox instead (--strict refuses)' "$stderr"
	run -125 bare mkroot --strict alpine
	assert_match 'mkroot: alpine:3.20.3: fetch .*: curl is not installed'
	assert_line 'mkroot: apt-get install curl'
}

@test "a machine whose archives are not pinned is told so" {
	template other 'mirror https://127.0.0.1:9' \
		"archive 1.0 sparc64 $alpine_digest a/b.tar"
	run -125 mkroot other
	assert_output "mkroot: other: no digest is pinned for $(uname -m)"
}

@test "a release is chosen by its beginning, and a template names its own" {
	mkdir mirror
	pack mirror/one.tar file one 1
	pack mirror/two.tar file two 2
	export RUNGS_MIRROR=file://$PWD/mirror
	one=$(sha256sum <mirror/one.tar) two=$(sha256sum <mirror/two.tar)
	template rel 'mirror https://127.0.0.1:9' \
		"archive 1.20.1 $(uname -m) ${one%% *} one.tar" \
		"archive 1.2.9 $(uname -m) ${two%% *} two.tar"
	run -0 mkroot rel
	assert_match 'mkroot from=rel:1.20.1 .*'
	run -0 mkroot rel:1.2
	assert_match 'mkroot from=rel:1.2.9 .*'
	run -125 mkroot rel:1.2.
	run -125 mkroot rel:2
	assert_output $'mkroot: rel:2: the template has no digest for such a release\nmkroot: it knows for '"$(uname -m): 1.20.1 1.2.9"
}

# --- the cache

# releases FIELD...: what a mirror says is its latest-stable.
releases() {
	printf '%s\n' --- - '  flavor: alpine-standard' '  version: 1.0' \
		"  file: other.iso" "  sha256: $(printf '0%.0s' {1..64})" - \
		'  flavor: alpine-minirootfs' "$@" - '  flavor: alpine-virt' \
		'  version: 2.0' >"mirror/latest-stable/releases/$(uname -m)/latest-releases.yaml"
}

@test "latest-stable is what the mirror says, from where that can be trusted" {
	requires curl
	below=mirror/latest-stable/releases/$(uname -m)
	mkdir -p "$below"
	cp "$alpine" "$below/mini.tar.gz"
	template alpine "mirror file://$PWD/mirror" 'fallback busybox' \
		"archive 1.2.3 $(uname -m) $alpine_digest gone" \
		"index latest-stable alpine-minirootfs latest-stable/releases/\$machine/latest-releases.yaml"
	name=alpine:latest-stable
	# shellcheck disable=SC2054 # one word each
	good=('  version: 3.99.1' '  file: mini.tar.gz' "  sha256: $alpine_digest")
	releases "${good[@]}"
	run -0 --separate-stderr mkroot $name
	assert_match "mkroot from=$name digest=sha256:$alpine_digest dir=.*"
	same "mkroot: $name: is 3.99.1; its digest is not pinned but the mirror's word" "$(grep -v 'subordinate ids' <<<"$stderr")"
	run -0 --separate-stderr mkroot $name
	same '' "$stderr"
	line=$(sed -n 's/^mkroot //p' <<<"$output")
	# What is here needs nobody's word.
	RUNGS_MIRROR=http://127.0.0.1:9 run -125 mkroot $name
	assert_output "mkroot: $name: the digest would come from http://127.0.0.1:9 unprotected
mkroot: use https://, or say digest="
	# shellcheck disable=SC2086 # words
	RUNGS_MIRROR=http://127.0.0.1:9 run -0 mkroot $line
	assert_match "mkroot from=$name digest=sha256:$alpine_digest dir=.*"
	other=$(printf 'a%.0s' {1..64})
	run -125 mkroot $name "digest=sha256:$other"
	assert_output "mkroot: $name: its digest is sha256:$alpine_digest, not sha256:$other"
	rm -r "$cache"
	releases "${good[@]:0:2}" "  sha256: $other"
	run -125 --separate-stderr mkroot $name
	same "mkroot: $name: verify the archive: its sha256 is $alpine_digest, not $other" "${stderr##*$'\n'}"
	nothing_left
	where="mkroot: $name: fetch file://$PWD/$below/latest-releases.yaml"
	# shellcheck disable=SC2016 # not for this shell
	for bad in '  file: ../x' '  file: a/b' '  file: -x' '  sha256: 12' \
		'  version: $(x)' '  file:'; do
		releases "${good[@]}" "$bad"
		run -125 mkroot $name
		assert_output "$where: alpine-minirootfs: without a version, file and sha256 as they should be"
	done
	echo none >"$below/latest-releases.yaml"
	run -125 mkroot $name
	assert_output "$where: alpine-minirootfs: not among the releases"
	rm "$below/latest-releases.yaml"
	run -125 mkroot $name
	assert_output "$where: no such file"
}

@test "a warm run starts no program, takes no lock and writes nothing" {
	requires strace busybox no-sanitizer
	serve
	pack a.tar file x y
	changes='flock|mkdir|rename|unlink|O_CREAT|O_WRONLY|O_RDWR|fork|clone'
	for words in alpine busybox empty tar:a.tar; do
		# What could not be had for who has no subordinate ids is told once.
		run -0 --separate-stderr mkroot "$words"
		first=$output
		before=$(digest "$cache")
		run -0 strace -f -o trace mkroot "$words"
		assert_output "$first"
		same 1 "$(grep -c execve trace)"
		grep -v '"/dev/null"' trace >calls
		never grep -E "$changes" calls
		same "$before" "$(digest "$cache")"
	done
}

@test "a warm run needs neither curl nor the helper" {
	requires busybox
	serve
	cp -r "$RUNGS_STAGE/bin" "$RUNGS_STAGE/libexec" "$RUNGS_STAGE/share" .
	run -0 --separate-stderr bin/mkroot alpine
	first=$output
	rm -r libexec
	run -0 bare "$PWD/bin/mkroot" alpine
	assert_output "$first"
	pack a.tar file x y
	run -125 bin/mkroot tar:a.tar
	assert_match 'mkroot: tar:.*: run .*/mkroot-unpack: No such file or directory'
}

@test "the cache is closed to others and its trees keep their modes" {
	requires busybox
	umask 077
	tree=$(made busybox)
	for dir in "$cache" "$cache/roots" "$cache/tmp" "$cache/locks" \
		"$(dirname "$tree")"; do
		same 700 "$(stat -c %a "$dir")" "$dir"
	done
	same 755 "$(stat -c %a "$tree")"
	same 755 "$(stat -c %a "$tree/usr/local")"
	same 755 "$(stat -c %a "$tree/usr/local/bin")"
	same 644 "$(stat -c %a "$tree/etc/passwd")"
	pack a.tar file deep/x y mode 600 file z z mode 777 dir open
	tree=$(made tar:a.tar)
	same '755 644 600 777' "$(cd "$tree" &&
		stat -c %a deep deep/x z open | paste -sd ' ')"
	same 755 "$(stat -c %a "$tree")"
}

@test "a cache that is not ours alone is refused" {
	mkdir -p "$XDG_CACHE_HOME"
	ln -s "$BATS_TEST_TMPDIR/work" "$cache"
	run -125 mkroot empty
	assert_match "mkroot: $cache: cache: open: Not a directory"
	rm "$cache"
	touch "$cache"
	run -125 mkroot empty
	assert_match "mkroot: $cache: cache: open: Not a directory"
	rm "$cache"
	for mode in 0755 0710 0701; do
		mkdir -m "$mode" "$cache"
		run -125 mkroot empty
		assert_match "mkroot: $cache: cache: its mode $mode lets others in"
		rmdir "$cache"
	done
	same "" "$(ls -A)"
	requires root
	mkdir -m 700 "$cache"
	chown 1234 "$cache"
	run -125 mkroot empty
	assert_match "mkroot: $cache: cache: belongs to another user \(1234\)"
}

@test "where the cache is" {
	same "$cache" "$(dirname "$(dirname "$(dirname "$(made empty)")")")"
	run -0 as_guest env -u XDG_CACHE_HOME HOME="$BATS_TEST_TMPDIR/guest" \
		mkroot empty
	assert_match ".* dir=$BATS_TEST_TMPDIR/guest/.cache/rungs/roots/.*"
	run -0 as_guest env XDG_CACHE_HOME=relative \
		HOME="$BATS_TEST_TMPDIR/guest" mkroot empty
	assert_match ".* dir=$BATS_TEST_TMPDIR/guest/.cache/rungs/roots/.*"
	run -125 as_guest env -u XDG_CACHE_HOME -u HOME mkroot empty
	assert_line 'mkroot: cache: neither XDG_CACHE_HOME nor HOME is set'
}

# check_roots WANT: every root in the cache is whole.
check_roots() {
	local root
	for root in "$cache"/roots/*; do
		[ -e "$root" ] || continue
		[ -s "$root/origin" ]
		same "$1" "$(below "$root/rootfs")"
	done
}

@test "killed at any moment, the cache stays sound" {
	want=$(below "$(made "tar:$alpine")")
	rm -r "$cache"
	for ((n = 0; n < 24; n++)); do
		mkroot "tar:$alpine" >/dev/null 2>&1 3>&- &
		sleep "0.0$((RANDOM % 10))$((RANDOM % 10))"
		end $!
		check_roots "$want"
		[ ! -d "$cache/roots" ] || find "$cache/roots" -mindepth 1 \
			-maxdepth 1 -exec rm -r {} +
	done
	poll settled
	tree=$(made "tar:$alpine")
	same "$want" "$(below "$tree")"
	same "" "$(ls "$cache/tmp")"
}

@test "who kills mkroot kills what it started" {
	requires busybox
	template slow 'dir a'
	mkdir bin
	printf '#!/bin/sh\necho $$ >"%s/pid"\nexec sleep 1000\n' "$PWD" >bin/curl
	chmod +x bin/curl
	PATH=$PWD/bin:$PATH mkroot alpine >/dev/null 2>&1 3>&- &
	pid=$!
	poll test -s pid
	[ -d "/proc/$(cat pid)" ]
	end $pid
	poll test ! -d "/proc/$(cat pid)"
}

@test "what mkroot starts gets no descriptor of its caller's" {
	mkdir bin
	printf '#!/bin/sh\nls -l /proc/$$/fd >"%s/fds"\nexit 6\n' "$PWD" >bin/curl
	chmod +x bin/curl
	PATH=$PWD/bin:$PATH run -125 mkroot --strict alpine 7</ 20</ 3>&-
	[ -s fds ]
	never grep -E ' (7|20) -> | -> .*/cache/' fds
}

@test "eight at once make one root" {
	requires busybox
	for words in "tar:$alpine" busybox; do
		pids=()
		for n in 1 2 3 4 5 6 7 8; do
			mkroot "$words" >"out.$n" 3>&- &
			pids+=($!)
		done
		wait "${pids[@]}"
		for n in 2 3 4 5 6 7 8; do
			cmp out.1 "out.$n"
		done
		same end "$(tail -n 1 out.1)"
	done
	same 2 "$(find "$cache/roots" -mindepth 1 -maxdepth 1 | wc -l)"
	same "" "$(ls "$cache/tmp")"
}

@test "eight at once make one root of one's own" {
	pids=()
	pack a.tar file x y
	for n in 1 2 3 4 5 6 7 8; do
		mkroot tar:a.tar dir=own >"out.$n" 2>&1 3>&- &
		pids+=($!)
	done
	wait "${pids[@]}"
	for n in 1 2 3 4 5 6 7 8; do
		same "mkroot from=tar:$PWD/a.tar digest=sha256:$(sha256sum <a.tar |
			cut -d ' ' -f 1) dir=$PWD/own/rootfs" \
			"$(sed -n 2p "out.$n")"
	done
	same "" "$(find . -name '*.rungs-*')"
}

@test "what a dead run left is removed, what a live one works in is not" {
	tree=$(made empty)
	rm -r "$(dirname "$tree")"
	mkdir -p "$cache/tmp/0badcafe/rootfs/a/b" "$cache/tmp/11111111"
	chmod 000 "$cache/tmp/0badcafe/rootfs/a"
	(
		flock 9
		run -0 mkroot empty
		same 11111111 "$(ls "$cache/tmp")"
	) 9<"$cache/tmp/11111111"
}

@test "a root without its tree is made again" {
	tree=$(made empty)
	rm -r "$tree"
	same "$tree" "$(made empty)"
	[ -d "$tree/proc" ]
}

@test "a full disk is an error that names the cache, and nothing is left" {
	requires root busybox
	serve
	mkdir small
	# shellcheck disable=SC2016 # for the inner shell
	run -0 unshare -m bash -c '
		mount -t tmpfs -o size=1m,mode=700 tmpfs small &&
		export XDG_CACHE_HOME=$PWD/small || exit 99
		for words in alpine "tar:$1" busybox; do
			mkroot "$words"
			echo "status $?"
			find small -path "*/tmp/*" -o -path "*/roots/*"
		done
	' - "$alpine"
	same 'status 125 status 125 status 125' \
		"$(grep '^status' <<<"$output" | paste -sd ' ')"
	same 3 "$(grep -c 'No space left on device$' <<<"$output")"
	same 3 "$(grep -c "^mkroot: make room for $PWD/small/rungs; nothing was left there\$" <<<"$output")"
	same 9 "$(wc -l <<<"$output")"
}

# --- a root of one's own

@test "dir=PATH makes a root that keeps its changes" {
	requires busybox
	run -0 mkroot busybox dir=own
	assert_output $'jail 1\n'"mkroot from=busybox dir=$PWD/own/rootfs"$'\nend'
	same 700 "$(stat -c %a own)"
	same 755 "$(stat -c %a own/rootfs)"
	touch own/rootfs/mine
	for words in 'busybox dir=own' "dir=$PWD/own" dir=own/rootfs \
		'dir=own/' 'busybox dir=own/rootfs/'; do
		# shellcheck disable=SC2086 # words
		run -0 mkroot $words
		assert_line "mkroot from=busybox dir=$PWD/own/rootfs"
	done
	run -0 mkroot dir=own ro
	assert_line "mkroot from=busybox dir=$PWD/own/rootfs ro"
	[ -e own/rootfs/mine ]
	same own "$(ls)"
}

@test "every kind of template can have a root of one's own" {
	serve
	pack a.tar file x y
	sum=$(sha256sum <a.tar)
	run -0 mkroot empty dir=e
	run -0 mkroot tar:a.tar dir=t
	assert_line "mkroot from=tar:$PWD/a.tar digest=sha256:${sum%% *} dir=$PWD/t/rootfs"
	run -0 mkroot alpine dir=a1
	stop_mirror
	run -0 mkroot alpine:3.20.3 dir=a2
	assert_line "mkroot from=alpine:3.20.3 digest=sha256:$alpine_digest dir=$PWD/a2/rootfs"
	same "$(below a1/rootfs)" "$(below a2/rootfs)"
	same $'origin\nrootfs' "$(ls a2)"
	run -125 mkroot alpine "digest=sha256:${alpine_digest/d/e}" dir=a1
	rm a.tar
	run -0 mkroot "tar:$PWD/a.tar" dir=t
	run -125 mkroot host dir=h
	assert_output "mkroot: dir=h: host is used where it is"
	[ ! -e h ]
}

@test "a directory that mkroot did not make, or made of something else" {
	mkdir foreign
	touch foreign/file plain
	ln -s foreign link
	for dir in foreign plain link; do
		run -125 mkroot empty "dir=$dir"
		assert_output "mkroot: dir=$PWD/$dir: is there, and is not a root that you made
mkroot: name a directory that does not exist yet"
	done
	same file "$(ls foreign)"
	run -0 mkroot empty dir=own
	before=$(digest own)
	run -125 mkroot host dir=own
	run -125 mkroot busybox dir=own
	assert_output "mkroot: dir=$PWD/own: holds empty, not busybox
mkroot: name another directory, or remove that one"
	same "$before" "$(digest own)"
	sed 's/from=empty/from=alpine:3.19.1/' own/origin >new
	mv new own/origin
	run -125 mkroot alpine:3.20 dir=own
	assert_line "mkroot: dir=$PWD/own: holds alpine:3.19.1, another release than alpine:3.20"
	run -0 mkroot alpine dir=own
	run -0 mkroot alpine:3.19 dir=own
	run -125 mkroot alpine:3.1 dir=own
	run -125 mkroot dir=new
	assert_output "mkroot: dir=$PWD/new: nothing is there yet: name a template"
	run -125 mkroot empty dir=no/where
	assert_output "mkroot: dir=no/where: open the directory above: No such file or directory"
	for dir in . .. / own/..; do
		run -125 mkroot empty "dir=$dir"
		assert_match "mkroot: dir=$dir: not a name to make a root at"
	done
	requires root
	chown 1234 own
	run -125 mkroot empty dir=own
	assert_match '.* is not a root that you made'
	as_guest mkroot empty dir=theirs
	run -125 mkroot empty "dir=$BATS_TEST_TMPDIR/guest/theirs"
	assert_match '.* is not a root that you made'
}

@test "a root of one's own may be the fallback, and then stays it" {
	requires busybox curl
	no_mirror
	run -0 --separate-stderr mkroot alpine dir=own
	assert_line "mkroot from=busybox dir=$PWD/own/rootfs"
	run -0 --separate-stderr mkroot alpine dir=own
	assert_line "mkroot from=busybox dir=$PWD/own/rootfs"
	same "mkroot: alpine: $PWD/own holds busybox, made when alpine could not be fetched; using it (--strict refuses)" "$stderr"
	run -125 mkroot --strict alpine dir=own
	run -125 mkroot alpine:3.20 dir=own
}

@test "a directory of the cache is no root of one's own" {
	tree=$(made empty)
	run -0 mkroot empty "dir=$tree"
	assert_line "mkroot from=empty dir=$tree scratch"
	run -125 mkroot "dir=$tree"
	assert_output "mkroot: dir=$tree: in the cache: name the template"
	ln -s "$cache" elsewhere
	run -125 mkroot "dir=elsewhere/roots/$(basename "$(dirname "$tree")")"
	pack a.tar file x y
	run -125 mkroot tar:a.tar "dir=$tree"
	assert_output "mkroot: dir=$tree: in the cache, and not the root of tar:$PWD/a.tar"
}

@test "a kill leaves no half root, and the next run removes the rest" {
	for ((n = 0; n < 8; n++)); do
		mkroot "tar:$alpine" dir=own >/dev/null 2>&1 3>&- &
		sleep "0.0$((RANDOM % 10))$((RANDOM % 10))"
		end $!
		[ ! -e own ] || [ -s own/origin ]
		rm -rf own
	done
	poll settled
	mkdir own.rungs-notours other.rungs-00000000
	run -0 mkroot "tar:$alpine" dir=own
	same $'other.rungs-00000000\nown\nown.rungs-notours' "$(ls)"
}

# --- archives

@test "tar:FILE takes every common archive and compression" {
	local kind
	mkdir -p in/sub
	echo text >in/sub/file
	chmod 640 in/sub/file
	ln -s sub/file in/link
	tar -cf a.tar -C in .
	gzip -k a.tar
	! command -v bzip2 >/dev/null || bzip2 -k a.tar
	! command -v xz >/dev/null || xz -k a.tar
	! command -v zstd >/dev/null || zstd -q a.tar
	! command -v lz4 >/dev/null || lz4 -q a.tar a.tar.lz4
	! command -v zip >/dev/null || (cd in && zip -qry ../a.zip .)
	! command -v busybox >/dev/null ||
		(cd in && find . | busybox cpio -o -H newc >../a.cpio 2>/dev/null)
	for kind in a.*; do
		tree=$(made "tar:$kind")
		same text "$(cat "$tree/sub/file")" "$kind"
		same 640 "$(stat -c %a "$tree/sub/file")" "$kind"
		same sub/file "$(readlink "$tree/link")" "$kind"
	done
}

@test "tar:FILE is hashed once and known again until it changes" {
	pack a.tar file x one
	sum=$(sha256sum <a.tar)
	run -0 mkroot tar:a.tar
	assert_line "mkroot from=tar:$PWD/a.tar digest=sha256:${sum%% *} dir=$cache/roots/sha256-${sum%% *}/rootfs scratch"
	run -0 mkroot tar:a.tar "digest=sha256:${sum%% *}"
	run -125 mkroot tar:a.tar "digest=sha256:$alpine_digest"
	assert_output "mkroot: tar:$PWD/a.tar: its digest is sha256:${sum%% *}, not sha256:$alpine_digest"
	pack a.tar file x two
	same two "$(cat "$(made tar:a.tar)/x")"
	pack b.tar file x three
	run -125 mkroot tar:b.tar "digest=sha256:$alpine_digest"
	assert_match "mkroot: tar:$PWD/b.tar: verify the archive: .*"
	same 2 "$(find "$cache/roots" -mindepth 1 -maxdepth 1 | wc -l)"
}

@test "an archive on standard input is the same root as its file" {
	pack a.tar file x one
	sum=$(sha256sum <a.tar) sum=${sum%% *}
	tree=$cache/roots/sha256-$sum/rootfs
	for name in - tar:-; do
		run -0 mkroot "$name" <a.tar
		assert_output $'jail 1\n'"mkroot from=tar:- digest=sha256:$sum dir=$tree scratch"$'\nend'
	done
	same one "$(cat "$tree/x")"
	run -0 mkroot tar:a.tar
	assert_match ".* dir=$tree scratch"
	# From a pipe, by itself and to a root of one's own.
	gzip <a.tar >a.gz
	run -0 bash -c 'cat a.gz | mkroot - dir=own'
	assert_match "mkroot from=tar:- digest=sha256:$(sha256sum <a.gz |
		cut -d ' ' -f 1) dir=$PWD/own/rootfs"
	same one "$(cat own/rootfs/x)"
	run -125 mkroot - dir=own <a.gz
	assert_output "mkroot: dir=$PWD/own: is there, made of another archive or not
mkroot: say digest=, or name another directory"
	run -0 mkroot - "digest=sha256:$(sha256sum <a.gz | cut -d ' ' -f 1)" dir=own <a.gz
	run -125 mkroot - "digest=sha256:$sum" dir=own <a.gz
}

@test "an archive on standard input may be larger than a pipe, and is read to its end" {
	pack a.tar file x one
	head -c 300K /dev/zero >>a.tar
	sum=$(sha256sum <a.tar) sum=${sum%% *}
	run -0 bash -o pipefail -c 'cat a.tar | mkroot -'
	# In the cache by now: it is not unpacked, but who sends it does not fail.
	run -0 bash -o pipefail -c "cat a.tar | mkroot - digest=sha256:$sum"
	run -0 mkroot - "digest=sha256:$sum" </dev/null
	requires script
	run -0 script -qec "mkroot - digest=sha256:$sum" /dev/null
	run -125 script -qec 'mkroot -' /dev/null
	output=${output//$'\r'/}
	assert_output 'mkroot: tar:-: standard input is a terminal
mkroot: an archive comes down a pipe: curl URL | mkroot -'
}

@test "what is in an archive need not fit into memory" {
	requires no-sanitizer
	head -c 64M /dev/zero >full
	truncate -s 4G holes
	run -0 bash -o pipefail -c 'tar -Sc full holes | setlimit data=8M -- mkroot - dir=own'
	cmp full own/rootfs/full
	same 4294967296 "$(stat -c %s own/rootfs/holes)"
	[ "$(stat -c %b own/rootfs/holes)" -lt 2048 ]
}

@test "a bad archive on standard input leaves nothing" {
	pack a.tar file x one
	run -125 mkroot - "digest=sha256:$alpine_digest" <a.tar
	assert_output "mkroot: tar:-: verify the archive: its sha256 is $(sha256sum <a.tar |
		cut -d ' ' -f 1), not $alpine_digest"
	nothing_left
	pack b.tar file x one file ../y two
	run -125 mkroot - <b.tar
	assert_output "mkroot: tar:-: unpack '../y': a path that climbs with '..'"
	run -125 mkroot --max-size=2 - <a.tar
	for file in /dev/null .; do
		run -125 mkroot - <"$file"
		assert_match 'mkroot: tar:-: unreadable archive: .*'
	done
	run -125 bash -c 'mkroot - <&-'
	nothing_left
	same "" "$(find . -name 'y')"
}

@test "what is no archive is refused" {
	run -125 mkroot tar:
	assert_output 'mkroot: tar: expected tar:FILE'
	run -125 mkroot tar:missing
	assert_output 'mkroot: tar:missing: open: No such file or directory'
	mkdir tree
	run -125 mkroot tar:tree
	assert_output $'mkroot: tar:tree: not a regular file\nmkroot: dir:tree uses a directory in place'
	mkfifo fifo
	run -125 mkroot tar:fifo
	assert_output 'mkroot: tar:fifo: not a regular file'
	: >empty
	head -c 5000 /dev/urandom >noise
	printf '#mtree\n./passwd type=file contents=/etc/passwd\n' >mtree
	for file in empty noise mtree; do
		run -125 mkroot "tar:$file"
		assert_match "mkroot: tar:$PWD/$file: unreadable archive: .*"
	done
	pack none.tar
	run -125 mkroot tar:none.tar
	assert_output "mkroot: tar:$PWD/none.tar: unreadable archive: it holds nothing"
	pack whole.tar file a "$(head -c 4000 /dev/zero | tr '\0' a)"
	head -c 2000 whole.tar >cut.tar
	run -125 mkroot tar:cut.tar
	assert_match "mkroot: tar:$PWD/cut.tar: unpack 'a': read: Truncated .*"
	# Nobody vouches for it, so it is not even looked at.
	run -125 mkroot tar:cut.tar "digest=sha256:$alpine_digest"
	assert_match "mkroot: tar:$PWD/cut.tar: verify the archive: .*"
	gzip whole.tar
	head -c 60 whole.tar.gz >cut.gz
	run -125 mkroot tar:cut.gz
	assert_match "mkroot: tar:$PWD/cut.gz: .*"
	nothing_left
}

# changed ARCHIVE: write to it, where it says "good", once the first file is
# unpacked; then what the digest says is what is there.
changed() {
	local at pid helper
	at=$(tail -c 20K "$1" | grep -abo good | head -n 1)
	at=$(($(stat -c %s "$1") - 20480 + ${at%%:*}))
	cp "$1" before
	mkroot "tar:$1" >jail 2>said 3>&- &
	pid=$!
	while kill -0 "$pid" 2>/dev/null && ! compgen -G "$cache/*/*/rootfs/first" >/dev/null; do :; done
	read -r helper <"/proc/$pid/task/$pid/children" || :
	[ -z "$helper" ] || kill -STOP "$helper" || helper=
	printf evil | dd of="$1" bs=1 seek="$at" conv=notrunc 2>/dev/null
	[ -z "$helper" ] || kill -CONT "$helper"
	wait "$pid"
	tree=$(sed -n 's/.* dir=\([^ ]*\) .*/\1/p' jail)
	grep -q good "$tree/last" || cp "$1" before
	grep -Fq "digest=sha256:$(sha256sum <before | cut -c -64) " jail
}

@test "an archive that changes while it is unpacked is what was unpacked" {
	mkdir in
	(cd in && echo 1 >first && truncate -s 24M large && echo good >last)
	tar -C in -cf a.tar first large last
	changed a.tar
	command -v zip >/dev/null || skip 'requires zip'
	# Its table is at the end, so it is copied first.
	(cd in && zip -q0 ../a.zip first large last)
	rm -rf "$cache"
	changed a.zip
	same good "$(cat "$tree/last")"
	rm -rf "$cache"
	run -125 mkroot tar:a.zip "digest=sha256:$alpine_digest"
	assert_match '.*: verify the archive: .*'
	nothing_left
}

# refused REASON ENTRY...: the archive is refused with that reason, as root
# and as an ordinary user, and nothing in or beside the root is touched.
refused() {
	local reason=$1 place as
	shift
	for as in as_caller as_guest; do
		place=$PWD
		pack "$BATS_TEST_TMPDIR/evil.tar" "$@"
		run -125 $as mkroot "tar:$BATS_TEST_TMPDIR/evil.tar"
		assert_output "mkroot: tar:$BATS_TEST_TMPDIR/evil.tar: unpack $reason"
		nothing_left
		same "$victim_digest" "$(digest "$BATS_TEST_TMPDIR/victim")"
		run -125 $as mkroot "tar:$BATS_TEST_TMPDIR/evil.tar" dir=own
		cd "$place" || return
		[ ! -e own ] && [ ! -e "$BATS_TEST_TMPDIR/guest/own" ]
		same "" "$(find "$BATS_TEST_TMPDIR" -name '*pwned*')"
	done
}

@test "hostile archives: nothing outside the new root is touched" {
	victim=$BATS_TEST_TMPDIR/victim
	mkdir -m 777 "$victim"
	echo secret >"$victim/file"
	chmod 666 "$victim/file"
	victim_digest=$(digest "$victim")
	long=$(printf 'x%.0s' {1..300})
	deep=$(printf 'x/%.0s' {1..2100})pwned

	refused "'../pwned': a path that climbs with '..'" file ../pwned x
	refused "'a/../../pwned': a path that climbs with '..'" \
		file a/../../pwned x
	refused "'..': a path that climbs with '..'" dir ..
	refused "'./..': a path that climbs with '..'" dir ./..
	refused "'$victim/pwned': an absolute path" file "$victim/pwned" x
	refused "'//pwned': an absolute path" file //pwned x
	refused "'d/pwned': its path passes through a symbolic link" \
		link d "$victim" file d/pwned x
	refused "'d/pwned': its path passes through a symbolic link" \
		link d . file d/pwned x
	refused "'d/e/pwned': its path passes through a symbolic link" \
		dir x link x/up ../.. link d x/up file d/e/pwned x
	refused "'d/': a directory that would replace what is none" \
		link d "$victim" dir d/ file d/pwned x
	refused "'d': it would replace a directory" \
		dir d link d "$victim" file d/pwned x
	refused "'d': it would replace a directory" mode 700 dir d file d x
	refused "'f/pwned': its path passes through what is no directory" \
		file f x file f/pwned x
	refused "'h': a hard link to $victim/file: an absolute path" \
		hard h "$victim/file" file h pwned
	refused "'h': a hard link to ../../file: a path that climbs with '..'" \
		hard h ../../file
	refused "'h': a hard link to d/file: its path passes through a symbolic link" \
		link d "$victim" hard h d/file
	refused "'h': a hard link to missing, which the archive has not brought" \
		hard h missing
	refused "'../pwned': a path that climbs with '..'" \
		pax path=../pwned file fine x
	refused "'h': a hard link to $victim/file: an absolute path" \
		pax "linkpath=$victim/file" hard h fine
	refused "'.': the root itself must be a directory" link . "$victim"
	refused "'./': the root itself must be a directory" \
		link ./ "$victim" file pwned x
	refused "'./.': the root itself must be a directory" link ./. "$victim"
	refused "'': a name that is empty or cannot be read" link '' "$victim"
	refused "'${long:0:128}': a name that is too long" \
		pax "path=$long" file fine x
	refused "'${deep:0:128}': a path that is too long" \
		pax "path=$deep" file fine x
	refused "'big': read: Truncated tar archive" \
		file before x size 8589934591 file big x
}

@test "a last link may point anywhere, and is replaced, not written through" {
	echo secret >victim
	pack a.tar link l "$PWD/victim" file l new file a one hard b a file b two
	tree=$(made tar:a.tar)
	same secret "$(cat victim)"
	same new "$(cat "$tree/l")"
	same one "$(cat "$tree/a")"
	same two "$(cat "$tree/b")"
	pack a.tar file a one hard a ./a link l /etc
	tree=$(made tar:a.tar)
	same one "$(cat "$tree/a")"
	same /etc "$(readlink "$tree/l")"
}

@test "device nodes are left out, setuid and fifos stay, in a closed place" {
	pack a.tar char null block sda mode 4755 file su x fifo pipe
	run -0 --separate-stderr mkroot tar:a.tar
	same "mkroot: tar:$PWD/a.tar: left out: 2 device nodes or sockets (a jail has its own /dev)" "$stderr"
	tree=$(made tar:a.tar)
	same $'pipe p 644\nsu f 4755' \
		"$(cd "$tree" && find . -mindepth 1 -printf '%P %y %m\n' | sort)"
	same 700 "$(stat -c %a "$(dirname "$tree")")"
	run -0 as_guest mkroot "tar:$PWD/a.tar"
}

@test "owners are numbers, and root's to give" {
	requires root
	pack a.tar owner 42 file x y owner 1234 dir d
	tree=$(made tar:a.tar)
	same $'1234 1234\n42 42' "$(stat -c '%u %g' "$tree/d" "$tree/x")"
	run -0 as_guest mkroot "tar:$PWD/a.tar"
	tree=$(sed -n 's/.* dir=\([^ ]*\).*/\1/p' <<<"$output")
	same '1234 1234' "$(stat -c '%u %g' "$tree/x")"
}

@test "what an ordinary user's root has not is one line, with counts" {
	chmod 711 .
	pack a.tar char null owner 42 file x y owner 7 dir d \
		pax SCHILY.xattr.trusted.x=1 file z z file fine x
	run -0 --separate-stderr as_guest mkroot "tar:$PWD/a.tar"
	same "mkroot: tar:$PWD/a.tar: left out: 1 device nodes or sockets (a jail has its own /dev); attributes or ACLs of 1 entries; the owners of 2 entries (you have no subordinate ids)" "$stderr"
	requires subordinate-ids
	chmod 777 .
	run -0 --separate-stderr as_subuser env XDG_CACHE_HOME="$PWD/own" \
		mkroot "tar:$PWD/a.tar"
	same "mkroot: tar:$PWD/a.tar: left out: 1 device nodes or sockets (a jail has its own /dev); attributes or ACLs of 1 entries" "$stderr"
}

# too_large REASON MOST FILE: the archive is refused before it is whole.
too_large() {
	run -125 mkroot "--max-size=$2" "tar:$3"
	assert_match "mkroot: tar:$PWD/$3: unpack '[^']*': $1"
	nothing_left
}

@test "an archive that grows too large is refused" {
	local over='with it, there is more than [0-9]+ bytes to unpack'
	pack two.tar file a "$(printf 'x%.0s' {1..600})" dir d \
		file b "$(printf 'x%.0s' {1..600})"
	too_large "$over" 1199 two.tar
	assert_line 'mkroot: if one trusts who made it: --max-size=SIZE'
	# By what the header says, before a byte of it is read.
	pack big.tar pax size=17179869185 file big x
	run -125 mkroot tar:big.tar
	assert_line "mkroot: tar:$PWD/big.tar: unpack 'big': with it, there is more than 17179869184 bytes to unpack"
	# One byte behind a hole of 1 EiB.
	pack hole.tar pax GNU.sparse.size=1152921504606846977 \
		pax GNU.sparse.numblocks=1 \
		pax GNU.sparse.map=1152921504606846976,1 file hole x
	too_large "$over" 4T hole.tar
	head -c 16M /dev/zero >zeros
	tar -czf bomb.tar.gz zeros
	too_large "$over" 15M bomb.tar.gz
	# What is around the contents: 15 KiB for each of 300 empty files.
	mkdir many
	(cd many && touch {1..300})
	tar --format=pax --pax-option="comment:=$(printf 'x%.0s' {1..15000})" \
		-czf around.tar.gz many
	too_large '[0-9]* bytes are unpacked to find 0 bytes of content' 1M \
		around.tar.gz
	for size in 0 x 1k -1 '' 9999999T; do
		run -125 mkroot "--max-size=$size" tar:two.tar
		assert_output "mkroot: --max-size=$size: expected bytes, or a number with K, M, G or T"
	done
	run -0 mkroot --max-size=1200 tar:two.tar
}

@test "a content that is longer than its header says is counted, too" {
	# A streamed zip: the length of what is deflated comes behind it.
	{
		printf 'PK\3\4\24\0\10\0\10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0a'
		printf '\1\12\0\365\377aaaaaaaaaa'
		printf 'PK\7\10\360\315\21\114\17\0\0\0\12\0\0\0PK\1\2%64s' x
	} >a.zip
	too_large 'with it, there is more than 9 bytes to unpack' 9 a.zip
}

@test "attributes for overlays, labels and root alone do not come in" {
	pack a.tar pax SCHILY.xattr.user.note=1 file x y
	pack b.tar pax SCHILY.xattr.user.note=1 pax SCHILY.xattr.trusted.overlay.redirect=/etc \
		pax SCHILY.xattr.user.overlay.opaque=y \
		pax SCHILY.xattr.security.selinux=bin_t file x y
	pack c.tar file x y
	digest=$(mkroot --digest tar:a.tar)
	never same "$digest" "$(mkroot --digest tar:c.tar)" 2>/dev/null
	run -0 --separate-stderr mkroot --digest tar:b.tar
	assert_output "$digest"
	same "mkroot: tar:$PWD/b.tar: left out: attributes or ACLs of 1 entries" "$stderr"
	args=()
	for n in {1..5}; do
		args+=(pax "SCHILY.xattr.user.$n=$(printf 'x%.0s' {1..14000})")
	done
	pack d.tar "${args[@]}" file fine x
	run -125 mkroot tar:d.tar
	assert_output "mkroot: tar:$PWD/d.tar: unpack 'fine': more than 65536 bytes of attributes"
}

@test "root of a user namespace keeps what it cannot give away" {
	requires user-namespaces
	pack a.tar owner 42 file x y
	run -0 as_guest unshare --user --map-root-user mkroot "tar:$PWD/a.tar"
	assert_match ".* digest=.*"
}

@test "a tree without permissions can be removed when its archive fails" {
	args=(mode 000 dir closed mode 555 dir d dir d/e mode 000 dir d/e/f)
	deep=x
	for ((n = 0; n < 600; n++)); do
		deep+=/x
	done
	pack a.tar "${args[@]}" pax "path=$deep" file x x file ../x x
	chmod 644 a.tar
	for as in as_caller as_guest; do
		run -125 $as mkroot "tar:$PWD/a.tar"
		assert_output "mkroot: tar:$PWD/a.tar: unpack '../x': a path that climbs with '..'"
		nothing_left
		same "" "$(find "$BATS_TEST_TMPDIR/guest/cache/rungs/tmp" \
			-mindepth 1 2>/dev/null)"
	done
}

@test "closed standard descriptors are not mistaken for files" {
	pack a.tar file x y
	run -0 bash -c 'exec mkroot tar:a.tar 0<&- 2>&-'
	assert_match 'mkroot from=tar:.*'
}
