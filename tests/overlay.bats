#!/usr/bin/env bats
# overlay= of addmount(1): what is seen and where it is written, what is
# refused, what is left behind, and what an enemy's names cannot do.

load helper
load mounts

setup_file() {
	root_dir >/dev/null
}

# What waits at the gate ends with the test, however that ends.
teardown() {
	if [ -n "${gate:-}" ]; then
		open_gate
		wait
	fi
}

# layers: $one over $two, and $up over both; the caller's own.
layers() {
	one=$src/one two=$src/two up=$src/up
	$as mkdir "$one" "$two" "$up" "$one/dir" "$two/dir"
	echo one | $as tee "$one/a" "$one/dir/one" >/dev/null
	echo two | $as tee "$two/a" "$two/b" "$two/dir/two" >/dev/null
	before=$(digest "$one")$(digest "$two")
}

lower_same() {
	same "$before" "$(digest "$one")$(digest "$two")" 'the lower layers'
}

# work_dirs DIR: the work directories in it.
work_dirs() {
	find "$1" -name '.rungs-work*' | sort
}

# nothing_left DIR
nothing_left() {
	same '' "$(work_dirs "$1")" 'work directories'
}

# --- what is seen, and where it is written ---

# With a time namespace, the jail begins where the caller is.
@test "it is made in a directory that root of the jail cannot enter, too" {
	requires root time-namespaces
	mkdir -m 700 "$BATS_TEST_TMPDIR/shut"
	cd "$BATS_TEST_TMPDIR/shut"
	a_root scratch | enterns time >jail
	run -0 jailexec --keep=kept -f jail -- pwd
	assert_output /
}

@test "a working directory without a name is told as such" {
	mkdir "$BATS_TEST_TMPDIR/gone"
	a_root scratch >"$BATS_TEST_TMPDIR/jail"
	cd "$BATS_TEST_TMPDIR/gone"
	rmdir "$BATS_TEST_TMPDIR/gone"
	refused jailexec --keep=kept -f "$BATS_TEST_TMPDIR/jail" -- echo "$ran"
	assert_output 'jailexec: kept/upper: find the working directory: No such file or directory'
}

@test "a jail that cannot be written down leaves nothing" {
	look() {
		local home=$BATS_TEST_TMPDIR/$as
		$as mkdir -m 700 "$home"
		cd "$home"
		printf 'jail 1\nmkroot dir=%s scratch\nend\n' "$(tree)" >"$BATS_TEST_TMPDIR/jail"
		# To a pipe: what it says could not be written to a file, either.
		short() { { XDG_RUNTIME_DIR=$home $as setlimit fsize=0 -- jailexec --name="large-$$" --keep=kept -f "$BATS_TEST_TMPDIR/jail" -- sleep 60; } 2>&1 | cat; echo "${PIPESTATUS[0]}"; }
		run -0 short
		# Root's range of ids may be the first that there is no room for.
		assert_match 'jailexec: .*: File too large'
		same 125 "${lines[1]}"
		same '' "$(find "$home" ! -type d)$(find /run/rungs/jails -name "large-$$" 2>/dev/null)"
		never [ -e kept ]
	}
	for_each_caller look
}

@test "what stays is of use to its owner, whatever the umask was" {
	look() {
		local home=$BATS_TEST_TMPDIR/$as
		$as mkdir -m 700 "$home"
		cd "$home"
		printf 'jail 1\nmkroot dir=%s scratch\nend\n' "$(tree)" >"$BATS_TEST_TMPDIR/jail"
		masked() { (umask 777 && XDG_RUNTIME_DIR=$home $as jailexec --name="masked-$$" -f "$BATS_TEST_TMPDIR/jail" "$@"); }
		run -0 masked --keep=kept -- sh -c umask
		assert_output 0777
		same '700 600' "$(stat -c %a kept kept/origin | xargs)"
		if [[ $as == as_caller && $(id -u) -eq 0 ]]; then
			run -0 unshare --mount sh -c 'mount -t tmpfs none /run && umask 777 && jailexec -f "$0" -- true && stat -c %a /run/rungs' "$BATS_TEST_TMPDIR/jail"
			assert_output 755
		else
			same '755 700' "$(stat -c %a rungs rungs/jails | xargs)"
		fi
		# A second one takes the place of the first, and can be entered.
		masked -- sh -c 'echo ready; for n in $(seq 300); do [ ! -e /tmp/end ] || exit 0; sleep 0.1; done; exit 1' >"$BATS_TEST_TMPDIR/$as-ready" 3>&- &
		poll grep -q ready "$BATS_TEST_TMPDIR/$as-ready"
		XDG_RUNTIME_DIR=$home $as enterns of="masked-$$" -- touch /tmp/end
		wait "$!"
	}
	for_each_caller look
}

