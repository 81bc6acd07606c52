#!/usr/bin/env bats
# lockpath(1): which paths, ports and processes can be reached.

load helper

setup() {
	reach=$RUNGS_STAGE/tests/reach
	old=$RUNGS_STAGE/tests/oldkernel
	tree=$BATS_TEST_TMPDIR/tree
	# Behind a lock there is no /proc for it to read.
	[ -z "${RUNGS_SANITIZED:-}" ] || export ASAN_OPTIONS=detect_leaks=0
	(($("$old") >= 7)) || skip 'requires Landlock of ABI 7'
}

teardown() {
	[ -z "${listener:-}" ] || stop "$listener"
	[ -z "${auditing:-}" ] || "$RUNGS_STAGE/tests/auditing" "$auditing"
}

# A tree that reach can try all of its attempts on, once.
make_tree() {
	rm -rf "$tree"
	mkdir -p "$tree/one" "$tree/other" "$tree/empty"
	touch "$tree/gone" "$tree/one/move" "$tree/one/link"
	echo text >"$tree/file"
	cp "$reach" "$tree/program"
	[ "${as:-as_caller}" = as_caller ] || chown -R 1234:1234 "$tree"
}

# reached WORD...: what can be reached of a new tree with these words.
reached() {
	make_tree
	"${as:-as_caller}" lockpath "$@" "exec=$reach" -- "$reach" "$tree" | xargs
}

# The same in a pipe.
reached_in_a_pipe() {
	make_tree
	lockpath -n "$@" "exec=$reach" |
		"${as:-as_caller}" jailexec -x -- "$reach" "$tree" | xargs
}

everything='list read exec write truncate file dir symlink fifo socket remove'
everything+=' rmdir rename link device ioctl'

@test "each word gives what the manual says, and no more" {
	look() {
		local how
		for how in reached reached_in_a_pipe; do
			same '' "$($how "read=$reach")"
			same 'list read' "$($how "read=$tree")"
			same 'list' "$($how "list=$tree")"
			same 'list read exec' "$($how "exec=$tree")"
			same 'list read write truncate file dir symlink fifo socket remove rmdir rename link' \
				"$($how "write=$tree")"
			same 'write truncate' "$($how "modify=$tree")"
			same 'file dir symlink fifo socket' "$($how "create=$tree")"
			same 'remove rmdir' "$($how "remove=$tree")"
			same '' "$($how "refer=$tree")"
			same 'file dir symlink fifo socket link' \
				"$($how "refer=$tree" "create=$tree")"
			same 'ioctl' "$($how ioctl=/dev/zero)"
			same 'list read ioctl' "$($how "read=$tree" ioctl=/dev)"
			# A file alone.
			same 'read' "$($how "read=$tree/file")"
			same 'read write truncate' "$($how "write=$tree/file")"
			same 'exec' "$($how "exec=$tree/program")"
		done
	}
	for_each_caller look
	[ "$(id -u)" -eq 0 ] || return 0
	same 'device' "$(reached "device=$tree")"
	same "$everything" "$(reached "write=$tree" "exec=$tree" "device=$tree" ioctl=/)"
	make_tree
	same "$everything" "$(lockpath signal connect=none -- "$reach" "$tree" | xargs)"
}

@test "a lock is for good: what comes later only tightens it" {
	look() {
		same 'list read' \
			"$(reached "write=$tree" "exec=$RUNGS_STAGE" exec=/usr -- lockpath "read=$tree")"
		run -0 "$as" lockpath exec=/ -- grep NoNewPrivs /proc/self/status
		assert_output $'NoNewPrivs:\t1'
		run $as lockpath exec=/ -- sh -c 'lockpath write=/ exec=/ -- touch /tmp/made-by-rungs-tests'
		same 1 "$status"
		[[ $output == *'Permission denied'* ]]
	}
	for_each_caller look
}

