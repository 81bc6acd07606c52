#!/usr/bin/env bats
# The laws of jail(5) and rungs(7) that hold for every tool.

load helper

setup() {
	# Those of the caller, so that "new" can be told from "same".
	links=$(readlink /proc/self/ns/* | sort -u | tr '\n' ' ')
	export links
}

# What a layer may change, as the command sees it.
look() {
	local kind link file group
	for kind in cgroup ipc mnt net pid time user uts; do
		link=$(readlink "/proc/self/ns/$kind")
		case " $links " in
		*" $link "*) echo "$kind same" ;;
		*) echo "$kind new" ;;
		esac
	done
	hostname
	id
	cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups \
		/proc/self/limits /proc/self/timens_offsets
	grep -E '^(Cap|NoNewPrivs|SigBlk|SigIgn)' /proc/self/status
	"$RUNGS_STAGE/tests/whatigot" | grep ^securebits
	for file in pids/pids.max memory/memory.limit_in_bytes \
		cpu/cpu.cfs_quota_us; do
		group=$(grep -E "^[0-9]+:${file%/*}:" /proc/self/cgroup)
		echo "$file"
		cat "/sys/fs/cgroup/${file%/*}${group##*:}/${file#*/}"
	done 2>/dev/null
	env | grep -v -e ^_= -e ^SHLVL= -e ^BATS_ | sort
}
export -f look

chain() {
	# shellcheck disable=SC2086 # words are words
	$as "$tool" $words -- bash -c look
}

pipe() {
	# shellcheck disable=SC2086
	$as "$tool" -n $words | $as jailexec -x -- bash -c look
}

# agree CALLER TOOL WORDS: a chain and a pipe build the same.
agree() {
	local as=$1 tool=$2 words=$3 want
	run -0 chain
	want=$output
	[ -n "$want" ]
	run -0 pipe
	same "$want" "$output" "$as $tool $words"
}

@test "law 1: setlimit in a chain is setlimit in a pipe" {
	requires leaving-groups
	local as words most
	# Whoever is the same user on this machine counts, too.
	most=$(ulimit -Hu)
	[ "$most" != unlimited ] || most=100000
	for as in "${callers[@]}"; do
		for words in nofile=64 nofile=32:64 nofile== nofile==:64 \
			"core=0 cpu=60 fsize=1M nproc=$((most - 2)):$((most - 1)) nofile=99 stack=8M:16M" \
			'locks=7 memlock=64K msgqueue=4K rss=1G sigpending=99 data=1G' \
			'rttime=5000000 nice=0 rtprio=0' none 'nofile=3 none nofile=64' \
			'nofile=64 nofile=32'; do
			agree "$as" setlimit "$words"
		done
	done
}

@test "law 1: setlimit's groups in a chain are setlimit's in a pipe" {
	requires root pids-group memory-group cpu-group cgroup-v1
	local words
	for words in pids=50 memory=64M cpu=50% 'pids=50 memory=64M cpu=0.5' \
		'pids=60 nofile=64' 'cpu=60 cpu=20%'; do
		agree as_caller setlimit "$words"
	done
}

@test "law 1: enterns in a chain is enterns in a pipe, as root" {
	requires root
	local words
	for words in cgroup ipc mount net pid time uts uts=box user none \
		'net uts=box' 'user net' 'pid mount' 'uts=box uts' \
		'user uts=host' 'time=+1000' 'pid none' \
		'user pid mount ipc uts=all net cgroup time=-1'; do
		agree as_caller enterns "$words"
	done
}

@test "law 1: enterns in a chain is enterns in a pipe, as an ordinary user" {
	requires user-namespaces
	local words
	for words in user 'user net' 'uts=box user' 'user pid mount' none \
		'user time=+1h' 'user pid mount ipc uts=all net cgroup time'; do
		agree as_user enterns "$words"
	done
}

