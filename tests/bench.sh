#!/usr/bin/env bash
# bench.sh BUILD [RUNS] - how long jails take to start and end, as ratios
#
# Every table is one run in which all candidates take turns.  Peers are
# measured when they are installed; nothing is installed for it.
set -eu -o pipefail

build=$(cd "${1:?usage: bench.sh BUILD [RUNS]}" && pwd)
runs=${2:-300}
work=$(mktemp -d "${TMPDIR:-/tmp}/rungs-bench.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
chmod 711 "$work"
cp -rL "$build/bin" "$build/libexec" "$build/share" "$work/"
cp "$build"/bench/* "$work/bin/"
export PATH=$work/bin:$PATH

# One root that everybody uses, with the cheapest command in it.
root=$work/root
mkdir -p "$root"/{bin,proc,dev,sys,tmp,run,etc}
cp "$work/bin/nothing" "$root/bin/nothing"
chmod -R a+rX "$root"

candidates=()
add() { # NAME COMMAND...
	candidates+=("$1" "${*:2}")
}
describe() { # FILE LINE...
	printf '%s\n' 'jail 1' "mkroot dir=$root scratch" "${@:2}" end >"$work/$1"
	chmod a+r "$work/$1"
}
have() { command -v "$1" >/dev/null; }

describe default
describe none 'addmount none' 'enterns none mount'
describe nonet 'enterns net=host'
describe pid 'enterns none pid'
describe net 'enterns none net'
describe user 'enterns none user'
describe limits 'setlimit nofile=64'
describe cgroup 'setlimit memory=67108864 pids=32'

jail=$work/bin/nothing
inside=/bin/nothing
add 'bare static program' "$jail"
add 'default jail' jailexec -f "$work/default" -- $inside
add 'default jail, host network' jailexec -f "$work/nonet" -- $inside
if [ "$(id -u)" -eq 0 ]; then
	add 'floor' floor "$root" $inside
	add 'default jail with memory and pids' jailexec -f "$work/cgroup" -- $inside
	for layer in none limits pid net user; do
		add "-x, scratch root and $layer" jailexec -x -f "$work/$layer" -- $inside
	done
	add 'chroot(1)' chroot "$root" $inside
	add 'setlimit nofile=64 alone' setlimit nofile=64 -- "$jail"
	add 'enterns net alone' enterns net -- "$jail"
fi
XDG_CACHE_HOME=$work/cache mkroot busybox >/dev/null
add 'warm pipe: mkroot | jailexec' "XDG_CACHE_HOME=$work/cache mkroot busybox | jailexec -- true"
! have bwrap || add 'bwrap --unshare-all' bwrap --unshare-all \
	--ro-bind "$root" / --proc /proc --dev /dev --tmpfs /tmp $inside
! have unshare || add 'unshare -Umuipn -r -f --mount-proc' unshare -Umuipnrf \
	--root="$root" --mount-proc $inside
if have crun && [ "$(id -u)" -eq 0 ]; then
	mkdir "$work/bundle"
	(cd "$work/bundle" && crun spec) 2>/dev/null
	sed -i -e "s|\"path\": \"rootfs\"|\"path\": \"$root\"|" \
		-e 's|"terminal": true|"terminal": false|' \
		-e 's|"sh"|"/bin/nothing"|' "$work/bundle/config.json"
	add 'crun run, cgroups off' crun --cgroup-manager=disabled run -b "$work/bundle" rungs-bench
fi
printf 'as uid %s, %s rounds, kernel %s\n' "$(id -u)" "$runs" "$(uname -r)"
compare -n "$runs" "${candidates[@]}"