@test "a start that fails leaves no directory for what it would keep" {
	look() {
		local home=$BATS_TEST_TMPDIR/$as
		$as mkdir -m 700 "$home"
		cd "$home"
		start() { printf 'jail 1\nmkroot dir=%s scratch\nend\n' "$1" | $as jailexec --keep=kept -- echo "$ran"; }
		refused start "$home/none"
		never [ -e kept ]
		# What was there stays, and what is in it.
		$as mkdir kept
		refused start "$home/none"
		$as rmdir kept
		$as mkdir -p kept/upper
		refused start "$(tree)"
		[ -d kept/upper ]
	}
	for_each_caller look
}

@test "the topmost layer is seen, and what is written goes to the upper one" {
	look() {
		local one two up before
		layers
		run -0 "$way" overlay="$one:$two:$up:$at" -- sh -c "
			cd '$at' && cat a b dir/one dir/two; echo *
			echo new >c; echo more >>a; rm b; mkdir made; mv dir/two dir/moved
			cat /proc/self/mountinfo"
		same 'one two one two a b dir' "${lines[*]:0:5}"
		assert_mount "$at" 'overlay / rw,nosuid,nodev,.*'
		lower_same
		same $'one\nmore new two' "$(cat "$up/a") $(cat "$up/c" "$up/dir/moved" | xargs)"
		same 'character special file' "$(stat -c %F "$up/b")"
		same "$($as id -u)" "$(stat -c %u "$up/a" "$up/c" "$up/made" | sort -u)"
		nothing_left "$src"
		# It is all there the next time.
		run -0 "$way" overlay="$one:$two:$up:$at" -- sh -c "cd '$at' && echo *; cat a; ls dir"
		assert_output $'a c dir made\none\nmore\nmoved\none'
		nothing_left "$src"
		# And of use to any other caller.
		chmod -R a+rwX "$src"
		run -0 addmount_as_root overlay="$one:$two:$up:$at" -- sh -c "cd '$at' && echo *"
		assert_output 'a c dir made'
	}
	addmount_as_root() {
		if [ "$(id -u)" -eq 0 ]; then
			mkdir -p "$at"
			addmount "$@"
		else
			alone "$@"
		fi
	}
	in_each_way look
}

@test "a directory that replaced another is that for every caller" {
	look() {
		local one two up before
		layers
		chmod -R a+rwX "$src"
		run -0 "$way" overlay="$one:$two:$up:$at" -- sh -c "rm -r '$at/dir'; mkdir -m 777 '$at/dir'; : >'$at/dir/own'"
		for as in "${callers[@]}"; do
			other() { a_root scratch | addmount overlay="$one:$two:$up:/srv" | $as jailexec -- ls /srv/dir; }
			run -0 other
			assert_output own
		done
		as=${from:?}
	}
	each_from() { from=$as; look; as=$from; }
	in_each_way each_from
}

@test "layers of any name, relative ones, and on a mount point that is new" {
	look() {
		local one two up before
		layers
		cd "$src" || return
		run -0 "$way" overlay=one:./two:up:"$at/new/one" -- cat "$at/new/one/a" "$at/new/one/b"
		assert_output $'one\ntwo'
		cd "$BATS_TEST_TMPDIR" || return
		$as ln -s up "$src/link"
		run -0 "$way" overlay="$src/one/../one/:$src/two/:$src/link/.:$at" -- sh -c "echo x >'$at/x'; cat '$at/a'"
		assert_output one
		same x "$(cat "$up/x")"
		lower_same
		nothing_left "$src"
	}
	in_each_way look
}

