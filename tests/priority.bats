#!/usr/bin/env bats
# setlimit(1): nice=, ionice=, sched= and oom-score=, as the kernel has them
# in the command.

load helper

# In any shell: niceness, real-time priority and policy, as /proc/PID/stat has
# them, the class for disks, and the score.
# Kernels do not agree on the class of who was given none.
show='cut -d" " -f19,40,41 /proc/self/stat; ionice | sed "s/^none.*/none/"; cat /proc/self/oom_score_adj'

# is WANT...: each of them is a line of $output, in that order.
is() {
	same "$(printf '%s\n' "$@")" "$output"
}

may_be_nicer() {
	nice -n -1 true 2>&1 | never grep -q . 2>/dev/null
}

# bats test_tags=vm
@test "whoever wants less than others gets it" {
	requires leaving-groups
	less() {
		run -0 "$as" setlimit nice=5 ionice=idle sched=batch oom-score=300 -- sh -c "$show"
		is '5 0 3' idle 300
		run -0 "$as" setlimit ionice=best-effort:7 sched=idle -- sh -c "$show"
		is '0 0 5' 'best-effort: prio 7' 0
		run -0 "$as" setlimit nice=19 ionice=best-effort sched=other oom-score=1000 -- sh -c "$show"
		is '19 0 0' 'best-effort: prio 4' 1000
		# Children have it, too.
		run -0 "$as" setlimit nice=3 oom-score=7 -- sh -c "(true; sh -c '$show')"
		is '3 0 0' none 7
	}
	for_each_caller less
}

@test "it holds in a jail" {
	requires leaving-groups
	local as
	jailed() { a_root scratch | setlimit nice=5 ionice=idle sched=batch oom-score=300 | "$as" jailexec -- sh -c "$show"; }
	for as in "${callers[@]}"; do
		run -0 jailed
		is '5 0 3' idle 300
	done
}

# bats test_tags=vm
@test "whoever may wants more than others, and gets it" {
	requires root
	may_be_nicer || skip "requires CAP_SYS_NICE"
	run -0 setlimit nice=-5 ionice=realtime:2 sched=rr:7 -- sh -c "$show"
	is '-5 7 2' 'realtime: prio 2' 0
	run -0 setlimit nice=-20 ionice=realtime sched=fifo:1 -- sh -c "$show"
	is '-20 1 1' 'realtime: prio 4' 0
	# Also where that is nobody's to give inside.
	run -0 setlimit nice=-5 sched=rr:7 -- enterns user pid -- sh -c "$show"
	is '-5 7 2' none 0
	inside() { setlimit -n nice=-5 sched=rr:7 ionice=realtime:1 | enterns "$@" | jailexec -x -- sh -c "$show"; }
	run -0 inside user
	is '-5 7 2' 'realtime: prio 1' 0
	run -0 inside user pid
	is '-5 7 2' 'realtime: prio 1' 0
}

@test "whoever may wants more in a jail, and gets it" {
	requires root
	may_be_nicer || skip "requires CAP_SYS_NICE"
	jailed() { a_root scratch | setlimit nice=-5 ionice=realtime:2 sched=rr:7 | jailexec -- sh -c "$show"; }
	run -0 jailed
	is '-5 7 2' 'realtime: prio 2' 0
}

# bats test_tags=vm
@test "who may not be killed first may be killed last" {
	requires root sys-resource
	run -0 setlimit oom-score=-500 -- sh -c "$show"
	is '0 0 0' none -500
	run -0 setlimit oom-score=-1000 -- enterns user pid -- sh -c "$show"
	is '0 0 0' none -1000
	inside() { setlimit -n oom-score=-1000 | enterns user pid | jailexec -x -- sh -c "$show"; }
	run -0 inside
	is '0 0 0' none -1000
}

# bats test_tags=vm
@test "an ordinary user gets no more than others, and is told why" {
	local word
	ulimit -e 0
	for word in nice=-1 sched=fifo:1 sched=rr:99 ionice=realtime; do
		refused as_user setlimit "$word" -- echo "$ran"
		same "setlimit: it needs CAP_SYS_NICE outside of any user namespace" "${lines[1]}"
		# Nor where they are root.
		refused as_user enterns user -- setlimit "$word" -- echo "$ran"
		jailed() { a_root scratch | setlimit "$word" | as_user jailexec -- echo "$ran"; }
		refused jailed
	done
	refused as_user setlimit oom-score=-1 -- echo "$ran"
	assert_output 'setlimit: oom-score: write oom_score_adj: Permission denied
setlimit: it needs CAP_SYS_RESOURCE outside of any user namespace'
}

