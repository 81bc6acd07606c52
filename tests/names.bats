#!/usr/bin/env bats
# jailexec(1) -u NAME: users and groups as the jail's own files name them,
# whatever these files are.

load helper

setup_file() {
	make_root "$BATS_FILE_TMPDIR/own"
}

setup() {
	requires leaving-groups
	own=$BATS_FILE_TMPDIR/own
	rm -rf "$own/etc/passwd" "$own/etc/group"
	users root:x:0:0:root:/root:/bin/sh web:x:1000:2000::/srv/web:/bin/sh \
		db:x:1001:1001:::
	groups root:x:0: web:x:2000: video:x:27:db,web log:x:33:web \
		tape:x:26:webmaster:
}

teardown() {
	[ -z "${mark:-}" ] || processes_of "$mark" | xargs -r kill -KILL
}

users() {
	printf '%s\n' "$@" >"$own/etc/passwd"
}

groups() {
	printf '%s\n' "$@" >"$own/etc/group"
}

# as_named SPEC CMD...: in a default jail, as $as.
as_named() {
	a_root_at "$own" scratch | "${as:-as_caller}" jailexec -u "$1" -- "${@:2}"
}

a_root_at() {
	printf 'jail 1\nmkroot dir=%s %s\nend\n' "$1" "${*:2}"
}

@test "a name is the user and group of its entry" {
	look() {
		run -0 as_named web /test/whatigot
		assert_line 'uid 1000 1000 1000' 'gid 2000 2000 2000' \
			'permitted 0000000000000000' 'effective 0000000000000000'
		run -0 as_named root /test/whatigot
		assert_line 'uid 0 0 0' 'gid 0 0 0' 'effective 00000000800425fb'
		run -0 as_named web:video sh -c 'id -u; id -g'
		assert_output $'1000\n27'
		run -0 as_named web:7 sh -c 'id -u; id -g'
		assert_output $'1000\n7'
		run -0 as_named 5:video sh -c 'id -u; id -g'
		assert_output $'5\n27'
		run -0 as_named :video sh -c 'id -u; id -g'
		assert_output $'0\n27'
		run -0 as_named :7 sh -c 'id -u; id -g'
		assert_output $'0\n7'
		refused as_named nobodyknows echo "$ran"
		assert_output 'jailexec: -u nobodyknows: /etc/passwd of the jail has no such user
jailexec: a number needs no entry there'
		refused as_named web:nobodyknows echo "$ran"
		assert_line 'jailexec: -u :nobodyknows: /etc/group of the jail has no such group'
		# Not a part of a name, nor a name that it is a part of.
		refused as_named we echo "$ran"
		refused as_named webs echo "$ran"
	}
	for_each_caller look
}

# CVE-2022-36109 was a primary group that is no supplementary one.
@test "root's jails have the groups of the entry, the primary one among them" {
	requires root
	run -0 as_named web /test/whatigot
	assert_line 'groups 27 33 2000'
	run -0 as_named root /test/whatigot
	assert_line 'groups 0'
	# A group by name or by number is the only one.
	run -0 as_named web:video /test/whatigot
	assert_line 'groups 27'
	run -0 as_named 1000:web /test/whatigot
	assert_line 'groups 2000'
	# A group that is there twice is one.
	groups web:x:2000:web web2:x:2000:web a:x:5:web,web,web
	run -0 as_named web /test/whatigot
	assert_line 'groups 5 2000'
}

@test "HOME, USER and LOGNAME are the entry's, and -E comes on top" {
	look() {
		run -0 as_named web sh -c 'echo $HOME $USER $LOGNAME'
		assert_output '/srv/web web web'
		run -0 as_named db sh -c 'echo $HOME $USER $LOGNAME'
		assert_output '/ db db'
		run -0 as_named 1000 sh -c 'echo $HOME $USER $LOGNAME'
		assert_output /
		run -0 as_named :video sh -c 'echo $HOME $USER $LOGNAME'
		assert_output /root
		over() { a_root_at "$own" | "$as" jailexec -E HOME=/mine -E USER=me -u web -- sh -c 'echo $HOME $USER $LOGNAME'; }
		run -0 over
		assert_output '/mine me web'
	}
	for_each_caller look
}