@test "law 1: droppriv in a chain is droppriv in a pipe" {
	local as words
	for as in "${callers[@]}"; do
		for words in nnp none 'nnp none' keyring; do
			agree "$as" droppriv "$words"
		done
	done
	[ "$(id -u)" -eq 0 ] || skip 'requires root'
	for words in user=nobody 'user=77 nnp' group=5 'groups=5,audio' \
		'user=77 groups=clear' 'user=nobody group=5 groups=init' \
		caps=none caps=chown,kill caps=-chown 'user=77 ambient=net_raw' \
		'securebits=noroot,noroot_locked caps=default' \
		'user=5 group=6 groups=7 caps=all,-kill ambient=chown nnp'; do
		agree as_caller droppriv "$words"
	done
}

@test "law 1: lockpath in a chain is lockpath in a pipe" {
	(($("$RUNGS_STAGE/tests/oldkernel") >= 6)) ||
		skip 'requires Landlock of ABI 6'
	local as words
	for as in "${callers[@]}"; do
		for words in none exec=/ 'read=/ exec=/ write=/tmp' signal \
			'connect=80 bind=none abstract' \
			'exec=/ try-read=/no/such/path best-effort'; do
			agree "$as" lockpath "$words"
		done
	done
}

@test "law 1: denycall in a chain is denycall in a pipe" {
	local as words
	for as in "${callers[@]}"; do
		for words in default none deny=@network 'default allow=bpf action=kill' \
			promise=stdio,rpath,exec,proc,unix,fattr; do
			agree "$as" denycall "$words"
		done
	done
}

@test "law 1: mkroot in a chain is mkroot in a pipe" {
	requires root
	local root
	root=$(root_dir)
	local look='pwd; ls /; readlink /proc/self/ns/mnt; id -u; /test/whatigot | grep -v -e pid -e environment -e ^descriptors'
	run -0 mkroot "dir:$root" -- /bin/sh -c "$look"
	local want=$output
	same_in_a_pipe() { mkroot "dir:$root" | jailexec -x -- /bin/sh -c "$look"; }
	run -0 same_in_a_pipe
	assert_output "$want"
}

@test "a chain of tools adds up" {
	requires root
	run -0 setlimit nofile=64 -- enterns uts=box -- setlimit core=0 -- \
		sh -c 'ulimit -n; ulimit -c; hostname'
	assert_output $'64\n0\nbox'
}

# in_order LINE...: a default jail that has the lines in this order.
in_order() {
	{
		echo 'jail 1'
		printf '%s\n' "$@"
		echo end
	} | $as jailexec -- sh -c '
		ulimit -Sn; ulimit -Hn; hostname; id; pwd
		ls /sys/class/net; cat /proc/self/mountinfo |
			cut -d" " -f4-6,8 | sort; cat /proc/self/timens_offsets
		grep -E "Cap|NoNew|Groups" /proc/self/status'
}

@test "law 2: the order of the lines does not matter" {
	requires leaving-groups
	local as want a b c order name ordered
	a="mkroot dir=$(root_dir) scratch"
	b='setlimit nofile=32:64 core=0'
	c='enterns uts=web time=+77'
	for as in "${callers[@]}"; do
		run -0 in_order "$a" "$b" "$c"
		want=$output
		assert_line 32 64 web
		for order in 'a c b' 'b a c' 'b c a' 'c a b' 'c b a'; do
			ordered=()
			for name in $order; do
				ordered+=("${!name}")
			done
			run -0 in_order "${ordered[@]}"
			same "$want" "$output" "${ordered[*]}"
		done
	done
}

