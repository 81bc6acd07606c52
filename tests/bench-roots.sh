#!/usr/bin/env bash
# bench-roots.sh BUILD [RUNS] - what a root costs, as ratios
#
# As bench.sh: in a table all candidates take turns.  What is missing is left
# out, and said.  Nothing is fetched, and the caller's cache is only read.
set -eu -o pipefail

build=$(cd "${1:?usage: bench-roots.sh BUILD [RUNS]}" && pwd)
runs=${2:-200}
few=$((runs / 10 + 1))

work=$(mktemp -d "${TMPDIR:-/tmp}/rungs-bench.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
cp -rL "$build/bin" "$build/libexec" "$build/share" "$work/"
cp "$build"/bench/* "$work/bin/"
export PATH=$work/bin:$PATH
debian=$(mkroot --list-cache 2>/dev/null | awk '$4 ~ /^debian/ { print $NF; exit }')
theirs=${XDG_CACHE_HOME:-/var/cache}/rungs/roots/$debian/rootfs
export XDG_CACHE_HOME=$work/cache
mkdir -m 700 "$work/cache" "$work/out" "$work/tmp"

# script NAME LINE...: a command of one word, for compare.
script() {
	printf '%s\n' '#!/bin/sh' "${@:2}" >"$work/bin/$1"
	chmod +x "$work/bin/$1"
}

skipped() {
	printf '\nleft out: %s\n' "$1"
}

# An archive as large as Alpine's, with as many names.
mkdir -p "$work/tree/bin" "$work/tree/lib"
for ((n = 0; n < 100; n++)); do
	head -c 80K /dev/urandom >"$work/tree/lib/$n"
	ln -s ../lib/0 "$work/tree/bin/a$n"
	ln -s ../lib/0 "$work/tree/bin/b$n"
	ln -s ../lib/0 "$work/tree/bin/c$n"
done
archive=$work/archive.tar.gz
tar -czf "$archive" -C "$work/tree" .
mkroot "tar:$archive" >/dev/null
shared=$(mkroot "tar:$archive" | sed -n 's/^mkroot .*dir=\([^ ]*\).*/\1/p')

printf 'as uid %s, %s rounds, kernel %s: a root that is in the cache\n' \
	"$(id -u)" "$runs" "$(uname -r)"
candidates=('bare static program' "$work/bin/nothing"
	'warm mkroot tar:' "mkroot tar:$archive")
! mkroot busybox >/dev/null 2>&1 ||
	candidates+=('warm mkroot busybox' 'mkroot busybox')
compare -n "$runs" "${candidates[@]}"

# Each into a place of its own, so that nothing is removed in that time.
script cold "XDG_CACHE_HOME=$work/out/\$\$ exec mkroot tar:$archive"
script tared "mkdir $work/out/\$\$" "exec tar -xzpf $archive -C $work/out/\$\$"
script synced "mkdir $work/out/\$\$" "tar -xzpf $archive -C $work/out/\$\$" \
	"exec sync -f $work/out/\$\$"
script own "exec mkroot dir:$shared dir=$work/out/\$\$"
script copied "exec cp -a $shared $work/out/\$\$"
printf '\n%s rounds: a root that is made, 8 MB in 400 names\n' "$few"
compare -n "$few" -r 'mkroot tar:, not in the cache/tar -x' \
	-r 'mkroot tar:, not in the cache/tar -x and sync -f' \
	-r 'mkroot dir:PATH dir=PATH/cp -a' \
	'tar -x' tared 'tar -x and sync -f' synced \
	'mkroot tar:, not in the cache' cold 'cp -a' copied \
	'mkroot dir:PATH dir=PATH' own
rm -rf "$work/out" && mkdir "$work/out"

if [ -n "$debian" ] && [ -d "$theirs" ]; then
	script own "exec mkroot dir:$theirs dir=$work/out/\$\$"
	script copied "exec cp -a $theirs $work/out/\$\$"
	script synced "cp -a $theirs $work/out/\$\$" "exec sync -f $work/out"
	printf '\n3 rounds: %s\n' "$debian"
	compare -n 3 -r 'mkroot dir:PATH dir=PATH/cp -a' \
		-r 'mkroot dir:PATH dir=PATH/cp -a and sync -f' \
		'cp -a' copied 'cp -a and sync -f' synced \
		'mkroot dir:PATH dir=PATH' own
	rm -rf "$work/out"
else
	skipped 'Debian, which is not in the cache (mkroot debian)'
fi

# peak PID: the most memory that it or a child of it has had, in KiB.
peak() {
	local pid most=0 now
	for pid in "$1" $(cat "/proc/$1/task/$1/children" 2>/dev/null); do
		now=$(awk '$1 == "VmHWM:" { print $2 }' "/proc/$pid/status" 2>/dev/null) || now=
		((${now:-0} <= most)) || most=$now
	done
	echo "$most"
}

# 4 GiB come down the pipe; sparse, where the disk has no room for them.
options=()
[ "$(df --output=avail -B1G "$work" | tail -n 1)" -ge 12 ] || options=(-S)
truncate -s 4G "$work/large"
mkfifo "$work/pipe"
tar "${options[@]}" -cf "$work/pipe" -C "$work" large &
mkroot - <"$work/pipe" >/dev/null &
pid=$! most=0
while [ -d "/proc/$pid" ]; do
	now=$(peak "$pid")
	((now <= most)) || most=$now
	sleep 0.1
done
wait "$pid"
printf '\nan archive of 4 GiB%s on standard input: %s KiB at most, goal 65536: %s\n' \
	"${options:+, sparse,}" "$most" "$( ((most < 65536)) && echo reached || echo missed)"
