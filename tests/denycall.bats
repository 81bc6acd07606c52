#!/usr/bin/env bats
# denycall(1): the language, the words, and the filter of the default jail.

load helper
load policy

setup() {
	policy=$BATS_TEST_TMPDIR/policy
	chmod a+rx "$BATS_TEST_TMPDIR"
}

seccomp=(grep -E '^(NoNewPrivs|Seccomp(_filters)?):' /proc/self/status)

# differs FILE: the lines of calls where the default policy is not kept.
differs() {
	awk '{
		bad = $4 != $5
		if ($5 == "-")
			bad = $4 == "EPERM" || ($4 == "ENOSYS" && $1 != "x32")
		if (bad)
			print
	}' "$1" || echo "awk failed"
}

# --- the default policy ---

@test "the default jail has the filter of the default policy, whoever the caller is" {
	requires leaving-groups
	unfiltered
	look() {
		run -0 in_jail -- "${seccomp[@]}"
		assert_output $'NoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t1'
		run -0 in_jail -u 5 -- "${seccomp[@]}"
		assert_output $'NoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t1'
	}
	for_each_caller look
}

@test "what the default policy says of each call holds, for each kind of call" {
	requires leaving-groups
	local as denied=$BATS_TEST_TMPDIR/denied
	for as in "${callers[@]}"; do
		# An ordinary user's jail has no setgroups(2), filter or not.
		in_jail -- /test/calls | grep -v ' setgroups(' >"$denied"
		[ "$(wc -l <"$denied")" -gt 90 ]
		same '' "$(differs "$denied")" "$as"
	done
	[ "$(awk '$1 == "native" && $5 != "-"' "$denied" | wc -l)" -gt 60 ]
}

@test "the same for root without a jail, so that it is no capability which is missing" {
	requires root
	local denied=$BATS_TEST_TMPDIR/denied
	denycall default -- "$calls" >"$denied"
	same '' "$(differs "$denied")" alone
	# And the kernel would have said something else.
	"$calls" native i386 >"$denied"
	[ "$(awk '$5 != "-" && $4 == $5' "$denied" | wc -l)" -le 4 ]
}

@test "the default policy is that of the same words as text" {
	local dir=$RUNGS_STAGE
	run -0 "$dir/libexec/rungs/denycall-compile" --c=x default
	grep -q '^const size_t x_length = [0-9]' <<<"$output"
	differing() { denycall default action=errno -- "$calls"; }
	run -0 differing
	same "$output" "$(denycall default -- "$calls")"
}

@test "every call that libseccomp knows is in a group, and the default policy decides on each" {
	run -0 "$RUNGS_STAGE/tests/filter" names "$RUNGS_STAGE/share/rungs/syscall-policies/groups"
	assert_output ''
}

@test "with a filter in place that lacks a call of the newest, libc does without" {
	requires leaving-groups
	run -0 in_jail -- sh -c '/test/calls native | grep clone3; (echo child) | cat'
	assert_line child
	assert_match 'native @process clone3.* ENOSYS ENOSYS'
}

@test "denycall none and -x have no filter, and one word none undoes all before" {
	requires leaving-groups
	unfiltered
	look() {
		none() { a_root scratch | denycall "$@" | "$as" jailexec -- "${seccomp[@]}"; }
		run -0 none none
		assert_output $'NoNewPrivs:\t1\nSeccomp:\t0\nSeccomp_filters:\t0'
		run -0 none deny=bogus none
		assert_output $'NoNewPrivs:\t1\nSeccomp:\t0\nSeccomp_filters:\t0'
		# What is said later is one more filter, and the default stays.
		run -0 none deny=chdir
		assert_line $'Seccomp_filters:\t2'
		run -0 none default
		assert_line $'Seccomp_filters:\t1'
		run -0 none none default
		assert_line $'Seccomp_filters:\t1'
		bare() { printf 'jail 1\nend\n' | "$as" jailexec -x -- "${seccomp[@]}"; }
		run -0 bare
		assert_output $'NoNewPrivs:\t0\nSeccomp:\t0\nSeccomp_filters:\t0'
	}
	for_each_caller look
}

@test "a word of a description cannot weaken the default, but behind none" {
	requires leaving-groups
	a_calls() { a_root scratch | denycall "$@" | jailexec -- /test/calls native; }
	run -0 a_calls deny=ptrace allow=bpf
	assert_match 'native @kernel bpf.* EPERM EPERM'
	run -0 a_calls none default allow=bpf
	assert_match 'native @kernel bpf.* (E2BIG|EINVAL) EPERM'
	assert_match 'native @kernel userfaultfd.* EPERM EPERM'
}