@test "what everybody may use, if it is what it is called" {
	requires root
	local root=$BATS_TEST_TMPDIR/root name
	writes() { sh -c 'for f; do : >"/dev/$f" && head -c 1 "/dev/$f"; done | wc -c' sh "$@"; }
	export -f writes
	run -0 lockpath exec=/usr -- bash -c 'writes zero full random urandom; writes null'
	assert_output $'4\n0'
	run lockpath exec=/usr -- sh -c ': >/dev/tty0 || : >/dev/ptmx || : >/dev/kmsg'
	((status != 0))
	# A root that calls other things so.
	cp -a "$(root_dir)" "$root"
	rm -rf "${root:?}/dev"
	mkdir "$root/dev"
	echo secret >"$root/dev/null"
	ln -s ../secret "$root/dev/zero"
	echo secret >"$root/secret"
	mknod "$root/dev/full" c 1 3
	mknod "$root/dev/random" b 1 8
	inside() {
		printf 'jail 1\nmkroot dir=%s\nlockpath exec=/bin exec=/lib exec=/usr\nend\n' "$root" |
			jailexec -x -- /bin/sh -c "$1"
	}
	for name in null zero full random; do
		run -1 inside "cat /dev/$name"
		[[ $output == *'Permission denied'* ]]
		run inside ": >/dev/$name"
		((status != 0))
	done
	same secret "$(cat "$root/secret")"
}

@test "ports: one word shuts the others, both ways" {
	look() {
		reached_ports() { $as lockpath "$@" -- "$reach" 4711 4712 | xargs; }
		same 'connect=4711 bind=4711 connect=4712 bind=4712' "$(reached_ports signal)"
		same 'connect=4711' "$(reached_ports connect=4711)"
		same 'bind=4712' "$(reached_ports bind=4712)"
		same 'connect=4711 bind=4711 bind=4712' "$(reached_ports connect=4711 bind=4711,4712)"
		same 'connect=4711 connect=4712' "$(reached_ports connect=4711 connect=4712)"
		same '' "$(reached_ports connect=none)"
		same '' "$(reached_ports bind=none connect=4711 connect=none)"
		same 'connect=4711 connect=4712' "$(reached_ports connect=any)"
		same 'connect=4711 connect=4712 bind=4712' "$(reached_ports connect=any bind=4712)"
		same 'connect=4711' "$(reached_ports connect=any connect=4711)"
		# Files are another matter, and the other way round.
		run -0 "$as" lockpath connect=none -- cat /etc/passwd
		same 'connect=4711 bind=4711 connect=4712 bind=4712' "$(reached_ports "exec=$reach")"
	}
	for_each_caller look
}

@test "signal and abstract keep from who is outside" {
	local name=rungs-tests-$BASHPID-$RANDOM out=$BATS_TEST_TMPDIR/out
	as_user "$reach" listen "$name" >"$out" 2>&1 3>&- &
	poll grep -q listening "$out"
	listener=$(processes_of "$name")
	look() {
		local pid=$listener
		# Root can signal everybody, others what is theirs.
		[ "$as" = as_user ] || [ "$(id -u)" -ne 0 ] || pid=1
		reached_processes() { $as lockpath "$@" -- "$reach" "$pid" "$name" | xargs; }
		same 'signal abstract' "$(reached_processes exec=/)"
		same 'abstract' "$(reached_processes signal)"
		same 'signal' "$(reached_processes abstract)"
		same '' "$(reached_processes signal abstract)"
		# Their own they can signal.
		run -0 "$as" lockpath signal -- sh -c 'sleep 9 & kill $! && echo killed'
		assert_output killed
	}
	for_each_caller look
}

@test "a compiler and make, as in the manual" {
	command -v make >/dev/null || skip 'requires make'
	look() {
		mkdir -m 777 "$BATS_TEST_TMPDIR/$as"
		cd "$BATS_TEST_TMPDIR/$as"
		printf 'int main(void) { return 7; }\n' >seven.c
		printf 'seven: seven.c\n\tgcc -o $@ $<\n' >Makefile
		run -0 "$as" lockpath read=/usr exec=/usr write=. -- \
			env "TMPDIR=$PWD" make
		run -7 ./seven
		# It was not allowed to be run, and its neighbours not to be read.
		echo secret >../secret
		run -126 "$as" lockpath exec=/usr write=. -- ./seven
		run -1 "$as" lockpath exec=/usr write=. -- cat ../secret
	}
	for_each_caller look
}