@test "without an upper layer nothing can be written, or is" {
	look() {
		local one two up before
		layers
		run -0 "$way" overlay="$one:$two::$at" -- sh -c "cat '$at/a' '$at/b'; { echo x >'$at/x'; } 2>&1 | grep -o 'Read-only.*'; cat /proc/self/mountinfo"
		same 'one two Read-only file system' "${lines[*]:0:3}"
		assert_mount "$at" 'overlay / rw,nosuid,nodev,.*'
		lower_same
		nothing_left "$src"
	}
	in_each_way look
}

@test "a mount covers its own lower layer" {
	look() {
		local one two up before
		layers
		run -0 alone overlay="$one:$up:$one" -- sh -c "echo x >'$one/a'; cat '$one/a'"
		assert_output x
		lower_same
		same x "$(cat "$up/a")"
	}
	in_each_way look
}

@test "as many as 32 lower layers, in order" {
	look() {
		local names='' n
		for ((n = 0; n < 33; n++)); do
			$as mkdir "$src/l$n"
			echo "$n" | $as tee "$src/l$n/all" "$src/l$n/of-$n" >/dev/null
			names+=$src/l$n:
		done
		$as mkdir "$src/up"
		run -0 "$way" overlay="${names%"$src"/l32:}$src/up:$at" -- sh -c "cd '$at' && cat all of-0 of-9 of-10 of-31; echo of-* | wc -w; echo x >all"
		assert_output $'0\n0\n9\n10\n31\n32'
		refused "$way" overlay="$names$src/up:$at" -- echo "$ran"
		[[ $output == *': more than 32 lower layers' ]]
	}
	in_each_way look
}

@test "the options of an overlay do what they say" {
	look() {
		local one two up before options want
		layers
		while read -r options want; do
			run -0 "$way" overlay="$one:$up:$at$options" -- cat /proc/self/mountinfo
			same "$want" "$(mount_on "$at" | cut -d' ' -f3 |
				tr ',' '\n' | grep -vx '.*atime' | paste -sd,)" "$options"
		done <<-END
			:rw rw,nosuid,nodev
			:ro ro,nosuid,nodev
			:suid,dev rw
			:noexec,nosymfollow rw,nosuid,nodev,noexec,nosymfollow
			:ro,noexec,rw,exec rw,nosuid,nodev
		END
		run -1 "$way" overlay="$one:$up:$at:ro" -- touch "$at/x"
		$as cp "$RUNGS_STAGE/tests/whatigot" "$two/program"
		run -126 "$way" overlay="$one:$two:$up:$at:noexec" -- "$at/program"
		run -0 "$way" overlay="$one:$two:$up:$at" -- "$at/program"
	}
	in_each_way look
}

@test "an overlay gives nothing back that the mount of a layer forbids" {
	local as dir=$BATS_TEST_TMPDIR/dir at=$BATS_TEST_TMPDIR/at other=$BATS_TEST_TMPDIR/other
	mkdir -m 1777 "$dir" "$at" "$other" "$other/up" "$other/l"
	look() {
		nested() {
			alone tmpfs="$dir:$1" dir="$dir/l" dir="$dir/m" -- \
				addmount overlay="$dir/l:$dir/m::$at:suid,dev,exec" -- cat /proc/self/mountinfo
		}
		run -0 nested noexec,nodev,suid
		assert_mount "$at" 'overlay / rw,nodev,noexec,.*'
		run -0 nested nosymfollow,nosuid,dev
		assert_mount "$at" 'overlay / rw,nosuid,.*,nosymfollow'
	}
	for_each_caller look
}

@test "what is mounted below a layer is not in the overlay" {
	local as=as_caller at=$BATS_TEST_TMPDIR/at dir=$BATS_TEST_TMPDIR/dir
	requires root
	mkdir -p "$at" "$dir/l/sub" "$dir/m" "$dir/up"
	nested() { alone tmpfs="$dir/l/sub" dir="$dir/l/sub/x" -- addmount overlay="$dir/l:$dir/m:$dir/up:$at" -- ls -A "$at" "$at/sub"; }
	run -0 nested
	never grep -Fxq x <<<"$output"
}

@test "the working directory of a command stays what it was" {
	local as src=$BATS_TEST_TMPDIR one two up before
	local at=$BATS_TEST_TMPDIR/at
	mkdir "$at"
	look() {
		src=$BATS_TEST_TMPDIR/$as
		$as mkdir "$src"
		layers
		cd "$src" || return
		run -0 alone overlay="$one:$up:$at" -- readlink /proc/self/cwd
		assert_output "$src"
	}
	for_each_caller look
}

