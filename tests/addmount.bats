#!/usr/bin/env bats
# addmount(1): each word, each option and each error, alone and in a jail;
# what a root that an enemy wrote cannot do with them.

load helper
load mounts

setup_file() {
	root_dir >/dev/null
}

# --- the words ---

@test "proc sys dev mqueue are new file systems that forbid what they can" {
	look() {
		run -0 "$way" proc sys dev mqueue -- cat /proc/self/mountinfo
		assert_mount /proc 'proc / rw,nosuid,nodev,noexec,.*'
		assert_mount /sys 'sysfs / ro,nosuid,nodev,noexec,.*'
		if [ "$way" = jail ] && has_own_nodes; then
			assert_mount /dev 'tmpfs / rw,nosuid,noexec,.*'
		else
			assert_mount /dev 'tmpfs / rw,nosuid,nodev,noexec,.*'
			assert_mount /dev/null 'devtmpfs /null ro,nosuid,noexec,.*'
		fi
		assert_mount /dev/pts 'devpts / rw,nosuid,noexec,.*'
		assert_mount /dev/shm 'tmpfs / rw,nosuid,nodev,noexec,.*'
		assert_mount /dev/mqueue 'mqueue / rw,nosuid,nodev,noexec,.*'
	}
	in_each_way look
}

@test "dev is the small set, and its devices work" {
	look() {
		run -0 "$way" dev -- sh -c 'cd /dev && echo *; cd pts && echo *; head -c 2 /dev/zero | od -An -tx1; head -c 3 /dev/urandom | wc -c; echo x >/dev/null; : >/dev/shm/file; echo word | cat /dev/stdin'
		[[ ${lines[0]} =~ ^fd\ full\ (mqueue\ )?null\ ptmx\ pts\ random\ shm\ stderr\ stdin\ stdout\ tty\ urandom\ zero$ ]]
		same ptmx "${lines[1]}"
		same ' 00 00 3 word' "$(printf '%s ' "${lines[@]:2}" | sed 's/ $//')"
	}
	in_each_way look
}

@test "dev mask=FILE: what a new /dev hides can still be masked with" {
	look() {
		run -0 "$way" dev dir="$at/made" dev mask=/etc/passwd dev -- stat -c %t:%T /etc/passwd
		assert_output 1:3
	}
	in_each_way look
}

@test "tmpfs is empty, writable, and gone afterwards" {
	look() {
		run -0 "$way" tmpfs="$at/new/one" -- sh -c "cd '$at/new/one' && ls -A && echo x >file && cat file && cat /proc/self/mountinfo"
		same x "${lines[0]}"
		assert_mount "$at/new/one" 'tmpfs / rw,nosuid,nodev,relatime'
		[ "$way" = jail ] || same '' "$(ls -A "$at/new/one")"
	}
	in_each_way look
}

@test "bind shows a directory or a file, and writes to it" {
	look() {
		run -0 "$way" bind="$src:$at/dir" bind="$src/file:$at/file" -- \
			sh -c "cat '$at/dir/file' '$at/file'; echo more >>'$at/file'; echo new >'$at/dir/new'; cat /proc/self/mountinfo"
		same content "${lines[0]}"
		same content "${lines[1]}"
		assert_mount "$at/dir" '[a-z0-9]+ /[^ ]* rw,nosuid,nodev,.*'
		assert_mount "$at/file" '[a-z0-9]+ /[^ ]* rw,nosuid,nodev,.*'
		same $'content\nmore' "$(cat "$src/file")"
		same new "$(cat "$src/new")"
		same "$($as id -u)" "$(stat -c %u "$src/new")"
	}
	in_each_way look
}

@test "bind-fd shows what a descriptor is" {
	look() {
		run -0 "$way" bind-fd=7:"$at/dir" bind-fd=8:"$at/file:ro" -- \
			sh -c "cat '$at/dir/file' '$at/file'; echo x 2>/dev/null >'$at/file'; cat /proc/self/mountinfo" \
			7<"$src" 8<"$src/file"
		same content "${lines[0]}"
		same content "${lines[1]}"
		assert_mount "$at/file" '[a-z0-9]+ /[^ ]* ro,nosuid,nodev,.*'
		same content "$(cat "$src/file")"
		# It is the directory that was opened, whatever has its name now.
		moved() {
			exec 7<"$src"
			mv "$src" "$src.moved"
			mkdir "$src"
			"$way" bind-fd=7:"$at/dir" -- cat "$at/dir/file"
		}
		run -0 moved
		assert_output content
	}
	in_each_way look
}

@test "bind-fd: what is no descriptor, or gone, is an error" {
	look() {
		refused "$way" bind-fd=99:"$at" -- echo "$ran" 99<&-
		[[ ${lines[0]} == *': descriptor 99: open the source of a bind: Bad file descriptor' ]]
		refused "$way" try-bind-fd=99:"$at" -- echo "$ran" 99<&-
		gone() {
			exec 7<"$src"
			rm -r "$src"
			"$way" bind-fd=7:"$at" -- echo "$ran"
		}
		refused gone
		piped() { echo x | "$way" bind-fd=0:"$at/pipe" -- echo "$ran"; }
		refused piped
	}
	in_each_way look
	# What is in its place is something else.
	local as dir=$BATS_TEST_TMPDIR/dir at=$BATS_TEST_TMPDIR/at
	mkdir "$dir" "$at"
	covered() { alone tmpfs="$dir" -- addmount bind-fd=7:"$at" -- echo "$ran" 7<"$dir"; }
	for as in "${callers[@]}"; do
		refused covered
		assert_output 'addmount: descriptor 7: open the source of a bind: Stale file handle'
	done
}

@test "file takes its content from a descriptor, whole" {
	local big=$BATS_TEST_TMPDIR/big sum
	head -c 5242881 /dev/urandom >"$big"
	chmod 644 "$big"
	sum=$(sha256sum <"$big")
	look() {
		run -0 "$way" file=7:"$at/a" -- cat "$at/a" 7<<<'here it is'
		assert_output 'here it is'
		run -0 "$way" file=7:"$at/a" -- sha256sum "$at/a" 7<"$big"
		same "${sum%% *}" "${output%% *}"
		piped() {
			exec 7< <(head -c 1000000 "$big"; sleep 0.2; tail -c +1000001 "$big")
			"$way" file=7:"$at/a" -- sha256sum "$at/a"
		}
		run -0 piped
		same "${sum%% *}" "${output%% *}"
		run -0 "$way" file=7:"$at/empty" -- wc -c "$at/empty" 7</dev/null
		assert_output "0 $at/empty"
	}
	in_each_way look
}

@test "file: two at once, their modes, read-only, over a file that is there" {
	look() {
		run -0 "$way" file=7:"$at/a" file=8:"$at/b:mode=600" file=9:"$at/c:ro,mode=0755" file=6:/etc/passwd:ro -- sh -c "
			stat -c %a '$at/a' '$at/b' '$at/c'; cat '$at/a' '$at/b' /etc/passwd
			'$at/c'; echo x >>'$at/a' && tail -n 1 '$at/a'
			{ echo x >>'$at/c'; } 2>&1 | grep -o 'Read-only.*'" \
			6<<<nobody 7<<<one 8<<<two 9<<<'echo three'
		assert_output $'644\n600\n755\none\ntwo\nnobody\nthree\nx\nRead-only file system'
		never grep -Fxq nobody /etc/passwd
		refused "$way" file=99:"$at/d" -- echo "$ran" 99<&-
		refused "$way" file=7:"$at/d" -- echo "$ran" 7<"$src"
		refused "$way" try-file=99:"$at/d" -- echo "$ran" 99<&-
	}
	in_each_way look
}