@test "where a filter cannot be loaded nothing runs" {
	requires leaving-groups
	look() {
		without() { a_root scratch | "$as" "$RUNGS_STAGE/tests/filter" none jailexec -- echo "$ran"; }
		refused without
		assert_line 'jailexec: load a filter of system calls: Invalid argument'
		refused "$as" "$RUNGS_STAGE/tests/filter" none denycall default -- echo "$ran"
		refused "$as" "$RUNGS_STAGE/tests/filter" none denycall deny=bpf -- echo "$ran"
	}
	for_each_caller look
}

# --- alone ---

@test "denycall alone: for whoever calls, with no_new_privs, and filters add up" {
	unfiltered
	look() {
		run -0 "$as" denycall deny=chdir -- "${seccomp[@]}"
		assert_output $'NoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t1'
		run -0 "$as" denycall deny=chdir -- denycall deny=umask -- "${seccomp[@]}"
		assert_line $'Seccomp_filters:\t2'
		run -0 "$as" denycall default -- sh -c 'echo good'
		assert_output good
		# What the first one denies the second one cannot allow.
		run -0 "$as" denycall deny=bpf -- denycall deny=ustat allow=bpf -- "$calls" native
		assert_match 'native @kernel bpf.* EPERM EPERM'
		assert_match 'native @obsolete ustat.* EPERM ENOSYS'
	}
	for_each_caller look
}

@test "each group is denied, in each kind of call, and nothing beside it" {
	requires root
	local group out=$BATS_TEST_TMPDIR/out
	for group in $("$calls" native | cut -d' ' -f2 | sort -u); do
		case $group in
		@basic) continue ;; # nobody could say so
		@process) denycall deny=@process allow=execve -- "$calls" >"$out" ;;
		*) denycall "deny=$group" -- "$calls" >"$out" ;;
		esac
		same '' "$(awk -v g="$group" '$2 == g && $4 != "EPERM"' "$out")" "$group"
		same '' "$(awk -v g="$group" '$2 != g && $4 == "EPERM"' "$out")" "$group: others"
		[ "$(awk -v g="$group" '$2 == g { print $1 }' "$out" | sort -u | wc -l)" -ge 1 ]
	done
}

@test "allow= alone denies all else, and what the command needs is found" {
	run -126 denycall deny=execve -- true
	assert_output 'denycall: true: Operation not permitted'
	# A sanitizer looks for leaks in the end, and needs more than that.
	[ -n "${RUNGS_SANITIZED:-}" ] || run -126 denycall allow=@basic -- true
	run -0 denycall allow=@basic,@file,@process -- sh -c 'echo $(echo good)'
	assert_output good
	run -0 denycall allow=@basic,@file allow=execve -- "$calls" native
	assert_match 'native @network connect.* EPERM -'
	assert_match 'native @file openat.* EFAULT -'
	# The last word counts.
	run -0 denycall allow=@basic,@file,execve,@network deny=connect -- "$calls" native
	assert_match 'native @network connect.* EPERM -'
	assert_match 'native @network sendmmsg.* E(BADF|INVAL) -'
}

@test "a filter denies the command nothing but what it says, and nothing to who begins it" {
	requires leaving-groups
	a_root scratch | denycall deny=read,recvmsg,sendmsg,close,unshare,chroot,setresuid >"$policy"
	chmod a+r "$policy"
	denied() {
		run -0 "$as" jailexec -f "$policy" -- /test/calls native
		assert_match 'native @obsolete ustat.* ENOSYS .*'
	}
	for_each_caller denied
}

@test "action= says what happens to who makes a call that is denied" {
	run -2 denycall deny=chdir action=errno -- sh -c 'cd / && echo done'
	run -159 denycall deny=chdir action=kill -- sh -c 'cd /; echo done'
	never grep -q 'done' <<<"$output"
	run -159 denycall deny=chdir action=trap -- sh -c 'cd /; echo done'
	run -0 denycall deny=chdir action=log -- sh -c 'cd / && echo done'
	assert_output 'done'
	run -2 denycall deny=chdir action=kill action=errno -- sh -c 'cd /'
}

# --- the language ---

# under LINE...: what a policy of these lines makes of the calls.
under() {
	writes "$@"
	denycall "file=$policy" -- "$calls" native
}

