#!/bin/sh
# hostile-root.sh - roots that lie, to try a tool that makes jails on
#
#	hostile-root.sh                   print the names of the cases
#	hostile-root.sh DIR               make DIR: for each case a small root of
#	                                  that name, and the victim; what each
#	                                  attacks is printed
#	hostile-root.sh DIR VICTIM CASE   make DIR, a root that works, one of them
#
# VICTIM is a directory outside of DIR, beside it for dev-relative, with
# something in it.  A tool that starts a jail in DIR may refuse or may not, but
# nothing in VICTIM must change, not even a time, and what is behind a link
# must not become a part of the jail.
set -eu

die() {
	echo "hostile-root.sh: $*" >&2
	exit 1
}

# What every jail mounts on.
mounts() {
	cat <<'END'
dev-absolute    /dev is a link to the victim
dev-inside      /dev is a link to another directory of the root
dev-relative    /dev is a link to the victim, beside the root
dev-climbs      /dev is a link to it, by more ".." than there are directories
dev-loop        /dev is a link to itself
dev-file        /dev is a file
dev-fifo        /dev is a pipe, which waits for who opens it
proc-absolute   /proc is a link to the victim
proc-climbs     /proc is a link to it, by ".."
proc-file       /proc is a file
sys-absolute    /sys is a link to the victim
tmp-absolute    /tmp is a link to the victim
tmp-climbs      /tmp is a link to it, by ".."
run-absolute    /run is a link to the victim
run-climbs      /run is a link to it, by ".."
null-link       /dev/null, which masks are made of, is a link to core_pattern
null-file       /dev/null is a file
pts-link        /dev/pts and /dev/shm are links to the victim
all-links       /dev, /proc, /sys, /tmp and /run are links to the victim
etc-absolute    /etc, where files are bound or made, is a link to the victim
etc-climbs      /etc is a link to it, by ".."
etc-oldroot     /etc is a link to it, by the name of the host's root meanwhile
END
}

# What is read, entered or run in it.
others() {
	cat <<'END'
passwd-climbs   /etc/passwd, where users are looked up, is a link to shadow
passwd-fifo     /etc/passwd is a pipe, which waits for who opens it
passwd-huge     /etc/passwd has as many bytes as a file may have
group-fifo      /etc/group is a pipe
srv-absolute    /srv, to begin in, is a link to the victim
srv-climbs      /srv is a link to it, by ".."
sh-self         /bin/self is a script, and the tool itself is to run it
END
}

names() {
	sed 's/ .*//'
}

# become NAME TARGET: a link instead of what is there.
become() {
	rm -rf "${dir:?}/$1"
	ln -s "$2" "$dir/$1"
}

# As many steps up as lead out of any root.
up=../../../../../../../../../../../..

# lie: make $dir the root of the case.
lie() {
	case $case in
	dev-relative) become dev "../${victim##*/}" ;;
	dev-inside) mkdir "$dir/elsewhere" && become dev elsewhere ;;
	dev-loop) become dev dev ;;
	etc-oldroot) become etc "/oldroot$victim" ;;
	passwd-climbs) become etc/passwd "$up/etc/shadow" ;;
	*-absolute) become "${case%-*}" "$victim" ;;
	*-climbs) become "${case%-*}" "$up$victim" ;;
	dev-file | proc-file)
		rm -rf "${dir:?}/${case%-*}"
		echo text >"$dir/${case%-*}"
		;;
	dev-fifo) rm -rf "${dir:?}/dev" && mkfifo "$dir/dev" ;;
	passwd-fifo | group-fifo)
		rm -f "$dir/etc/${case%-*}"
		mkfifo "$dir/etc/${case%-*}"
		;;
	passwd-huge) truncate -s 1T "$dir/etc/passwd" ;;
	null-link) become dev/null /proc/sys/kernel/core_pattern ;;
	null-file) rm -f "$dir/dev/null" && echo text >"$dir/dev/null" ;;
	pts-link) become dev/pts "$victim" && become dev/shm "$victim" ;;
	all-links)
		for name in dev proc sys tmp run; do
			become "$name" "$victim"
		done
		;;
	sh-self)
		printf '#!/proc/self/exe\n' >"$dir/bin/self"
		chmod 755 "$dir/bin/self"
		;;
	*) die "$case: no such case" ;;
	esac
}

# small: make $dir a root that works.
small() {
	mkdir -m 755 "$dir"
	for name in bin dev etc proc root run srv sys tmp; do
		mkdir "$dir/$name"
	done
	cp "$busybox" "$dir/bin/busybox"
	for name in cat id ls sh true; do
		ln -s busybox "$dir/bin/$name"
	done
	printf '%s\n' root:x:0:0::/root:/bin/sh mallory:x:9:9::/:/bin/sh \
		>"$dir/etc/passwd"
	printf '%s\n' root:x:0: mallory:x:9: >"$dir/etc/group"
}

# all TOP: every case.
all() {
	busybox=$(command -v busybox) ||
		die 'busybox: not found: a static one is what is in the roots'
	mkdir -p "$1"
	top=$(cd "$1" && pwd)
	[ -z "$(ls -A "$top")" ] || die "$top: it is not empty"
	victim=$top/victim
	mkdir -m 777 "$victim"
	echo precious >"$victim/file"
	cat <<END
Each of these is a root that works but for one lie, which is for the tool that
makes a jail of it.  Start /bin/true in each, with new /dev, /proc, /sys, /tmp
and /run, with a file bound or made below /etc; as the user mallory; in the
directory /srv; and start /bin/self.  Refused or not, it is to end, nothing in
$victim
is to change, not even a time, and nothing of it is to be seen in the jail:

	find $victim -ls >before
	bwrap --bind $top/dev-absolute / --dev /dev --proc /proc -- /bin/true
	find $victim -ls | diff before -

END
	for case in $(mounts | names) $(others | names); do
		dir=$top/$case
		small
		lie
	done
	mounts
	others
}

case $# in
0) mounts | names ;;
1) all "$1" ;;
3)
	dir=$1 victim=$2 case=$3
	lie
	;;
*) die 'usage: hostile-root.sh [DIR [VICTIM CASE]]' ;;
esac