@test "file leaves the working directory of a command as it was" {
	local as at=$BATS_TEST_TMPDIR/at
	look() {
		$as mkdir "$at-$as"
		cd "$at-$as" || return
		run -0 alone file=7:"$at-$as/file" -- readlink /proc/self/cwd 7</dev/null
		assert_output "$at-$as"
	}
	for_each_caller look
}

@test "a file larger than the caller may write is told as such" {
	head -c 1M /dev/zero >"$BATS_TEST_TMPDIR/large"
	short() { (ulimit -f 100 && "$way" tmpfs="$at/new" file=7:"$at/new/file" -- echo "$ran" 7<"$BATS_TEST_TMPDIR/large"); }
	look() {
		tree >/dev/null
		refused short
		assert_match "[a-z]*: $at/new/file: copy descriptor 7 to it: File too large"
	}
	in_each_way look
}

@test "mask hides a file and a directory" {
	look() {
		run -0 "$way" bind="$src:$at" mask="$at/file" mask="$at/dir" mask=/etc -- \
			sh -c "cat '$at/file'; stat -c %F '$at/file'; ls -A '$at/dir'; ls -A /etc; echo x >'$at/file'; touch '$at/dir/new' 2>&1 | grep -o 'Read-only.*'"
		assert_output $'character special file\nRead-only file system'
		same content "$(cat "$src/file")"
	}
	in_each_way look
}

@test "mask and ro are about what a link inside of the root leads to" {
	look() {
		$as ln -s "$at/file" "$src/to-file"
		$as ln -s dir/../dir "$src/to-dir"
		run -0 "$way" bind="$src:$at" mask="$at/to-file" ro="$at/to-dir" -- \
			sh -c "stat -c %t:%T '$at/file'; touch '$at/dir/new' 2>&1 | grep -o 'Read-only.*'"
		assert_output $'1:3\nRead-only file system'
	}
	in_each_way look
}