@test "a policy: the last rule that fits a call decides" {
	run -0 under '# one' 'default allow' '' 'deny bpf ustat # two' \
		'allow bpf' 'deny sysfs errno=ENOENT' 'deny acct errno=77'
	assert_match '.* bpf.* E(2BIG|INVAL) EPERM'
	assert_match '.* ustat.* EPERM ENOSYS'
	assert_match '.* sysfs.* ENOENT ENOSYS'
	assert_match '.* acct.* EBADFD EPERM'
	run -0 under 'default allow' 'deny socket' 'allow socket arg0==AF_UNIX' \
		'deny socket arg0==AF_INET errno=EACCES'
	assert_match '.* socket\(1,.* EINVAL -'
	assert_match '.* socket\(2,.* EACCES -'
	assert_match '.* socket\(a,.* EPERM -'
	# One without conditions makes void what was said before.
	run -0 under 'default allow' 'deny socket arg0==AF_INET' 'allow socket'
	assert_match '.* socket\(2,.* EINVAL -'
	run -0 under 'default deny errno=EIO' 'allow @basic @file execve' 'group @mine bpf @aio' 'deny @mine errno=EBUSY'
	assert_match '.* ustat.* EIO ENOSYS'
	assert_match '.* bpf.* EBUSY EPERM'
	assert_match '.* io_setup.* EBUSY -'
}

@test "a policy: conditions compare the low half, with masks, and all have to hold" {
	requires root
	run -0 under 'default allow' \
		"deny ioctl arg1==$((0x5412)) errno=EACCES" 'deny ioctl arg1&0xff==0x77 errno=EIO' \
		'deny ioctl arg1==0x541c errno=EBUSY' 'deny ioctl arg0==7 errno=EIO' \
		'deny clone arg0&CLONE_NEWUSER|CLONE_NEWNS!=0' \
		'deny personality arg0!=0xffffffff errno=ENOENT' \
		'deny socket arg0!=AF_UNIX arg0!=AF_INET errno=EIO' \
		'deny prlimit64 arg0&0xff==0xff arg1&0x1==0 errno=EIO'
	assert_match '.* ioctl\(f*,5412\) EACCES .*'
	assert_match '.* ioctl\(f*,100005412\) EACCES .*'
	assert_match '.* ioctl\(f*,541c\) EBUSY .*'
	assert_match '.* ioctl\(f*,5413\) EBADF .*'
	assert_match '.* clone\(10000000,0\) EPERM .*'
	assert_match '.* clone\(20000,0\) EPERM .*'
	never grep -Eq ' clone\(40000011,0\) EPERM' <<<"$output"
	assert_match '.* personality\(40000,.* ENOENT .*'
	assert_match '.* personality\(f*,.* done .*'
	assert_match '.* socket\(1,.* EINVAL .*'
	assert_match '.* socket\(2,.* EINVAL .*'
	assert_match '.* socket\(a,.* EIO .*'
	assert_match '.* prlimit64.* EFAULT .*'
}

# wrong MESSAGE LINE...: a policy of these lines is refused, with its line.
wrong() {
	local want=$1
	shift
	writes "$@"
	refused denycall "file=$policy" -- echo "$ran"
	same "denycall: file=$policy: $policy: $want" "$output"
}