@test "digits are a number, whoever has that for a name" {
	users 1000:x:0:0::/evil:/bin/sh 0:x:7:7::/evil:/bin/sh \
		5:x:0:0::/evil:/bin/sh
	groups 2000:x:0: 5:x:0:
	look() {
		for spec in 1000 1000:2000 5 5:5; do
			run -0 as_named "$spec" sh -c 'echo $(id -u):$(id -g) $HOME'
			want=${spec%:*}:${spec#*:}
			same "$want /" "$output" "$spec"
		done
		run -0 as_named 0 sh -c 'echo $(id -u):$(id -g) $HOME'
		assert_output '0:0 /root'
	}
	for_each_caller look
}

@test "what is neither a number nor a name is refused, and not looked up" {
	local spec
	users '1x:x:0:0:::' '-x:x:0:0:::' 'a b:x:0:0:::' '+:x:0:0:::' '*:x:0:0:::' \
		'.x:x:0:0:::' 'ä:x:0:0:::' '#x:x:0:0:::' '$:x:0:0:::' 'a$b:x:0:0:::' \
		':x:0:0:::' 'a/b:x:0:0:::'
	for spec in 1x 1000x -x 'a b' + '*' .x ä '#x' '$' 'a$b' '' : web: a/b \
		:: web:: web:1x 0x10 1e3 -1 ' web' $'web\n' "$(printf '%0256d' 0 | tr 0 a)"; do
		refused as_named "$spec" echo "$ran"
		grep -Eq '^jailexec: -u .*: bad (user|group), expected ' <<<"$output"
	done
	users 'host$:x:12:13:::' "$(printf '%0255d' 0 | tr 0 a):x:14:15:::" \
		_a.B-9:x:16:17:::
	run -0 as_named 'host$' id -u
	assert_output 12
	run -0 as_named "$(printf '%0255d' 0 | tr 0 a)" id -u
	assert_output 14
	run -0 as_named _a.B-9 id -u
	assert_output 16
}

@test "a line that is ours has to be right, in every part" {
	local line
	for line in root2:x:4294967296:0::/: root2:x:4294967295:0::/: \
		root2:x:-1:0::/: root2:x:0x0:0::/: root2:x::0::/: 'root2:x: 0:0::/:' \
		root2:x:+0:0::/: root2:x:0:4294967296::/: root2:x:0:-1::/: \
		root2:x:0:0x0::/: root2:x:0:::/: root2:x:0:0::/ root2:x:0:0::/:: \
		root2 root2: root2:x:0 root2:x:0:0::relative: \
		$'root2:x:0:0::/:/bin/sh\r' $'root2:x:0:0:\e[31m:/:' \
		root2:x:18446744073709551616:0::/: root2:x:0a:0::/: \
		"root2:x:0:0::/$(printf '%04096d' 0):" \
		"root2:x:0:0:$(printf '%065536d' 0):/:"; do
		users web:x:1:1::/: "$line" root2:x:0:0::/:/bin/sh
		refused as_named root2 echo "$ran"
		assert_match 'jailexec: -u root2: /etc/passwd of the jail, line 2: .*'
		# Others can live beside it.
		run -0 as_named web id -u
		assert_output 1
	done
	for line in web2:x:4294967296: web2:x:-1: web2:x:0x0: web2:x:: web2 \
		web2:x:0 web2:x:0:: $'web2:x:0:\r'; do
		groups web:x:1: "$line"
		refused as_named 5:web2 echo "$ran"
		assert_match 'jailexec: -u :web2: /etc/group of the jail, line 2: .*'
		run -0 as_named 5:web id -g
		assert_output 1
	done
}

@test "the first line of a name counts, and a last one needs no newline" {
	printf 'web:x:1000:1000:::\nweb:x:0:0:::\ndb:x:1001:1001:::' >"$own/etc/passwd"
	run -0 as_named web id -u
	assert_output 1000
	run -0 as_named db id -u
	assert_output 1001
	printf '\n\n::::::\n:\nweb:x:7:7:::\n' >"$own/etc/passwd"
	run -0 as_named web id -u
	assert_output 7
}

@test "a membership that cannot be read is refused, not left out" {
	requires root
	local line
	for line in g:x:-1:web g:x:4294967296:db,web $'g:x:5:web\r' \
		$'g:x:5:db,web\r' g:x:70000:web; do
		groups web:x:2000: "$line"
		refused as_named web echo "$ran"
		# A group that is named needs none of them.
		run -0 as_named web:web /test/whatigot
		assert_line 'groups 2000'
	done
	# None of these is our line.
	groups g:x:-1:db g:x g web:x:5:webs,aweb 'h:x:9:web ,db:'
	run -0 as_named web /test/whatigot
	assert_line 'groups 2000'
	for n in {1..256}; do echo "g$n:x:$n:web"; done >"$own/etc/group"
	refused as_named web echo "$ran"
	assert_line 'jailexec: -u web: /etc/group of the jail: more than 256 groups'
	sed -i 1d "$own/etc/group"
	run -0 as_named web id -u
	# Without a file there are none.
	rm "$own/etc/group"
	run -0 as_named web /test/whatigot
	assert_line 'groups 2000'
}

@test "a file that is no plain table is refused, and nothing outside is read" {
	local as name passwd=$own/etc/passwd
	echo 'web:x:77:77:::' >"$BATS_TEST_TMPDIR/outside"
	chmod 755 "$BATS_TEST_TMPDIR"
	chmod 644 "$BATS_TEST_TMPDIR/outside"
	for name in host climbs itself zero fifo directory sparse large nul nul-far \
		none proc socket; do
		rm -rf "$passwd"
		case $name in
		host) ln -s "$BATS_TEST_TMPDIR/outside" "$passwd" ;;
		climbs) ln -s "../../../../../../../../../..$BATS_TEST_TMPDIR/outside" "$passwd" ;;
		itself) ln -s passwd "$passwd" ;;
		zero) ln -s /dev/zero "$passwd" ;;
		fifo) mkfifo "$passwd" ;;
		directory) mkdir "$passwd" ;;
		sparse)
			users web:x:1000:1000:::
			truncate -s 2G "$passwd"
			;;
		large)
			users web:x:1000:1000:::
			head -c 1048576 /dev/zero | tr '\0' '\n' >>"$passwd"
			;;
		nul) printf 'web:x:1000:1000:::\0\n' >"$passwd" ;;
		nul-far) printf 'web:x:1000:1000:::\nx\n\0' >"$passwd" ;;
		proc) ln -s /proc/self/exe "$passwd" ;;
		socket) ln -s /dev/log "$passwd" ;;
		esac
		for as in "${callers[@]}"; do
			hostile() { a_root_at "$own" ro | timeout -k 1 120 "$@" -u web -- echo "$ran"; }
			[ "$as" = as_caller ] || drop='setpriv --reuid=1234 --regid=1234 --clear-groups'
			# shellcheck disable=SC2086
			refused hostile ${drop:-} jailexec
			assert_match 'jailexec: -u web: /etc/passwd of the jail.*'
			case $name in
			zero | fifo | directory) grep -q 'not a regular file' <<<"$output" ;;
			sparse | large) grep -q 'larger than 1048576 bytes' <<<"$output" ;;
			nul) grep -q 'line 1: a NUL byte' <<<"$output" ;;
			nul-far) grep -q 'line 3: a NUL byte' <<<"$output" ;;
			esac
			unset drop
		done
		# Nor by chroot(2), from outside of it.
		if [ "$(id -u)" -eq 0 ]; then
			hostile() { a_root_at "$own" | timeout -k 1 120 jailexec -x -u web -- echo "$ran"; }
			# The root's own /dev has no zero: it is nowhere to be found.
			refused hostile
		fi
	done
}

