#!/usr/bin/env bats
# mkroot app:PROGRAM: a root for one program, found by reading and never by
# running it.
# shellcheck disable=SC2154 # bats sets output, stderr and status

load helper

# A program of ours that needs two libraries, one of them the other's.
setup_file() {
	made_of=$BATS_FILE_TMPDIR/made
	mkdir -m 755 "$made_of"
	cd "$made_of" || return
	mkdir lib deep
	echo 'int deep(void) { return 7; }' >deep.c
	echo 'int deep(void); int near(void) { return deep() + 1; }' >near.c
	echo 'int near(void); int main(void) { return near(); }' >main.c
	cc -shared -fPIC -o deep/libdeep.so.1.2 -Wl,-soname,libdeep.so.1 deep.c
	ln -s libdeep.so.1.2 deep/libdeep.so.1
	cc -shared -fPIC -o lib/libnear.so -Wl,-soname,libnear.so near.c deep/libdeep.so.1.2 \
		-Wl,--enable-new-dtags,-rpath,"\$ORIGIN/../deep"
	cc -o main main.c lib/libnear.so -Wl,-rpath-link,deep \
		-Wl,--enable-new-dtags,-rpath,"\${ORIGIN}/lib"
	export made_of
}

setup() {
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
	export RUNGS_USER_HOME=$BATS_TEST_TMPDIR/home
	mkdir -m 777 "$RUNGS_USER_HOME"
}

# app WORD: what a root made of it is, as a directory.
app() {
	"${as:-as_caller}" mkroot "app:$1" | sed -n 's/^mkroot .* dir=\([^ ]*\) .*/\1/p'
}

# The files that the loader itself says it would open, without their links.
asked_of_the_loader() {
	LD_TRACE_LOADED_OBJECTS=1 "$1" | grep -o '/[^ ]*' | xargs -n 1 realpath |
		sort -u
}

in_tree() {
	(cd "$1" && find . -type f -name "${2:-*}") | sed 's,^\.,,' | sort
}

# ends_with STATUS PROGRAM: in a jail of its own.  It may be in /tmp, which
# a jail covers, and finds $ORIGIN through /proc.
ends_with() {
	"${as:-as_caller}" mkroot "app:$2" | addmount none proc >"$BATS_TEST_TMPDIR/jail"
	run -"$1" "${as:-as_caller}" jailexec -f "$BATS_TEST_TMPDIR/jail" -- "$2"
}

runs_in_its_jail() {
	ends_with 8 "$made_of/main"
}

@test "a program runs in a root with just its libraries, and theirs" {
	requires leaving-groups
	for_each_caller runs_in_its_jail
}

@test "the root holds what the loader would open, and nothing else" {
	local root
	root=$(app /usr/bin/env)
	# Opened without being asked for: the unwinder, and one locale.
	same "$({
		realpath /usr/bin/env
		asked_of_the_loader /usr/bin/env
	} | sort -u)" "$(in_tree "$root" | grep -v '/libgcc_s\|/locale/C.utf8/')"
	root=$(app "$made_of/main")
	same "$made_of/deep/libdeep.so.1.2" "$(in_tree "$root" 'libdeep*')"
	same libdeep.so.1.2 "$(readlink "$root$made_of/deep/libdeep.so.1")"
	[ -d "$root/proc" ] && [ -d "$root/tmp" ] && [ ! -e "$root/home" ]
}

@test "directories and links above a file are kept as they are" {
	requires leaving-groups
	local root bin=$BATS_TEST_TMPDIR/bin
	mkdir -p "$bin/real" "$bin/empty"
	chmod 750 "$bin/real"
	cp "$made_of/main" "$bin/real/prog"
	ln -s real "$bin/short"
	ln -s "$bin/short/prog" "$bin/prog"
	ln -s nowhere "$bin/real/dangling"
	cp -r "$made_of/lib" "$made_of/deep" "$bin/real"
	root=$(app "$bin/prog,$bin/real")
	same "$bin/short/prog" "$(readlink "$root$bin/prog")"
	same real "$(readlink "$root$bin/short")"
	same nowhere "$(readlink "$root$bin/real/dangling")"
	same 750 "$(stat -c %a "$root$bin/real")"
	[ ! -e "$root$bin/empty" ]
	ends_with 8 "$bin/prog"
}