@test "a policy that is wrong runs nothing, and says where it is" {
	wrong 'line 2: bogus: no such system call' 'default allow' 'deny bogus'
	wrong 'line 1: bogus: no such system call' 'group @a bogus'
	wrong 'line 1: @b: no such group' 'group @a @b'
	wrong 'line 1: group: expected @NAME CALL ...' 'group a bpf'
	wrong 'line 1: @a: no calls' 'group @a'
	wrong 'line 2: @bogus: no such group' 'default allow' 'deny @bogus'
	wrong 'line 1: refuse: expected allow, deny, kill, trap, log, default or group' 'refuse bpf'
	wrong 'line 1: default: expected an action' default
	wrong 'line 1: default: it is for all calls' 'default allow bpf'
	wrong 'line 1: deny: no calls' 'deny errno=EIO'
	wrong 'line 1: errno=EBOGUS: no such error' 'deny bpf errno=EBOGUS'
	wrong 'line 1: errno=4096: no such error' 'deny bpf errno=4096'
	wrong 'line 1: errno=0: no such error' 'deny bpf errno=0'
	wrong 'line 1: errno=EIO: it goes with deny only' 'allow bpf errno=EIO'
	wrong 'line 1: arg6==1: expected argN==VALUE, argN!=VALUE or argN&MASK==VALUE, with N from 0 to 5' 'deny bpf arg6==1'
	wrong 'line 1: AF_BOGUS: no such constant, and no number of 32 bits' 'deny socket arg0==AF_BOGUS'
	wrong 'line 1: 4294967296: no such constant, and no number of 32 bits' 'deny socket arg0==4294967296'
	wrong 'line 1: : no such constant, and no number of 32 bits' 'deny socket arg0==1||2'
	wrong 'line 1: : no such constant, and no number of 32 bits' 'deny socket arg0&1|==1'
	wrong 'line 1: arg0: compared with 0x10, which the mask 0xf never leaves' 'deny socket arg0&0xf==0x10'
	wrong 'line 1: bpf=1: neither a call nor a condition' 'deny bpf=1'
	wrong 'line 1: more than 4 conditions' 'deny bpf arg0!=1 arg0!=2 arg0!=3 arg0!=4 arg0!=5'
	writes 'deny bpf'
	refused denycall "file=$policy" -- echo "$ran"
	assert_output "denycall: file=$policy: $policy: it has no line \"default ACTION\", for all the calls that it does not name"
	wrong 'it is no text' $'default allow\r'
	printf 'default allow\n#%70000s\n' '' >"$policy"
	refused denycall "file=$policy" -- echo "$ran"
	assert_output "denycall: file=$policy: $policy: it is larger than 65536 bytes"
	refused denycall "file=$BATS_TEST_TMPDIR" -- echo "$ran"
	assert_output "denycall: file=$BATS_TEST_TMPDIR: $BATS_TEST_TMPDIR: it is no regular file"
	mkfifo "$BATS_TEST_TMPDIR/fifo"
	refused denycall "file=$BATS_TEST_TMPDIR/fifo" -- echo "$ran"
	refused denycall file=no-such-policy -- echo "$ran"
	refused denycall file=/no/such/policy -- echo "$ran"
}

@test "a name with a question mark may be unknown, and is left out then" {
	run -0 under 'default allow' 'deny bpf? bogus_call?' 'group @mine bogus_too? ustat' 'deny @mine'
	assert_match '.* bpf.* EPERM EPERM'
	assert_match '.* ustat.* EPERM ENOSYS'
	run -0 denycall deny=bogus_call? -- true
}

@test "a policy that became too long is refused" {
	long() { seq "$1" | sed 's/.*/deny bpf arg0==& arg1==&/'; }
	writes 'default allow' "$(long 600)"
	refused denycall "file=$policy" -- echo "$ran"
	assert_match 'denycall: the filter has [0-9]+ instructions, more than 4096'
	# Long enough for jumps that reach far.
	writes 'default allow' "$(long 400)"
	run -0 denycall "file=$policy" -- "$calls" native
	assert_match '.* bpf.* E(2BIG|INVAL) EPERM'
	assert_match '.* socket\(2,.* EINVAL -'
}

# --- words ---

@test "a word that is wrong runs nothing" {
	local word
	for word in bogus allow deny= allow= action=bogus file= 'deny=a b' deny=a/b deny=bogus \
		allow=@bogus deny=,bpf Default; do
		refused denycall "$word" -- echo "$ran"
	done
	refused denycall deny=bpf,bogus -- echo "$ran"
	assert_output 'denycall: deny=bpf,bogus: bogus: no such system call'
	# Who could not end would hang there.
	for word in promise=rpath deny=@basic deny=exit_group allow=execve; do
		refused timeout 100 denycall "$word" -- echo "$ran"
		assert_output "denycall: exit_group: it is denied with an error, and no process could end"
	done
	run -159 denycall deny=exit_group action=kill -- true
	refused denycall action=log -- echo "$ran"
	assert_output 'denycall: nothing is allowed or denied'
	run -125 denycall
	assert_match 'usage: denycall .*'
}

@test "what denycall prints it reads as the same, and a path is absolute" {
	cd "$BATS_TEST_TMPDIR"
	normal() { denycall -n "$@" | sed -n 2p; }
	for words in default none 'default deny=ptrace,@mount action=kill' 'none default' \
		'allow=@basic' 'file=tty' 'default default'; do
		# shellcheck disable=SC2086 # words
		run -0 normal $words
		# shellcheck disable=SC2086
		same "$output" "$(denycall -n ${output#denycall} | sed -n 2p)"
	done
	run -0 normal file=./a file=tty 'file=./b c' deny=bpf
	assert_output "denycall file=$PWD/./a file=tty file=$PWD/./b\\040c deny=bpf"
	run -0 normal deny=bpf none default
	assert_output 'denycall none default'
}