# --- owners ---

@test "an overlay of root's has the owners of the disk, and root is nobody else" {
	requires root
	local as=as_caller dir=$BATS_TEST_TMPDIR/dir
	mkdir -p "$dir/l" "$dir/up"
	echo zero >"$dir/l/zero"
	echo thousand >"$dir/l/thousand"
	chmod 600 "$dir/l"/*
	chown 1000:1000 "$dir/l/thousand"
	run -0 jail overlay="$dir/l:$dir/up:/srv" -- sh -c 'cd /srv; stat -c "%n %u:%g" zero thousand; echo more >>thousand; echo x >new; chown 5:6 new; mkdir d'
	assert_output $'zero 0:0\nthousand 1000:1000'
	same '1000:1000 5:6 0:0' "$(stat -c %u:%g "$dir/up"/{thousand,new,d} | xargs)"
	JAIL_OPTIONS='-u 1000' run -0 jail overlay="$dir/l:$dir/up:/srv" -- sh -c 'cat /srv/thousand; cat /srv/zero 2>/dev/null || echo no'
	assert_output $'thousand\nmore\nno'
	# With the host's own ids there is nothing to map.
	host_ids() { a_root scratch | addmount overlay="$dir/l:$dir/up:/srv" | enterns user=host | jailexec -- sh -c 'stat -c %u:%g /srv/thousand /srv/new; chown 7:8 /srv/zero'; }
	run -0 host_ids
	assert_output $'1000:1000\n5:6'
	same 7:8 "$(stat -c %u:%g "$dir/up/zero")"
	nothing_left "$dir"
}

@test "noidmap: layers that belong to the jail's ids already" {
	requires root
	local as=as_caller dir=$BATS_TEST_TMPDIR/dir
	mkdir -p "$dir/l" "$dir/up"
	chmod 755 "$dir"
	echo file >"$dir/l/file"
	chown -R 100000:100000 "$dir"/*
	shifted() { a_root scratch | addmount overlay="$dir/l:$dir/up:/srv:$1" | enterns user=100000:65536 | jailexec -- sh -c 'stat -c %u:%g /srv/file; echo x >/srv/new'; }
	run -0 shifted noidmap
	assert_output 0:0
	same 100000:100000 "$(stat -c %u:%g "$dir/up/new")"
	nothing_left "$dir"
	rm "$dir/up/new"
	run shifted idmap
	same 65534:65534 "${lines[0]}"
	never test -e "$dir/up/new"
}

@test "an ordinary user's overlay is no way to more than that user has" {
	requires user-namespaces root
	local as=as_user dir=$BATS_TEST_TMPDIR/dir secret=$BATS_TEST_TMPDIR/secret
	mkdir -m 700 "$secret"
	mkdir "$secret/below"
	echo secret >"$secret/file"
	as_user mkdir "$dir" "$dir/l" "$dir/up" "$dir/l/etc"
	refused jail overlay="$secret/below:$dir/up:/srv" -- echo "$ran"
	[[ $output == *"$secret/below: open a layer of an overlay: Permission denied" ]]
	# It is there, and looks empty.
	run -0 jail overlay="$secret:$dir/up:/srv" -- ls -A /srv
	assert_output ''
	run -1 jail overlay="$secret:$dir/up:/srv" -- cat /srv/file
	run -1 jail overlay=/etc:"$dir/up:/srv" -- cat /srv/shadow
	# An upper layer that is not the user's.
	refused jail overlay="$dir/l:/etc/ssl:/srv" -- echo "$ran"
	assert_match 'jailexec: /etc/ssl: make a work directory beside it: Permission denied'
	chmod 777 "$BATS_TEST_TMPDIR"
	run jail overlay="$dir/l:$secret:/srv" -- sh -c 'echo x >/srv/new'
	[ "$status" -ne 0 ]
	same 'below file' "$(cd "$secret" && echo *)"
	nothing_left "$BATS_TEST_TMPDIR"
}

# --- names ---

@test "no name of a layer is an option, a separator or another path" {
	look() {
		local name n=0 one two up before victim=$BATS_TEST_TMPDIR/victim
		mkdir -p "$victim"
		chmod 1777 "$victim"
		layers
		for name in 'a,upperdir=/etc' "u,workdir=$victim" "l:$victim" \
			'..' 'a\b' $'new\nline' 'b c' '\:' 'x,userxattr' 'a=b' '..:..' '-' ',' '\\,' \
			'%s%n' "$(printf '%0255d' 0)"; do
			[ "$name" != .. ] || continue
			n=$((n + 1))
			$as mkdir -p "$src/$n/low" "$src/$n/$name" "$src/$n/up/$name"
			echo "$n" | $as tee "$src/$n/$name/file" >/dev/null
			word=${name//\\/\\\\}
			word=${word//:/\\:}
			run -0 "$way" overlay="$src/$n/$word:$src/$n/low:$src/$n/up/$word:$at" -- sh -c "cat '$at/file'; ls '$at'; echo x >'$at/new'"
			assert_output "$n"$'\nfile'
			same x "$(cat "$src/$n/up/$name/new")" "$name"
			same file "$(ls "$src/$n/$name")"
		done
		same '' "$(ls -A "$victim")"
		nothing_left "$src"
	}
	in_each_way look
}

@test "what is in the jail does not tell the names of the host" {
	look() {
		local one two up before
		layers
		run -0 jail overlay="$one:$two:$up:/srv" -- sh -c 'cat /proc/self/mountinfo /proc/mounts; ls -l /proc/self/fd /proc/1/fd 2>&1; true'
		never grep -Fq "${src##*/}" <<<"$output"
		# One mount more than without, and none of a layer.
		run -0 jail overlay="$one:$two:$up:/srv" -- wc -l /proc/self/mountinfo
		local with=${output% *}
		run -0 jail dir=/srv -- wc -l /proc/self/mountinfo
		same "$((${output% *} + 1))" "$with"
	}
	local at=/srv
	in_each_way look
}