@test "in a jail, paths are the jail's" {
	requires leaving-groups
	local root=$BATS_TEST_TMPDIR/root
	cp -a "$(root_dir)" "$root"
	mkdir -p "$root/srv/in"
	echo inside >"$root/srv/in/file"
	echo inside >"$root/outside"
	# Out of the root, as an enemy would have it.
	ln -s /etc "$root/srv/link"
	ln -s ../../../../../../.. "$root/srv/up"
	mkdir -m 755 "$BATS_TEST_TMPDIR/host"
	echo secret >"$BATS_TEST_TMPDIR/host/file"
	chmod -R a+rX "$root"
	jailed() {
		printf 'jail 1\nmkroot dir=%s %s\n%s\nend\n' "$root" "${mode:-scratch}" "$1" |
			$as jailexec "${@:3}" -- sh -c "$2"
	}
	local tools='lockpath exec=/bin exec=/lib exec=/usr'
	look() {
		run -0 jailed "$tools read=/srv/in" 'cat /srv/in/file'
		assert_output inside
		run -1 jailed "$tools read=/srv/in" 'cat /outside'
		run -0 jailed "$tools read=/srv/link" 'cat /srv/link/passwd'
		# The top is the jail's.
		run -0 jailed "$tools read=/srv/up" 'cat /outside'
		# Relative ones begin where the command does.
		run -0 jailed "$tools read=in" 'cat in/file' -C /srv
		run -125 jailed "$tools read=in" 'cat in/file'
		assert_output 'jailexec: read=in: open it: No such file or directory'
		run -0 jailed "$tools read=." 'cat /outside'
		# With what was mounted over them.
		run -0 jailed "addmount bind=$BATS_TEST_TMPDIR/host:/srv/in:ro
$tools read=/srv/in" 'cat /srv/in/file'
		assert_output secret
		run -1 jailed "$tools write=/tmp" 'echo made >/tmp/file && echo >/srv/in/new'
		# No magic link leads out.
		run -125 jailed "$tools read=/proc/self/root" "echo $ran"
		never grep -Fq "$ran" <<<"$output"
	}
	for_each_caller look
	[ "$(id -u)" -eq 0 ] || return 0
	# A changed root alone.
	as=as_caller
	printf 'jail 1\nmkroot dir=%s\n%s read=/srv/link\nend\n' "$root" "$tools" >"$BATS_TEST_TMPDIR/jail"
	run -0 jailexec -x -f "$BATS_TEST_TMPDIR/jail" -- /bin/cat /etc/passwd
	run -1 jailexec -x -f "$BATS_TEST_TMPDIR/jail" -- /bin/cat /outside
}

@test "who goes into a jail can be locked, too" {
	requires root
	joined() { enterns -n "of=$$" | lockpath exec=/usr | jailexec -x -- sh -c "$1"; }
	run -1 joined 'cat /etc/passwd'
	[[ $output == *'Permission denied'* ]]
}

@test "a lock of ports holds for what is TCP by another name, and for who sends first" {
	look() {
		past() { $as "$@" -- "$reach" past 4711 | xargs; }
		# What of it there is, on this kernel.
		local all
		all=$(past env)
		[[ $all == *sendto\ sendmsg\ sendmmsg* ]] || echo "without: $all" >&2
		for words in connect=none connect=80 bind=none 'exec=/ bind=9'; do
			# shellcheck disable=SC2086 # words
			same '' "$(past lockpath $words)" "$words"
		done
		same "$all" "$(past lockpath exec=/ signal)"
		same "$all" "$(past lockpath connect=none none)"
		in_a_pipe() { lockpath -n connect=none | "$as" jailexec "$1" -- "$reach" past 4711; }
		same '' "$(in_a_pipe -x | xargs)"
		run -0 --separate-stderr in_a_pipe -xv
		output=$stderr assert_match 'jailexec: refused: sendto, by denycall file=ports: deny errno=ENOTSUP sendto .*'
		# The helper's is another filter, and the terminal's a third.
		run -0 "$as" lockpath connect=none -- denycall deny=chdir -- grep Seccomp_filters /proc/self/status
		assert_output $'Seccomp_filters:\t2'
		all_three() { lockpath -n connect=none | denycall deny=chdir | "$as" jailexec -x -- grep Seccomp_filters /proc/self/status; }
		run -0 all_three
		assert_output $'Seccomp_filters:\t2'
	}
	for_each_caller look
	# What is left out of a lock needs no filter, and where there can be none, there is no lock.
	run -0 as_on 3 lockpath --best-effort connect=none -- grep Seccomp_filters /proc/self/status
	assert_line $'Seccomp_filters:\t1'
	refused "$RUNGS_STAGE/tests/filter" none lockpath connect=none -- echo "$ran"
	assert_line 'lockpath: without one, ports cannot be locked'
}