@test "ro makes a directory, with all below it, or a file read-only" {
	look() {
		run -0 "$way" tmpfs="$at/t" tmpfs="$at/t/sub" dir="$at/t/d" bind="$src/file:$at/file" \
			ro="$at/t" ro="$at/file" -- sh -c "
			for f in '$at/t/x' '$at/t/d/x' '$at/t/sub/x' '$at/file'; do
				{ echo x >>\"\$f\"; } 2>&1 | grep -o 'Read-only.*'
			done; cat '$at/file'"
		assert_output $'Read-only file system\nRead-only file system\nRead-only file system\nRead-only file system\ncontent'
	}
	in_each_way look
}

@test "mask and ro need something to be there" {
	look() {
		refused "$way" mask="$at/none" -- echo "$ran"
		[[ $output == *": $at/none: mask it: No such file or directory" ]]
		refused "$way" ro="$at/none" -- echo "$ran"
		[[ $output == *": $at/none: write-protect it: No such file or directory" ]]
		run -0 "$way" try-mask="$at/none" try-ro="$at/none" -- ls -A /tmp/..
	}
	in_each_way look
}

@test "dir and link make what they say, and what is above it" {
	look() {
		run -0 "$way" tmpfs="$at/t" dir="$at/t/a/b" dir="$at/t/c:mode=1770" dir="$at/t/a:mode=700" \
			link=to/nowhere:"$at/t/l/one" link=/etc:"$at/t/etc" dir="$at/t/etc/../etc" -- \
			sh -c "cd '$at/t' && stat -c '%a %F' a a/b c; readlink l/one; readlink etc"
		assert_output $'700 directory\n755 directory\n1770 directory\nto/nowhere\n/etc'
		refused "$way" link=a:"$at/t" link=b:"$at/t" -- echo "$ran"
		[[ $output == *": $at/t: make the link: File exists" ]]
		refused "$way" bind="$src:$at/s" dir="$at/s/file" -- echo "$ran"
		[[ $output == *": $at/s/file: make the directory: Not a directory" ]]
	}
	in_each_way look
}

@test "a mount point that is missing is made: in memory, or on disk" {
	local as=as_caller root=$BATS_TEST_TMPDIR/root before
	before=$(digest "$(root_dir)")
	run -0 jail tmpfs=/no/such/dir bind=/etc/passwd:/no/such/file -- ls /no/such
	assert_output $'dir\nfile'
	same "$before" "$(digest "$(root_dir)")"
	cp -a "$(root_dir)" "$root"
	plain() { printf 'jail 1\nmkroot dir=%s\naddmount tmpfs=/no/such/dir bind=/etc/passwd:/no/such/file\nend\n' "$root" | jailexec -- ls /no/such; }
	run -0 plain
	assert_output $'dir\nfile'
	same $'dir\nfile' "$(ls "$root/no/such")"
	same 0 "$(stat -c %s "$root/no/such/file")"
	same "$(id -u)" "$(stat -c %u "$root/no/such/dir")"
}

@test "a root that is read-only has to have the mount points" {
	look() {
		in_ro() { a_root ro | addmount "$@" | $as jailexec -- echo "$ran"; }
		refused in_ro tmpfs=/no/such
		assert_output 'jailexec: /no/such: make the mount point: Read-only file system
jailexec: the root has no /no/such and cannot get it: mkroot with scratch helps'
		run -0 in_ro tmpfs=/srv
		assert_output "$ran"
	}
	for_each_caller look
}

@test "a directory goes on a directory, and anything else on a file" {
	look() {
		refused "$way" bind="$src:$at/s" tmpfs="$at/s/file" -- echo "$ran"
		[[ ${lines[0]} == *": $at/s/file: refuse to mount on it: it is no directory" ]]
		refused "$way" bind="$src/file:$at" tmpfs="$at" bind="$src/file:$at" -- echo "$ran"
		refused "$way" bind="$src:$at/s" bind="$src/file:$at/s/dir" -- echo "$ran"
		[[ ${lines[0]} == *": $at/s/dir: refuse to mount on it: it is a directory" ]]
		[[ ${lines[1]} == *': a directory goes on a directory, a file on a file' ]]
		refused "$way" bind="$src:$at/s" bind="$src:$at/s/file" -- echo "$ran"
		refused "$way" bind="$src:$at/s" file=7:"$at/s/dir" -- echo "$ran" 7</dev/null
	}
	in_each_way look
}

# proc(5): /proc/net is self/net, and self is whoever looks.
@test "no link leads into what one process has in /proc" {
	look() {
		local word
		for word in mask=/proc/net ro=/proc/self mask=/proc/mounts \
			tmpfs=/proc/thread-self/attr bind="$src:/proc/net" \
			bind="$src/file:/proc/mounts" file=7:/proc/net/tcp \
			try-mask=/proc/self/net/tcp ro="$at/link" mask="$at/link"; do
			refused "$way" proc bind="$src:$at" link=/proc/self/maps:"$at/maps" link=maps:"$at/link" \
				"$word" -- echo "$ran" 7<"$src/file"
			$as rm "$src/maps" "$src/link"
			word=${word##*[=:]}
			assert_match "[a-z]*: $word: refuse to mount on it: it leads to the files of one process alone"
		done
		# What is everybody's, and who is named by the number.
		run -0 "$way" proc mask=/proc/self/../cpuinfo mask=/proc/1/status ro=/proc/1/net -- stat -c %t:%T /proc/cpuinfo /proc/1/status
		assert_output $'1:3\n1:3'
	}
	in_each_way look
}

@test "nothing is mounted on the root itself" {
	look() {
		local word
		for word in tmpfs=/ bind="$src:/" bind-fd=7:/ mask=/ ro=/ \
			tmpfs=/usr/.. mask=/usr/../..; do
			refused "$way" "$word" -- echo "$ran" 7<"$src"
			[[ $output == *': refuse to mount on it: it is the root itself' ]]
		done
		# The same directory, as another mount.
		run -0 "$way" bind="$src:$at" mask="$at" -- ls -A "$at"
		assert_output ''
	}
	in_each_way look
	as=as_caller
	requires root
	run -0 addmount bind=/:"$BATS_TEST_TMPDIR" ro="$BATS_TEST_TMPDIR" -- ls "$BATS_TEST_TMPDIR/etc/passwd"
}

# --- the options ---

# tries OPTIONS WANT: mount a tmpfs and a bind so and compare what mountinfo
# says with nosuid and the like.
tries() {
	local options=${1:+:$1} want=$2 point
	run -0 "$way" tmpfs="$at/t$options" bind="$src:$at/b$options" \
		file=7:"$at/f$options" bind-fd=8:"$at/d$options" -- \
		cat /proc/self/mountinfo 7</dev/null 8<"$src"
	for point in t b f d; do
		same "$want" "$(mount_on "$at/$point" | cut -d' ' -f3 |
			tr ',' '\n' | grep -vx -e '.*atime' -e idmapped |
			paste -sd,)" "$point: $1"
	done
}

@test "each option is in the mount, and the last of two counts" {
	look() {
		tries '' rw,nosuid,nodev
		tries ro ro,nosuid,nodev
		tries ro,rw rw,nosuid,nodev
		tries suid rw,nodev
		tries suid,nosuid rw,nosuid,nodev
		tries dev rw,nosuid
		tries dev,nodev rw,nosuid,nodev
		tries noexec rw,nosuid,nodev,noexec
		tries noexec,exec rw,nosuid,nodev
		tries nosymfollow rw,nosuid,nodev,nosymfollow
		tries ro,noexec,suid,dev,nosymfollow ro,noexec,nosymfollow
	}
	# Who is in a user namespace may not take a flag away from a mount of
	# the host, and does not: src is not on one.
	in_each_way look
}

@test "ro, noexec and nosymfollow do what they say" {
	look() {
		$as cp "$RUNGS_STAGE/tests/whatigot" "$src/program"
		$as ln -s file "$src/link"
		run -0 "$way" bind="$src:$at:ro" -- sh -c "cat '$at/link'; '$at/program' | grep -o uid | head -n 1; { echo x >>'$at/file'; } 2>&1 | grep -o 'Read-only.*'"
		assert_output $'content\nuid\nRead-only file system'
		run -126 "$way" bind="$src:$at:noexec" -- "$at/program"
		run -0 "$way" bind="$src:$at:noexec,exec" -- "$at/program"
		run -1 "$way" bind="$src:$at:nosymfollow" -- cat "$at/link"
		run -0 "$way" bind="$src:$at:nosymfollow" -- cat "$at/file"
		same content "$(cat "$src/file")"
	}
	in_each_way look
}

@test "nosuid and nodev are the default, and do what they say" {
	requires root
	local dir=$BATS_TEST_TMPDIR/dir at=$BATS_TEST_TMPDIR/at
	mkdir "$dir" "$at"
	cp "$RUNGS_STAGE/tests/whatigot" "$dir/program"
	chown 1234 "$dir/program"
	chmod 4755 "$dir/program"
	mknod -m 666 "$dir/null" c 1 3
	run -0 addmount bind="$dir:$at" -- "$at/program"
	assert_line 'uid 0 0 0'
	run -0 addmount bind="$dir:$at:suid" -- "$at/program"
	assert_line 'uid 0 1234 1234'
	run -1 addmount bind="$dir:$at" -- dd of="$at/null" if=/dev/null
	[[ $output == *'Permission denied'* ]]
	run -0 addmount bind="$dir:$at:dev" -- dd of="$at/null" if=/dev/null
	run -0 addmount file=7:"$at/program:suid,mode=4755" -- "$at/program" 7<"$dir/program"
	same 0 "$status"
}

@test "an option gives nothing back that the source's mount forbids" {
	local as=as_caller dir=$BATS_TEST_TMPDIR/dir at=$BATS_TEST_TMPDIR/at
	mkdir "$dir" "$at"
	nested() {
		alone tmpfs="$dir:ro,noexec" -- addmount bind="$dir:$at:rw,exec,suid,dev" -- cat /proc/self/mountinfo
	}
	run -0 nested
	assert_mount "$at" 'tmpfs / ro,nosuid,nodev,noexec,.*'
}

@test "rec takes the mounts below along, and only rec does" {
	local as dir=$BATS_TEST_TMPDIR/dir at=$BATS_TEST_TMPDIR/at
	mkdir -p "$dir/sub" "$at"
	look() {
		local tree="tmpfs=$dir/sub file=7:$dir/sub/file"
		# shellcheck disable=SC2086
		nested() { alone $tree -- addmount bind="$dir:$at$1" -- sh -c "ls -A '$at/sub'; cat /proc/self/mountinfo" 7</dev/null; }
		run -0 nested ''
		same '' "$(mount_on "$at/sub")"
		never grep -Fxq file <<<"${lines[0]}"
		run -0 nested :rec,ro
		same file "${lines[0]}"
		assert_mount "$at/sub" 'tmpfs / ro,nosuid,nodev,.*'
		assert_mount "$at/sub/file" 'tmpfs /content ro,nosuid,nodev,.*'
	}
	for_each_caller look
}

@test "what the host has mounted below a source cannot be uncovered" {
	requires user-namespaces
	local as=as_user
	refused alone bind=/:"$BATS_TEST_TMPDIR" -- echo "$ran"
	assert_output 'addmount: /: bind it: Invalid argument
addmount: what is mounted below it came from the host and must stay: add rec'
	run -0 alone bind=/:"$BATS_TEST_TMPDIR:rec" -- test -e "$BATS_TEST_TMPDIR/proc/self"
}

@test "a source is a path of the host, whatever it leads through" {
	local as ids src=$BATS_TEST_TMPDIR/src up
	up=/usr/..$src
	mkdir "$src"
	echo host >"$src/file"
	ln -s "../../../../../../../../../..$src" "$BATS_TEST_TMPDIR/link"
	# In the jail there is something else of that name.
	look() {
		run -0 pipe sh -c 'cat /srv/*/file'
		assert_output $'host\nhost\nhost\nhost'
	}
	pipe() {
		printf 'jail 1\nmkroot dir=%s scratch\nend\n' "$(tree)" |
			addmount dir="$src" file=7:"$src/file" bind="$up:/srv/a" \
				bind="$BATS_TEST_TMPDIR/link:/srv/b" overlay="$up:/usr/../usr::/srv/c" \
				bind=/:/all:rec,noidmap link="/all$src:/srv/d" |
			enterns "$ids" | "$as" jailexec --keep-fd=7 -- "$@" 7< <(echo jail)
	}
	for as in "${callers[@]}"; do
		# Where root in the jail is nobody else, they come from outside.
		ids=user
		[[ $as == as_user || $(id -u) -ne 0 ]] || ids=user=host
		look
	done
}

@test "size and mode of a tmpfs do what they say" {
	look() {
		run -0 "$way" tmpfs="$at/a:size=1M" tmpfs="$at/b:mode=710,size=2M" tmpfs="$at/c:mode=1777" -- \
			sh -c "stat -c %a '$at/b' '$at/c'; dd if=/dev/zero of='$at/a/f' bs=1100000 count=1 2>&1 | grep -o 'No space.*'; dd if=/dev/zero of='$at/b/f' bs=1100000 count=1 2>/dev/null && wc -c <'$at/b/f'"
		assert_output $'710\n1777\nNo space left on device\n1100000'
	}
	in_each_way look
}

# --- several words ---

@test "words are taken in order: a later mount is on top of an earlier one" {
	look() {
		run -0 "$way" tmpfs="$at" bind="$src:$at/b" tmpfs="$at/b/dir" file=7:"$at/b/dir/deep" -- sh -c "cat '$at/b/file' '$at/b/dir/deep'" 7<<<deep
		assert_output $'content\ndeep'
		run -0 "$way" tmpfs="$at" dir="$at/hidden" tmpfs="$at" -- ls -A "$at"
		assert_output ''
		run -0 "$way" bind="$src:$at" mask="$at/file" bind="$src/file:$at/file" -- cat "$at/file"
		assert_output content
		run -0 "$way" bind="$src:$at" bind="$src/file:$at/file" mask="$at/file" -- cat "$at/file"
		assert_output ''
	}
	in_each_way look
}

@test "try- forgives a source that is missing, and nothing else" {
	look() {
		run -0 "$way" tmpfs="$at" try-bind="$src/none:$at/none" try-bind="$src:$at/there" try-mask="$at/there/none" -- sh -c "ls -A '$at'; cat '$at/there/file'"
		assert_output $'there\ncontent'
		refused "$way" bind="$src/none:$at" -- echo "$ran"
		[[ ${lines[0]} == *": $src/none: open the source of a bind: No such file or directory" ]]
		refused "$way" try-bind="$src:$at" try-bind="$src:$at/file" -- echo "$ran"
		refused "$way" try-bind="$src/file/none:$at" -- echo "$ran"
		refused "$way" bind="$src:$at" try-mask="$at/file/none" -- echo "$ran"
		[[ $output == *": $at/file/none: mask it: Not a directory" ]]
		run -0 "$way" try-tmpfs="$at" try-dir="$at/d" try-proc try-link=a:"$at/l" -- ls -A "$at"
		assert_output $'d\nl'
	}
	in_each_way look
}

@test "none forgets the words before it, the default ones included" {
	look() {
		run -0 alone tmpfs="$at" none -- cat /proc/self/mountinfo
		same '' "$(mount_on "$at")"
		run -0 jail tmpfs=/srv none proc tmpfs=/opt -- cat /proc/self/mountinfo
		same '/ /opt /proc' "$(cut -d' ' -f5 <<<"$output" | sort | xargs)"
		run -0 jail none -- sh -c 'ls -A /proc; ls -A /sys'
		assert_output ''
	}
	at=$BATS_TEST_TMPDIR
	for_each_caller look
}

# The OCI runtime specification's default mounts, and the masked and the
# read-only paths that its runtimes have in their default configuration.
masked='/proc/acpi /proc/asound /proc/interrupts /proc/kcore /proc/keys
	/proc/latency_stats /proc/sched_debug /proc/scsi /proc/timer_list
	/proc/timer_stats /sys/devices/virtual/powercap /sys/firmware'
protected='/proc/bus /proc/fs /proc/irq /proc/sys /proc/sysrq-trigger'

@test "the default set is that of OCI runtimes, no more and no less" {
	look() {
		local path want=$'/\n/proc\n/sys\n/dev\n/dev/pts\n/dev/shm\n/dev/mqueue\n/tmp\n/run\n' null=tmpfs
		if ! has_own_nodes; then
			null=devtmpfs
			want+=$(printf '/dev/%s\n' null zero full random urandom tty)$'\n'
		fi
		for path in $masked $protected; do
			[ ! -e "$path" ] || want+=$path$'\n'
		done
		run -0 in_jail -- cat /proc/self/mountinfo
		same "$(sort <<<"${want%$'\n'}")" "$(cut -d' ' -f5 <<<"$output" | sort)"
		for path in $masked; do
			[ ! -d "$path" ] || assert_mount "$path" 'tmpfs (/|/aside) ro,nosuid,nodev,noexec,.*'
			[ ! -f "$path" ] || assert_mount "$path" "$null /null ro,nosuid,noexec,.*"
		done
		for path in $protected; do
			[ ! -e "$path" ] || assert_mount "$path" "proc ${path#/proc} ro,nosuid,nodev,noexec,.*"
		done
		for path in $masked; do
			[ ! -e "$path" ] || echo "$path"
		done >"$BATS_TEST_TMPDIR/paths"
		run -0 jail file=7:/paths -- sh -c 'while read -r path; do if [ -d "$path" ]; then ls -A "$path"; else cat "$path"; fi; done </paths' 7<"$BATS_TEST_TMPDIR/paths"
		assert_output ''
	}
	for_each_caller look
}

@test "law 1: addmount in a chain is addmount in a pipe" {
	requires root
	# Others attach a loop device meanwhile, or let go of what jails begin in.
	local at=$BATS_TEST_TMPDIR/at words look='cut -d" " -f4-6,9 /proc/self/mountinfo | grep -v /run/rungs/empty | sort; ls -A /dev | grep -v ^loop | sort'
	mkdir "$at" "$BATS_TEST_TMPDIR/up"
	for words in proc sys dev mqueue none "tmpfs=$at" "bind=/etc:$at:ro" \
		"bind=/:$at:rec,noexec" "mask=/etc" "ro=/etc" "tmpfs=$at:size=4K dir=$at/d link=x:$at/l" \
		"overlay=/etc:$BATS_TEST_TMPDIR/up:$at" \
		"overlay=/etc:/usr::$at:noexec" "proc none tmpfs=$at" "dev sys proc mask=/proc/timer_list" "try-bind=/none:$at"; do
		# shellcheck disable=SC2086
		run -0 addmount $words -- sh -c "$look"
		local want=$output
		# shellcheck disable=SC2086
		pipe() { addmount -n $words | jailexec -x -- sh -c "$look"; }
		run -0 pipe
		same "$want" "$output" "$words"
	done
}

@test "law 2: the place of the addmount line does not matter" {
	lines_of() { printf '%s\n' 'jail 1' "$@" end | jailexec -- sh -c 'hostname; cut -d" " -f4-6,9 /proc/self/mountinfo | sort'; }
	local root mounts='addmount tmpfs=/srv file=7:/srv/f' names='enterns uts=web' want
	root="mkroot dir=$(root_dir) scratch"
	run -0 lines_of "$root" "$mounts" "$names" 7</dev/null
	want=$output
	assert_line web
	run -0 lines_of "$mounts" "$names" "$root" 7</dev/null
	assert_output "$want"
}

# --- the line ---

# printed WANT WORD...: the filter writes that line, and what it wrote again
# when it is given that.
printed() {
	local want=$1 got again=()
	shift
	got=$(addmount -n "$@" | sed -n 2p)
	same "addmount $want" "$got"
	# As text: the words are read back from a description by jailexec, and
	# from the command line with their escapes undone here.
	local word
	for word in $want; do
		again+=("$(printf '%b.' "${word//\\/\\0}")")
	done
	again=("${again[@]%.}")
	same "addmount $want" "$(addmount -n "${again[@]}" | sed -n 2p)"
}

@test "law 4: what addmount prints is one form, and is read as the same" {
	printed 'proc sys dev mqueue' proc sys dev mqueue
	printed 'tmpfs=/a' tmpfs=/a:rw,nosuid,nodev,exec
	printed 'tmpfs=/a:ro,suid,dev,noexec,nosymfollow,size=65536,mode=0700' \
		tmpfs=/a:mode=0700,size=64K,nosymfollow,dev,suid,noexec,ro
	printed 'tmpfs=/a:size=1073741824' tmpfs=/a:size=1,size=1G
	printed 'bind=/a:/b' bind=/a:/b:ro,idmap,rw
	printed 'bind=/a:/b:ro,rec,noidmap' bind=/a:/b:noidmap,rec,ro
	printed 'overlay=/a:/b:/c' overlay=/a:/b:/c:rw,idmap
	printed 'overlay=/a:/b::/c:ro' overlay=/a:/b::/c:ro
	printed 'overlay=/a:/b:/c:/d:ro,noidmap' overlay=/a:/b:/c:/d:noidmap,ro
	printed 'try-overlay=/a:/b:/c' try-overlay=/a:/b:/c
	printed 'bind-fd=7:/b:noexec' bind-fd=7:/b:noexec
	printed 'file=7:/b:ro,mode=600' file=7:/b:mode=600,ro
	printed 'mask=/a ro=/b dir=/c dir=/d:mode=755' mask=/a ro=/b dir=/c dir=/d:mode=755
	printed 'link=../x:/a/b' link=../x:/a/b
	printed 'try-bind=/a:/b try-mask=/c' try-bind=/a:/b try-mask=/c
	printed 'none' proc none
	printed 'none sys' proc none sys none sys
	printed 'tmpfs=/a tmpfs=/a' tmpfs=/a tmpfs=/a
}

@test "law 4: colons, backslashes, blanks and newlines in a path" {
	printed 'bind=/a\134:b:/c\134:d' 'bind=/a\:b:/c\:d'
	printed 'bind=/a\134\134b:/c' 'bind=/a\b:/c'
	printed 'bind=/a\134\134b:/c' 'bind=/a\\b:/c'
	printed 'bind=/a\134\134\134:b:/c' 'bind=/a\\\:b:/c'
	printed 'tmpfs=/a\134\134134' 'tmpfs=/a\134'
	printed 'bind=/a\040b:/c\011d\012e' $'bind=/a b:/c\td\ne'
	printed 'overlay=/a\134:b:/c\134\134,d:/e\040f:/g\134:h' 'overlay=/a\:b:/c\\,d:/e f:/g\:h'
	printed 'link=a\134:b:/c' 'link=a\:b:/c'
	printed 'tmpfs=/ä' tmpfs=/ä
}

@test "a path with any of those is what is mounted, also through a pipe" {
	local name=$'a:b\\c d\te\nf\\040g' word
	word=${name//\\/\\\\}
	word=${word//:/\\:}
	look() {
		$as mkdir "$src/$name"
		echo "$name" | $as tee "$src/$name/file" >/dev/null
		run -0 "$way" bind="$src/$word:$at/$word" -- cat "$at/$name/file"
		assert_output "$name"
		run -0 "$way" tmpfs="$at/$word:mode=711" -- stat -c %a "$at/$name"
		assert_output 711
	}
	in_each_way look
	piped() { a_root scratch | addmount "tmpfs=/srv/$word" | enterns uts=x | setlimit core=0 | jailexec -C /srv -- sh -c 'printf %s *'; }
	run -0 piped
	assert_output "$name"
}

@test "a relative source is that of the directory where it was said" {
	local dir=$BATS_TEST_TMPDIR/dir
	mkdir -p "$dir/below"
	echo here >"$dir/below/file"
	chmod -R go+rX "$dir"
	cd "$dir"
	same "addmount bind=$dir/below:/srv" "$(addmount -n bind=below:/srv | sed -n 2p)"
	same "addmount bind=$dir/./below:/srv" "$(addmount -n bind=./below:/srv | sed -n 2p)"
	same "addmount link=below:/srv" "$(addmount -n link=below:/srv | sed -n 2p)"
	a_root scratch | addmount bind=below:/srv >"$BATS_TEST_TMPDIR/jail"
	mkdir gone && cd gone && rmdir ../gone
	refused addmount -n bind=below:/srv
	assert_output 'addmount: bind=below:/srv: find the working directory: No such file or directory'
	refused addmount -n overlay=below::upper:/srv
	refused addmount -n overlay=/low:upper:/srv
	cd /
	same 'addmount bind=/below:/srv' "$(addmount -n bind=below:/srv | sed -n 2p)"
	look() {
		run -0 "$as" jailexec -f "$BATS_TEST_TMPDIR/jail" -- cat /srv/file
		assert_output here
	}
	for_each_caller look
}

@test "a line that a person wrote" {
	by_hand() { printf 'jail 1\n%s\nmkroot dir=%s scratch\nend\n' "$1" "$(root_dir)" | $as jailexec -- "${@:2}"; }
	look() {
		run -0 by_hand $' addmount\ttmpfs=/a\\040b  dir=/a\\040b/c' ls '/a b'
		assert_output c
		run -0 by_hand $'addmount tmpfs=/srv\naddmount dir=/srv/x\n# addmount none' ls /srv
		assert_output x
		run -0 by_hand addmount echo "$ran"
		assert_output "$ran"
		refused by_hand 'addmount tmpfs=/a b' echo "$ran"
		assert_output $'jailexec: line 2: b: no such mount\njailexec: addmount(1) has all there are; a command comes behind --'
		refused by_hand 'addmount bind=below:' echo "$ran"
		assert_match 'jailexec: line 2: bind=below:: .*'
		refused by_hand 'addmount tmpfs=/a\b' echo "$ran"
	}
	for_each_caller look
}

# bad WORD TEXT: no such word, whoever reads it, and that is said.
bad() {
	refused addmount "$1" -- echo "$ran"
	same "addmount: $1: $2" "${lines[0]}"
	refused addmount -n proc "$1"
	same "addmount: $1: $2" "${lines[0]}"
	run -125 addmount -n "$1"
	never grep -Fxq -e end -e 'jail 1' <<<"$output"
	by_hand() { printf 'jail 1\naddmount proc %s\nend\n' "$1" | jailexec -x -- echo "$ran"; }
	[[ $1 == *[\\\ ]* ]] || {
		refused by_hand "$1"
		same "jailexec: line 2: $1: $2" "${lines[0]}"
	}
}

@test "a word that is wrong is refused before anything is done" {
	bad bogus 'no such mount'
	bad bogus=/x 'no such mount'
	bad PROC 'no such mount'
	bad try- 'no such mount'
	bad try-none 'no such mount'
	bad try-try-proc 'no such mount'
	bad tmpf=/x 'no such mount'
	bad tmpfss=/x 'no such mount'
	bad none= 'no such mount'
	bad '=/x' 'no such mount'
	bad proc= 'expected proc alone'
	bad sys=/x 'expected sys alone'
	bad dev=/x 'expected dev alone'
	bad mqueue=/x 'expected mqueue alone'
	local word source
	for word in tmpfs mask ro dir; do
		bad "$word" "expected $word=PATH[:OPTIONS]"
		bad "$word=" "expected $word=PATH[:OPTIONS]"
		bad "$word=x" 'x is not an absolute path'
		bad "$word=./x" './x is not an absolute path'
		bad "$word=/x:" 'an option is empty'
		bad "$word=/x:rec" "rec: no such option of $word"
		bad "$word=/x:ro:rw" "expected $word=PATH[:OPTIONS]"
	done
	for word in "bind=SOURCE:PATH[:OPTIONS]" link=TARGET:PATH; do
		source=${word%%=*}
		bad "$source" "expected $word"
		bad "$source=/x" "expected $word"
		bad "$source=:/x" "expected $word"
		bad "$source=/x:" "expected $word"
		bad "$source=/x:y" 'y is not an absolute path'
		bad "$source=/x:/y:ro:rw" "expected $word"
	done
	for word in bind-fd file; do
		for n in '' =7 =:/x =7:; do
			bad "$word$n" "expected $word=DESCRIPTOR:PATH[:OPTIONS]"
		done
		bad "$word=7:x" 'x is not an absolute path'
		for n in -1 +1 x 1x 0x1 ' 1' 2147483648 99999999999999999999; do
			bad "$word=$n:/x" 'expected a descriptor'
		done
	done
	for word in /x /x:/y x:/y /x:y :/y /x::ro /x:/y:ro /x:/y: /x:: :::; do
		bad "overlay=$word" 'expected overlay=LOWER[:LOWER...]:UPPER:PATH[:OPTIONS]'
	done
	bad overlay=/x:/y:z:ro 'z is not an absolute path'
	bad overlay=/x:/y:./z:ro './z is not an absolute path'
	bad overlay=:/y:/z 'a lower layer is empty'
	bad overlay=/x::/y:/z 'a lower layer is empty'
	bad overlay=/x:::/z 'a lower layer is empty'
	bad overlay=/x:/y:/z: 'an option is empty'
	for word in rec size=1 mode=700 lowerdir=/etc userxattr index=off volatile; do
		bad "overlay=/x:/y:/z:$word" "$word: no such option of overlay"
	done
	refused addmount overlay=/x::/z -- echo "$ran"
	assert_output $'addmount: overlay=/x::/z: one lower layer alone is no overlay\naddmount: bind=SOURCE:PATH:ro shows one directory'
	bad bind=/x:/y:ro,,rw 'an option is empty'
	bad bind=/x:/y:ro, 'an option is empty'
	bad bind=/x:/y:,ro 'an option is empty'
	bad bind=/x:/y:RO 'RO: no such option of bind'
	bad bind=/x:/y:size=1 'size=1: no such option of bind'
	bad bind=/x:/y:mode=700 'mode=700: no such option of bind'
	bad bind=/x:/y:shared 'shared: no such option of bind'
	bad tmpfs=/x:idmap 'idmap: no such option of tmpfs'
	bad tmpfs=/x:noidmap 'noidmap: no such option of tmpfs'
	bad file=7:/x:rec 'rec: no such option of file'
	bad file=7:/x:size=1 'size=1: no such option of file'
	bad mask=/x:ro 'ro: no such option of mask'
	bad dir=/x:ro 'ro: no such option of dir'
	bad link=x:/y:ro 'ro: no such option of link'
	for word in size= size=0 size=x size=-1 size=1X size=99999999999999999999 size=50%; do
		bad "tmpfs=/x:$word" "$word: expected a size such as 64M"
	done
	for word in mode= mode=8 mode=77 mode=77777 mode=u+x mode=0o777; do
		bad "tmpfs=/x:$word" "$word: expected a mode such as 1777"
	done
}

@test "a bad word behind good ones does nothing of the good ones" {
	local as=as_caller at=$BATS_TEST_TMPDIR/at
	mkdir "$at"
	refused addmount tmpfs="$at/made" dir="$at/dir" bogus -- echo "$ran"
	same '' "$(ls -A "$at")"
	refused addmount -- echo "$ran"
	refused addmount -q proc -- echo "$ran"
	refused addmount proc --
	run -127 alone proc -- /no/such/command
	run -126 alone tmpfs="$at" -- "$at"
}

@test "no more than 256 mounts, the default ones included" {
	local words=() n as=as_caller
	for ((n = 0; n < 256; n++)); do
		words+=("try-ro=/none$n")
	done
	run -0 alone "${words[@]}" -- echo "$ran"
	assert_output "$ran"
	refused addmount "${words[@]}" proc -- echo "$ran"
	assert_output 'addmount: proc: more than 256 mounts'
	refused jail "${words[@]}" -- echo "$ran"
	assert_match 'jailexec: line 3: try-ro=/none[0-9]*: more than 256 mounts'
	run -0 jail none "${words[@]}" -- echo "$ran"
	run -0 alone "${words[@]}" none proc -- echo "$ran"
}

@test "the command begins when the last mount is there, and pid 1 has no power left" {
	local words=() n
	for ((n = 0; n < 200; n++)); do
		words+=("tmpfs=/run/$n:mode=711")
	done
	begins() {
		run -0 jail "${words[@]}" -- sh -c 'grep -c " /run/199 " /proc/self/mountinfo; grep CapEff /proc/1/status'
		assert_output $'1\nCapEff:\t0000000000000020'
		# The working directory is in what was mounted last.
		JAIL_OPTIONS='-C /run/199' run -0 jail "${words[@]}" -- stat -c %a .
		assert_output 711
	}
	for_each_caller begins
}

# --- who may, and what stays as it was ---

@test "an ordinary user needs a user namespace, and is told so" {
	requires user-namespaces
	local word
	for word in proc sys dev mqueue tmpfs="$BATS_TEST_TMPDIR" bind=/etc:"$BATS_TEST_TMPDIR" mask=/etc; do
		refused as_user addmount "$word" -- echo "$ran"
		assert_output 'addmount: make namespaces (mount): Operation not permitted
addmount: only root can make these without a user namespace: add enterns user'
	done
	run -0 as_user enterns user -- addmount tmpfs="$BATS_TEST_TMPDIR" -- ls -A "$BATS_TEST_TMPDIR"
	assert_output ''
	# Some file systems are about a namespace, which has to be its own.
	refused as_user enterns user -- addmount proc -- echo "$ran"
	[[ $output == *'a new /proc needs a pid namespace of its own'* ]]
	refused as_user enterns user -- addmount sys -- echo "$ran"
	[[ $output == *'add enterns net' ]]
	refused as_user enterns user -- addmount mqueue -- echo "$ran"
	[[ $output == *'add enterns ipc' ]]
}

@test "sys with the caller's network is the host's, and read-only" {
	look() {
		with_network() { a_root scratch | enterns net=host | $as jailexec -- "$@"; }
		run -0 with_network cat /proc/self/mountinfo
		assert_mount /sys 'sysfs / ro,nosuid,nodev,noexec,.*'
		# Somebody else may make or remove one just now.
		same_interfaces() { same "$(ls /sys/class/net)" "$(with_network ls /sys/class/net)"; }
		poll same_interfaces
		run -1 with_network mkdir /sys/fs/cgroup/x
	}
	for_each_caller look
}

# In a mount namespace of the test's own, so that nobody else changes its
# table, where every mount is shared, as it is on most machines.
@test "the host's table of mounts stays as it is, also while a jail runs" {
	requires root
	local src=$BATS_TEST_TMPDIR/src root=$BATS_TEST_TMPDIR/root
	mkdir -p "$src/sub"
	cp -a "$(root_dir)" "$root"
	printf 'jail 1\nmkroot dir=%s\naddmount bind=%s:/srv bind=%s:/opt:noidmap,rec bind-fd=7:/mnt tmpfs=/srv/x tmpfs=/opt/x tmpfs=/mnt/y mask=/srv/sub\nend\n' \
		"$root" "$src" "$src" >"$BATS_TEST_TMPDIR/jail"
	# What runs says that it does, and then waits for a word.
	mkfifo "$BATS_TEST_TMPDIR/said" "$BATS_TEST_TMPDIR/go"
	# shellcheck disable=SC2016
	run -0 unshare --mount bash -euc '
		exec 8<>"$1/said" 9<>"$1/go"
		mount --make-rprivate /
		mount --make-rshared /
		# What the first jail makes for all, and leaves behind.
		jailexec -f "$1/jail" -- true 7<"$1/src"
		before=$(cat /proc/self/mountinfo)
		look="grep -c -e /srv -e /opt -e /mnt /proc/self/mountinfo; grep -c -e shared: -e master: /proc/self/mountinfo"
		check() { [ "$before" = "$(cat /proc/self/mountinfo)" ] || { echo "$1"; diff <(echo "$before") /proc/self/mountinfo; exit 1; }; }
		jailexec -f "$1/jail" -- sh -c "{ $look; } | xargs; read -r word" 7<"$1/src" <"$1/go" >"$1/said" &
		read -r -t 300 counts <&8; echo "$counts"; check during; echo go >&9; wait
		addmount tmpfs="$1/src/a" bind=/etc:"$1/src/b" proc dev -- sh -c "echo runs; read -r word" <"$1/go" >"$1/said" &
		read -r -t 300 said <&8; check alone; echo go >&9; wait
		exec 2>/dev/null
		jailexec -f "$1/jail" -- sh -c "echo runs; exec sleep 1000" 7<"$1/src" >"$1/said" & jail=$!
		read -r -t 300 said <&8; kill -KILL "$jail"; wait "$jail" || true
		check killed
		addmount tmpfs="$1/src/a" bind=/none:/mnt -- true 2>/dev/null || true
		check failed' - "$BATS_TEST_TMPDIR"
	assert_output '7 0'
}

# --- owners ---

@test "a bind of root's has the owners of the disk, and root is nobody else" {
	requires root
	local dir=$BATS_TEST_TMPDIR/dir secret=$BATS_TEST_TMPDIR/secret as=as_caller
	mkdir -m 700 "$dir"
	echo secret >"$secret"
	chmod 600 "$secret"
	echo zero >"$dir/zero"
	echo thousand >"$dir/thousand"
	chown 1000:1000 "$dir/thousand"
	chmod 600 "$dir"/*
	run -0 jail bind="$dir:/srv" -- sh -c 'cd /srv; stat -c "%n %u:%g %a" . zero thousand; cat zero thousand; echo more >>thousand; echo new >new; mkdir d; touch both; chown 1000:100 both; readlink /proc/self/ns/user >/dev/null'
	assert_output $'. 0:0 700\nzero 0:0 600\nthousand 1000:1000 600\nzero\nthousand'
	same '0:0 new' "$(stat -c %u:%g "$dir/new") $(cat "$dir/new")"
	same 0:0 "$(stat -c %u:%g "$dir/d")"
	same 1000:100 "$(stat -c %u:%g "$dir/both")"
	same $'thousand\nmore' "$(cat "$dir/thousand")"
	# A user of the jail is that user of the bind, and no more.
	chmod 755 "$dir"
	JAIL_OPTIONS='-u 1000' run -0 jail bind="$dir:/srv" -- sh -c 'cat /srv/thousand; cat /srv/zero 2>/dev/null || echo no'
	assert_output $'thousand\nmore\nno'
	# Any other way to a file of the host's root, and it is a stranger's.
	run -0 jail bind="$dir:/srv" bind="$secret:/secret:noidmap" bind=/etc:/mnt:noidmap -- sh -c 'stat -c %u:%g /secret; cat /secret 2>/dev/null || echo no; cat /mnt/shadow 2>/dev/null || echo no; echo x 2>/dev/null >/mnt/new || echo no; chmod 777 /secret 2>/dev/null || echo no'
	assert_output $'65534:65534\nno\nno\nno\nno'
	same "600 secret" "$(stat -c %a "$secret") $(cat "$secret")"
	never test -e /etc/new
}

@test "noidmap and idmap: whose the files of a bind are" {
	requires root
	local as=as_caller dir=$BATS_TEST_TMPDIR/dir
	mkdir -m 755 "$dir"
	run -0 jail bind="$dir:/a" bind="$dir:/b:noidmap" bind="$dir:/c:noidmap,idmap" bind-fd=7:/d bind-fd=7:/e:noidmap -- sh -c 'stat -c %u /a /b /c /d /e; cat /proc/self/mountinfo' 7<"$dir"
	same '0 65534 0 0 65534' "$(xargs <<<"${lines[*]:0:5}")"
	assert_mount /a '.*,idmapped'
	never grep -q idmapped <<<"$(mount_on /b)"
	# With the host's own ids there is nothing to map.
	host_ids() { a_root scratch | addmount bind="$dir:/a" | enterns user=host | jailexec -- sh -c 'stat -c %u /a; cat /proc/self/mountinfo'; }
	run -0 host_ids
	same 0 "${lines[0]}"
	never grep -q idmapped <<<"$(mount_on /a)"
}

@test "what cannot be idmapped is an error that says what to do" {
	requires root
	local as=as_caller
	refused jail bind=/proc:/srv -- echo "$ran"
	assert_output "jailexec: /proc: map its owners to the jail's ids: Invalid argument
jailexec: its file system (proc), or one mounted below it, cannot do that: noidmap shows them as nobody"
	run -0 jail bind=/proc:/srv:noidmap -- stat -c %u /srv/1
	assert_output 65534
}

@test "an ordinary user's bind is no way to more than that user has" {
	requires user-namespaces root
	local as=as_user secret=$BATS_TEST_TMPDIR/secret
	mkdir -m 700 "$secret"
	echo x >"$secret/file"
	refused jail bind="$secret/file:/srv/x" -- echo "$ran"
	[[ $output == *'open the source of a bind: Permission denied' ]]
	run -1 jail bind="$secret:/srv" -- ls /srv
	run -1 jail bind=/etc:/srv -- touch /srv/new
	never test -e /etc/new
}

# --- what is not what it is called ---

@test "a /dev/null that is none is not masked with" {
	local fake at=$BATS_TEST_TMPDIR/at as
	mkdir "$at"
	look() {
		for fake in 'file=7:/dev/null' 'bind=/etc/passwd:/dev/null' 'bind=/dev/zero:/dev/null:dev'; do
			nested() { alone "$fake" -- addmount "$@" -- echo "$ran" 7<<<fake; }
			refused nested mask=/etc/passwd
			assert_output 'addmount: /etc/passwd: mask it: No such device'
			refused nested dev
			assert_output "addmount: dev: bind the host's /dev/null (character device 1:3): No such device"
		done
		nested() { alone tmpfs="$at" link=/etc/passwd:"$at/null" bind=/dev/zero:"$at/zero" -- addmount bind="$at:/dev" -- addmount mask=/etc/group -- echo "$ran"; }
		refused nested
		assert_output 'addmount: /etc/group: mask it: No such device'
	}
	for_each_caller look
}

@test "the root's own /dev/null is never masked with" {
	local root=$BATS_TEST_TMPDIR/root as
	cp -a "$(root_dir)" "$root"
	rm -f "$root/dev/null"
	ln -s /proc/sysrq-trigger "$root/dev/null"
	look() {
		masks() { printf 'jail 1\nmkroot dir=%s scratch\naddmount %s mask=/etc/passwd\nend\n' "$root" "$1" | $as jailexec -- stat -c %t:%T /etc/passwd; }
		run -0 masks ''
		assert_output 1:3
		run -0 masks 'none proc'
		assert_output 1:3
	}
	for_each_caller look
}

# hostile DIR: a root whose links lead out of it, to $victim.
hostile() {
	copy_tree "$1"
	victim=$BATS_TEST_TMPDIR/victim
	mkdir -p "$victim/inner"
	echo precious >"$victim/precious"
	chmod 777 "$victim" "$victim/inner"
	chmod 666 "$victim/precious"
	ln -s "$victim" "$1/absolute"
	ln -s "../../../../../../../../../..$victim" "$1/above"
	ln -s "$victim/precious" "$1/file"
	ln -s "$victim/none" "$1/dangling"
	ln -s loop "$1/loop"
	ln -s /proc/self/root"$victim" "$1/magic"
	ln -s /proc/self/cwd/../../../../../.."$victim" "$1/cwd"
}

# in_root DIR MODE WORD...: as $as, with descriptor 7 open.
in_root() {
	printf 'jail 1\nmkroot dir=%s %s\naddmount %s\nend\n' "$1" "$2" "${*:3}" >"$BATS_TEST_TMPDIR/jail"
	$as jailexec -f "$BATS_TEST_TMPDIR/jail" -- sh -c "$ask" 7<<<content
}
ask="echo $ran"

@test "no link of a hostile root leads a mount point out of it" {
	local root victim before as mode link word
	for as in "${callers[@]}"; do
		root=$BATS_TEST_TMPDIR/$as
		hostile "$root"
		before=$(digest "$victim")
		$as mkdir "$BATS_TEST_TMPDIR/$as-up"
		for mode in scratch ''; do
			for link in absolute above file dangling loop magic cwd; do
				for word in tmpfs=/$link tmpfs=/$link/new/deep \
					bind=/etc:/$link/new bind=/etc/passwd:/$link/newfile \
					bind=/etc/passwd:/$link file=7:/$link/newer \
					overlay=/etc:"$BATS_TEST_TMPDIR/$as-up:/$link" \
					overlay=/etc:/usr::/$link/new \
					dir=/$link/made dir=/$link/inner:mode=700 \
					link=x:/$link/l mask=/$link ro=/$link \
					mask=/$link/precious ro=/$link/inner; do
					refused in_root "$root" "$mode" "$word"
				done
				same "$before" "$(digest "$victim")" "$as $mode $link"
			done
		done
	done
	same '' "$(ls -A "$victim/inner")"
	same precious "$(cat "$victim/precious")"
}

@test "a name that leads out of /proc again covers what it leads to" {
	look() {
		run -1 in_tree proc mask=/proc/../etc/motd ro=/proc/self/../../etc -- sh -c 'wc -c </etc/motd; : >/etc/new'
		assert_output $'0\nsh: can\'t create /etc/new: Read-only file system'
	}
	in_tree() {
		local words=()
		while [ "$1" != -- ]; do words+=("$1") && shift; done
		a_root scratch | addmount "${words[@]}" | "$as" jailexec "$@"
	}
	for_each_caller look
}

@test "a link of a hostile root that leads somewhere leads there in the root" {
	look() {
		local root=$BATS_TEST_TMPDIR/$as victim before
		hostile "$root"
		$as mkdir -p "$root$victim"
		before=$(digest "$victim")
		ask="cat /proc/self/mountinfo"
		run -0 in_root "$root" scratch none proc tmpfs=/absolute dir=/above/made file=7:/above/newer
		assert_mount "$victim" 'tmpfs / .*'
		assert_mount "$victim/newer" 'tmpfs /content .*'
		same "$before" "$(digest "$victim")"
	}
	for_each_caller look
}

@test "/proc /sys /dev that are links are refused, whatever they lead to" {
	local root=$BATS_TEST_TMPDIR/root victim before as=as_caller name target mode
	hostile "$root"
	before=$(digest "$victim")
	for name in proc sys dev; do
		mv "$root/$name" "$root/was"
		for target in "$victim" "../../../../../../../../../..$victim" tmp /tmp was \
			"$victim/precious" etc/passwd "$victim/none" "$name"; do
			ln -s "$target" "$root/$name"
			for as in "${callers[@]}"; do
				for mode in scratch ''; do
					refused in_root "$root" "$mode" none "$name"
					assert_output "jailexec: /$name: refuse to mount on it: it is a symbolic link"
					refused in_root "$root" "$mode" tmpfs=/srv
					assert_output "jailexec: /$name: refuse to mount on it: it is a symbolic link"
				done
			done
			rm "$root/$name"
		done
		# Nor is it anything else that is no directory.
		echo text >"$root/$name"
		for as in "${callers[@]}"; do
			refused in_root "$root" scratch tmpfs=/srv
			same "jailexec: /$name: refuse to mount on it: it is no directory" "${lines[0]}"
		done
		rm "$root/$name"
		mkfifo "$root/$name"
		refused in_root "$root" scratch
		rm "$root/$name"
		mv "$root/was" "$root/$name"
	done
	same "$before" "$(digest "$victim")"
}

@test "a directory of a hostile root that is missing is made in the root" {
	look() {
		local root=$BATS_TEST_TMPDIR/$as victim
		hostile "$root"
		rm -rf "${root:?}"/{proc,sys,dev,tmp,run}
		ask='stat -c %t:%T /dev/null; ls -d /proc/self /sys/class /tmp /run'
		run -0 in_root "$root" scratch
		assert_output $'1:3\n/proc/self\n/run\n/sys/class\n/tmp'
		same '' "$(ls -d "$root"/{proc,sys,dev,tmp,run} 2>/dev/null)"
	}
	for_each_caller look
}

@test "ordinary links such as /var/run -> /run work" {
	look() {
		local root=$BATS_TEST_TMPDIR/$as
		copy_tree "$root"
		rm -rf "${root:?}/var/run" "${root:?}/lib64" "${root:?}/var/lock"
		$as mkdir -p "$root/var" "$root/usr/lib64"
		ln -s /run "$root/var/run"
		ln -s usr/lib64 "$root/lib64"
		ln -s ../run/lock "$root/var/lock"
		ask='cat /run/app/conf; readlink /run/l; cat /proc/self/mountinfo; ls -d /usr/lib64/new'
		run -0 in_root "$root" scratch tmpfs=/var/run/app file=7:/var/run/app/conf \
			link=x:/var/run/l dir=/run/lock tmpfs=/var/lock tmpfs=/lib64/new
		same content "${lines[0]}"
		same x "${lines[1]}"
		assert_mount /run/app 'tmpfs / .*'
		assert_mount /run/lock 'tmpfs / .*'
		assert_mount /usr/lib64/new 'tmpfs / .*'
	}
	for_each_caller look
}

@test "no magic link of /proc leads out while the jail is set up" {
	local as=as_caller word victim before
	hostile "$BATS_TEST_TMPDIR/root"
	before=$(digest "$victim")
	for as in "${callers[@]}"; do
		for word in dir="/proc/self/root$victim/made" tmpfs="/proc/self/root$victim" \
			dir="/proc/self/cwd$victim/made" mask=/proc/self/root/etc \
			dir="/proc/thread-self/root$victim/made" ro=/proc/self/exe \
			file=7:"/proc/1/root$victim/new" link=x:"/proc/1/root$victim/new"; do
			refused in_root "$(tree)" scratch "$word"
			same "$before" "$(digest "$victim")" "$word"
		done
	done
}

@test "a target that is exchanged for a link while jails start stays inside" {
	local root=$BATS_TEST_TMPDIR/root victim before n pid started=0 as=as_caller
	hostile "$root"
	mkdir "$root/srv/a"
	ln -s "$victim" "$root/srv/b"
	before=$(digest "$victim")
	printf 'jail 1\nmkroot dir=%s\nenterns mount\naddmount bind=/etc:/srv/a/new dir=/srv/a/inner/dir file=7:/srv/a/inner/file bind=/etc/passwd:/srv/a/deep/file tmpfs=/srv/a/tmp link=x:/srv/a/link/x\nend\n' \
		"$root" >"$BATS_TEST_TMPDIR/jail"
	"$RUNGS_STAGE/tests/attack" exchange "$root/srv/a" "$root/srv/b" 100 3>&- &
	pid=$!
	for ((n = 0; n < 300; n++)); do
		if jailexec -x -f "$BATS_TEST_TMPDIR/jail" -- /bin/true 7<<<content 2>/dev/null; then
			started=$((started + 1))
		fi
		find "$root/srv" -mindepth 2 -delete 2>/dev/null || true
	done
	: >"$root/srv/a.stop"
	wait "$pid" || true
	echo "$started of $n started" >&2
	same "$before" "$(digest "$victim")"
	same '' "$(ls -A "$victim/inner")"
}