# --- what is refused ---

@test "a layer that is missing, or no directory, is an error" {
	look() {
		local one two up before
		layers
		refused "$way" overlay="$one:$src/none:$up:$at" -- echo "$ran"
		[[ $output == *": $src/none: open a layer of an overlay: No such file or directory" ]]
		refused "$way" overlay="$one:$src/none:$at" -- echo "$ran"
		[[ $output == *": $src/none: open the upper layer: No such file or directory" ]]
		refused "$way" overlay="$one:$src/none/up:$at" -- echo "$ran"
		refused "$way" overlay="$one/a:$up:$at" -- echo "$ran"
		[[ $output == *": $one/a: open a layer of an overlay: Not a directory" ]]
		refused "$way" overlay="$one:$one/a:$at" -- echo "$ran"
		[[ $output == *": $one/a: open the upper layer: Not a directory" ]]
		refused "$way" try-overlay="$one:$one/a:$at" -- echo "$ran"
		$as mkfifo "$src/fifo"
		refused "$way" overlay="$src/fifo:$up:$at" -- echo "$ran"
		# A file is no mount point for it.
		refused "$way" bind="$src/file:$at" tmpfs="$at" bind="$src/file:$at/f" overlay="$one:$up:$at/f" -- echo "$ran"
		refused "$way" overlay="$one:$up:/" -- echo "$ran"
		[[ $output == *': refuse to mount on it: it is the root itself' ]]
		lower_same
		nothing_left "$src"
		same '' "$(ls -A "$up")"
	}
	in_each_way look
}

@test "try-overlay forgives a layer that is missing, and nothing else" {
	look() {
		local one two up before
		layers
		run -0 "$way" try-overlay="$src/none:$up:$at" try-overlay="$one:$src/none:$at" \
			try-overlay="$one:$two:$src/none/up:$at" try-overlay="$one:$src/none::$at" -- sh -c "ls -A '$at' 2>/dev/null; true"
		assert_output ''
		run -0 "$way" try-overlay="$one:$up:$at" -- cat "$at/a"
		assert_output one
		refused "$way" try-overlay="$one:$one:$at" -- echo "$ran"
		refused "$way" try-overlay="$one/a/none:$up:$at" -- echo "$ran"
		nothing_left "$src"
	}
	in_each_way look
}