# as_on ABI CMD...: on a kernel of that ABI, as $as.
as_on() {
	"${as:-as_caller}" "$old" "$@"
}

@test "on an older kernel nothing runs, and the error names both ABIs" {
	look() {
		local abi words what
		while read -r what needs words; do
			# shellcheck disable=SC2086 # words are words
			for ((abi = -1; abi < needs; abi++)); do
				refused as_on "$abi" lockpath $words -- echo "$ran"
				[[ ${lines[0]} =~ ^lockpath:\ [a-z]+:\ this\ takes\ Landlock\ of\ ABI\ [0-9],\ and\ the\ kernel\ has\ $((abi < 0 ? 0 : abi)) ]]
			done
			assert_match "lockpath: $what: this takes Landlock of ABI $needs, and the kernel has $((needs - 1))"
			assert_line 'lockpath: lockpath --best-effort goes without, and says what is left out'
			# shellcheck disable=SC2086
			run -0 as_on "$needs" lockpath $words -- echo "$ran"
			assert_output "$ran"
		done <<-'END'
			ioctl 5 exec=/
			ioctl 5 exec=/ connect=5
			connect 4 connect=5
			bind 4 connect=any bind=5
			signal 6 signal
			abstract 6 abstract
			log 7 signal log
			log 7 exec=/ log
		END
		refused as_on 0 lockpath exec=/ -- echo "$ran"
		assert_line 'lockpath: files: this takes Landlock of ABI 1, and the kernel has 0: it was built without'
		refused as_on -1 lockpath exec=/ -- echo "$ran"
		assert_line 'lockpath: files: this takes Landlock of ABI 1, and the kernel has 0: it was started without, see lsm= in its command line'
	}
	for_each_caller look
	# What cannot be asked is not taken for nothing.
	if [ "$(id -u)" -eq 0 ]; then
		refused "$RUNGS_STAGE/tests/lie" 444=1 lockpath \
			--best-effort exec=/ -- echo "$ran"
		assert_output 'lockpath: ask the kernel for Landlock: Operation not permitted'
	fi
	strict() { lockpath -n exec=/ | as_on 3 jailexec -x -- echo "$ran"; }
	refused strict
	# What words do not ask for is not missed.
	run -0 as_on 0 lockpath none -- echo "$ran"
}

@test "best effort says what is left out, in the description and aloud" {
	local abi text
	left_out() { printf 'Landlock has ABI %d here, and leaves out: %s' "$@"; }
	with() { as_on "$abi" lockpath "$@" exec=/ signal connect=5 log; }
	while read -r abi text; do
		run -0 with -n --best-effort
		assert_output "jail 1
# lockpath: $(left_out "$abi" "$text")
lockpath exec=/ connect=5 signal log best-effort
end"
	done <<-'END'
		6 log (7)
		5 signal (6) log (7)
		4 ioctl (5) signal (6) log (7)
		3 connect (4) bind (4) ioctl (5) signal (6) log (7)
		2 truncate (3) connect (4) bind (4) ioctl (5) signal (6) log (7)
		1 refer (2) truncate (3) connect (4) bind (4) ioctl (5) signal (6) log (7)
		0 files (1) refer (2) truncate (3) connect (4) bind (4) ioctl (5) signal (6) log (7)
	END
	abi=7 run -0 with -n --best-effort
	never grep -q '#' <<<"$output"
	# What is left is locked all the same.
	as_on 1 lockpath --best-effort exec=/ -- sh -c "echo x >$BATS_TEST_TMPDIR/x" 2>"$BATS_TEST_TMPDIR/said" && false
	grep -Fxq "lockpath: $(left_out 1 'refer (2) truncate (3) ioctl (5)')" "$BATS_TEST_TMPDIR/said"
	[ ! -e "$BATS_TEST_TMPDIR/x" ]
	lockpath -n exec=/ best-effort >"$BATS_TEST_TMPDIR/jail"
	run -0 as_on 0 jailexec -x -f "$BATS_TEST_TMPDIR/jail" -- echo "$ran"
	assert_line "jailexec: $(left_out 0 'files (1) refer (2) truncate (3) ioctl (5)')" "$ran"
}