@test "law 1: denycall in a chain is denycall in a pipe" {
	local as words
	writes 'default allow' 'deny ustat errno=EIO'
	for as in "${callers[@]}"; do
		for words in default none deny=@network "file=$policy deny=bpf" 'default allow=bpf' \
			'allow=@basic,@file,execve action=log'; do
			# shellcheck disable=SC2086
			run -0 "$as" denycall $words -- sh -c "${seccomp[*]@Q}; $calls native"
			pipe() {
				# shellcheck disable=SC2086
				denycall -n $words | "$as" jailexec -x -- sh -c "${seccomp[*]@Q}; $calls native"
			}
			same "$output" "$(pipe)" "$words"
		done
	done
}

@test "a policy of a description is made before there is a jail, by who starts it" {
	requires leaving-groups
	writes 'default allow' 'deny ustat errno=EIO'
	look() {
		own() { a_root scratch | denycall "file=$policy" | "$as" jailexec -- /test/calls native; }
		run -0 own
		assert_match '.* ustat.* EIO ENOSYS'
		assert_match '.* bpf.* EPERM EPERM'
		unknown() { a_root scratch | denycall deny=bogus | "$as" jailexec -- echo "$ran"; }
		refused unknown
		assert_output 'jailexec: deny=bogus: bogus: no such system call'
	}
	for_each_caller look
	explain() { a_root scratch | denycall "$@" | jailexec -e -- true; }
	run -0 explain deny=bpf
	same 'descriptors system calls command' "$(cut -d: -f1 <<<"$output" | tail -n 3 | xargs)"
	assert_match 'system calls: fork.*'
	run -0 explain default
	never grep -q '^system calls: fork' <<<"$output"
	run -0 explain none
	never grep -q '^system calls' <<<"$output"
}

@test "the helper's program is looked at before it is loaded" {
	local copy=$BATS_TEST_TMPDIR/copy
	mkdir -p "$copy/libexec/rungs"
	cp -r "$RUNGS_STAGE/bin" "$copy"
	chmod -R a+rX "$copy"
	helper() {
		printf '#!/bin/sh\n%s\n' "$1" >"$copy/libexec/rungs/denycall-compile"
		chmod 755 "$copy/libexec/rungs/denycall-compile"
		refused "$copy/bin/denycall" deny=bpf -- echo "$ran"
	}
	refused "$copy/bin/denycall" deny=bpf -- echo "$ran"
	assert_line 'denycall: is rungs installed completely?'
	helper 'exit 0'
	assert_output 'denycall: the filter has a size of 0 bytes'
	helper 'printf 1234567 >&0'
	assert_output 'denycall: the filter has a size of 7 bytes'
	helper 'head -c 32776 /dev/zero >&0'
	assert_output 'denycall: the filter has a size of 32776 bytes'
	helper 'echo fail some reason; exit 125'
	assert_output 'denycall: some reason'
	helper 'kill -9 $$'
	assert_output 'denycall: denycall-compile ended with 137'
	# The default policy needs no helper.
	run -0 "$copy/bin/denycall" default -- echo good
	assert_output good
}

# --- what words became, and what a command needs ---

@test "--explain prints a policy that means the same" {
	local words
	writes 'default kill' 'allow @basic @file' 'deny socket arg0!=AF_UNIX arg1&0xf==1 errno=99' \
		'trap bpf' 'log acct' 'deny ustat' 'allow ustat execve'
	for words in default "file=$policy" 'default allow=bpf deny=@file action=errno'; do
		# shellcheck disable=SC2086 # words
		run -0 denycall --explain $words
		printf '%s\n' "$output" >"$policy.again"
		# shellcheck disable=SC2086
		run -0 denycall --explain "file=$policy.again"
		same "$(<"$policy.again")" "$output" "$words"
	done
	denycall --explain default >"$policy.again"
	grep -qx 'deny errno=EPERM clone arg0&0x7e020000!=0' "$policy.again"
	same "$(denycall default -- "$calls" native)" \
		"$(denycall "file=$policy.again" -- "$calls" native)"
	run -0 denycall --explain none
	assert_output 'default allow'
	refused denycall --explain deny=bogus
	run -125 denycall --explain
	run -125 denycall --explain default -- true
	full() { denycall --explain default >/dev/full; }
	refused full
}

# learns CMD...: it runs, and once more under what was learned.
learns() {
	local first
	run -0 "$as" denycall "--learn=$policy.$as" -- "$@"
	first=$output
	run -0 "$as" denycall "file=$policy.$as" -- "$@"
	same "$first" "$output"
}