@test "layers that are in each other are refused, whatever they are called" {
	look() {
		local one two up before pair
		layers
		$as mkdir "$up/in" "$one/in" "$one/in/in"
		before=$(digest "$one")$(digest "$two")
		$as ln -s one "$src/alias"
		for pair in "$up:$up" "$one/in:$one" "$one:$one/in" "$up/in:$up" "$one:$one/in/in" \
			"$src/alias:$one" "$src/alias:$one/in" "$src:$up" "$up/../up:$up"; do
			refused "$way" overlay="$pair:$at" -- echo "$ran"
			[[ ${lines[0]} =~ :\ it\ is\ in\ another\ layer,\  ]]
			refused "$way" overlay="$two:$pair:$at" -- echo "$ran"
		done
		for pair in "$one:$one" "$one:$one/in" "$one/in:$one" "$one:$src/alias"; do
			refused "$way" overlay="$pair:$up:$at" -- echo "$ran"
			refused "$way" overlay="$pair::$at" -- echo "$ran"
		done
		run -0 "$way" overlay="$one/dir:$one/in:$up/in:$at" -- ls "$at"
		assert_output $'in\none'
		lower_same
		nothing_left "$src"
	}
	in_each_way look
}

@test "layers that are in each other, in another mount of them, are refused" {
	requires root
	local as=as_caller dir=$BATS_TEST_TMPDIR/dir at=$BATS_TEST_TMPDIR/at
	mkdir -p "$dir/up/in/l" "$dir/other" "$at"
	nested() { alone bind="$dir/up/in:$dir/other" -- addmount overlay="$dir/other/l:$dir/up:$at" -- echo "$ran"; }
	refused nested
	assert_match "addmount: $at: mount an overlay: .*"
	assert_line 'addmount: one of the layers is in another'
}

@test "an upper layer needs a directory above it that can be written to" {
	look() {
		local one two up before
		layers
		refused "$way" overlay="$one:/:$at" -- echo "$ran"
		assert_output "${output%%:*}: /: it cannot be an upper layer
${output%%:*}: a directory has to be above it"
	}
	in_each_way look
	local as=as_caller dir=$BATS_TEST_TMPDIR/dir at=$BATS_TEST_TMPDIR/at
	mkdir -p "$dir/l" "$dir/top" "$at"
	if [ "$(id -u)" -eq 0 ]; then
		for word in tmpfs="$dir/top" bind="$dir/l:$dir/top"; do
			nested() { alone "$word" -- addmount overlay="/etc:$dir/top:$at" -- echo "$ran"; }
			refused nested
			assert_output "addmount: $dir/top: it cannot be an upper layer
addmount: it is the top of a file system, and a work directory has to be beside it: take a directory in it"
		done
		nothing_left "$dir"
	fi
	requires user-namespaces root
	as=as_user
	chmod 777 "$dir/top"
	refused jail overlay="/etc:$dir/top:/srv" -- echo "$ran"
	assert_output "jailexec: $dir/top: make a work directory beside it: Permission denied
jailexec: overlayfs needs one in the same file system: $dir has to be writable"
	readonly_above() { alone bind="$dir:$dir:ro" -- addmount overlay="/etc:$dir/top:$at" -- echo "$ran"; }
	refused readonly_above
	assert_match 'addmount: .*: make a work directory beside it: Read-only file system'
}

@test "a file system that is not fit for it is an error that says so" {
	look() {
		local one two up before
		layers
		refused "$way" overlay="/proc:$up:$at" -- echo "$ran"
		[[ ${lines[1]} == *'file system'* ]]
		nested() { alone overlay="$one:$up:$at" dir="$at/l" dir="$at/up" -- addmount overlay="$two:$at/up:$at/l" -- echo "$ran"; }
		if [ "$way" = alone ]; then
			refused nested
			assert_match 'addmount: .*: mount an overlay: Invalid argument'
		fi
		nothing_left "$src"
	}
	in_each_way look
}

# --- one at a time ---

# gate: what is started with "<&$gate" waits until "open_gate".
gate() {
	[ -z "${gate:-}" ] || exec {gate}>&-
	rm -f "$BATS_TEST_TMPDIR/gate"
	mkfifo "$BATS_TEST_TMPDIR/gate"
	exec {gate}<>"$BATS_TEST_TMPDIR/gate"
}