@test "log asks for a record of what is refused to the command" {
	requires strace
	run -0 strace -f -e trace=landlock_restrict_self lockpath exec=/ -- true
	assert_match 'landlock_restrict_self\([0-9]+, 0\) += 0'
	run -0 strace -f -e trace=landlock_restrict_self lockpath exec=/ log -- true
	assert_match 'landlock_restrict_self\([0-9]+, (0x2|LANDLOCK_RESTRICT_SELF_LOG_NEW_EXEC_ON).*\) += 0'
	# Not for who cannot read it.
	lockpath -n exec=/ >"$BATS_TEST_TMPDIR/jail"
	chmod a+rx "$BATS_TEST_TMPDIR"
	run -0 as_user strace -f -e trace=landlock_restrict_self jailexec -xv -f "$BATS_TEST_TMPDIR/jail" -- true
	assert_match '(.* )?landlock_restrict_self\([0-9]+, 0\) += 0'
}

# again CMD...: what it prints is the same when it is run under the words
# that were learned from it, in a description and alone.
again() {
	local file=$BATS_TEST_TMPDIR/learned-$as want
	rm -f "$file"
	run -0 anew lockpath --learn="$file" -- "$@"
	want=$output
	run -0 anew jailexec -x -f "$file" -- "$@"
	same "$want" "$output" "$*"
	# shellcheck disable=SC2046
	run -0 anew lockpath $(sed -n 's/^lockpath//p' "$file") -- "$@"
	same "$want" "$output" "$*"
}

# anew CMD...: in a directory that is as it was at first.
anew() {
	local dir=$BATS_TEST_TMPDIR/again-$as
	chmod 777 "$BATS_TEST_TMPDIR"
	rm -rf "$dir"
	mkdir -m 777 "$dir"
	printf 'two\none\n' >"$dir/lines"
	[ "$as" = as_caller ] || chown 1234:1234 "$dir/lines"
	(cd "$dir" && "$as" "$@")
}

# learned: the words of the last one, without the system's own files.
learned() {
	grep '^lockpath' "$BATS_TEST_TMPDIR/learned-$as" |
		sed "s,$BATS_TEST_TMPDIR/again-$as,DIR,; s/^lockpath //" |
		grep -E "DIR|connect|bind" | xargs
}