@test "--learn writes the policy under which a command runs again" {
	chmod 1777 "$BATS_TEST_TMPDIR"
	look() {
		learns sh -c 'echo a | tr a b; (exit 0) & wait; cat /etc/passwd | wc -l'
		# Those are its calls, and no others.
		run -0 "$as" denycall "file=$policy.$as" allow=@basic -- "$calls" native
		assert_match '.* mount.* ENOSYS EPERM'
		assert_match '.* socket\(1,.* ENOSYS -'
		grep -q '^allow .*openat' "$policy.$as"
		! command -v perl >/dev/null ||
			learns perl -MSocket -e 'socket(my $s, AF_UNIX, SOCK_STREAM, 0) or die; print "good\n"'
		! command -v python3 >/dev/null || learns python3 -c 'import threading
t = threading.Thread(target=print, args=("good",)); t.start(); t.join()'
	}
	for_each_caller look
}

@test "--learn knows the families of sockets, and calls of another kind" {
	run -0 denycall "--learn=$policy" -- "$calls" native
	grep -qx 'allow socket arg0==40' "$policy"
	grep -qx 'allow socketpair arg0==40' "$policy"
	grep -q '^allow .*\bmount\b' "$policy"
	[ "$(uname -m)" = x86_64 ] || return 0
	run -0 denycall "--learn=$policy" -- "$calls" i386
	grep -q '^allow .*\bumount2\b' "$policy"
}

@test "--learn: however many calls there are, and what has no name is said" {
	command -v perl >/dev/null || skip 'requires perl'
	run -0 denycall "--learn=$policy" -- perl -e 'for my $f (0 .. 63) { syscall(1000 + $_, $f) for 0 .. 99 }'
	assert_output ''
	same 100 "$(grep -Ec '^# Call 10[0-9]+ of kind 0x[0-9a-f]+: it has no name, and is not allowed\.$' "$policy")"
	run -0 denycall "file=$policy" -- perl -e 1
}

@test "--learn: the command's status is ours, and what it began is waited for" {
	run -7 denycall "--learn=$policy" -- sh -c 'exit 7'
	run -143 denycall "--learn=$policy" -- sh -c 'kill -TERM $$'
	run -127 denycall "--learn=$policy" -- /no/such/command
	assert_output 'denycall: /no/such/command: No such file or directory'
	run -0 denycall "--learn=$policy" -- sh -c '(sleep 0.1; umask 7; echo late) &'
	assert_output late
	grep -q '^allow .*\bumask\b' "$policy"
	run -0 denycall "--learn=$policy" -- grep -E 'NoNewPrivs' /proc/self/status
	assert_output $'NoNewPrivs:\t1'
	refused denycall --learn=/no/such/file -- echo "$ran"
	# Who looks for leaks wants to trace, too.
	export ASAN_OPTIONS=detect_leaks=0
	refused denycall "--learn=$policy" -- denycall "--learn=$policy.2" -- echo "$ran"
	assert_match 'denycall: trace the command: .*'
	refused denycall deny=ptrace -- denycall "--learn=$policy" -- echo "$ran"
	refused "$RUNGS_STAGE/tests/filter" none denycall "--learn=$policy" -- echo "$ran"
	for words in '' '=file' '=file --' '=file default -- true'; do
		# shellcheck disable=SC2086
		run -125 denycall --learn$words
	done
}

@test "--learn: a signal fails no call, a stop stops, and a stranger is not waited for" {
	run -0 denycall "--learn=$policy" -- sh -c '(while kill -CONT $$; do sleep 0.1; done) 2>/dev/null & kill -STOP $$; echo on'
	assert_output on
	run -0 timeout 100 bash -c "denycall --learn='$policy' -- echo in > >(cat; echo end)"
	assert_output $'in\nend'
	command -v perl >/dev/null || skip "requires perl"
	run -0 denycall "--learn=$policy" -- perl -MTime::HiRes=ualarm -e '
		my $rung = 0; $SIG{ALRM} = sub { $rung++ }; ualarm(500, 500);
		for (1 .. 500) { pipe(my $out, my $in) or die "pipe: $!" }
		ualarm(0); print $rung > 0 ? "good\n" : "no signal came\n"'
	assert_output good
}

@test "--learn: nobody goes on who is not seen any more" {
	requires leaving-groups
	local learner mark=1000.$BASHPID
	denycall "--learn=$policy" -- sleep "$mark" 3>&- &
	learner=$!
	# Not only denycall, which has the word as well.
	poll pgrep -fx "sleep $mark" >/dev/null
	stop "$learner"
	poll no_process_of "$mark"
}