open_gate() {
	echo >&"$gate"
}

# hold: start $way with the overlay, which then waits at the gate; $job.
hold() {
	rm -f "$up/ready"
	gate
	"$way" overlay="$one:$up:$at" -- sh -c ": >'$at/ready'; read -r _; echo x >'$at/late'; cat '$at/late'" \
		<&"$gate" >"$BATS_TEST_TMPDIR/held" 2>&1 3>&- &
	job=$!
	poll test -e "$up/ready"
}

@test "an upper layer is of one overlay at a time" {
	look() {
		local one two up before job
		layers
		hold
		# A work directory, and it is nobody else's business.
		same "drwx------ $($as id -u)" "$(stat -c '%A %u' "$(work_dirs "$src")")"
		for as in "${callers[@]}"; do
			chmod a+rwx "$src"
			other() { a_root scratch | addmount overlay="$two:$up:/srv" | $as jailexec -- echo "$ran"; }
			refused other
			# Root's is of no use to others, and the other way round.
			[[ $output == *": $up: it is the upper layer of another overlay"* ||
				$output == *": open the work directory: Permission denied" ||
				$output == *": refuse to work in it"* ]]
		done
		as=${from:?}
		refused "$way" overlay="$two:$up:$at" -- echo "$ran"
		assert_output "${output%%:*}: $up: it is the upper layer of another overlay
${output%%:*}: two at once would spoil it"
		# Another one is free.
		$as mkdir "$src/up2"
		run -0 "$way" overlay="$one:$src/up2:$at" -- cat "$at/a"
		open_gate
		wait "$job"
		same x "$(cat "$BATS_TEST_TMPDIR/held")"
		nothing_left "$src"
		run -0 "$way" overlay="$two:$up:$at" -- cat "$at/b"
	}
	each_from() { from=$as; look; as=$from; }
	in_each_way each_from
}

@test "two words cannot have one upper layer" {
	look() {
		local one two up before
		layers
		refused "$way" overlay="$one:$up:$at" overlay="$two:$up:$at" -- echo "$ran"
		assert_match ".*: $up: it is the upper layer of another overlay"
		nothing_left "$src"
		run -0 "$way" overlay="$one:$two::$at" overlay="$two:$one::$at" -- cat "$at/a"
		assert_output two
	}
	in_each_way look
}

@test "an upper layer that is exchanged while a jail begins is not written to" {
	look() {
		local one two up before job=0 status=0
		layers
		# The set-up waits for the end of what it reads.
		gate
		"$way" dir="$at/x" file=7:"$at/x/f" overlay="$one:$up:$at/x" -- touch "$at/x/new" \
			7< <(head -n 1 <&"$gate") >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
		job=$!
		held() { [ -n "$(work_dirs "$src")" ]; }
		poll held
		mv "$up" "$up.was"
		$as mkdir "$up"
		open_gate
		wait "$job" || status=$?
		same '' "$(ls -A "$up")"
		case $status in
		125) grep -q 'Stale file handle$\|No such file' "$BATS_TEST_TMPDIR/said" ;;
		0) same new "$(ls "$up.was")" ;;
		*) false ;;
		esac
		# What is opened inside is opened after the change.
		[[ $as == as_caller && $way == jail ]] || same 125 "$status"
		nothing_left "$src"
	}
	in_each_way look
}

@test "what stays behind of a command has the upper layer, until it ends" {
	requires root
	local as=as_caller src=$BATS_TEST_TMPDIR/src at=$BATS_TEST_TMPDIR/at one two up before
	mkdir "$src" "$at"
	layers
	gate
	behind() { alone overlay="$one:$up:$at" -- sh -c "(read -r _ <&7; echo late >'$at/a') >/dev/null 2>&1 3>&- & echo started" 7<&"$gate"; }
	run -0 behind
	assert_output started
	refused alone overlay="$two:$up:$at" -- echo "$ran"
	assert_match 'addmount: .*: it is the upper layer of another overlay'
	open_gate
	free() { alone overlay="$two:$up:$at" -- true 2>/dev/null; }
	poll free
	# It could write until then.
	same late "$(cat "$up/a")"
	nothing_left "$src"
}

# --- what is left behind ---

