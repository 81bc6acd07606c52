#!/usr/bin/env bash
# demo.sh BUILD - run the main job for all to see, with the tools in BUILD
#
# Every command is shown as it would be typed, and then run.  Started by
# root, it does all of it once more as an ordinary user.  Nothing is left
# behind but root's cache of roots.  Status 0: all went as it should.
set -u

[ $# -eq 1 ] || {
	echo 'usage: demo.sh BUILD' >&2
	exit 1
}
build=$(cd "$1" && pwd) || exit

# A copy that everybody can reach, wherever the checkout is.
umask 022
stage=$(mktemp -d "${TMPDIR:-/tmp}/rungs-demo.XXXXXX") || exit
trap 'rm -rf --one-file-system "$stage"' EXIT
trap 'exit 1' HUP INT TERM
chmod 755 "$stage"
for part in bin libexec share; do
	[ ! -d "$build/$part" ] || cp -rL "$build/$part" "$stage/" || exit
done
mkdir -m 700 "$stage/home"
cd "$stage" || exit
export PATH=$stage/bin:$PATH:/usr/sbin:/sbin

bold='' plain=''
if [ -t 1 ]; then
	bold=$'\e[1m' plain=$'\e[m'
fi

# Who types: the ordinary user has no group of root's, and a home.
as=() prompt='$'
[ "$(id -u)" -ne 0 ] || prompt='#'
wrong=0

heading() {
	printf '\n%s%s%s\n' "$bold" "$*" "$plain"
}

# quietly COMMAND: whether it works for who types.
quietly() {
	"${as[@]}" bash -c "$1" >/dev/null 2>&1 </dev/null
}

# try STATUS COMMAND: show it, run it, and say so if it ends otherwise.
try() {
	local status=0
	printf '\n%s%s %s%s\n' "$bold" "$prompt" "$2" "$plain"
	"${as[@]}" bash -c "$2" 2>&1 || status=$?
	[ "$status" -eq 0 ] || printf '[status %s]\n' "$status"
	[ "$status" -eq "$1" ] || {
		printf 'demo: this should have had status %s\n' "$1"
		wrong=1
	}
}

# The root of the other examples: with no network, the one that is at hand.
root=''

begin() {
	heading 'A root to live in is one word; what it became is text'
	try 0 'mkroot alpine'
	root=alpine
	quietly 'mkroot --strict alpine' || {
		printf '\nIt cannot be fetched here, so on with busybox.\n'
		root=busybox
	}
}

main_job() {
	begin
	heading 'A jail: a root, processes, a network and users of its own'
	try 0 "mkroot $root | jailexec -- sh -c 'head -n 1 /etc/os-release; hostname; id; ps'"

	if quietly 'setlimit memory=64M pids=32 -- true'; then
		heading 'Every layer says its part, in any order'
		try 0 "mkroot $root | setlimit memory=64M pids=32 nofile=64 | enterns net uts=web | jailexec -- sh -c 'hostname; id; ps; ip link'"

		heading 'A limit holds, for all that is in the jail together'
		try 137 "mkroot $root | setlimit memory=16M | jailexec -- sh -c 'head -c 67108864 /dev/zero >/tmp/much'"
	else
		heading 'A limit that cannot be had is an error, and nothing runs'
		try 125 "mkroot $root | setlimit memory=64M pids=32 | jailexec -- echo never"

		heading 'The others can be had'
		try 0 "mkroot $root | setlimit nofile=64 | enterns net uts=web | jailexec -- sh -c 'hostname; id; ps; ip link'"
	fi

	heading 'What is written in the jail is gone with it'
	try 0 "mkroot $root | jailexec -- sh -c 'echo mine >/root/note; cat /root/note'"
	try 1 "mkroot $root | jailexec -- cat /root/note"

	heading 'A pipeline that breaks anywhere runs nothing'
	try 125 "mkroot $root | setlimit nofile=lots | jailexec -- echo never"
	try 125 "mkroot $root | head -n 2 | jailexec -- echo never"

	heading 'A status says what happened'
	try 7 "mkroot $root | jailexec -- sh -c 'exit 7'"
	try 127 "mkroot $root | jailexec -- no-such-command"
	try 143 "mkroot $root | jailexec -- sh -c 'kill -TERM \$\$'"

	heading 'Without a root: two layers around a command'
	try 0 "setlimit nofile=64 -- enterns user uts=box -- sh -c 'hostname; ulimit -n'"
}

be_ordinary_user() {
	chown 1234:1234 "$stage/home" || exit
	prompt='$'
	as=(env -u XDG_CACHE_HOME "HOME=$stage/home"
		setpriv --reuid=1234 --regid=1234 --clear-groups --)
}

user_job() {
	if quietly 'enterns user -- true'; then
		main_job
	else
		heading 'Ordinary users get no user namespaces here'
		try 125 'mkroot busybox | jailexec -- true'
	fi
}

if [ "$(id -u)" -eq 0 ]; then
	heading '1. As root'
	main_job
	heading '2. As an ordinary user'
	be_ordinary_user
fi
user_job

heading 'Now you'
printf '\nPATH=%s/bin:$PATH\nmkroot %s | jailexec -- sh\n\n' "$build" "$root"
exit $wrong