@test "a file of the largest size, and a link inside the root, are read" {
	look() {
		run -0 as_named web id -u
		assert_output 1000
	}
	users web:x:1000:1000:::
	head -c $((1048576 - 19)) /dev/zero | tr '\0' '\n' >>"$own/etc/passwd"
	same 1048576 "$(stat -c %s "$own/etc/passwd")"
	for_each_caller look
	mv "$own/etc/passwd" "$own/etc/users"
	ln -s /etc/users "$own/etc/passwd"
	for_each_caller look
	ln -sf ../../../../etc/users "$own/etc/passwd"
	for_each_caller look
}

@test "what is mounted over the files counts, and not what is under it" {
	echo 'web:x:77:78::/mounted:' >"$BATS_TEST_TMPDIR/passwd"
	echo 'web:x:1000:2000::/same:' >"$BATS_TEST_TMPDIR/same"
	chmod 755 "$BATS_TEST_TMPDIR"
	mounted() {
		a_root_at "$own" scratch | addmount "bind=$BATS_TEST_TMPDIR/$1:/etc/passwd:ro" |
			"$as" jailexec -u "$2" -- sh -c 'echo $(id -u):$(id -g) $HOME'
	}
	look() {
		run -0 mounted same web
		assert_output '1000:2000 /same'
		if [ "$as" = as_caller ] && [ "$(id -u)" -eq 0 ]; then
			run -0 mounted passwd web
			assert_output '77:78 /mounted'
			return
		fi
		# The one id has been chosen before the jail was there.
		refused mounted passwd web
		assert_output 'jailexec: -u web: 77:78: this jail has the user 1000 and the group 2000 alone
jailexec: -u 77:78 names them before there is a jail to look into'
		run -0 mounted passwd 77:78
		assert_output '77:78 /'
	}
	for_each_caller look
}

@test "an id that the jail has not got is refused by its name" {
	requires root
	users web:x:65536:0::/:
	refused as_named web echo "$ran"
	assert_output 'jailexec: -u web: 65536:0: this jail has the ids 0 to 65535'
	users web:x:0:65536::/:
	refused as_named web echo "$ran"
	groups far:x:65536:
	refused as_named 5:far echo "$ran"
	assert_output 'jailexec: -u :far: 5:65536: this jail has the ids 0 to 65535'
}