@test "nothing is left of an overlay, however it ends, but what the next one takes" {
	look() {
		local one two up before job pid
		layers
		run -7 "$way" overlay="$one:$up:$at" -- sh -c 'exit 7'
		nothing_left "$src"
		run -143 "$way" overlay="$one:$up:$at" -- sh -c 'kill $$'
		nothing_left "$src"
		run -127 "$way" overlay="$one:$up:$at" -- /no/such/command
		nothing_left "$src"
		refused "$way" overlay="$one:$up:$at" tmpfs=/proc/none -- echo "$ran"
		nothing_left "$src"
		# Killed, it cannot; but there is one, it is free, and it goes.
		hold
		pid=$(holder "$src")
		kill -KILL "$pid"
		wait "$job" || true
		poll free_of_overlay
		same 1 "$(work_dirs "$src" | wc -l)"
		run -0 "$way" overlay="$one:$up:$at" -- sh -c "echo again >'$at/again'"
		nothing_left "$src"
		lower_same
	}
	in_each_way look
}

# holder DIR: the addmount or jailexec that holds the work directory in DIR.
holder() {
	local link fd
	fd=$(work_dirs "$1")
	# A directory of processes changes while it is read.
	for link in $(find /proc/[0-9]*/fd -lname "$fd" 2>/dev/null || true); do
		link=${link#/proc/}
		[[ $(cat "/proc/${link%%/*}/comm" 2>/dev/null) == @(jailexec|addmount) ]] || continue
		# The first process is one's child, and has the same name.
		echo "${link%%/*}"
		return
	done
}

# Whether no process has the overlay in its mounts any more, or holds it: one
# that is about to be gone may have lost the former and not the latter.
free_of_overlay() {
	local work
	work=$(work_dirs "$src")
	never grep -Fq "$(basename "$work")" /proc/[0-9]*/mountinfo 2>/dev/null &&
		flock -n "$work" true
}

@test "a work directory that an enemy made is not worked in" {
	requires root
	local as=as_caller dir=$BATS_TEST_TMPDIR/dir victim=$BATS_TEST_TMPDIR/victim work at=$BATS_TEST_TMPDIR/at before
	mkdir -p "$dir" "$dir/l" "$dir/up" "$victim/work" "$at"
	echo precious >"$victim/work"/file
	# As nobody but ours could have made it, but for the link.
	chmod 700 "$victim"
	work=$dir/.rungs-work-$(printf %x "$(stat -c %i "$dir/up")")
	before=$(digest "$victim")
	tries() {
		refused alone overlay="$dir/l:$dir/up:$at" -- echo "$ran"
		refused jail overlay="$dir/l:$dir/up:/srv" -- echo "$ran"
		same "$before" "$(digest "$victim")"
		[ -e "$work" ] || [ -L "$work" ]
	}
	ln -s "$victim" "$work"
	tries
	assert_output "jailexec: $work: open the work directory: Not a directory"
	rm "$work"
	ln -s none "$work"
	tries
	rm "$work"
	echo text >"$work"
	tries
	rm "$work"
	mkfifo "$work"
	tries
	rm "$work"
	mkdir -m 700 "$work"
	chown 1234 "$work"
	tries
	assert_output "jailexec: $work: refuse to work in it
jailexec: somebody else made it, or can write to it: remove it when nobody uses $dir/up"
	chown 0 "$work"
	chmod 770 "$work"
	tries
	# One of our own, with rubbish in it, is as good as new.
	chmod 700 "$work"
	mkdir -p "$work/work"/a/b "$work/index"
	echo x >"$work/work"/#1
	run -0 alone overlay="$dir/l:$dir/up:$at" -- touch "$at/x"
	nothing_left "$dir"
}

@test "the overlay is a step that can be seen" {
	explain() { a_root scratch | addmount overlay=/a:/b:/srv | jailexec -e -- true; }
	run -0 explain
	assert_match 'overlay: flock.* 1983 .*'
	never grep -q F_SETFD <<<"$output"
	explain() { addmount -n overlay=/a:/b:/srv | jailexec -x -e -- true; }
	run -0 explain
	assert_match 'overlay: fcntl.* 1983 .*'
	explain() { addmount -n overlay=/a:/b::/srv | jailexec -x -e -- true; }
	run -0 explain
	never grep -q ^overlay: <<<"$output"
}