@test "DT_RPATH counts for what is below, DT_RUNPATH for its own" {
	requires leaving-groups
	local dir=$BATS_TEST_TMPDIR/r root
	mkdir "$dir"
	cc -shared -fPIC -o "$dir/libnear.so" -Wl,-soname,libnear.so \
		"$made_of/near.c" \
		"$made_of/deep/libdeep.so.1.2"
	cc -o "$dir/old" "$made_of/main.c" "$dir/libnear.so" \
		-Wl,-rpath-link,"$made_of/deep" \
		-Wl,--disable-new-dtags,-rpath,"$dir:$made_of/deep"
	root=$(app "$dir/old")
	[ -e "$root$made_of/deep/libdeep.so.1" ]
	ends_with 8 "$dir/old"
	# One for another machine is passed over, as the loader does.
	mkdir "$dir/other"
	cp "$made_of/deep/libdeep.so.1.2" "$dir/other/libdeep.so.1"
	printf '\xf3' | dd of="$dir/other/libdeep.so.1" bs=1 seek=18 conv=notrunc status=none
	cc -o "$dir/odd" "$made_of/main.c" "$dir/libnear.so" \
		-Wl,-rpath-link,"$made_of/deep" \
		-Wl,--disable-new-dtags,-rpath,"$dir:$dir/other:$made_of/deep"
	root=$(app "$dir/odd")
	[ -e "$root$made_of/deep/libdeep.so.1" ]
	[ ! -e "$root$dir/other/libdeep.so.1" ]
	cc -o "$dir/alone" "$made_of/main.c" "$made_of/lib/libnear.so" \
		-Wl,-rpath-link,"$made_of/deep" -Wl,-rpath,"$made_of/lib" \
		-Wl,-z,nodefaultlib
	refused mkroot "app:$dir/alone"
	[[ $output == *"needs libc.so.6"* ]]
	cc -o "$dir/new" "$made_of/main.c" "$dir/libnear.so" \
		-Wl,-rpath-link,"$made_of/deep" \
		-Wl,--enable-new-dtags,-rpath,"$dir:$made_of/deep"
	refused mkroot "app:$dir/new"
	[[ $output == *"$dir/libnear.so: needs libdeep.so.1, which its loader would not find here"* ]]
}

@test "a library that only ld.so.cache knows brings that file along" {
	requires root
	local dir=$BATS_TEST_TMPDIR/c
	mkdir "$dir"
	cc -o "$dir/prog" "$made_of/main.c" "$made_of/lib/libnear.so" \
		-Wl,-rpath-link,"$made_of/deep"
	refused mkroot "app:$dir/prog"
	{
		cat /etc/ld.so.conf
		echo "$made_of/lib"
	} >"$dir/conf"
	ldconfig -X -C "$dir/cache" -f "$dir/conf"
	run -8 unshare --mount sh -c 'mount --bind "$1/cache" /etc/ld.so.cache &&
		mkroot "app:$1/prog" -- "$1/prog"' sh "$dir"
	[ -n "$(find "$XDG_CACHE_HOME" -path '*/etc/ld.so.cache')" ]
}

@test "musl's programs find their libraries where musl looks" {
	requires leaving-groups
	command -v musl-gcc >/dev/null || skip "requires musl-gcc"
	local dir=$BATS_TEST_TMPDIR root
	echo 'int main(void) { return 9; }' >"$dir/m.c"
	musl-gcc -o "$dir/m" "$dir/m.c"
	root=$(app "$dir/m")
	same 2 "$(in_tree "$root" | grep -vc '^/etc/ld-musl-')"
	ends_with 9 "$dir/m"
}

