#!/bin/sh
# hostile-root.sh - a root that lies, to try a tool that makes jails on
#
#	hostile-root.sh                   print the names of the cases
#	hostile-root.sh DIR VICTIM CASE   make DIR, a root that works, one of them
#
# VICTIM is a directory outside of DIR, beside it for dev-relative, with
# something in it.  A tool that starts a jail in DIR may refuse or may not, but
# nothing in VICTIM must change, not even a time, and what is behind a link
# must not become a part of the jail:
#
#	hostile-root.sh /tmp/root /tmp/victim dev-absolute
#	find /tmp/victim -ls >before
#	bwrap --bind /tmp/root / --dev /dev --proc /proc -- /bin/sh -c true
#	find /tmp/victim -ls | diff before -
#
# dev, proc, sys, tmp, run: what every jail mounts on
#	-absolute, -inside, -relative, -climbs, -loop   is a link, to VICTIM,
#		within the root, beside it, by more ".." than there are directories
#		above, or to itself
#	-file, -fifo    is no directory
#	all-links       all of them are links to VICTIM
# null-link, null-file    dev/null, which masks are made of, is a link to a file
#		of /proc, or a file
# pts-link      dev/pts and dev/shm are links to VICTIM
# etc-absolute, etc-climbs, etc-oldroot    the directory that a file would be
#		bound or made in is a link to VICTIM: also by the name that the
#		host's root has while it is still there
set -eu

cases='dev-absolute dev-inside dev-relative dev-climbs dev-loop dev-file dev-fifo
proc-absolute proc-climbs proc-file sys-absolute tmp-absolute tmp-climbs
run-absolute run-climbs null-link null-file pts-link all-links
etc-absolute etc-climbs etc-oldroot'

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
etc-absolute) become etc "$victim" ;;
etc-climbs) become etc "$up$victim" ;;
etc-oldroot) become etc "/oldroot$victim" ;;
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
