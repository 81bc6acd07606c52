#!/bin/sh
# hostile-root.sh DIR VICTIM - make of DIR, a root that works, one that lies
#
# Each name that a tool may touch while it sets a jail up becomes what it
# should not be: see the cases below.  VICTIM is a directory outside of DIR
# that the links lead to.  Anyone may use it to try their own tools:
#
#	hostile-root.sh DIR VICTIM CASE
#
# Without a CASE it prints their names.
set -eu

cases='dev-absolute dev-inside dev-relative dev-climbs dev-loop dev-file dev-fifo
proc-absolute proc-climbs proc-file sys-absolute tmp-absolute tmp-climbs
run-absolute run-climbs null-link null-file pts-link all-links'

if [ $# -lt 3 ]; then
	echo "$cases" | tr ' ' '\n'
	exit
fi
dir=$1 victim=$2 case=$3

# become NAME TARGET: a link instead of the directory.
become() {
	rm -rf "${dir:?}/$1"
	ln -s "$2" "$dir/$1"
}

# As many steps up as lead out of any root.
up=../../../../../../../../../../../..

case $case in
dev-absolute) become dev "$victim" ;;
dev-inside) mkdir "$dir/elsewhere" && become dev elsewhere ;;
dev-relative) become dev "../${victim##*/}" ;;
dev-climbs) become dev "$up$victim" ;;
dev-loop) become dev dev ;;
dev-file) rm -rf "${dir:?}/dev" && echo text >"$dir/dev" ;;
dev-fifo) rm -rf "${dir:?}/dev" && mkfifo "$dir/dev" ;;
proc-absolute) become proc "$victim" ;;
proc-climbs) become proc "$up$victim" ;;
proc-file) rm -rf "${dir:?}/proc" && echo text >"$dir/proc" ;;
sys-absolute) become sys "$victim" ;;
tmp-absolute) become tmp "$victim" ;;
tmp-climbs) become tmp "$up$victim" ;;
run-absolute) become run "$victim" ;;
run-climbs) become run "$up$victim" ;;
null-link)
	mkdir -p "$dir/dev"
	rm -f "$dir/dev/null"
	ln -s /proc/sys/kernel/core_pattern "$dir/dev/null"
	;;
null-file)
	mkdir -p "$dir/dev"
	rm -f "$dir/dev/null"
	echo text >"$dir/dev/null"
	;;
pts-link)
	mkdir -p "$dir/dev"
	rm -rf "$dir/dev/pts" "$dir/dev/shm"
	ln -s "$victim" "$dir/dev/pts"
	ln -s "$victim" "$dir/dev/shm"
	;;
all-links)
	for name in dev proc sys tmp run; do
		become "$name" "$victim"
	done
	;;
*)
	echo "hostile-root.sh: $case: no such case" >&2
	exit 1
	;;
esac