@test "--learn: nobody is begun who would not be seen, and could not even end" {
	command -v perl >/dev/null || skip 'requires perl'
	[ "$(uname -m)" = x86_64 ] || skip 'requires numbers of x86_64'
	local program='$| = 1; my $untraced = 0x800000;
		my $pid = syscall(56, $untraced | 17, 0, 0, 0, 0); printf "%d %s\n", $pid < 0 ? -1 : $pid > 0, $!; exit if $pid == 0;
		my $args = pack("Q11", $untraced, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0);
		$pid = syscall(435, $args, 88); if ($pid == 0) { print open(F, "</dev/null") ? "child\n" : "blind\n"; exit } waitpid $pid, 0; print "good $?\n"'
	same '-1 Operation not permitted child good 0' "$(timeout 100 denycall "--learn=$policy" -- perl -e "$program" | xargs)"
	grep -q '^allow .*\bclone3\b' "$policy"
	same '-1 Operation not permitted child good 0' "$(timeout 100 lockpath "--learn=$policy" -- perl -e "$program" | xargs)"
	# And that for each kind of call.
	denycall "--learn=$policy" -- "$calls" >"$policy.said"
	same 'i386 native x32' "$(sed -n 's/ @process clone(810000,0) EPERM -$//p' "$policy.said" | sort | xargs)"
}

# --- promises ---

@test "promises allow calls, and lock paths" {
	requires leaving-groups
	requires landlock
	chmod 1777 "$BATS_TEST_TMPDIR"
	look() {
		local file=$BATS_TEST_TMPDIR/$as say='echo in >>"$0" && cat "$0"'
		(umask 0; echo first >"$file")
		promised() { "$as" denycall "promise=$1" -- "${@:2}"; }
		run -2 promised stdio,rpath,exec,proc sh -c "$say" "$file"
		assert_match '.*Permission denied'
		run -0 promised stdio,rpath,wpath,exec,proc sh -c "$say" "$file"
		assert_output $'first\nin'
		run -1 promised stdio,rpath,wpath,exec,proc mkdir "$file.d"
		run -2 promised stdio,rpath,wpath,exec,proc sh -c ': >"$0.new"' "$file"
		run -0 promised stdio,rpath,cpath,exec,proc sh -c 'mkdir "$0.d" "$0.e" && mkfifo "$0.d/x" &&
			ln "$0.d/x" "$0.e" && rm "$0.d/x" "$0.e/x" && rmdir "$0.d" "$0.e"' "$file"
		mode() { promised "stdio,rpath,wpath,cpath,exec,proc$1" sh -c ': >"$0.f" && chmod 600 "$0.f"' "$file"; }
		run -1 mode ''
		run -0 mode ,fattr
		# Taken back, what is to be called; not what is locked.
		run -2 "$as" denycall promise=stdio,rpath,exec none -- sh -c "grep Seccomp: /proc/self/status; $say" "$file"
		assert_line $'Seccomp:\t0'
		assert_match '.*Permission denied'
		# In a jail it is the same, where the paths are the jail's.
		jailed() { a_root scratch | denycall "promise=$1" | "$as" jailexec -- "${@:2}"; }
		run -1 jailed stdio,rpath,exec,proc sh -c 'echo in >/tmp/f'
		run -0 jailed stdio,rpath,wpath,cpath,exec,proc sh -c 'echo in >/tmp/f; cat /tmp/f'
		assert_output in
	}
	for_each_caller look
}

@test "promises: what is in each of them, and what in none" {
	requires landlock
	kept() { denycall "promise=stdio,$1,exec" -- "$calls" native; }
	run -0 kept inet
	assert_match '.* socket\(2,.* EINVAL -'
	assert_match '.* socket\(1,.* EPERM -'
	run -0 denycall --explain promise=inet
	assert_line 'allow socket arg0==0x2' 'allow socket arg0==0xa' 'allow socket arg0==0x10'
	same 3 "$(grep -c '^allow socket ' <<<"$output")"
	run -0 kept unix
	assert_match '.* socket\(1,.* EINVAL -'
	assert_match '.* socket\(2,.* EPERM -'
	assert_match '.* socketpair\(1,.* EINVAL -'
	assert_match '.* socketpair\(28,.* EPERM EAFNOSUPPORT'
	run -0 kept proc
	assert_match '.* setpgid.* EINVAL -'
	assert_match '.* clone\(10000000,0\) EPERM .*'
	assert_match '.* connect.* EPERM -'
	run -0 kept id
	assert_match '.* setresuid.* done -'
	run -0 denycall promise=stdio,exec -- "$calls" native
	never grep -Eq ' (mount|bpf|ptrace|openat|socket|setresuid|mkdir|setpgid)\(.*\) (E[^P]|done)' <<<"$output"
	assert_match '.* ioctl\(f*,5412\) EPERM .*'
	assert_match '.* ioctl\(f*,541c\) EPERM .*'
	assert_match '.* ioctl\(f*,5423\) EPERM .*'
	assert_match '.* clone3\(.* ENOSYS ENOSYS'
	run -0 denycall --explain promise=stdio
	assert_line 'allow clone arg0&0x10000!=0 arg0&0x7e020000==0'
	for words in promise= promise=bogus 'promise=stdio,' promise=stdio,bogus promise=stdi; do
		refused denycall "$words" -- echo "$ran"
	done
	run -0 denycall -n promise=stdio,rpath
	assert_line 'denycall promise=stdio,rpath'
	run -0 denycall --explain promise=stdio,rpath,exec
	assert_line '# lockpath read=/' '# lockpath exec=/'
	refused "$RUNGS_STAGE/tests/filter" without ENOSYS landlock_create_ruleset denycall promise=stdio,rpath,exec -- echo "$ran"
}

