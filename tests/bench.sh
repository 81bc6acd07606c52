#!/usr/bin/env bash
# bench.sh BUILD [RUNS] - how long jails take to start and end, as ratios
#
# Every table is one run in which all candidates take turns.  Peers are
# measured when they are installed; nothing is installed for it.
set -eu -o pipefail

build=$(cd "${1:?usage: bench.sh BUILD [RUNS]}" && pwd)
runs=${2:-300}

# Root measures in mounts of its own.  Some versions of crun do not start
# where both versions of control groups have controllers, so here one has.
if [ "$(id -u)" -eq 0 ]; then
	if [ -z "${RUNGS_BENCH_INSIDE:-}" ]; then
		RUNGS_BENCH_INSIDE=yes exec unshare --mount "$0" "$build" "$runs"
	fi
	! mountpoint -q /sys/fs/cgroup/unified || umount /sys/fs/cgroup/unified
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/rungs-bench.XXXXXX")
helpers=()
clean_up() {
	((${#helpers[@]} == 0)) || kill "${helpers[@]}"
	! mountpoint -q "$work/crun" || umount "$work/crun"
	rm -rf --one-file-system "$work"
}
trap clean_up EXIT
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
describe unfiltered 'denycall none'
describe filter 'denycall default'
describe limits 'setlimit nofile=64'
describe cgroup 'setlimit memory=67108864 pids=32'

# Those that are compared again and again.
jail=$work/bin/nothing
inside=/bin/nothing
rungs=(jailexec -f "$work/default" -- "$inside")
bwrap=(bwrap --unshare-all --ro-bind "$root" / --proc /proc --dev /dev --tmpfs /tmp "$inside")
crun=(crun "--root=$work/crun" --cgroup-manager=disabled run -b "$work/bundle" rungs-bench)
if have crun && [ "$(id -u)" -eq 0 ]; then
	mkdir "$work/bundle" "$work/crun"
	# It keeps its state in /run, which is in memory on most machines.
	mount -t tmpfs none "$work/crun"
	(cd "$work/bundle" && crun spec) 2>/dev/null
	sed -i -e "s|\"path\": \"rootfs\"|\"path\": \"$root\"|" \
		-e 's|"terminal": true|"terminal": false|' \
		-e 's|"sh"|"/bin/nothing"|' "$work/bundle/config.json"
else
	crun=()
fi
have bwrap || bwrap=()

add 'bare static program' "$jail"
add 'default jail' "${rungs[@]}"
add 'default jail, no filter' jailexec -f "$work/unfiltered" -- $inside
add 'default jail, host network' jailexec -f "$work/nonet" -- $inside
if [ "$(id -u)" -eq 0 ]; then
	add 'floor' floor "$root" $inside
	add 'default jail with memory and pids' jailexec -f "$work/cgroup" -- $inside
	for layer in none limits filter pid net user; do
		add "-x, scratch root and $layer" jailexec -x -f "$work/$layer" -- $inside
	done
	add 'chroot(1)' chroot "$root" $inside
	add 'setlimit nofile=64 alone' setlimit nofile=64 -- "$jail"
	add 'enterns net alone' enterns net -- "$jail"
	add 'denycall default alone' denycall default -- "$jail"
	add 'denycall deny=@network alone' denycall deny=@network -- "$jail"
fi
XDG_CACHE_HOME=$work/cache mkroot busybox >/dev/null
add 'warm pipe: mkroot | jailexec' "XDG_CACHE_HOME=$work/cache mkroot busybox | jailexec -- true"
((${#bwrap[@]} == 0)) || add 'bwrap --unshare-all' "${bwrap[@]}"
! have unshare || add 'unshare -Umuipn -r -f --mount-proc' unshare -Umuipnrf \
	--root="$root" --mount-proc $inside
((${#crun[@]} == 0)) || add 'crun run, cgroups off' "${crun[@]}"
printf 'as uid %s, %s rounds, kernel %s\n' "$(id -u)" "$runs" "$(uname -r)"
compare -n "$runs" -r 'default jail/bwrap --unshare-all/0.6' \
	-r 'default jail/crun run, cgroups off/0.3' "${candidates[@]}"

# The same for an ordinary user, whose jails begin in another way.
[ "$(id -u)" -eq 0 ] || exit 0
mkdir "$work/bench"
cp "$build"/bench/* "$work/bench/"
cp "$0" "$work/bench.sh"
chmod -R a+rX "$work"/{bin,libexec,share,bench,bench.sh}
install -d -o 1234 -g 1234 "$work/home"
printf '\n'
(cd "$work" && HOME=$work/home TMPDIR=$work/home setpriv --reuid=1234 \
	--regid=1234 --clear-groups -- "$work/bench.sh" "$work" "$runs")

# Where the caller has many mounts, and where it has few.
candidates=()
for count in 20 2000; do
	exec {answer}< <(exec mounts make "$count" "$work/mounts-$count")
	read -r -u "$answer" pid
	helpers+=("$pid")
	in=(mounts enter "$pid")
	add "bare program, $count mounts" "${in[@]}" "$jail"
	add "default jail, $count mounts" "${in[@]}" "${rungs[@]}"
	((${#bwrap[@]} == 0)) || add "bwrap, $count mounts" "${in[@]}" "${bwrap[@]}"
	((${#crun[@]} == 0)) || add "crun, $count mounts" "${in[@]}" "${crun[@]}"
done
ratios=(-r 'default jail, 2000 mounts/default jail, 20 mounts/1.5')
for one in 'bare program' bwrap crun; do
	ratios+=(-r "$one, 2000 mounts/$one, 20 mounts")
done
printf '\nwith as many mounts more in the mount namespace of the caller\n'
compare -n "$runs" "${ratios[@]}" "${candidates[@]}"