@test "root without the capability cannot lower the score" {
	requires root no-sys-resource
	refused setlimit oom-score=-1 -- echo "$ran"
	jailed() { a_root scratch | setlimit oom-score=-1 | jailexec -- echo "$ran"; }
	refused jailed
}

# bats test_tags=vm
@test "it is the command's, and not that of who waits for it" {
	requires pids-group
	run -0 setlimit pids=9 nice=7 sched=batch oom-score=500 -- sh -c "cut -d' ' -f19,40,41 /proc/self/stat /proc/\$PPID/stat; cat /proc/self/oom_score_adj /proc/\$PPID/oom_score_adj"
	is '7 0 3' '0 0 0' 500 0
}

@test "the score is written where no root can have a hand in" {
	requires leaving-groups
	local as dir=$BATS_TEST_TMPDIR/root
	make_root "$dir"
	mkdir -p "$dir/proc/self" "$dir/proc/1" "$dir/proc/2"
	echo untouched | tee "$dir"/proc/{self,1,2}/oom_score_adj >/dev/null
	chmod -R a+rwX "$dir/proc"
	jailed() { printf 'jail 1\nmkroot dir=%s\nend\n' "$dir" | setlimit oom-score=99 | addmount none | "$as" jailexec -- cat /proc/self/oom_score_adj; }
	for as in "${callers[@]}"; do
		[ "$as" != as_user ] || [ "$(id -u)" -ne 0 ] || chown -R 1234:1234 "$dir"
		run -0 jailed
		assert_output untouched
	done
}

@test "a score for another process's number is refused" {
	requires root pids-group
	# /proc is the one of the namespace outside.
	run -0 unshare --pid --fork setlimit oom-score=5 -- cat /proc/self/oom_score_adj
	assert_output 5
	refused unshare --pid --fork setlimit pids=9 oom-score=5 -- echo "$ran"
	assert_output 'setlimit: oom-score: /proc is none of our pid namespace'
}

# normal WANT WORD...: what the filter makes of the words, and of that.
normal() {
	run -0 setlimit -n "${@:2}"
	assert_line "setlimit $1"
	# shellcheck disable=SC2086 # it is words
	run -0 setlimit -n $1
	assert_line "setlimit $1"
}

@test "each word has one form, the later wins, none forgets" {
	normal nice=0 nice=-0
	normal nice=-20 nice=-20
	normal nice=7 nice=1 nice=7
	normal ionice=best-effort:4 ionice=best-effort
	normal ionice=best-effort:0 ionice=best-effort:0
	normal ionice=realtime:4 ionice=realtime
	normal ionice=idle ionice=realtime:1 ionice=idle
	normal sched=fifo:99 sched=fifo:99
	normal sched=other sched=rr:3 sched=other
	normal oom-score=-1000 oom-score=-1000
	normal 'core=0:0 nice=5 ionice=idle sched=batch oom-score=9 pids=3' \
		pids=3 oom-score=9 sched=batch ionice=idle nice=5 core=0
	normal 'none sched=idle' nice=5 ionice=idle sched=rr:1 oom-score=9 none sched=idle
}

@test "what is none of them is refused, in one line" {
	local word
	for word in nice=20 nice=-21 nice= nice=+5 nice=5x nice=1:1 nice=-- nice=- \
		nice=1.5 nice=99999999999999999999 nice ionice= ionice=none \
		ionice=idle:0 ionice=idle: ionice=best-effort:8 ionice=best-effort: \
		ionice=best-effort:-1 ionice=realtime:x ionice=3 ionice=Idle ionice \
		sched= sched=fifo sched=fifo:0 sched=fifo:100 sched=fifo:-1 \
		sched=rr: sched=other:0 sched=batch:1 sched=deadline sched=idle: \
		sched=normal sched oom-score=1001 oom-score=-1001 oom-score= \
		oom-score=x oom-score=1K oom-score 'nice=5 '; do
		echo "$word" >&2
		refused setlimit "$word" -- echo "$ran"
		refused setlimit -n "$word"
	done
	refused setlimit sched=fifo -- echo "$ran"
	assert_output 'setlimit: sched=fifo: expected sched=other, batch, idle, fifo:1-99 or rr:1-99'
	refused setlimit nice=0:0 -- echo "$ran"
	assert_output 'setlimit: nice=0:0: expected nice=NUMBER, from -20 to 19
setlimit: the limit of setrlimit(2) is called rlimit-nice'
}