@test "law 2: what a process may still do is the same in any order of the lines" {
	requires leaving-groups
	(("$("$RUNGS_STAGE/tests/oldkernel")" >= 7)) ||
		skip 'requires Landlock of ABI 7'
	local as want order name ordered a b c d
	a="mkroot dir=$(root_dir) scratch"
	b='droppriv user=5 caps=chown ambient=chown keyring'
	c='lockpath exec=/bin try-exec=/lib try-read=/test exec=/test read=/proc write=/tmp connect=80'
	d='denycall deny=chdir,symlink,symlinkat'
	held() {
		printf '%s\n' 'jail 1' "$@" end | "$as" jailexec -- sh -c '
			grep -E "^(Uid|Gid|Groups|Cap|NoNew|Seccomp)" /proc/self/status
			(cd /); (: </etc/passwd); : >/tmp/x; ln -s a /tmp/y
			/test/calls native' 2>&1
	}
	for as in "${callers[@]}"; do
		run -0 held "$a" "$b" "$c" "$d"
		want=$output
		# The jail's, that of the ports, and the words'.
		assert_line $'Seccomp_filters:\t3' $'CapEff:\t0000000000000001'
		[ "$(grep -c "can't cd\|/etc/passwd: Permission denied\|/tmp/y: Operation not permitted" <<<"$output")" -eq 3 ]
		for order in 'a c d b' 'd c b a' 'c b a d' 'b d c a' 'd a c b'; do
			ordered=()
			for name in $order; do
				ordered+=("${!name}")
			done
			run -0 held "${ordered[@]}"
			same "$want" "$output" "$order"
		done
	done
}

@test "law 2: the order of the stages in a pipe does not matter" {
	requires leaving-groups
	one() { a_root scratch | setlimit nofile=64 | enterns uts=web | jailexec -- sh -c "$look"; }
	two() { a_root scratch | enterns uts=web | setlimit nofile=64 | jailexec -- sh -c "$look"; }
	local look='ulimit -n; hostname; cat /proc/self/mountinfo | cut -d" " -f4-6,8 | sort'
	run -0 one
	local want=$output
	assert_line 64 web
	run -0 two
	assert_output "$want"
}

@test "the words of several lines of one tool add up, and the last wins" {
	requires leaving-groups
	several() {
		a_root scratch | setlimit nofile=64 core=0 | setlimit nofile=32 |
			enterns uts=first | enterns uts=second |
			jailexec -- sh -c 'ulimit -n; ulimit -c; hostname'
	}
	run -0 several
	assert_output $'32\n0\nsecond'
}

@test "law 3: a stage that fails runs nothing, wherever it is" {
	local as
	end() { $as jailexec "$@" -- echo "$ran"; }
	first() { { false; } | setlimit nofile=64 | enterns uts=web | end; }
	first_x() { { false; } | setlimit nofile=64 | enterns uts | end -x; }
	starter() { setlimit -n bogus=1 | enterns uts=web | end -x; }
	middle() { a_root scratch | setlimit bogus=1 | enterns uts=web | end; }
	last() { a_root scratch | setlimit nofile=64 | enterns bogus | end; }
	missing() { a_root scratch | no-such-tool 2>/dev/null | end; }
	usage() { a_root scratch | setlimit | end; }
	both() { a_root scratch | setlimit bogus=1 | enterns bogus | end; }
	full() { { a_root scratch | setlimit nofile=64 >/dev/full; } 2>&1 | end; }
	itself() { a_root scratch | $as jailexec -u 1x -- echo "$ran"; }
	for as in "${callers[@]}"; do
		for what in first first_x starter middle last missing usage \
			both full itself; do
			run -125 "$what"
			never grep -Fq "$ran" <<<"$output"
			[ -n "$output" ]
		done
	done
}

@test "a long description arrives whole" {
	local long
	long=$(for n in {1..200}; do echo "# $n: this line says nothing"; done)
	through() {
		{
			a_root scratch | sed '$d'
			printf '%s\nenterns uts=behind-it\nend\n' "$long"
		} | setlimit nofile=77 | jailexec -- sh -c 'hostname; ulimit -n'
	}
	run -0 through
	assert_output $'behind-it\n77'
}

@test "law 3: a description that is cut after any line runs nothing" {
	requires leaving-groups
	local text count n
	text=$(a_root scratch | setlimit nofile=64 | enterns uts=web)
	count=$(wc -l <<<"$text")
	same 5 "$count"
	through() { cut_lines setlimit core=0 | jailexec -- echo "$ran"; }
	cut_lines() { head -n "$n" <<<"$text" | "$@"; }
	for ((n = 0; n < count; n++)); do
		run -125 cut_lines jailexec -- echo "$ran"
		never grep -Fq "$ran" <<<"$output"
		run -125 through
		never grep -Fq "$ran" <<<"$output"
	done
	run -0 cut_lines jailexec -- echo "$ran"
	assert_output "$ran"
}

@test "law 3: a description that is cut after any byte runs nothing" {
	requires leaving-groups
	local text n
	text=$(a_root scratch | setlimit nofile=64 | enterns uts=web)$'\n'
	cut_bytes() { printf %s "${text:0:n}" | "$@"; }
	for ((n = 0; n < ${#text}; n++)); do
		run -125 cut_bytes jailexec -- echo "$ran"
		never grep -Fq "$ran" <<<"$output"
		run -125 cut_bytes enterns net
		never grep -Fxq end <<<"$output"
	done
	run -0 cut_bytes jailexec -- echo "$ran"
	assert_output "$ran"
}

# killed STAGE: a pipe of a writer, two filters and jailexec, all of them
# waiting for the rest of the text; one is killed, and then the rest comes.
killed() {
	local dir=$BATS_TEST_TMPDIR/$1 text rest
	mkdir "$dir"
	mkfifo "$dir/a" "$dir/b" "$dir/c" "$dir/rest"
	text=$(a_root scratch)
	{
		head -n 2 <<<"$text"
		read -r _ <"$dir/rest"
		tail -n +3 <<<"$text"
	} >"$dir/a" 2>/dev/null 3>&- &
	local writer=$!
	setlimit nofile=64 <"$dir/a" >"$dir/b" 2>/dev/null 3>&- &
	local first=$!
	enterns uts=web <"$dir/b" >"$dir/c" 2>/dev/null 3>&- &
	local second=$!
	jailexec -- sh -c 'echo "$(ulimit -n) $(hostname)"' <"$dir/c" \
		>"$dir/out" 2>/dev/null 3>&- &
	local jailexec=$!
	poll tools_wait "$first" "$second" "$jailexec"
	if [ "$1" != nobody ]; then
		kill -KILL "${!1}"
	fi
	# Nobody may be left to read it: the word stays in the pipe for as long
	# as that is open here.
	exec {rest}<>"$dir/rest"
	echo go >&"$rest"
	for pid in $writer $first $second; do
		wait "$pid" || true
	done
	exec {rest}>&-
	status=0
	wait "$jailexec" || status=$?
	output=$(<"$dir/out")
}

tools_wait() {
	[ "$(cat "/proc/$1/comm" "/proc/$2/comm" "/proc/$3/comm" | xargs)" = \
		"setlimit enterns jailexec" ]
}

@test "law 3: a stage that is killed runs nothing, each in turn" {
	requires leaving-groups
	local stage
	killed nobody
	same 0 "$status"
	assert_output '64 web'
	for stage in writer first second jailexec; do
		killed "$stage"
		assert_output ''
		case $stage in
		jailexec) same 137 "$status" ;;
		*) same 125 "$status" ;;
		esac
	done
}

# calls FILE: each line of a trace as "NAME:N", the N-th call of that name.
calls() {
	awk -F'(' '/^[a-z0-9_]+\(/ { print $1 ":" ++n[$1] }' "$1"
}

@test "law 3: a filter that is killed at any system call weakens nothing" {
	requires strace no-sanitizer
	local call trace=$BATS_TEST_TMPDIR/trace
	a_root scratch | strace -o "$trace" setlimit nofile=64 >/dev/null
	[ "$(calls "$trace" | wc -l)" -gt 5 ]
	killed_at() {
		a_root scratch |
			strace -o /dev/null -e "inject=${call%:*}:signal=KILL:when=${call#*:}" \
				setlimit nofile=64 2>/dev/null |
			enterns uts=web | jailexec -- sh -c 'echo "$(ulimit -n) $(hostname)"'
	}
	for call in $(calls "$trace"); do
		run killed_at
		# Once all is written, the death of the writer changes nothing.
		case $status in
		0) assert_output '64 web' ;;
		125) never grep -q web <<<"$output" ;;
		*) same 125 "$status" "$call" ;;
		esac
	done
}