@test "jailexec -v tells what the lock of its jail refused, and nothing of others" {
	local as=as_caller jail=$BATS_TEST_TMPDIR/jail told=$BATS_TEST_TMPDIR/told was switch
	switch=$RUNGS_STAGE/tests/auditing
	make_tree
	touch "$tree/empty/beside"
	lockpath -n exec=/usr exec=/bin try-exec=/lib64 read=/dev "exec=$RUNGS_STAGE/bin" "read=$tree/one" >"$jail"
	# Who may not read that is told so, and nothing is written for it.
	run -0 as_user jailexec -xv --status-fd=1 -f "$jail" -- true
	[ "$(id -u)" -ne 0 ] || assert_line 'jailexec: what lockpath refuses cannot be told: reading audit records takes CAP_AUDIT_READ: Operation not permitted' \
		'{"event":"untold","layer":"lockpath","reason":"reading audit records takes CAP_AUDIT_READ: Operation not permitted"}'
	was=$("$switch" 2>/dev/null) || skip 'requires a switch for auditing'
	[ "$was" -ne 0 ] || {
		run -0 jailexec -xv -f "$jail" -- true
		assert_line 'jailexec: what lockpath refuses cannot be told: auditing is off; auditctl -e 1 switches it on'
	}
	auditing=$was
	"$switch" 1
	# A lock beside it, and one in it, have records of their own.
	(while :; do lockpath exec=/usr exec=/bin try-exec=/lib64 log -- cat "$tree/empty/beside" || sleep 0.02; done) >/dev/null 2>&1 3>&- &
	listener=$!
	# shellcheck disable=SC2016 # for the shell in there
	# Its own errors elsewhere: two who write to one terminal share its lines.
	run -0 jailexec -xv --status-fd=3 --keep-fd=5 -f "$jail" -- sh -c 'exec 2>&5; (cat "$0/file"); cat "$0/file" "$0/one/move"
		lockpath exec=/usr exec=/bin try-exec=/lib64 log -- cat "$0/one/link"; :' "$tree" 3>"$told" 5>"$BATS_TEST_TMPDIR/errors"
	grep -q 'one/link.*Permission denied' "$BATS_TEST_TMPDIR/errors"
	assert_match "jailexec: refused: fs.read_file, by lockpath: path=\"$tree/file\" .*"
	[ "$(grep -c "$tree/file\"" <<<"$output")" -eq 1 ]
	never grep -q 'refused: .*\(one/\|beside\)' <<<"$output"
	grep -q '"refused","layer":"lockpath","blockers":"fs.read_file","object":"path=.*/file' "$told"
	# What comes before it is known whose it is, is held back.
	lockpath -n connect=none >"$jail"
	run -0 jailexec -xv -f "$jail" -- bash -c 'exec 2>/dev/null; sleep 0.3; : <>/dev/tcp/127.0.0.1/9; :'
	assert_match 'jailexec: refused: net.connect_tcp, by lockpath: .*dest=9'
	never grep -q 'refused: fs' <<<"$output"
	# In the lines of --status-fd alone.
	lockpath -n exec=/usr exec=/bin try-exec=/lib64 >"$jail"
	run -1 jailexec -x --status-fd=3 -f "$jail" -- cat "$tree/file" 3>"$told"
	grep -q '"refused","layer":"lockpath","blockers":"fs.read_file","object":"path=.*/file' "$told"
	# There is an end to it, and that is said, as is what the kernel dropped.
	mkdir "$tree/many"
	touch "$tree"/many/{1..300}
	run -1 jailexec -x --status-fd=3 -f "$jail" -- cat "$tree"/many/* 3>"$told"
	local refused
	refused=$(grep -c '"refused","layer":"lockpath"' "$told")
	if ! grep -q '"untold".*there were too many audit records' "$told"; then
		[ "$refused" -eq 256 ]
		grep -qx '{"event":"untold","layer":"lockpath","reason":"44 more: 256 different ones were told"}' "$told"
	fi
	((refused <= 256))
}

@test "learn: a program runs under the words that were learned from it" {
	look() {
		again cat lines
		same 'read=DIR/lines connect=none bind=none' "$(learned)"
		again sh -c 'ls . >/dev/null; head -c 1 /dev/zero | wc -c'
		[[ $(learned) == 'list=DIR '* ]]
		never grep =/dev/ "$BATS_TEST_TMPDIR/learned-$as"
		again sort -o lines lines
		again sh -c 'sort <lines >new && mv new lines && cat lines && rm lines'
		same 'read=DIR modify=DIR create=DIR remove=DIR try-read=DIR/lines connect=none bind=none' "$(learned)"
		again sh -c 'mkdir -p a/b && echo x >a/b/c && mv a/b/c d && ln d e && ln -s e f && ls . a && cat f && rm -r a d e f'
		# Some of it is there before, and is moved from one to the other.
		again sh -c 'mkdir a && mv lines a/ && cat a/lines && mv a/lines . && rmdir a'
		again sh -c 'sed -i s/two/three/ lines; cat lines; echo four >>lines; tail -n 1 lines'
		again sh -c 'printf "#!/usr/bin/tac\nscript\n" >s && chmod 755 s && ./s; rm s'
		again sh -c 'mkfifo p; cat p & echo through >p; wait; rm p'
		again sh -c 'cat /proc/self/comm'
		again sh -c 'cat /proc/$$/comm'
		again sh -c 'true >lines; cat no-such-file 2>&1 || echo none'
		again env -C / ls
	}
	for_each_caller look
}

@test "learn: what other languages do, and threads and ports" {
	look() {
		local program port=$((10000 + RANDOM % 10000))
		! command -v gcc >/dev/null || again sh -c \
			'echo "int main(void) { return 7; }" >s.c && TMPDIR=$PWD gcc s.c && ./a.out || echo $?'
		! command -v perl >/dev/null || again perl -MFile::Temp=tempfile -e \
			'my ($f, $n) = tempfile(DIR => "."); print $f "x"; close $f; open $f, "+<", $n; print <$f>, "\n"; unlink $n'
		program="
import socket, threading
def serve():
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(('127.0.0.1', $port)); s.listen()
    c = socket.create_connection(('127.0.0.1', $port))
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('127.0.0.1', 9))
    open('lines').read(); print('served')
t = threading.Thread(target=serve); t.start(); t.join()"
		[ -x /usr/bin/python3 ] || return 0
		again /usr/bin/python3 -c "$program"
		[[ $(learned) == *"read=DIR/lines connect=$port bind=$port" ]]
		program="import socket
s = socket.socket(); s.bind(('127.0.0.1', $port)); s.listen()
c = socket.socket()
try: c.sendto(b'x', socket.MSG_FASTOPEN, ('127.0.0.1', $port))
except OSError: c.connect(('127.0.0.1', $port))
print('either way')"
		again /usr/bin/python3 -c "$program"
		[[ $(learned) == *"connect=$port bind=$port" ]]
		# The kernel picks another port each time, and no word is as wide as that.
		program='import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen()
socket.create_connection(s.getsockname()); print("picked")'
		again /usr/bin/python3 -c "$program"
		[[ $(learned) == *'connect=any bind=0' ]]
		grep -Eqx '# not learned: connect=; the kernel picked port [0-9]+, and picks others' "$BATS_TEST_TMPDIR/learned-$as"
	}
	for_each_caller look
}

@test "learn: status and errors are the command's, and what was not seen is said" {
	local file=$BATS_TEST_TMPDIR/learned
	run -7 lockpath --learn="$file" -- sh -c 'exit 7'
	grep -Fxq 'lockpath connect=none' "$file"
	same end "$(tail -n 1 "$file")"
	grep -Fxq '# learned from: sh -c exit 7' "$file"
	run -143 lockpath --learn="$file" -- sh -c 'kill $$'
	run -127 lockpath --learn="$file" -- /no/such/command
	assert_output 'lockpath: /no/such/command: No such file or directory'
	run -126 lockpath --learn="$file" -- /etc/passwd
	refused lockpath --learn=/no/such/directory -- echo "$ran"
	# A comment is one line, whatever the command's name.
	run -0 lockpath --learn="$file" -- true $'x\nlockpath write=/'
	never grep -q '^lockpath write=/' "$file"
	# One way or the other, and with a command.
	refused_usage() {
		run -125 lockpath "$@"
		[[ ${lines[0]} == 'usage: lockpath '* ]]
	}
	refused_usage --learn="$file"
	refused_usage --learn="$file" --
	refused_usage --learn="$file" read=/ -- true
	refused_usage -- true
}

@test "words that are none, and paths that are not there" {
	local word
	for word in read read= write= exec= try-read= try-connect=5 connect connect= \
		connect=-1 connect=65536 connect=1x 'connect=1,' 'connect=,1' \
		connect=http bind= bind=0x50 'bind= 1' connect=000080 signal=1 \
		abstract= log=no best_effort READ=/ try-signal bogus; do
		refused lockpath -n "$word"
		refused lockpath "$word" -- echo "$ran"
	done
	run -125 lockpath --learn
	run -0 lockpath -n connect=0,65535
	refused lockpath exec=/ read=/no/such/path -- echo "$ran"
	assert_output 'lockpath: read=/no/such/path: open it: No such file or directory'
	run -0 lockpath exec=/ try-read=/no/such/path -- echo "$ran"
	refused lockpath exec=/ try-read=/etc/passwd/x -- echo "$ran"
	refused lockpath exec=/ create=/etc/passwd -- echo "$ran"
	assert_output 'lockpath: create=/etc/passwd: it is no directory'
	run -126 lockpath read=/usr -- /usr/bin/true
	assert_output 'lockpath: /usr/bin/true: Permission denied
lockpath: a lock of paths has to name with exec= the command, its loader and what its #! line says'
	run -126 lockpath connect=none -- /etc/passwd
	assert_output 'lockpath: /etc/passwd: Permission denied'
	# The later "none" wins.
	run -0 lockpath read=/no/such/path connect=none signal none -- \
		grep NoNewPrivs /proc/self/status
	assert_output $'NoNewPrivs:\t0'
}