@test "a script brings its interpreter, and what env would run" {
	requires leaving-groups
	local dir=$BATS_TEST_TMPDIR/s
	mkdir -m 755 "$dir"
	printf '#!/bin/bash -u\necho plain\n' >"$dir/plain"
	printf '#!/usr/bin/env -S A=1 bash -u\necho "$A"\n' >"$dir/env"
	printf '#!/usr/bin/env no-such-program\n' >"$dir/bad"
	printf 'echo hello\n' >"$dir/none"
	chmod 755 "$dir"/*
	run -0 mkroot "app:$dir/plain" -- "$dir/plain"
	assert_output plain
	run -0 mkroot "app:$dir/env" -- "$dir/env"
	assert_output 1
	refused mkroot "app:$dir/bad"
	[[ $output == *"asks env for no-such-program, which is not here"* ]]
	# Without that line execve(2) refuses it, and mkroot need not know.
	mkroot "app:$dir/none" >/dev/null
}

@test "nothing that is read is run" {
	local dir=$BATS_TEST_TMPDIR/e
	mkdir "$dir"
	printf '#!/bin/sh\ntouch %s/RAN\n' "$dir" >"$dir/loader"
	chmod 755 "$dir/loader"
	cc -o "$dir/prog" "$made_of/main.c" "$made_of/lib/libnear.so" \
		-Wl,-rpath-link,"$made_of/deep" -Wl,-rpath,"$made_of/lib" \
		-Wl,--dynamic-linker="$dir/loader"
	# The kernel would take it for a loader and fail; ldd(1) would run it.
	mkroot "app:$dir/prog" >/dev/null
	[ ! -e "$dir/RAN" ]
}

@test "the caller owns all of it, and nothing is set-user-ID" {
	requires root
	local dir=$BATS_TEST_TMPDIR/u root
	mkdir -m 755 "$dir"
	cp /usr/bin/env "$dir/prog"
	chown 7:8 "$dir/prog"
	chmod 6755 "$dir/prog"
	root=$(app "$dir/prog")
	same '0 0 755' "$(stat -c '%u %g %a' "$root$dir/prog")"
}

@test "what changes on the machine makes another root" {
	requires leaving-groups
	local dir=$BATS_TEST_TMPDIR/k one two three
	cp -r "$made_of" "$dir"
	one=$(app "$dir/main")
	two=$(app "$dir/main")
	same "$one" "$two"
	cc -shared -fPIC -o "$dir/deep/libdeep.so.1.2" -Wl,-soname,libdeep.so.1 \
		-x c - <<<'int deep(void) { return 1; }'
	three=$(app "$dir/main")
	[ "$one" != "$three" ]
	ends_with 2 "$dir/main"
	# A root of one's own is told apart by the very words.
	mkroot "app:$dir/main" dir="$BATS_TEST_TMPDIR/own" >/dev/null
	mkroot "app:$dir/main" dir="$BATS_TEST_TMPDIR/own" >/dev/null
	refused mkroot app:/usr/bin/env dir="$BATS_TEST_TMPDIR/own"
	cp "$dir/main" "$dir/main.2"
	mkroot "app:$dir/main.2" dir="$BATS_TEST_TMPDIR/other" >/dev/null
	refused mkroot "app:$dir/main" dir="$BATS_TEST_TMPDIR/other"
}

@test "bundles bring what the C library opens by itself" {
	local root
	root=$(app /usr/bin/env,nss,locale)
	same root:x:0:0:root:/root:/bin/sh "$(head -n 1 "$root/etc/passwd")"
	[ -d "$root/usr/lib/locale" ]
	if [ -e /usr/share/terminfo ] || [ -e /lib/terminfo ]; then
		root=$(app /usr/bin/env,terminfo)
		[ -n "$(in_tree "$root" linux)" ]
	fi
}

@test "what is no program, not there or not understood is refused" {
	local dir=$BATS_TEST_TMPDIR word
	mkfifo "$dir/fifo"
	ln -s loop "$dir/loop"
	for word in '' env ./env /no/such /usr/bin /etc/passwd "$dir/fifo" \
		"/usr/bin/env," /usr/bin/env,nosuch /usr/bin/env,/no/such \
		"/usr/bin/env,$dir/fifo" /usr/bin/env,/; do
		refused mkroot "app:$word"
	done
	refused mkroot app:env
	[[ $output == *'app:$(command -v env)'* ]]
	refused mkroot "app:/usr/bin/env,$dir/loop"
	[[ ${output,,} == *'symbolic link'* ]]
	refused mkroot app:/usr/bin/env,/usr/..
	[[ $output == *'that is all of this machine'* ]]
	cc -o "$dir/lib" "$made_of/main.c" "$made_of/lib/libnear.so" \
		-Wl,-rpath-link,"$made_of/deep" -Wl,-rpath,"\$LIB/x"
	refused mkroot "app:$dir/lib"
	[[ $output == *'only its loader can expand'* ]]
}

@test "an ELF file that is cut short is refused or needs nothing" {
	local size n
	size=$(stat -c %s "$made_of/main")
	for n in 4 16 20 40 63 64 100 200 500 $((size / 4)) $((size / 2)); do
		head -c "$n" "$made_of/main" >"$BATS_TEST_TMPDIR/cut"
		chmod 755 "$BATS_TEST_TMPDIR/cut"
		run mkroot "app:$BATS_TEST_TMPDIR/cut"
		[ "$status" -eq 125 ] || [ "$status" -eq 0 ]
		if ((n >= 20 && n < 64)); then
			[[ $output == *'cut short or makes no sense'* ]]
		fi
	done
}