# read_back TOOL WORD...: law 4.
read_back() {
	local tool=$1 line again
	line=$("$@" | sed -n 2p)
	[ -n "$line" ]
	# shellcheck disable=SC2086 # the words of the line, as words
	again=$("$tool" -n ${line#"$tool"} | sed -n 2p)
	same "$line" "$again"
	# And as text: a filter leaves the lines of others alone.
	same "$("$@" | enterns net | sed -n 2p)" "$line"
}

@test "law 4: what setlimit prints it reads as the same" {
	local words
	for words in nofile=64 nofile=32:64 nofile== nofile==:64 nofile=32:= \
		nofile=unlimited nofile=1K:unlimited cpu=1m cpu=2h:1d 'cpu=60 cpu=50%' \
		cpu=12.5% cpu=1.5 cpu=0.01 cpu=100% memory=64M memory=1T pids=32 none \
		'nofile=1 none' 'none nofile=1' 'nofile=1 core=0 nofile=2' \
		'as=1G core=0 data=1G fsize=1G locks=1 memlock=1 msgqueue=1 nice=1 nproc=1 rss=1 rtprio=1 rttime=1 sigpending=1 stack=1M'; do
		# shellcheck disable=SC2086
		read_back setlimit -n $words
	done
}

@test "law 4: what enterns prints it reads as the same" {
	local words
	for words in net uts uts=web user mount ipc cgroup pid time time=5 \
		time=+5 time=-5 time=1h time=-2d none 'none net' 'net none' net=host \
		'net net=host' 'net=host net' 'uts=a uts=b' 'uts=a uts=host' \
		'time=+1 time=host time' \
		'user mount pid ipc uts=all net cgroup time=+0'; do
		# shellcheck disable=SC2086
		read_back enterns -n $words
	done
}

@test "law 4: what droppriv prints it reads as the same" {
	local words
	for words in user=5 user=nobody user=5 group=0 'group=audio user=5' \
		groups=clear groups=init groups=5,audio caps=all caps=none \
		caps=chown caps=cap_chown,kill caps=default caps=all,-chown \
		caps=default,-kill,sys_time caps=-chown caps=-all caps=-none \
		caps=-cap_kill,-default 'caps=-chown caps=-kill' \
		'caps=-chown caps=kill' 'caps=chown,kill caps=-kill' \
		ambient=chown ambient=all ambient=none ambient=all,-kill nnp \
		'nnp nnp' keyring securebits=none \
		securebits=noroot_locked,noroot none 'nnp none' \
		'none user=5 caps=none ambient=none securebits=noroot nnp keyring'; do
		# shellcheck disable=SC2086
		read_back droppriv -n $words
	done
}

@test "law 4: what lockpath prints it reads as the same" {
	local words
	for words in read=/ 'read=/ read=/' 'read=/a exec=/b write=/c modify=/d' \
		'list=/k create=/e remove=/f refer=/g ioctl=/h device=/i try-read=/j' \
		connect=80 'connect=80,443 connect=22' bind=0 connect=any \
		connect=none 'connect=5 connect=any' 'connect=any connect=5' \
		'bind=none bind=5' signal abstract log best-effort none \
		'read=/ none' 'none read=/ bind=5 log signal abstract'; do
		# shellcheck disable=SC2086
		read_back lockpath -n $words
	done
	# With blanks in a path.
	same 'lockpath read=a\040b' "$(lockpath -n 'read=a b' | sed -n 2p)"
}

@test "comments and blank lines pass through a filter" {
	through() { printf 'jail 1\n# why \\ not\n\n \t\nenterns  net\n# end\nend\n' | setlimit core=0; }
	run -0 through
	assert_output $'jail 1\n# why \\ not\n\n \t\nenterns  net\n# end\nsetlimit core=0:0\nend'
}

@test "a line that no layer knows passes a filter and stops jailexec" {
	unknown() { a_root scratch | sed '2i confine all' | setlimit core=0; }
	run -0 unknown
	assert_line 'confine all'
	runs() { unknown | jailexec -- echo "$ran"; }
	run -125 runs
	assert_output 'jailexec: line 2: confine: no such layer'
	bare() { printf 'jail 1\nconfine\nend\n' | jailexec -x -- echo "$ran"; }
	run -125 bare
	assert_output 'jailexec: line 2: confine: no such layer'
}

@test "a word that the layer does not know stops jailexec, with its line" {
	local line
	for line in 'enterns bogus' 'setlimit bogus=1' 'setlimit nofile=x' \
		'mkroot bogus' 'mkroot dir=relative' 'mkroot digest=sha256:00' \
		'enterns uts=a/b' 'droppriv user=1x' \
		'lockpath bogus' 'lockpath bind=x'; do
		unknown() { printf 'jail 1\n# one\n%s\nend\n' "$line" | jailexec -x -- echo "$ran"; }
		run -125 unknown
		assert_match 'jailexec: line 3: .*'
		never grep -Fq "$ran" <<<"$output"
	done
}

@test "a filter needs a word, knows its options and one end" {
	local tool
	for tool in setlimit enterns droppriv lockpath; do
		run -125 "$tool"
		assert_match "usage: $tool .*"
		run -125 "$tool" -q net
		run -125 "$tool" -n
		run -125 "$tool" nofile=64 --
	done
	run -125 jailexec true
	assert_output $'jailexec: true: it is no option\njailexec: a command comes behind --'
	run -125 jailexec -x
	run -125 jailexec -x --
	run -125 jailexec -x operand -- true
}

# jail(5): the next tool would refuse the line.
@test "a control byte is refused by the tool that it was said to" {
	local tool word bytes=$'a\x01b'
	for word in "addmount tmpfs=/$bytes" "enterns net=/run/$bytes" \
		"lockpath read=/$bytes" "denycall file=/$bytes" \
		"setlimit disk:/$bytes=1" "droppriv user=$bytes"; do
		tool=${word%% *}
		refused "$tool" -n "${word#* }"
		assert_output "$tool: $(tr '\001' '?' <<<"${word#* }"): control byte 0x01"
	done
	refused addmount -n $'tmpfs=/\x7f'
	assert_output 'addmount: tmpfs=/?: control byte 0x7f'
	run -0 addmount -n $'tmpfs=/a\tb\nc'
	assert_output $'jail 1\naddmount tmpfs=/a\\011b\\012c\nend'
}

@test "125, 126 and 127 are the same for every tool" {
	local dir=$BATS_TEST_TMPDIR command
	# A directory that we may not look into would make it 126.
	local PATH=$RUNGS_STAGE/bin:/usr/bin:/bin
	printf '#!/no/such/interpreter\n' >"$dir/script"
	chmod 755 "$dir/script"
	echo text >"$dir/text"
	for command in 'setlimit core=0' 'enterns none' 'droppriv none' \
		'lockpath none' 'jailexec -x -f jail'; do
		cd "$dir"
		setlimit -n core=0 >jail
		# shellcheck disable=SC2086
		set -- $command
		run -127 "$@" -- no-such-command
		assert_output "$1: no-such-command: No such file or directory"
		run -127 "$@" -- /no/such/command
		run -127 "$@" -- "$dir/text/command"
		run -126 "$@" -- "$dir/text"
		assert_output "$1: $dir/text: Permission denied"
		run -126 "$@" -- "$dir"
		run -126 "$@" -- "$dir/script"
		run -125 "$@" --
		run -0 "$@" -- true
		run -1 "$@" -- false
		run -255 "$@" -- sh -c 'exit 255'
	done
	run -125 setlimit core=bogus -- echo "$ran"
	run -125 enterns bogus -- echo "$ran"
	run -125 jailexec -x -f /no/such/file -- echo "$ran"
	assert_output 'jailexec: /no/such/file: open the jail description: No such file or directory'
}