@test "with -x, in a root and without one" {
	requires root
	changed() { a_root_at "$own" | jailexec -x -u "$1" -- /bin/sh -c 'echo $(id -u):$(id -g) $(id -G) $HOME'; }
	HOME=/callers run -0 changed web
	assert_output '1000:2000 2000 27 33 /callers'
	in_place() { setlimit -n core=0 | jailexec -x -u "$1" -- /usr/bin/id -u; }
	run -0 in_place root
	assert_output 0
	run -0 in_place "$(awk -F: '$3 > 0 { print $1; exit }' /etc/passwd)"
	assert_output "$(awk -F: '$3 > 0 { print $3; exit }' /etc/passwd)"
	refused in_place web
}

@test "the terminal is the user's" {
	requires script
	a_root_at "$own" >"$BATS_TEST_TMPDIR/jail"
	run -0 script -qec "jailexec -u web -f '$BATS_TEST_TMPDIR/jail' -- sh -c 'stat -c %u:%g \$(tty)'" /dev/null
	grep -q '1000:2000' <<<"$output"
}

@test "-u goes into a jail that runs, with its names and no more than is there" {
	enters() {
		local inside
		mark=$((100000000 + RANDOM * 1000 + BATS_TEST_NUMBER))
		a_root_at "$own" scratch >"$BATS_TEST_TMPDIR/jail"
		chmod -R a+rX "$BATS_TEST_TMPDIR"
		# shellcheck disable=SC2086
		"$as" jailexec ${options:-} -f "$BATS_TEST_TMPDIR/jail" -- sh -c "exec sleep $mark" 3>&- &
		poll some_process_of "$mark"
		inside=$(processes_of "$mark")
		into() { enterns -n "of=$inside" | "$as" jailexec -x "$@"; }
		"$1"
		kill -KILL "$inside"
		poll no_process_of "$mark"
	}
	of_root() {
		run -0 into -u web -- sh -c 'id -u; id -g; id -G; echo $HOME $USER; grep Cap /proc/self/status'
		assert_line 1000 2000 '2000 27 33' '/srv/web web'
		assert_match 'CapPrm:.0000000000000000'
		assert_match 'CapEff:.0000000000000000'
		run -0 into -u 5:video -- sh -c 'id -u; id -g; id -G'
		assert_output $'5\n27\n27'
		run -0 into -u root -- grep Cap /proc/self/status
		assert_match 'CapEff:.00000000800425fb'
		assert_match 'CapBnd:.00000000800425fb'
		refused into -u nobodyknows -- echo "$ran"
		refused into -u 65536 -- echo "$ran"
	}
	of_another() {
		run -0 into -u root -- sh -c 'id -u; id -G; grep Cap /proc/self/status'
		assert_line 0
		assert_match 'CapPrm:.0000000000000000'
		assert_match 'CapEff:.0000000000000000'
		run -0 into -u db -- id -u
		assert_output 1001
		run -0 into -- id -u
		assert_output 1000
	}
	of_one_id() {
		run -0 into -u web -- sh -c 'id -u; echo $HOME'
		assert_output $'1000\n/srv/web'
		refused into -u root -- echo "$ran"
		refused into -u 5 -- echo "$ran"
	}
	as=as_user options='-u web' enters of_one_id
	requires root
	as=as_caller options='' enters of_root
	as=as_caller options='-u web' enters of_another
}

@test "-u goes into a jail without ids of its own, too" {
	requires root
	mark=$((100000000 + RANDOM * 1000 + BATS_TEST_NUMBER))
	a_root_at "$own" scratch | enterns user=host >"$BATS_TEST_TMPDIR/jail"
	# In a namespace in which root has every capability.  There, a change
	# from root to another takes them all.
	there() {
		jailexec -u web -f "$BATS_TEST_TMPDIR/jail" -- sh -c "exec sleep $1" 3>&- &
		poll some_process_of "$1"
		for user in root db web; do
			enterns -n "of=$(processes_of "$1")" | jailexec -x -u "$user" -- id -u
		done
		stop %1
	}
	export -f there poll processes_of some_process_of stop
	run -0 enterns user=0:0:65536 -- bash -c "there $mark"
	assert_line 0 1001 1000
}

@test "-e says where names are looked up" {
	explain() { a_root_at "$own" | jailexec -e "$@" -- true; }
	run -0 explain -u web
	grep -q '^names: .*passwd and group$' <<<"$output"
	run -0 explain -u 5
	never grep -q '^names: ' <<<"$output"
}