# --- real software ---

@test "programs of this system run unchanged in the default jail" {
	requires leaving-groups
	local as software
	software=$(cat "$BATS_TEST_DIRNAME/software.sh")
	for as in "${callers[@]}"; do
		on_host() { XDG_CACHE_HOME=$BATS_TEST_TMPDIR/$as mkroot host | "$as" jailexec -- sh -c "$software"; }
		run -0 on_host
		never grep -v good <<<"$output"
		[ "${#lines[@]}" -ge 3 ]
	done
}

@test "programs of Alpine run unchanged in the default jail" {
	requires root alpine
	run -0 in_jail -- sh -ec 'apk info -vv | wc -l; apk audit >/dev/null; adduser -D bob
		su bob -c "id -un"; echo a | sed s/a/b/ | gzip | gunzip; tar -cf - /etc 2>/dev/null | tar -tf - | wc -l
		(echo one; sleep 0.01; echo two) | sort | xargs; : >/tmp/f; chown bob /tmp/f; mkfifo /tmp/p; nslookup 2>&1 | head -c 0'
	assert_line bob b 'one two'
}

@test "busybox serves and fetches a page in the default jail" {
	requires leaving-groups
	requires busybox
	look() {
		web() {
			XDG_CACHE_HOME=$BATS_TEST_TMPDIR/$as "$as" mkroot busybox | "$as" jailexec -- sh -ec 'mkdir /tmp/w; echo page >/tmp/w/p
				httpd -p 127.0.0.1:8080 -h /tmp/w; wget -qO- http://127.0.0.1:8080/p'
		}
		mkdir -p "$BATS_TEST_TMPDIR/$as" && chmod 1777 "$BATS_TEST_TMPDIR/$as"
		run -0 web
		assert_output page
	}
	for_each_caller look
}

# learn_web TOOL DIR: in a network of its own, a server and its client run
# again under what was learned from each, and the page comes.
# shellcheck disable=SC2016 # for the shell in there
learn_web='
	tool=$0; cd "$1"; echo page >page
	again() { # FILE COMMAND...: run it under what is in the file
		if [ "$tool" = denycall ]; then
			exec denycall "file=./$1" -- "${@:2}"
		else
			exec lockpath $(sed -n "s/^lockpath//p" "$1") -- "${@:2}"
		fi
	}
	serve() { "$@" busybox httpd -f -p 127.0.0.1:8080 -h "$PWD" & server=$!; }
	fetch=(curl -sS -m 60 http://127.0.0.1:8080/page)
	wait_for_it() {
		local n
		for ((n = 0; n < 1200; n++)); do
			"${fetch[@]}" >got 2>errors && cat got && return
			# 7: it does not listen yet.
			[ $? -eq 7 ] || return
			sleep 0.025
		done
	}
	serve "$tool" --learn=server --
	wait_for_it
	pkill -P "$server"
	wait "$server" || echo "$?"
	serve again server
	wait_for_it
	"$tool" --learn=client -- "${fetch[@]}"
	(again client "${fetch[@]}")
	kill "$server"
	wait "$server" || echo "$?"'

@test "what curl and a web server need is learned, and they run again with that" {
	requires curl busybox
	local tool dir
	look() {
		for tool in denycall lockpath; do
			[ "$tool" = denycall ] || lockpath exec=/ -- true || continue
			dir=$BATS_TEST_TMPDIR/$as.$tool
			mkdir -m 777 "$dir"
			run -0 "$as" enterns user net -- bash -c "$learn_web" "$tool" "$dir"
			same 'page 143 page page page 143' "$(xargs <<<"$output")"
		done
	}
	for_each_caller look
}
